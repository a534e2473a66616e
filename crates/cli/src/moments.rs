//! Moments as people and scripts write them: RFC 3339, or a date for the beginning of that day in UTC.

use std::time::Duration;

use prost_types::Timestamp;

/// Reads a moment.
///
/// # Errors
/// A sentence that says what is accepted.
pub(crate) fn parse(text: &str) -> Result<Timestamp, String> {
    let moment: jiff::Timestamp = text
        .parse()
        .or_else(|_| beginning_of_day(text))
        .map_err(|_| {
            "give a moment with its offset, such as 2026-03-01T14:30:00Z, or a date, such as 2026-03-01".to_owned()
        })?;
    Ok(to_contract(moment))
}

fn beginning_of_day(text: &str) -> Result<jiff::Timestamp, jiff::Error> {
    // A date with a time and no offset would parse as a date too, and lose its time.
    let date = jiff::civil::Date::strptime("%Y-%m-%d", text)?;
    Ok(date.to_zoned(jiff::tz::TimeZone::UTC)?.timestamp())
}

fn to_contract(moment: jiff::Timestamp) -> Timestamp {
    let whole = moment.as_nanosecond();
    let seconds = whole.div_euclid(1_000_000_000);
    let nanos = whole.rem_euclid(1_000_000_000);
    Timestamp {
        seconds: i64::try_from(seconds).unwrap_or_default(),
        nanos: i32::try_from(nanos).unwrap_or_default(),
    }
}

/// Returns this moment, to the millisecond.
pub(crate) fn now() -> Timestamp {
    after(Duration::ZERO)
}

/// Returns the moment so long from now, to the millisecond; the last there is when that is too far.
pub(crate) fn after(duration: Duration) -> Timestamp {
    let later = jiff::Timestamp::now().checked_add(duration);
    let millis = later.unwrap_or(jiff::Timestamp::MAX).as_millisecond();
    to_contract(jiff::Timestamp::from_millisecond(millis).unwrap_or_default())
}

/// Returns the moment as RFC 3339 in UTC; none if no calendar reaches it.
pub(crate) fn rfc3339(moment: &Timestamp) -> Option<String> {
    jiff::Timestamp::new(moment.seconds, moment.nanos)
        .ok()
        .map(|moment| moment.to_string())
}

/// Returns the date of a moment in UTC.
pub(crate) fn date(moment: &Timestamp) -> Option<String> {
    rfc3339(moment).and_then(|text| text.split_once('T').map(|(date, _)| date.to_owned()))
}

/// Returns an age as people say it, in the largest unit that fits.
pub(crate) fn ago(seconds: u64) -> String {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    const YEAR: u64 = 365 * DAY;
    let (count, unit) = match seconds {
        0..MINUTE => (seconds, "s"),
        MINUTE..HOUR => (seconds / MINUTE, "min"),
        HOUR..DAY => (seconds / HOUR, "h"),
        DAY..YEAR => (seconds / DAY, "d"),
        YEAR.. => (seconds / YEAR, "y"),
    };
    format!("{count} {unit} ago")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there_and_back(text: &str) -> Option<String> {
        parse(text).ok().and_then(|moment| rfc3339(&moment))
    }

    #[test]
    fn a_moment_is_shown_in_utc() {
        assert_eq!(
            there_and_back("2026-03-01T14:30:00+01:00").as_deref(),
            Some("2026-03-01T13:30:00Z")
        );
        assert_eq!(
            there_and_back("2026-03-01T14:30:00.25Z").as_deref(),
            Some("2026-03-01T14:30:00.25Z")
        );
    }

    #[test]
    fn a_date_is_the_beginning_of_its_day() {
        assert_eq!(
            there_and_back("2026-03-01").as_deref(),
            Some("2026-03-01T00:00:00Z")
        );
    }

    #[test]
    fn a_moment_before_1970_counts_its_nanoseconds_forward() {
        let moment = parse("1969-12-31T23:59:59.5Z").unwrap();
        assert_eq!((moment.seconds, moment.nanos), (-1, 500_000_000));
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "",
            "yesterday",
            "2026-13-01",
            "14:30",
            "2026-03-01T14:30:00",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_age_is_said_in_its_largest_unit() {
        assert_eq!(ago(0), "0 s ago");
        assert_eq!(ago(59), "59 s ago");
        assert_eq!(ago(60), "1 min ago");
        assert_eq!(ago(3 * 3_600), "3 h ago");
        assert_eq!(ago(2 * 86_400), "2 d ago");
        assert_eq!(ago(8 * 365 * 86_400), "8 y ago");
    }
}
