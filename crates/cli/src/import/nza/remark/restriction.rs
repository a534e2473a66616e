//! Whom a statement is about: this row, another one, or a part that the row cannot tell apart.

use proto::capacity::v1::{CareType, Circuit};

use super::About;
use crate::import::nza::insurers;
use crate::import::nza::text::{self, Token, has_any, has_phrase, has_stem};

/// Whom a clause reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    Row,
    Other,
    Part,
}

/// Words that leave somebody in or out whom a row does not tell apart.
const LIMITING: [&str; 12] = [
    "behalve",
    "uitgezonderd",
    "uitzondering",
    "mits",
    "tenzij",
    "sommige",
    "bepaalde",
    "enkele",
    "soms",
    "deels",
    "gedeeltelijk",
    "buiten",
];

/// Groups that a text names by these beginnings of words.
const GROUPS: [&[&str]; 14] = [
    &["adhd", "add", "aandachtstekort"],
    &["autis", "ass", "pervasief", "pervasieve"],
    &["angst"],
    &["depress", "stemming"],
    &["bipolair"],
    &["persoonlijkheid", "borderline"],
    &["eetstoornis", "anorexia"],
    &["trauma", "ptss"],
    &["dwang", "obsessie"],
    &["psycho", "schizo"],
    &["verslaving", "alcohol", "middelen"],
    &["dementie", "cognitie"],
    &["somati", "somato", "solk"],
    &["gender", "dyslexie"],
];

const CIRCUITS: [(&[&str], Circuit); 6] = [
    (&["kind", "jeugd"], Circuit::Youth),
    (&["adolescent", "jongere"], Circuit::Adolescents),
    (&["volwassen"], Circuit::Adults),
    (&["ouderen", "senioren"], Circuit::Elderly),
    (&["verslaving"], Circuit::Addiction),
    (&["forensisch"], Circuit::Forensic),
];

/// Tells whom a clause about a stop reaches. Insurers are not looked at, save those that it leaves out.
pub(super) fn reach(clause: &[Token], about: &About<'_>) -> Reach {
    if has_any(clause, &LIMITING) || names_ages(clause) || only_some(clause) {
        return Reach::Part;
    }
    let reaches = [
        level(clause, about.care_type),
        circuit(clause, about.circuit),
        group(clause, about),
    ];
    if reaches.contains(&Reach::Other) {
        Reach::Other
    } else if reaches.contains(&Reach::Part) {
        Reach::Part
    } else {
        Reach::Row
    }
}

/// "Onder 18 jaar", "ouder dan 65", "4-12 jarigen".
fn names_ages(clause: &[Token]) -> bool {
    clause
        .windows(2)
        .any(|pair| pair[0].number().is_some() && has_stem(&pair[1..], &["jaar", "jarig"]))
        || clause.iter().enumerate().any(|(at, token)| {
            let bounds = matches!(token.word(), Some("onder" | "boven" | "jonger" | "ouder"));
            bounds
                && clause
                    .iter()
                    .skip(at + 1)
                    .take(2)
                    .any(|next| next.number().is_some())
        })
}

/// "Alleen nog voor CZ" is open for CZ; "alleen voor VGZ" is stopped for VGZ.
fn only_some(clause: &[Token]) -> bool {
    let only = has_any(clause, &["alleen", "uitsluitend", "enkel"]);
    only && (insurers::named(clause).is_empty() || has_phrase(clause, &["alleen", "nog"]))
}

fn level(clause: &[Token], row: CareType) -> Reach {
    let basic =
        has_any(clause, &["bggz", "gbggz", "basisggz"]) || has_phrase(clause, &["basis", "ggz"]);
    let special = has_any(clause, &["sggz"])
        || has_phrase(clause, &["specialistische", "ggz"])
        || has_phrase(clause, &["gespecialiseerde", "ggz"]);
    match (basic, special, row) {
        (false, false, _)
        | (true, true, _)
        | (true, _, CareType::Basic)
        | (_, true, CareType::Specialised) => Reach::Row,
        (_, _, CareType::Basic | CareType::Specialised) => Reach::Other,
        _ => Reach::Part,
    }
}

fn circuit(clause: &[Token], row: Circuit) -> Reach {
    let named: Vec<Circuit> = CIRCUITS
        .iter()
        .filter(|(stems, _)| has_stem(clause, stems))
        .map(|(_, circuit)| *circuit)
        .collect();
    match row {
        _ if named.is_empty() || named.contains(&row) => Reach::Row,
        Circuit::Unspecified => Reach::Part,
        // Young people are in either.
        Circuit::Youth | Circuit::Adolescents
            if named.contains(&Circuit::Youth) || named.contains(&Circuit::Adolescents) =>
        {
            Reach::Part
        }
        _ => Reach::Other,
    }
}

fn group(clause: &[Token], about: &About<'_>) -> Reach {
    let row: Vec<Token> = about
        .groups
        .iter()
        .flat_map(|group| text::tokens(group))
        .collect();
    let named: Vec<_> = GROUPS
        .iter()
        .filter(|stems| has_group(clause, stems))
        .collect();
    if named.is_empty() || named.iter().any(|stems| has_group(&row, stems)) {
        Reach::Row
    } else {
        Reach::Part
    }
}

/// Short names are whole words: "ass" is not "assistent".
fn has_group(tokens: &[Token], stems: &[&str]) -> bool {
    tokens.iter().filter_map(Token::word).any(|word| {
        // A practice of psychologists is no psychosis.
        let profession = word.starts_with("psycholo")
            || word.starts_with("psychoth")
            || word.starts_with("psychiat");
        !profession
            && stems.iter().any(|stem| {
                if stem.len() <= 4 {
                    word == *stem
                } else {
                    word.starts_with(stem)
                }
            })
    })
}
