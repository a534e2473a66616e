//! Rows that cannot be used: where, what and why.

use serde::{Deserialize, Serialize};

/// Stable words for why a row, or a value of it, cannot be used.
pub(super) mod reason {
    pub(in crate::import) const NO_OFFER: &str = "no-offer";
    pub(in crate::import) const CLOSED: &str = "closed";
    pub(in crate::import) const CONTRADICTION: &str = "contradiction";
    pub(in crate::import) const WAIT_UNCERTAIN: &str = "wait-uncertain";
    pub(in crate::import) const WAIT_IMPLAUSIBLE: &str = "wait-implausible";
    pub(in crate::import) const WAIT_MISMATCH: &str = "wait-mismatch";
    pub(in crate::import) const STOP_UNCERTAIN: &str = "stop-uncertain";
    pub(in crate::import) const MUNICIPALITY_UNKNOWN: &str = "municipality-unknown";
    pub(in crate::import) const PROVIDER_UNKNOWN: &str = "provider-unknown";
    pub(in crate::import) const PROVIDER_KIND_UNKNOWN: &str = "provider-kind-unknown";
    pub(in crate::import) const CIRCUIT_UNKNOWN: &str = "circuit-unknown";
    pub(in crate::import) const CARE_TYPE_UNKNOWN: &str = "care-type-unknown";
    pub(in crate::import) const DIAGNOSIS_GROUP_UNKNOWN: &str = "diagnosis-group-unknown";
    pub(in crate::import) const INSURER_UNCERTAIN: &str = "insurer-uncertain";
    pub(in crate::import) const DATE_MISSING: &str = "date-missing";
    pub(in crate::import) const DATE_UNREADABLE: &str = "date-unreadable";
    pub(in crate::import) const DATE_IN_THE_FUTURE: &str = "date-in-the-future";
    pub(in crate::import) const TOO_LONG: &str = "too-long";
    pub(in crate::import) const TOO_MANY_FIGURES: &str = "too-many-figures";
    pub(in crate::import) const MISSING: &str = "missing";
    pub(in crate::import) const UNKNOWN_WORD: &str = "unknown-word";
    pub(in crate::import) const NOT_A_NUMBER: &str = "not-a-number";
    pub(in crate::import) const NOT_A_CODE: &str = "not-a-code";
    pub(in crate::import) const NOT_CONSISTENT: &str = "not-consistent";
    pub(in crate::import) const NOT_UTF8: &str = "not-utf-8";
    pub(in crate::import) const NUL: &str = "nul-byte";
    pub(in crate::import) const QUOTES: &str = "quotes";
    pub(in crate::import) const COLUMNS: &str = "columns";
    pub(in crate::import) const ROW_TOO_LONG: &str = "row-too-long";
}

/// One value that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Wrong {
    pub(super) column: String,
    pub(super) value: String,
    pub(super) reason: String,
}

impl Wrong {
    pub(super) fn new(column: &str, value: &str, reason: &str) -> Self {
        Self {
            column: column.to_owned(),
            value: shown(value),
            reason: reason.to_owned(),
        }
    }
}

/// A row that is not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Refusal {
    #[serde(flatten)]
    pub(super) wrong: Wrong,
    /// The line that it contradicts.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) other_line: Option<u64>,
    /// Everything else that is wrong with the row.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub(super) also: Vec<Wrong>,
}

impl Refusal {
    /// Collects what is wrong with one row; none if nothing is.
    pub(super) fn of(wrongs: Vec<Wrong>) -> Option<Self> {
        let mut wrongs = wrongs.into_iter();
        let wrong = wrongs.next()?;
        Some(Self {
            wrong,
            other_line: None,
            also: wrongs.collect(),
        })
    }
}

impl From<Wrong> for Refusal {
    fn from(wrong: Wrong) -> Self {
        Self {
            wrong,
            other_line: None,
            also: Vec::new(),
        }
    }
}

/// A value may be anything: what is shown of it is one short line.
fn shown(value: &str) -> String {
    const LONGEST: usize = 200;
    let mut line: String = value
        .chars()
        .take(LONGEST)
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    if value.chars().nth(LONGEST).is_some() {
        line.push('…');
    }
    line
}
