//! Waits as they are published: a number of weeks, or text such as "12-16 weken", "Geen wachttijd", "< 1 week".
//!
//! Read where the meaning is certain. A range, "minder dan" and "binnen" say at most so long: their upper end is
//! taken, because nobody must be promised less. "Minimaal" and "meer dan" do not say how long: not certain.

mod quantity;
#[cfg(test)]
mod tests;
mod unit;

use super::text::{self, Token, has_any};

/// Which wait a column holds: "na intake" says nothing new of one, and moves the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clock {
    Intake,
    Treatment,
}

/// What a wait column says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// Nothing was stated.
    Unknown,
    Days(Span),
    /// Stated, but not how long.
    NotCertain,
    /// A number that no wait has.
    Implausible,
}

/// A wait in days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    /// What is taken: at most so long.
    pub(super) at_most: u32,
    /// A figure in weeks that is no shorter and no longer than these days says the same.
    shortest: u32,
    longest: u32,
}

impl Span {
    const NONE: Self = Self {
        at_most: 0,
        shortest: 0,
        longest: 0,
    };

    /// Tells whether a figure of the weeks column may be this text's: it is computed from the text, one week at least.
    pub(super) fn agrees_with(self, weeks: Self) -> bool {
        const ROUNDING_DAYS: u32 = 1;
        const ONE_WEEK: u32 = 7;
        let shortest = self.shortest.saturating_sub(ROUNDING_DAYS);
        let longest = self.longest.max(ONE_WEEK).saturating_add(ROUNDING_DAYS);
        weeks.shortest <= longest && weeks.longest >= shortest
    }
}

/// Words that mean that nobody waits.
const AT_ONCE: [&str; 6] = [
    "direct",
    "meteen",
    "onmiddellijk",
    "aansluitend",
    "nihil",
    "direkt",
];
/// Words that may stand with them.
const WITH_AT_ONCE: [&str; 26] = [
    "per",
    "behandeling",
    "intake",
    "start",
    "aan",
    "op",
    "de",
    "het",
    "een",
    "plaats",
    "plek",
    "plaatsbaar",
    "mogelijk",
    "beschikbaar",
    "terecht",
    "er",
    "is",
    "zijn",
    "kan",
    "kunt",
    "u",
    "na",
    "momenteel",
    "nu",
    "dit",
    "moment",
];
const WAITING: [&str; 7] = [
    "wachttijd",
    "wachttijden",
    "wachtlijst",
    "wachtlijsten",
    "wachten",
    "wachttermijn",
    "wachtperiode",
];
/// Words that say that something is, or is not, known.
const KNOWING: [&str; 15] = [
    "bekend",
    "vermeld",
    "opgegeven",
    "ingevuld",
    "beschikbaar",
    "gepubliceerd",
    "gemeten",
    "informatie",
    "info",
    "gegevens",
    "opgave",
    "data",
    "wachttijdinfo",
    "wachttijdinformatie",
    "gegeven",
];
const WITH_KNOWING: [&str; 15] = [
    "nog",
    "op",
    "de",
    "het",
    "er",
    "is",
    "zijn",
    "over",
    "website",
    "site",
    "dit",
    "moment",
    "momenteel",
    "geen",
    "niet",
];

/// Reads a wait column.
pub(super) fn read(value: &str, clock: Clock) -> Read {
    let mut tokens = text::tokens(value);
    while tokens
        .last()
        .is_some_and(|last| last.is_sign(".") || last.is_sign("!"))
    {
        tokens.pop();
    }
    if is_not_stated(&tokens) {
        Read::Unknown
    } else if is_none(&tokens, clock) {
        Read::Days(Span::NONE)
    } else {
        quantity::read(&tokens, clock)
    }
}

/// "", "-", "?", "N.v.t.", "Onbekend", "Geen wachttijd bekend".
fn is_not_stated(tokens: &[Token]) -> bool {
    let words: Vec<&str> = tokens.iter().filter_map(Token::word).collect();
    let only_words = words.len() == tokens.len();
    match words.as_slice() {
        [] => tokens
            .iter()
            .all(|token| token.is_sign("-") || token.is_sign("?") || token.is_sign(".")),
        ["onbekend" | "nvt" | "nb" | "nnb"] | ["wachttijd" | "wachtlijst", "onbekend" | "nvt"] => {
            only_words
        }
        ["n", "a"] | ["na"] => tokens
            .iter()
            .all(|token| token.word().is_some() || token.is_sign("/")),
        _ => {
            only_words
                && has_any(tokens, &["geen", "niet"])
                && has_any(tokens, &KNOWING)
                && words.iter().all(|word| {
                    KNOWING.contains(word) || WITH_KNOWING.contains(word) || WAITING.contains(word)
                })
        }
    }
}

/// "Geen", "Geen wachtlijst", "Direct", "Behandeling direct aansluitend".
fn is_none(tokens: &[Token], clock: Clock) -> bool {
    let words: Vec<&str> = tokens.iter().filter_map(Token::word).collect();
    if words.len() != tokens.len() {
        return false;
    }
    let leading = ["er", "is", "zijn", "momenteel", "nu", "op", "dit", "moment"];
    let skipped = words
        .iter()
        .take_while(|word| leading.contains(word))
        .count();
    match words.get(skipped..).unwrap_or_default() {
        ["geen"] => true,
        rest @ ["geen" | "zonder", ..] => is_no_waiting(rest),
        _ => {
            let known = |word: &&str| AT_ONCE.contains(word) || WITH_AT_ONCE.contains(word);
            // "Na" leads back to where this wait begins, or says that it is another one.
            let from_where =
                !words.contains(&"na") || (clock == Clock::Treatment && words.contains(&"intake"));
            has_any(tokens, &AT_ONCE) && words.iter().all(known) && from_where
        }
    }
}

fn is_no_waiting(words: &[&str]) -> bool {
    let [first, waiting, rest @ ..] = words else {
        return false;
    };
    let around = [
        "voor",
        "op",
        "dit",
        "moment",
        "momenteel",
        "nu",
        "meer",
        "intake",
        "behandeling",
        "de",
        "een",
    ];
    matches!(*first, "geen" | "zonder")
        && WAITING.contains(waiting)
        && rest.iter().all(|word| around.contains(word))
}
