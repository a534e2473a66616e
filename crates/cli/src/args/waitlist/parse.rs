//! What the waiting list's flags are made of.

use crate::days;
use crate::entry_id;

/// Reads the id of an entry.
///
/// # Errors
/// A sentence that says what is accepted.
pub(super) fn entry_id(text: &str) -> Result<String, String> {
    if entry_id::is_one(text) {
        Ok(text.to_owned())
    } else {
        Err("an entry's id has 32 digits and letters from a to f".to_owned())
    }
}

/// Reads a day.
///
/// # Errors
/// A sentence that says what is accepted.
pub(super) fn day(text: &str) -> Result<String, String> {
    let day = days::parse(text).ok_or_else(|| "give a day such as 2026-03-01".to_owned())?;
    Ok(day.to_string())
}

/// Reads a month.
///
/// # Errors
/// A sentence that says what is accepted.
pub(super) fn month(text: &str) -> Result<String, String> {
    match days::parse(&format!("{text}-01")) {
        Some(_) => Ok(text.to_owned()),
        None => Err("give a month such as 2026-03".to_owned()),
    }
}

/// Reads the first and the last of some months.
///
/// # Errors
/// A sentence that says what is accepted.
pub(super) fn months(text: &str) -> Result<(String, String), String> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let (first, last) = (month(first)?, month(last)?);
    if first > last {
        return Err("the first month comes first: 2026-01..2026-06".to_owned());
    }
    Ok((first, last))
}

/// Reads a municipality, by code or by name; a former one is led to its successor.
///
/// # Errors
/// A sentence that says what is accepted.
pub(crate) fn municipality(text: &str) -> Result<String, String> {
    crate::places::municipality_code(text).ok_or_else(|| {
        "give a municipality's code, such as GM0014, or its name; one that was split has no successor"
            .to_owned()
    })
}

/// Reads a GP practice.
///
/// # Errors
/// A sentence that says what is accepted.
pub(super) fn gp_practice(text: &str) -> Result<String, String> {
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err("a practice is named by its AGB code of eight digits".to_owned())
    }
}

/// Returns a parser for codes of a table, which names them in the help.
pub(super) fn code_of(
    codes: impl Iterator<Item = &'static str>,
) -> clap::builder::PossibleValuesParser {
    codes.collect::<Vec<_>>().into()
}

/// Returns a parser for main diagnosis groups.
pub(super) fn diagnosis_group() -> clap::builder::PossibleValuesParser {
    code_of(reference::diagnosis_groups().map(|group| group.code))
}

/// Returns a parser for age bands.
pub(super) fn age_band() -> clap::builder::PossibleValuesParser {
    code_of(reference::age_bands().map(|band| band.code))
}
