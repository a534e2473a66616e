use domain::{Day, Timestamp};
use prost_types::Timestamp as Moment;

/// Something stored that this version cannot read. Names the field, never its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} cannot be read")]
pub(crate) struct Unreadable(pub(super) &'static str);

/// Something that must be there, and readable.
pub(crate) fn needed<T>(value: Option<T>, field: &'static str) -> Result<T, Unreadable> {
    value.ok_or(Unreadable(field))
}

/// A day that must be there.
pub(crate) fn day(text: &str, field: &'static str) -> Result<Day, Unreadable> {
    needed(Day::parse(text), field)
}

/// A day that may be absent.
pub(crate) fn day_if_any(text: &str, field: &'static str) -> Result<Option<Day>, Unreadable> {
    (!text.is_empty()).then(|| day(text, field)).transpose()
}

/// A moment that must be there.
pub(crate) fn moment(given: Option<Moment>, field: &'static str) -> Result<Timestamp, Unreadable> {
    let Moment { seconds, nanos } = needed(given, field)?;
    let millis = seconds
        .checked_mul(1_000)
        .and_then(|millis| millis.checked_add(i64::from(nanos / 1_000_000)));
    Ok(Timestamp::from_millis(needed(millis, field)?))
}

/// The contract's moment.
#[expect(
    clippy::unnecessary_wraps,
    reason = "every field that it goes into may be absent"
)]
pub(crate) fn stamp(moment: Timestamp) -> Option<Moment> {
    let millis = moment.as_millis();
    Some(Moment {
        seconds: millis.div_euclid(1_000),
        nanos: i32::try_from(millis.rem_euclid(1_000)).unwrap_or_default() * 1_000_000,
    })
}
