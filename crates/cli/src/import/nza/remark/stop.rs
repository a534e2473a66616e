//! Stops on admissions: "Aanmeldstop", "Nemen geen nieuwe patiënten op", "Gesloten tot januari 2019".

use proto::capacity::v1::PauseReason;
use serde::{Deserialize, Serialize};

use super::About;
use super::verdict::{self, SHUT, Verdict, opens_again};
use crate::import::day::Day;
use crate::import::nza::dates::{self, Missing};
use crate::import::nza::insurers;
use crate::import::nza::text::{Token, has_any, has_stem};

/// A stop on admissions, as stated.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(in crate::import) struct Stop {
    /// Insurers that it names; none: all.
    pub(in crate::import) insurers: Vec<String>,
    pub(in crate::import) starts: Option<Day>,
    /// The first day on which it no longer holds.
    pub(in crate::import) ends: Option<Day>,
    /// The same, where the text is vague about it.
    pub(in crate::import) expected_end: Option<Day>,
    /// Value of the contract's `PauseReason`.
    pub(in crate::import) reason: i32,
    pub(in crate::import) waiting_list_closed: bool,
}

/// What a row says about admissions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::import::nza) enum Stopped {
    No,
    InForce(Stop),
    /// It was stopped; the end is past.
    Ended,
    /// A part is stopped, and it cannot be said which.
    NotCertain,
}

/// Reads whether admissions are stopped.
pub(super) fn read(clauses: &[&[Token]], about: &About<'_>, figures_stop: bool) -> Stopped {
    let verdicts: Vec<Verdict> = clauses
        .iter()
        .map(|clause| verdict::read(clause, about))
        .collect();
    let stopped = figures_stop
        || verdicts.contains(&Verdict::Stopped)
        || verdicts.contains(&Verdict::OpensAgain);
    if !stopped {
        return if verdicts.contains(&Verdict::NotCertain) {
            Stopped::NotCertain
        } else {
            Stopped::No
        };
    }
    let stop = terms(clauses, about);
    let over = |day: Option<Day>| day.is_some_and(|day| day <= about.today);
    let only_opens = !figures_stop && !verdicts.contains(&Verdict::Stopped);
    if over(stop.ends) || over(stop.expected_end) {
        return Stopped::Ended;
    }
    if only_opens && stop.ends.is_none() && stop.expected_end.is_none() {
        // "Weer open": since when it does not say, and it does not matter.
        return Stopped::No;
    }
    Stopped::InForce(stop)
}

/// What the remark says about a stop: for whom, from when, until when, why.
fn terms(clauses: &[&[Token]], about: &About<'_>) -> Stop {
    let mut stop = Stop {
        insurers: Vec::new(),
        starts: None,
        ends: None,
        expected_end: None,
        reason: PauseReason::NotStated.into(),
        waiting_list_closed: false,
    };
    for clause in clauses {
        for insurer in insurers::named(clause) {
            if !stop.insurers.contains(&insurer) {
                stop.insurers.push(insurer);
            }
        }
        times(clause, about, &mut stop);
        if let Some(reason) = reason(clause) {
            stop.reason = reason.into();
        }
        stop.waiting_list_closed |= (has_stem(clause, &["wachtlijst"]) && has_any(clause, &SHUT))
            || has_stem(clause, &["wachtlijststop"]);
    }
    stop.insurers.sort_unstable();
    if stop
        .starts
        .zip(stop.ends)
        .is_some_and(|(starts, ends)| ends <= starts)
    {
        stop.starts = None;
    }
    stop
}

fn times(clause: &[Token], about: &About<'_>, stop: &mut Stop) {
    let opens = opens_again(clause);
    for (at, token) in clause.iter().enumerate() {
        let rest = clause.get(at + 1..).unwrap_or_default();
        match token.word() {
            Some(until @ ("tot" | "tm")) => {
                if let Some((named, _)) = dates::read(rest, about.written_on, Missing::Next) {
                    let after = named.days.last.plus(1);
                    match (named.vague, until) {
                        (true, _) => stop.expected_end = stop.expected_end.max(Some(after)),
                        (false, "tot") => stop.ends = stop.ends.max(Some(named.days.first)),
                        (false, _) => stop.ends = stop.ends.max(Some(after)),
                    }
                }
            }
            Some("per" | "vanaf" | "sinds" | "dd" | "van") if opens => {
                if let Some((named, _)) = dates::read(rest, about.written_on, Missing::Next) {
                    if named.vague {
                        stop.expected_end = stop.expected_end.max(Some(named.days.last.plus(1)));
                    } else {
                        stop.ends = stop.ends.max(Some(named.days.first));
                    }
                }
            }
            Some("per" | "vanaf" | "sinds" | "dd" | "van") => {
                if let Some((named, _)) = dates::read(rest, about.written_on, Missing::Nearest) {
                    stop.starts = stop.starts.or(Some(named.days.first));
                }
            }
            Some("in" | "voor" | "gedurende" | "heel" | "geheel" | "hele") => {
                if let Some(end) = end_of_year(rest, about) {
                    stop.ends = stop.ends.max(Some(end));
                }
            }
            _ => {}
        }
    }
}

/// "in 2018", "voor de rest van dit jaar": until the year is over.
fn end_of_year(rest: &[Token], about: &About<'_>) -> Option<Day> {
    let filling = [
        "de",
        "rest",
        "van",
        "het",
        "jaar",
        "heel",
        "hele",
        "kalenderjaar",
    ];
    let skipped = rest
        .iter()
        .take_while(|token| token.word().is_some_and(|word| filling.contains(&word)))
        .count();
    let rest = rest.get(skipped..)?;
    let is_year = rest
        .first()
        .is_some_and(|token| token.number().is_some_and(|number| number.len() == 4))
        || matches!(
            rest.first().and_then(Token::word),
            Some("dit" | "lopende" | "huidige")
        );
    let (named, _) = is_year.then(|| dates::read(rest, about.written_on, Missing::Next))??;
    Some(named.days.last.plus(1))
}

fn reason(clause: &[Token]) -> Option<PauseReason> {
    let has = |stems: &[&str]| has_stem(clause, stems);
    if has(&[
        "budget",
        "omzetplafond",
        "plafond",
        "contract",
        "productieafspra",
    ]) {
        Some(PauseReason::ContractExhausted)
    } else if has(&[
        "personeel",
        "ziekte",
        "vacature",
        "zwangerschap",
        "verlof",
        "onderbezet",
    ]) {
        Some(PauseReason::StaffShortage)
    } else if has(&["vakantie", "zomerstop", "kerst"]) {
        Some(PauseReason::Holiday)
    } else if has(&["verbouw", "verhuiz"]) {
        Some(PauseReason::Building)
    } else if has(&["vanwege", "door"]) && has(&["wachttijd", "wachtlijst", "drukte", "toeloop"]) {
        Some(PauseReason::WaitTooLong)
    } else if has(&["pensioen", "beeindig", "stoppen", "opheffing"]) {
        Some(PauseReason::Ending)
    } else {
        None
    }
}
