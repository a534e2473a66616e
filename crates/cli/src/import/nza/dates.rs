//! Dates as Dutch text writes them: "1 maart", "t/m 03-10-2017", "januari 2019", "eind maart", "het voorjaar".

use super::text::Token;
use crate::import::day::{Day, Days};

/// What a date in a text stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) days: Days,
    /// "eind maart", "de zomer": nobody can say on which day.
    pub(super) vague: bool,
}

/// How a year that is left out is filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    /// The first that does not lie before the reference: an end was ahead when it was written.
    Next,
    /// The nearest to the reference: a beginning may be ahead or behind.
    Nearest,
}

const MONTHS: [(&str, i8); 12] = [
    ("januari", 1),
    ("februari", 2),
    ("maart", 3),
    ("april", 4),
    ("mei", 5),
    ("juni", 6),
    ("juli", 7),
    ("augustus", 8),
    ("september", 9),
    ("oktober", 10),
    ("november", 11),
    ("december", 12),
];

/// Returns the month that a word names; three letters and more abbreviate one.
pub(super) fn month(word: &str) -> Option<i8> {
    let abbreviated = word.len() >= 3 && word != "maa";
    let whole =
        |name: &str| abbreviated && (name.starts_with(word) || (word == "mrt" && name == "maart"));
    MONTHS
        .iter()
        .find(|(name, _)| whole(name))
        .map(|(_, number)| *number)
}

/// Reads the date that begins the tokens, and says how many tokens it takes.
pub(super) fn read(
    tokens: &[Token],
    reference: Option<Day>,
    missing: Missing,
) -> Option<(Named, usize)> {
    let skipped = tokens
        .iter()
        .take_while(|token| {
            matches!(
                token.word(),
                Some("de" | "het" | "na" | "dag" | "nieuwe" | "rond" | "ongeveer" | "ca" | "circa")
            ) || token.is_sign(":")
                || token.is_sign(".")
        })
        .count();
    let roughly = tokens.iter().take(skipped).any(|token| {
        matches!(
            token.word(),
            Some("na" | "rond" | "ongeveer" | "ca" | "circa")
        )
    });
    let rest = tokens.get(skipped..)?;
    let reader = Reader { reference, missing };
    let (named, length) = reader
        .numbers(rest)
        .or_else(|| reader.day_and_month(rest))
        .or_else(|| reader.part_of_month_or_year(rest))
        .or_else(|| reader.quarter(rest))
        .or_else(|| reader.season(rest))
        .or_else(|| reader.month(rest))
        .or_else(|| reader.year(rest))?;
    Some((
        Named {
            vague: named.vague || roughly,
            ..named
        },
        skipped + length,
    ))
}

struct Reader {
    reference: Option<Day>,
    missing: Missing,
}

impl Reader {
    /// "03-10-2017", "3/10/17", "2017-10-03", "1.3.2018", "1-3".
    fn numbers(&self, tokens: &[Token]) -> Option<(Named, usize)> {
        let [first, mark, second, rest @ ..] = tokens else {
            return None;
        };
        let marked = |token: &Token| token.is_sign("-") || token.is_sign("/") || token.is_sign(".");
        let (first, second) = (first.number()?, second.number()?);
        if !marked(mark) {
            return None;
        }
        let third = match rest {
            [again, third, ..] if marked(again) && again.text == mark.text => third.number(),
            _ => None,
        };
        match third {
            Some(day) if first.len() == 4 => {
                let day = Day::new(first.parse().ok()?, second.parse().ok()?, day.parse().ok()?)?;
                Some((exactly(Days::one(day)), 5))
            }
            Some(year) => {
                let day = Day::new(full_year(year)?, second.parse().ok()?, first.parse().ok()?)?;
                Some((exactly(Days::one(day)), 5))
            }
            // "1.3" is more often a number than a day.
            None if mark.is_sign(".") || first.len() > 2 => None,
            None => {
                let (day, month) = (first.parse().ok()?, second.parse().ok()?);
                let days = self.in_some_year(|year| Day::new(year, month, day).map(Days::one))?;
                Some((exactly(days), 3))
            }
        }
    }

