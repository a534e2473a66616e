//! Rows about the same offering, group and insurer that cannot both be true.

use std::collections::BTreeMap;

use super::row::Stated;
use crate::import::day::Day;
use crate::import::refusal::{Refusal, Wrong, reason};

/// A place in a list of statements.
type At = usize;

/// Returns the statements that contradict another one, each naming a line that it contradicts.
pub(super) fn find(stated: &[Stated], lines: &[u64]) -> Vec<(At, Refusal)> {
    let mut about_the_same: BTreeMap<(&str, &str), Vec<At>> = BTreeMap::new();
    for (at, row) in stated.iter().enumerate() {
        for insurer in insurers(row) {
            about_the_same
                .entry((&row.group, insurer))
                .or_default()
                .push(at);
        }
    }
    let mut found: BTreeMap<At, Refusal> = BTreeMap::new();
    for rows in about_the_same.values() {
        for matter in Matter::ALL {
            for (at, other) in differing(rows, |at| stated.get(at).and_then(|row| matter.of(row))) {
                let (Some(row), Some(other_line)) = (stated.get(at), lines.get(other)) else {
                    continue;
                };
                let wrong = matter.wrong(row);
                found.entry(at).or_insert(Refusal {
                    wrong,
                    other_line: Some(*other_line),
                    also: Vec::new(),
                });
            }
        }
    }
    found.into_iter().collect()
}

/// Those that the figures hold for; "" stands for all.
pub(super) fn insurers(row: &Stated) -> Vec<&str> {
    if row.insurers.is_empty() {
        vec![""]
    } else {
        row.insurers.iter().map(String::as_str).collect()
    }
}

/// Returns every row that says something else than another, with the first such other.
fn differing<T: PartialEq>(rows: &[At], says: impl Fn(At) -> Option<T>) -> Vec<(At, At)> {
    let said: Vec<(At, T)> = rows
        .iter()
        .filter_map(|at| says(*at).map(|value| (*at, value)))
        .collect();
    said.iter()
        .filter_map(|(at, value)| {
            said.iter()
                .find(|(_, other)| other != value)
                .map(|(other, _)| (*at, *other))
        })
        .collect()
}

/// What rows may contradict each other in.
#[derive(Clone, Copy)]
enum Matter {
    Intake,
    Treatment,
    Admission,
    End,
}

#[derive(PartialEq)]
enum Says {
    Days(u32),
    Admits(bool),
    Ends(Option<Day>, Option<Day>),
}

impl Matter {
    const ALL: [Self; 4] = [Self::Intake, Self::Treatment, Self::Admission, Self::End];

    /// What was not stated contradicts nothing.
    fn of(self, row: &Stated) -> Option<Says> {
        match self {
            Self::Intake => row.intake_days.map(Says::Days),
            Self::Treatment => row.treatment_days.map(Says::Days),
            Self::Admission => row.admits.map(Says::Admits),
            Self::End => {
                let stop = row
                    .stop
                    .as_ref()
                    .filter(|stop| stop.ends.is_some() || stop.expected_end.is_some())?;
                Some(Says::Ends(stop.ends, stop.expected_end))
            }
        }
    }

    fn wrong(self, row: &Stated) -> Wrong {
        let [intake, treatment, remark] = &row.cells;
        let (column, value) = match self {
            Self::Treatment => treatment,
            Self::End => remark,
            Self::Admission if row.admits == Some(false) && !remark.1.is_empty() => remark,
            Self::Intake | Self::Admission => intake,
        };
        Wrong::new(column, value, reason::CONTRADICTION)
    }
}
