//! Whether a part of a remark says that nobody is taken in.

use super::About;
use super::restriction::{self, Reach};
use crate::import::day::Day;
use crate::import::nza::dates::{self, Missing};
use crate::import::nza::insurers;
use crate::import::nza::text::{Token, has_any, has_phrase, has_stem, starts_with};

/// Words for people who are taken in.
const PEOPLE: [&str; 9] = [
    "patienten",
    "clienten",
    "verzekerden",
    "kinderen",
    "jeugdigen",
    "jongeren",
    "volwassenen",
    "ouderen",
    "mensen",
];
/// Words for taking in.
const INTAKES: [&str; 12] = [
    "aanmelding",
    "aanmeldingen",
    "aanmelden",
    "verwijzingen",
    "verwijzen",
    "intakes",
    "inschrijving",
    "inschrijvingen",
    "inschrijven",
    "instroom",
    "opnames",
    "opnamen",
];
/// Beginnings of the words that are stopped by an "…stop".
const STOPPED: [&str; 14] = [
    "aanmeld",
    "aanname",
    "intake",
    "patient",
    "client",
    "opname",
    "instroom",
    "wachtlijst",
    "verwijs",
    "verwijzing",
    "toelating",
    "inschrijf",
    "inschrijving",
    "registratie",
];
pub(super) const SHUT: [&str; 7] = [
    "gesloten",
    "dicht",
    "gestaakt",
    "stopgezet",
    "opgeschort",
    "gepauzeerd",
    "bevroren",
];
const LIFTED: [&str; 8] = [
    "opgeheven",
    "voorbij",
    "beeindigd",
    "afgelopen",
    "vervallen",
    "ingetrokken",
    "geeindigd",
    "opheffen",
];
/// What closes for a time and opens again.
pub(super) const PASSING: [&str; 9] = [
    "tijdelijk",
    "vakantie",
    "ziekte",
    "zwangerschap",
    "verlof",
    "verbouwing",
    "verhuizing",
    "kerst",
    "zomer",
];

/// What a clause says about admissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Silent,
    Stopped,
    /// Open again from some day: stopped until then.
    OpensAgain,
    NotCertain,
}

/// Reads what a clause says about the row's admissions.
pub(super) fn read(clause: &[Token], about: &About<'_>) -> Verdict {
    let opens_again = opens_again(clause);
    let says =
        says_stop(clause) || refuses_people(clause) || is_impossible(clause) || is_shut(clause);
    if !says && !opens_again {
        return Verdict::Silent;
    }
    match restriction::reach(clause, about) {
        Reach::Row if opens_again => Verdict::OpensAgain,
        Reach::Row => Verdict::Stopped,
        Reach::Other => Verdict::Silent,
        Reach::Part => Verdict::NotCertain,
    }
}

/// "Aanmeldstop", "cliënten-stop", "tijdelijke stop"; not "geen aanmeldstop", not "stop met roken".
fn says_stop(clause: &[Token]) -> bool {
    clause.iter().enumerate().any(|(at, token)| {
        let Some(word) = token.word() else {
            return false;
        };
        let stem = word
            .strip_suffix("stop")
            .or_else(|| word.strip_suffix("pauze"));
        let is_stop = match stem {
            None => false,
            Some("") => follows_what_is_stopped(clause, at) || stands_alone(clause, at),
            Some(stem) => STOPPED.iter().any(|known| stem.starts_with(known)),
        };
        is_stop && !is_denied(clause, at)
    })
}

fn follows_what_is_stopped(clause: &[Token], at: usize) -> bool {
    let before = clause
        .iter()
        .take(at)
        .rev()
        .find(|token| !token.is_sign("-"));
    before
        .and_then(Token::word)
        .is_some_and(|word| STOPPED.iter().any(|known| word.starts_with(known)))
}

fn stands_alone(clause: &[Token], at: usize) -> bool {
    let before = at
        .checked_sub(1)
        .and_then(|before| clause.get(before))
        .and_then(Token::word);
    let after = clause.get(at + 1).and_then(Token::word);
    let begins = at == 0
        || matches!(
            before,
            Some("tijdelijke" | "volledige" | "algehele" | "algemene" | "een")
        );
    begins
        && matches!(
            after,
            None | Some(
                "tot" | "tm" | "voor" | "op" | "bij" | "vanaf" | "per" | "sinds" | "vanwege"
            )
        )
}

/// "Er is geen sprake van een aanmeldstop", "einde aanmeldstop".
fn is_denied(clause: &[Token], at: usize) -> bool {
    let linking = [
        "sprake",
        "van",
        "een",
        "de",
        "tijdelijke",
        "langer",
        "meer",
        "algehele",
        "momenteel",
    ];
    let before = clause
        .iter()
        .take(at)
        .rev()
        .filter_map(Token::word)
        .find(|word| !linking.contains(word));
    matches!(before, Some("geen" | "niet" | "zonder" | "einde")) || has_any(clause, &LIFTED)
}

