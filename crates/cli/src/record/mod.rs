//! The contract's messages as JSON objects: the same names for what is read and what is written.
//!
//! Read: a value that is not stated may be left out or `null`, a list left out or empty; a name that is not known is
//! refused, so that a misspelt figure is never silently unknown. Written: unknown is `null`.

mod details;
mod forecast;
mod hold;
mod pause;
mod report;
mod terms;

use prost_types::Timestamp;
use serde::de::DeserializeOwned;

use crate::failure::{Refusal, Violation, one_line};
use crate::moments;
use crate::words::{Word, choices, value_of};

pub(crate) use details::DetailsRecord;
pub(crate) use forecast::{ForecastRecord, funded_by_route};
pub(crate) use hold::HoldRecord;
pub(crate) use pause::PauseRecord;
pub(crate) use report::{FiguresRecord, ReportLine, WaitRecord};
pub(crate) use terms::TermsRecord;

/// Reads an object. An array is refused: serde would take it for the values without their names.
///
/// # Errors
/// One line that says what is wrong and where.
pub(crate) fn read<T: DeserializeOwned>(text: &[u8]) -> Result<T, String> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    if !text.trim_ascii_start().starts_with(b"{") {
        return Err("not a JSON object".to_owned());
    }
    serde_json::from_slice(text).map_err(|error| one_line(&error.to_string()))
}

/// Everything that is wrong with an object, by field path.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Violation>);

impl Faults {
    /// Adds one.
    pub(crate) fn add(&mut self, field: &str, description: impl Into<String>) {
        self.0.push(Violation {
            field: field.to_owned(),
            description: description.into(),
        });
    }

    /// Reads a word; 0 when nothing is stated.
    pub(crate) fn word<W: Word>(&mut self, field: &str, text: Option<&str>) -> i32 {
        let Some(text) = text else { return 0 };
        match value_of::<W>(text) {
            Some(value) => value.into(),
            None => {
                self.add(field, format!("is not one of {}", choices::<W>()));
                0
            }
        }
    }

    /// Reads a moment.
    pub(crate) fn moment(&mut self, field: &str, text: Option<&str>) -> Option<Timestamp> {
        moments::parse(text?)
            .map_err(|description| self.add(field, description))
            .ok()
    }

    /// Returns `value` if nothing is wrong.
    ///
    /// # Errors
    /// All that is wrong.
    pub(crate) fn none_or<T>(self, value: T) -> Result<T, Refusal> {
        if self.0.is_empty() {
            return Ok(value);
        }
        Err(Refusal {
            reason: "invalid-argument".to_owned(),
            message: "what was given is wrong".to_owned(),
            violations: self.0,
        })
    }
}

/// Text that the contract leaves empty when nothing is stated.
pub(crate) fn stated(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// Returns a moment of the contract as RFC 3339.
pub(crate) fn moment_text(moment: Option<&Timestamp>) -> Option<String> {
    moment.and_then(moments::rfc3339)
}