    /// "1 maart 2018", "1e mei", "31 dec. 2018".
    fn day_and_month(&self, tokens: &[Token]) -> Option<(Named, usize)> {
        let day: i8 = tokens.first()?.number()?.parse().ok()?;
        let ordinal =
            usize::from(tokens.get(1).is_some_and(|token| {
                token.glued && matches!(token.word(), Some("e" | "de" | "ste"))
            }));
        let mut length = 1 + ordinal;
        let month = month(tokens.get(length)?.word()?)?;
        length += 1 + usize::from(
            tokens
                .get(length + 1)
                .is_some_and(|token| token.is_sign(".")),
        );
        if let Some(year) = year_at(tokens, length) {
            return Some((exactly(Days::one(Day::new(year, month, day)?)), length + 1));
        }
        let days = self.in_some_year(|year| Day::new(year, month, day).map(Days::one))?;
        Some((exactly(days), length))
    }

    /// "eind maart 2018", "medio mei", "begin 2019".
    fn part_of_month_or_year(&self, tokens: &[Token]) -> Option<(Named, usize)> {
        let word = tokens.first()?.word()?;
        if !matches!(
            word,
            "begin" | "medio" | "half" | "halverwege" | "midden" | "eind" | "einde"
        ) {
            return None;
        }
        let rest = tokens.get(1..)?;
        let of = usize::from(rest.first().and_then(Token::word) == Some("van"));
        let rest = rest.get(of..)?;
        let (named, length) = self.month(rest).or_else(|| match rest.first()?.word() {
            Some("jaar") => {
                let year = self.reference?.date()?.year();
                Some((exactly(Days::months(year, 1, 12)?), 1))
            }
            _ => self.year(rest),
        })?;
        Some((
            Named {
                vague: true,
                ..named
            },
            1 + of + length,
        ))
    }

    /// "2e kwartaal 2018", "tweede kwartaal", "q2 2018".
    fn quarter(&self, tokens: &[Token]) -> Option<(Named, usize)> {
        const ORDINALS: [&str; 4] = ["eerste", "tweede", "derde", "vierde"];
        let first = tokens.first()?;
        let (number, mut length) = match (first.number(), first.word()) {
            (Some(number), _) => {
                let ordinal =
                    usize::from(matches!(tokens.get(1)?.word(), Some("e" | "de" | "ste")));
                (number.parse::<i8>().ok()?, 1 + ordinal)
            }
            (_, Some("q" | "kwartaal")) => (tokens.get(1)?.number()?.parse().ok()?, 2),
            (_, Some(word)) => (
                i8::try_from(ORDINALS.iter().position(|ordinal| *ordinal == word)?).ok()? + 1,
                1,
            ),
            _ => return None,
        };
        let named_before = matches!(first.word(), Some("q" | "kwartaal"));
        if !named_before {
            if tokens.get(length)?.word()? != "kwartaal" {
                return None;
            }
            length += 1;
        }
        if !(1..=4).contains(&number) {
            return None;
        }
        length += usize::from(tokens.get(length).and_then(Token::word) == Some("van"));
        let months = |year| Days::months(year, (number - 1) * 3 + 1, 3);
        match year_at(tokens, length) {
            Some(year) => Some((exactly(months(year)?), length + 1)),
            None => Some((exactly(self.in_some_year(months)?), length)),
        }
    }

    /// "de zomer", "voorjaar 2019", "de zomervakantie".
    fn season(&self, tokens: &[Token]) -> Option<(Named, usize)> {
        let first_month = match tokens.first()?.word()? {
            "voorjaar" | "lente" => 3,
            "zomer" | "zomervakantie" | "zomerstop" => 6,
            "najaar" | "herfst" | "herfstvakantie" => 9,
            "winter" => 12,
            _ => return None,
        };
        let (months, length) = match year_at(tokens, 1) {
            Some(year) => (Days::months(year, first_month, 3)?, 2),
            None => (
                self.in_some_year(|year| Days::months(year, first_month, 3))?,
                1,
            ),
        };
        Some((
            Named {
                days: months,
                vague: true,
            },
            length,
        ))
    }

    /// "januari 2019", "maart".
    fn month(&self, tokens: &[Token]) -> Option<(Named, usize)> {
        let month = month(tokens.first()?.word()?)?;
        let point = usize::from(tokens.get(1).is_some_and(|token| token.is_sign(".")));
        match year_at(tokens, 1 + point) {
            Some(year) => Some((exactly(Days::months(year, month, 1)?), 2 + point)),
            None => Some((
                exactly(self.in_some_year(|year| Days::months(year, month, 1))?),
                1,
            )),
        }
    }

