//! Remarks with a known meaning that changes no figure, as codes. All others are dropped.

use crate::import::nza::text::{Token, has_any, has_phrase, has_stem};

/// Returns the codes of a remark, in order, each once.
pub(super) fn of(clauses: &[&[Token]]) -> Vec<&'static str> {
    let mut codes: Vec<&'static str> = clauses
        .iter()
        .flat_map(|clause| of_clause(clause))
        .collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

fn of_clause(clause: &[Token]) -> Vec<&'static str> {
    let waits = has_stem(clause, &["wachttijd", "wachtlijst"]);
    let none = has_any(clause, &["geen"]);
    let not = has_any(clause, &["niet"]);
    let site = has_stem(clause, &["website", "site"]);
    let no_information = has_stem(clause, &["wachttijdinfo"]) && none
        || waits && none && has_stem(clause, &["info"])
        || waits && not && has_any(clause, &["bekend", "vermeld", "gepubliceerd", "opgegeven"]);
    let differs = has_any(
        clause,
        &[
            "verschillen",
            "verschilt",
            "varieren",
            "varieert",
            "wisselt",
            "wisselend",
        ],
    ) || has_stem(clause, &["afhankelijk"]);
    let taken_over = has_stem(
        clause,
        &["continueren", "overgenomen", "overgedragen", "voortgezet"],
    ) && has_any(clause, &["zorg", "clienten", "patienten"]);
    let when_enough = has_any(clause, &["voldoende", "genoeg"])
        && has_stem(clause, &["animo", "deelne", "aanmelding", "belangstelling"]);
    let meanings = [
        (no_information, "no-wait-information"),
        (site && none, "no-website"),
        (
            site && not && has_stem(clause, &["werk", "bereik", "beschikbaar"]),
            "website-down",
        ),
        (waits && differs, "wait-varies"),
        (
            waits && has_any(clause, &["langer", "oplopen", "toegenomen"]),
            "wait-may-be-longer",
        ),
        (when_enough, "starts-when-enough-join"),
        (
            has_stem(clause, &["start"]) && has_phrase(clause, &["per", "jaar"]),
            "starts-at-set-times",
        ),
        (taken_over, "care-taken-over"),
    ];
    meanings
        .into_iter()
        .filter(|(means, _)| *means)
        .map(|(_, code)| code)
        .collect()
}