/// "Geen nieuwe aanmeldingen", "nemen geen nieuwe patiënten op", "patiënten worden niet aangenomen".
fn refuses_people(clause: &[Token]) -> bool {
    let describing = [
        "nieuwe",
        "verdere",
        "extra",
        "andere",
        "meer",
        "nog",
        "bggz",
        "sggz",
        "ggz",
        "basis",
        "specialistische",
        "gespecialiseerde",
    ];
    let words: Vec<&str> = clause.iter().filter_map(Token::word).collect();
    let none = words.iter().enumerate().any(|(at, word)| {
        if *word != "geen" {
            return false;
        }
        let after = words.get(at + 1..).unwrap_or_default();
        let skipped: Vec<&str> = after
            .iter()
            .copied()
            .take_while(|word| describing.contains(word) || is_insurer(word))
            .collect();
        let what = after.get(skipped.len()).copied().unwrap_or_default();
        let takes = [
            "aan",
            "op",
            "aangenomen",
            "opgenomen",
            "aannemen",
            "opnemen",
            "geplaatst",
            "meer",
        ];
        let taken = after.iter().any(|word| takes.contains(word));
        INTAKES.contains(&what)
            || (PEOPLE.contains(&what) && (skipped.contains(&"nieuwe") || taken))
    });
    let not_taken = [
        "aangenomen",
        "geaccepteerd",
        "opgenomen",
        "toegelaten",
        "geplaatst",
    ];
    let refused = (has_any(clause, &PEOPLE) || has_any(clause, &INTAKES))
        && has_any(clause, &["niet"])
        && (has_any(clause, &not_taken) || has_phrase(clause, &["in", "behandeling", "genomen"]));
    none || refused
}

fn is_insurer(word: &str) -> bool {
    let token = Token {
        kind: crate::import::nza::text::Kind::Word,
        text: word.to_owned(),
        glued: false,
    };
    !insurers::named(&[token]).is_empty()
}

/// "Aanmelding niet meer mogelijk", "intake is op dit moment niet mogelijk"; not "niet mogelijk via e-mail".
fn is_impossible(clause: &[Token]) -> bool {
    let channels = [
        "via",
        "zonder",
        "telefonisch",
        "online",
        "mail",
        "email",
        "digitaal",
        "website",
    ];
    (has_any(clause, &INTAKES) || has_any(clause, &["intake", "verwijzing"]))
        && (has_phrase(clause, &["niet", "mogelijk"])
            || has_phrase(clause, &["niet", "meer", "mogelijk"]))
        && !has_any(clause, &channels)
}

/// "Wachtlijst gesloten", "tijdelijk gesloten", "gesloten tot 1 mei"; not "gesloten afdeling".
fn is_shut(clause: &[Token]) -> bool {
    clause.iter().enumerate().any(|(at, token)| {
        let Some(word) = token.word().filter(|word| SHUT.contains(word)) else {
            return false;
        };
        let next = clause.get(at + 1).and_then(Token::word).unwrap_or_default();
        let describes = [
            "afdeling",
            "setting",
            "opname",
            "groep",
            "kliniek",
            "unit",
            "jeugdzorg",
            "plaatsing",
            "behandeling",
        ];
        let before = at
            .checked_sub(1)
            .and_then(|before| clause.get(before))
            .and_then(Token::word);
        if before == Some("niet") || describes.contains(&next) {
            return false;
        }
        let until = (at..clause.len()).any(|from| {
            let rest = clause.get(from..).unwrap_or_default();
            (starts_with(rest, &["tot"]) || starts_with(rest, &["tm"]))
                && dates::read(
                    rest.get(1..).unwrap_or_default(),
                    Day::new(2000, 1, 1),
                    Missing::Next,
                )
                .is_some()
        });
        has_any(clause, &INTAKES)
            || has_stem(clause, &["wachtlijst", "aanmeldlijst"])
            || has_phrase(clause, &["nieuwe", "patienten"])
            || has_phrase(clause, &["nieuwe", "clienten"])
            || (word == "gesloten" && (until || has_stem(clause, &PASSING)))
            || (word == "gesloten" && !insurers::named(clause).is_empty())
    })
}

/// "Vanaf 1 maart weer nieuwe aanmeldingen", "aanmeldstop wordt per 1 mei opgeheven".
pub(super) fn opens_again(clause: &[Token]) -> bool {
    let taking = has_any(clause, &INTAKES)
        || has_any(clause, &PEOPLE)
        || has_any(clause, &["intake", "mogelijk", "open"]);
    let stop = clause.iter().filter_map(Token::word).any(|word| {
        word.strip_suffix("stop")
            .is_some_and(|stem| STOPPED.iter().any(|known| stem.starts_with(known)))
    });
    (taking && has_any(clause, &["weer", "opnieuw", "hervat", "heropend"]))
        || (stop && has_any(clause, &LIFTED))
}
