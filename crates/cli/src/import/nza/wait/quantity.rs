//! A stated length: bounds, numbers, units, and nothing left over.

use super::unit::Unit;
use super::{Clock, Read, Span, WAITING};
use crate::import::nza::text::{Kind, Token, starts_with};

/// No wait is longer than five years.
const LONGEST_DAYS: u32 = 5 * 365;

/// Reads a length of time that fills the tokens.
pub(super) fn read(tokens: &[Token], clock: Clock) -> Read {
    if let [minus, number, ..] = tokens
        && minus.is_sign("-")
        && number.kind == Kind::Number
    {
        return Read::Implausible;
    }
    let reader = Reader {
        rest: tokens,
        clock,
    };
    match reader.length() {
        None => Read::NotCertain,
        Some(span) if span.at_most > LONGEST_DAYS => Read::Implausible,
        Some(span) => Read::Days(span),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Bound {
    About,
    AtMost,
    Between,
}

struct Reader<'a> {
    rest: &'a [Token],
    clock: Clock,
}

impl Reader<'_> {
    fn length(mut self) -> Option<Span> {
        let bound = self.bounds()?;
        let (first, first_unit) = self.quantity()?;
        let second = if self.joins(bound) {
            Some(self.quantity()?)
        } else {
            None
        };
        // "6+ maanden" says no more than "minimaal": whatever is left over is not understood.
        self.tail();
        if !self.rest.is_empty() {
            return None;
        }
        match second {
            None if bound == Some(Bound::Between) => None,
            // The columns are in weeks.
            None => Self::single(first, first_unit.unwrap_or(Unit::Week), bound),
            Some((second, second_unit)) => {
                let unit = second_unit.or(first_unit).unwrap_or(Unit::Week);
                Self::range(first, first_unit.unwrap_or(unit), (second, unit))
            }
        }
    }

    fn single(hundredths: u32, unit: Unit, bound: Option<Bound>) -> Option<Span> {
        let (at_most, shortest, longest) = unit.days(hundredths)?;
        Some(match bound {
            Some(Bound::AtMost) => Span {
                at_most,
                shortest: 0,
                longest,
            },
            Some(Bound::About | Bound::Between) | None => Span {
                at_most,
                shortest,
                longest,
            },
        })
    }

    fn range(from: u32, from_unit: Unit, (to, to_unit): (u32, Unit)) -> Option<Span> {
        let (start, shortest, _) = from_unit.days(from)?;
        let (at_most, _, longest) = to_unit.days(to)?;
        (start <= at_most).then_some(Span {
            at_most,
            shortest,
            longest,
        })
    }

    /// "+/-", "ca.", "maximaal", "minder dan"; none of those that say "at least".
    fn bounds(&mut self) -> Option<Option<Bound>> {
        let mut bound = None;
        loop {
            let found = if self.takes_sign("<") || self.takes_sign("≤") {
                self.takes_sign("=");
                Some(Bound::AtMost)
            } else if self.takes_words(&["minder", "dan"])
                || self.takes_words(&["korter", "dan"])
                || self.takes_words(&["niet", "meer", "dan"])
                || self.takes_words(&["niet", "langer", "dan"])
                || self.takes_any(&[
                    "max",
                    "maximaal",
                    "maximum",
                    "hooguit",
                    "hoogstens",
                    "binnen",
                    "uiterlijk",
                    "tot",
                ])
            {
                self.takes_sign(".");
                Some(Bound::AtMost)
            } else if self.takes_words(&["tussen"]) {
                Some(Bound::Between)
            } else if self.takes_plus_minus()
                || self.takes_sign("±")
                || self.takes_sign("~")
                || self.takes_any(&[
                    "ca",
                    "circa",
                    "ongeveer",
                    "gemiddeld",
                    "gem",
                    "plm",
                    "zo'n",
                    "zon",
                    "rond",
                ])
            {
                self.takes_sign(".");
                Some(Bound::About)
            } else if self.takes_any(&WAITING)
                || self.takes_any(&["de", "is", "bedraagt", "momenteel", "nu", "van", "over"])
                || self.takes_words(&["op", "dit", "moment"])
                || self.takes_sign(":")
            {
                None
            } else {
                return Some(bound);
            };
            match (bound, found) {
                (_, None) => {}
                // "Maximaal ca. 6 weken" still says at most; "tussen minder dan 3 …" says nothing.
                (None, found) => bound = found,
                (Some(Bound::AtMost), Some(Bound::About)) => {}
                (Some(Bound::About), Some(other)) => bound = Some(other),
                (Some(_), Some(_)) => return None,
            }
        }
    }

    /// A number, in hundredths, and its unit if it has one. A word for a number needs a unit.
    fn quantity(&mut self) -> Option<(u32, Option<Unit>)> {
        let (hundredths, is_word) = self.number()?;
        let unit = self.unit();
        if is_word && unit.is_none() {
            return None;
        }
        Some((hundredths, unit))
    }

    fn number(&mut self) -> Option<(u32, bool)> {
        let (first, after) = self.rest.split_first()?;
        let Some(whole) = first.number() else {
            return self.number_word().map(|hundredths| (hundredths, true));
        };
        // "007" and "01" are cut from something else.
        if whole.len() > 4 || (whole.len() > 1 && whole.starts_with('0')) {
            return None;
        }
        let mut hundredths = whole.parse::<u32>().ok()? * 100;
        self.rest = after;
        if let [point, decimals, after @ ..] = after
            && (point.is_sign(".") || point.is_sign(","))
            && point.glued
            && decimals.glued
            && let Some(digits) = decimals.number()
        {
            // "1.000" may be a thousand.
            hundredths += match digits.len() {
                1 => digits.parse::<u32>().ok()? * 10,
                2 => digits.parse::<u32>().ok()?,
                _ => return None,
            };
            self.rest = after;
        }
        Some((hundredths, false))
    }

    fn number_word(&mut self) -> Option<u32> {
        const WORDS: [(&[&str], u32); 20] = [
            (&["een", "half"], 50),
            (&["half"], 50),
            (&["halve"], 50),
            (&["anderhalve"], 150),
            (&["anderhalf"], 150),
            (&["een"], 100),
            (&["twee"], 200),
            (&["drie"], 300),
            (&["vier"], 400),
            (&["vijf"], 500),
            (&["zes"], 600),
            (&["zeven"], 700),
            (&["acht"], 800),
            (&["negen"], 900),
            (&["tien"], 1_000),
            (&["elf"], 1_100),
            (&["twaalf"], 1_200),
            (&["veertien"], 1_400),
            (&["zestien"], 1_600),
            (&["twintig"], 2_000),
        ];
        WORDS
            .iter()
            .find(|(words, _)| self.takes_words(words))
            .map(|(_, hundredths)| *hundredths)
    }

    fn unit(&mut self) -> Option<Unit> {
        let (first, after) = self.rest.split_first()?;
        let unit = Unit::of(first.word()?)?;
        self.rest = after;
        // "mnd." and "wkn."
        if first.text.len() <= 3 {
            self.takes_sign(".");
        }
        Some(unit)
    }

    /// What joins the ends of a range.
    fn joins(&mut self, bound: Option<Bound>) -> bool {
        if bound == Some(Bound::Between) {
            return self.takes_any(&["en", "tot", "a"]) || self.takes_sign("-");
        }
        if bound == Some(Bound::AtMost)
            && !self.rest.first().is_some_and(|token| token.is_sign("-"))
        {
            return false;
        }
        let joins = self.takes_sign("-") || self.takes_any(&["tot", "tm", "a", "of"]);
        if joins {
            self.takes_any(&["max", "maximaal"]);
        }
        joins
    }

    /// Words that add nothing: "wachttijd", and where this wait begins or ends anyhow.
    fn tail(&mut self) {
        let known: &[&[&str]] = match self.clock {
            Clock::Intake => &[
                &["na", "aanmelding"],
                &["na", "verwijzing"],
                &["tot", "intake"],
                &["tot", "de", "intake"],
                &["voor", "intake"],
                &["voor", "een", "intake"],
            ],
            Clock::Treatment => &[
                &["na", "intake"],
                &["na", "de", "intake"],
                &["tot", "behandeling"],
                &["voor", "behandeling"],
                &["tot", "start", "behandeling"],
            ],
        };
        loop {
            let took =
                known.iter().any(|words| self.takes_words(words)) || self.takes_any(&WAITING);
            if !took {
                return;
            }
        }
    }

    fn takes_sign(&mut self, sign: &str) -> bool {
        let takes = self.rest.first().is_some_and(|token| token.is_sign(sign));
        self.skip(usize::from(takes))
    }

    fn takes_plus_minus(&mut self) -> bool {
        let takes = matches!(self.rest, [plus, slash, minus, ..]
            if plus.is_sign("+") && slash.is_sign("/") && minus.is_sign("-"));
        self.skip(if takes { 3 } else { 0 })
    }

    fn takes_words(&mut self, words: &[&str]) -> bool {
        let takes = starts_with(self.rest, words);
        self.skip(if takes { words.len() } else { 0 })
    }

    fn takes_any(&mut self, words: &[&str]) -> bool {
        let takes = self
            .rest
            .first()
            .and_then(Token::word)
            .is_some_and(|word| words.contains(&word));
        self.skip(usize::from(takes))
    }

    fn skip(&mut self, count: usize) -> bool {
        self.rest = self.rest.get(count..).unwrap_or_default();
        count > 0
    }
}
