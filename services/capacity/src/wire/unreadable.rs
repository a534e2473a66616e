//! What is stored and cannot be read.

use super::codes::{Coded, UnknownCode};
use domain::Timestamp;

/// A field that does not hold what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} does not hold what it should")]
pub(crate) struct Unreadable {
    field: &'static str,
}

impl Unreadable {
    /// Names the field.
    pub(crate) const fn new(field: &'static str) -> Self {
        Self { field }
    }
}

/// What a field reads as, or which field it is.
pub(crate) type Read<T> = Result<T, Unreadable>;

/// Returns the value of a code that must be given.
pub(crate) fn required<T: Coded>(code: i32, field: &'static str) -> Read<T> {
    optional(code, field)?.ok_or(Unreadable::new(field))
}

/// Returns the value of a code that may be unspecified.
pub(crate) fn optional<T: Coded>(code: i32, field: &'static str) -> Read<Option<T>> {
    T::of(code).map_err(|UnknownCode(_)| Unreadable::new(field))
}

/// Returns what `parse` makes of every text.
pub(crate) fn each<T, C: FromIterator<T>>(
    texts: &[String],
    parse: impl Fn(&str) -> Option<T>,
    field: &'static str,
) -> Read<C> {
    texts
        .iter()
        .map(|text| parse(text).ok_or(Unreadable::new(field)))
        .collect()
}

/// Returns the text, none if it is empty.
pub(crate) fn text(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// Returns the moment, to the millisecond.
pub(crate) fn moment(timestamp: &prost_types::Timestamp) -> Timestamp {
    let millis = timestamp
        .seconds
        .saturating_mul(1_000)
        .saturating_add(i64::from(timestamp.nanos / 1_000_000));
    Timestamp::from_millis(millis)
}

/// Returns the contract's form of a moment.
pub(crate) fn timestamp(moment: Timestamp) -> prost_types::Timestamp {
    let millis = moment.as_millis();
    prost_types::Timestamp {
        seconds: millis.div_euclid(1_000),
        // At most 999,000,000.
        nanos: i32::try_from(millis.rem_euclid(1_000)).unwrap_or(0) * 1_000_000,
    }
}
