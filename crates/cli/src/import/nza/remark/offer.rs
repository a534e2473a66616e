//! What is no offering: "Geen aanbod", "Faillissement", a location that has closed.

use super::About;
use super::verdict::PASSING;
use crate::import::nza::dates::{self, Missing};
use crate::import::nza::text::{self, Token, has_any, has_phrase, has_stem};

/// Whether a row is an offering at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::import::nza) enum Offer {
    Given,
    NotGiven,
    Closed,
    /// It closes on a day that has not come yet.
    ClosingAnnounced,
}

const PLACES: [&str; 11] = [
    "vestiging",
    "locatie",
    "praktijk",
    "kliniek",
    "polikliniek",
    "poli",
    "instelling",
    "organisatie",
    "centrum",
    "bedrijf",
    "stichting",
];
const ENDED: [&str; 6] = [
    "gesloten",
    "sluiten",
    "opgeheven",
    "beeindigd",
    "gestopt",
    "opgehouden",
];
/// Words that may stand around "gesloten" without changing what it says.
const PLAIN: [&str; 24] = [
    "wij",
    "we",
    "zijn",
    "is",
    "zal",
    "worden",
    "wordt",
    "gaat",
    "te",
    "deze",
    "onze",
    "de",
    "het",
    "definitief",
    "permanent",
    "helaas",
    "inmiddels",
    "reeds",
    "per",
    "vanaf",
    "sinds",
    "in",
    "om",
    "bedrijfsvoering",
];
const OPENING_HOURS: [&str; 12] = [
    "maandag",
    "dinsdag",
    "woensdag",
    "donderdag",
    "vrijdag",
    "zaterdag",
    "zondag",
    "weekend",
    "weekenden",
    "avond",
    "uur",
    "feestdagen",
];

/// Reads whether the row is an offering.
pub(super) fn read(clauses: &[&[Token]], about: &About<'_>) -> Offer {
    if clauses.iter().any(|clause| is_no_offer(clause)) {
        return Offer::NotGiven;
    }
    let closures = clauses.iter().map(|clause| closure(clause, about));
    closures
        .max_by_key(|offer| match offer {
            Offer::Given => 0,
            Offer::ClosingAnnounced => 1,
            Offer::NotGiven | Offer::Closed => 2,
        })
        .unwrap_or(Offer::Given)
}

/// A remark that also speaks of a stop: "gesloten" belongs to that, unless the location itself is named.
pub(super) fn unless_stopped(clauses: &[&[Token]], about: &About<'_>) -> Offer {
    let speak_of_a_place: Vec<&[Token]> = clauses
        .iter()
        .copied()
        .filter(|clause| !has_any(clause, &["tot", "tm", "weer"]) && !has_stem(clause, &PASSING))
        .filter(|clause| {
            has_any(clause, &PLACES)
                || has_stem(clause, &["faillis", "failliet"])
                || is_no_offer(clause)
        })
        .collect();
    read(&speak_of_a_place, about)
}

/// "Geen aanbod", "wordt niet aangeboden", "niet in ons aanbod"; not "geen aanbod voor kinderen".
fn is_no_offer(clause: &[Token]) -> bool {
    let none = clause.iter().enumerate().any(|(at, token)| {
        token.word() == Some("geen")
            && clause
                .get(at + 1..)
                .unwrap_or_default()
                .iter()
                .filter_map(Token::word)
                .find(|word| !["eigen", "passend", "verder", "enkel"].contains(word))
                .is_some_and(|word| ["aanbod", "zorgaanbod", "behandelaanbod"].contains(&word))
    });
    let not_offered = has_any(clause, &["niet"])
        && (has_any(clause, &["aangeboden", "geboden"])
            || has_phrase(clause, &["in", "ons", "aanbod"])
            || has_phrase(clause, &["in", "het", "aanbod"])
            || has_phrase(clause, &["bieden", "wij", "niet"])
            || has_phrase(clause, &["behandelen", "wij", "niet"]));
    let outside = has_phrase(clause, &["buiten", "ons", "aanbod"])
        || has_phrase(clause, &["buiten", "het", "aanbod"]);
    (none || not_offered || outside) && is_about_the_row(clause)
}

/// "… voor deze doelgroep" is about the row; "… voor kinderen" or "… in het weekend" about somebody else.
fn is_about_the_row(clause: &[Token]) -> bool {
    let own = [
        "deze", "dit", "die", "de", "het", "ons", "onze", "aanbod", "hier",
    ];
    clause.iter().enumerate().all(|(at, token)| {
        let limits = matches!(
            token.word(),
            Some("voor" | "van" | "aan" | "bij" | "met" | "na")
        );
        let next = clause.get(at + 1).and_then(Token::word);
        !limits || next.is_some_and(|next| own.contains(&next))
    })
}

fn closure(clause: &[Token], about: &About<'_>) -> Offer {
    let bankrupt =
        has_stem(clause, &["faillis", "failliet"]) && !has_any(clause, &["geen", "niet"]);
    if bankrupt {
        return Offer::Closed;
    }
    if has_any(clause, &OPENING_HOURS)
        || has_any(clause, &["niet", "geen"]) && !has_phrase(clause, &["niet", "meer"])
    {
        return Offer::Given;
    }
    let gone = has_phrase(clause, &["bestaat", "niet", "meer"])
        || has_phrase(clause, &["bestaan", "niet", "meer"]);
    let ended = has_any(clause, &ENDED) && !has_any(clause, &["met", "aan"]);
    let closes = (gone || ended) && (has_any(clause, &PLACES) || is_plain(clause));
    if !closes || names_another_place(clause, about) {
        return Offer::Given;
    }
    match day_of(clause, about) {
        Some(day) if day > about.today => Offer::ClosingAnnounced,
        _ => Offer::Closed,
    }
}

/// Nothing but "gesloten", words that add nothing, and a date.
fn is_plain(clause: &[Token]) -> bool {
    clause.iter().all(|token| {
        token.word().is_none_or(|word| {
            ENDED.contains(&word) || PLAIN.contains(&word) || dates::month(word).is_some()
        })
    })
}

/// "De vestiging in Amsterdam": not this row's, if this one is elsewhere.
fn names_another_place(clause: &[Token], about: &About<'_>) -> bool {
    let own: Vec<Token> = about
        .places
        .iter()
        .flat_map(|place| text::tokens(place))
        .collect();
    let own: Vec<&str> = own.iter().filter_map(Token::word).collect();
    clause.windows(3).any(|window| match window {
        [place, preposition, name] => {
            place.word().is_some_and(|word| PLACES.contains(&word))
                && matches!(preposition.word(), Some("in" | "te"))
                && name
                    .word()
                    .is_some_and(|name| name != "de" && name != "het" && !own.contains(&name))
        }
        _ => false,
    })
}

fn day_of(clause: &[Token], about: &About<'_>) -> Option<crate::import::day::Day> {
    clause.iter().enumerate().find_map(|(at, token)| {
        matches!(token.word(), Some("per" | "vanaf" | "sinds" | "op" | "in")).then_some(())?;
        let (named, _) = dates::read(clause.get(at + 1..)?, about.written_on, Missing::Nearest)?;
        Some(named.days.first)
    })
}