    /// "2019", "volgend jaar", "dit kalenderjaar".
    fn year(&self, tokens: &[Token]) -> Option<(Named, usize)> {
        if let Some(year) = year_at(tokens, 0) {
            return Some((exactly(Days::months(year, 1, 12)?), 1));
        }
        let ahead = match tokens.first()?.word()? {
            "volgend" | "komend" => 1,
            "dit" | "lopende" | "huidige" => 0,
            _ => return None,
        };
        if !matches!(tokens.get(1)?.word()?, "jaar" | "kalenderjaar") {
            return None;
        }
        let year = self.reference?.date()?.year().checked_add(ahead)?;
        Some((exactly(Days::months(year, 1, 12)?), 2))
    }

    fn in_some_year(&self, days: impl Fn(i16) -> Option<Days>) -> Option<Days> {
        let reference = self.reference?;
        let year = reference.date()?.year();
        // 29 February may be four years away.
        let candidates = (year.checked_sub(1)?..=year.checked_add(4)?).filter_map(days);
        match self.missing {
            Missing::Next => candidates.into_iter().find(|days| days.first >= reference),
            Missing::Nearest => candidates.min_by_key(|days| distance(days.first, reference)),
        }
    }
}

fn distance(one: Day, other: Day) -> i64 {
    (one.beginning().seconds - other.beginning().seconds).abs()
}

fn exactly(days: Days) -> Named {
    Named { days, vague: false }
}

fn year_at(tokens: &[Token], at: usize) -> Option<i16> {
    let number = tokens.get(at)?.number()?;
    let year: i16 = number.parse().ok()?;
    (number.len() == 4 && (1990..=2100).contains(&year)).then_some(year)
}

fn full_year(text: &str) -> Option<i16> {
    let year: i16 = text.parse().ok()?;
    match text.len() {
        2 => Some(2000 + year),
        4 => (1990..=2100).contains(&year).then_some(year),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::nza::text::tokens;

    fn span(text: &str, missing: Missing) -> Option<(String, String, bool)> {
        let reference = Day::new(2018, 2, 15);
        let (named, _) = read(&tokens(text), reference, missing)?;
        let shown = |day: Day| day.date().unwrap().to_string();
        Some((shown(named.days.first), shown(named.days.last), named.vague))
    }

    fn exact(text: &str) -> String {
        let (first, last, vague) = span(text, Missing::Next).unwrap();
        assert!(!vague, "{text}");
        if first == last {
            first
        } else {
            format!("{first}/{last}")
        }
    }

    #[test]
    fn a_day_is_read_in_every_usual_way() {
        for text in [
            "1 maart 2018",
            "1 mrt. 2018",
            "01-03-2018",
            "1/3/18",
            "1.3.2018",
            "2018-03-01",
            "1e maart",
            "1-3",
        ] {
            assert_eq!(exact(text), "2018-03-01", "{text}");
        }
    }

    #[test]
    fn a_month_a_quarter_and_a_year_are_spans() {
        assert_eq!(exact("januari 2019"), "2019-01-01/2019-01-31");
        assert_eq!(exact("maart"), "2018-03-01/2018-03-31");
        assert_eq!(exact("2e kwartaal 2018"), "2018-04-01/2018-06-30");
        assert_eq!(exact("Q3 2018"), "2018-07-01/2018-09-30");
        assert_eq!(exact("2019"), "2019-01-01/2019-12-31");
        assert_eq!(exact("volgend jaar"), "2019-01-01/2019-12-31");
    }

    #[test]
    fn a_missing_year_is_the_next_for_an_end_and_the_nearest_for_a_beginning() {
        assert_eq!(span("1 februari", Missing::Next).unwrap().0, "2019-02-01");
        assert_eq!(
            span("1 februari", Missing::Nearest).unwrap().0,
            "2018-02-01"
        );
        assert_eq!(span("december", Missing::Nearest).unwrap().0, "2017-12-01");
    }

    #[test]
    fn seasons_and_parts_of_months_are_vague() {
        for text in ["eind maart 2018", "medio maart", "na maart", "ca. maart"] {
            assert_eq!(
                span(text, Missing::Next).unwrap(),
                ("2018-03-01".into(), "2018-03-31".into(), true),
                "{text}"
            );
        }
        assert!(span("de zomer", Missing::Next).unwrap().2);
        assert!(span("eind 2018", Missing::Next).unwrap().2);
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "nader order",
            "31 februari 2018",
            "32-01-2018",
            "2-13-2018",
            "5e kwartaal 2018",
            "maa 2018",
        ] {
            assert_eq!(span(text, Missing::Next), None, "{text}");
        }
    }
}
