//! Days and months as people write them, in the Netherlands.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Summer and winter time, as a rule that needs no table of the machine's.
const NETHERLANDS: &str = "CET-1CEST,M3.5.0,M10.5.0/3";

/// Reads a day such as `2026-03-01`; nothing else.
pub(crate) fn parse(text: &str) -> Option<Date> {
    let day = Date::strptime("%Y-%m-%d", text).ok()?;
    (day.to_string() == text).then_some(day)
}

/// Returns the day that it is at a moment.
pub(crate) fn day_at(moment: Timestamp) -> Date {
    let zone = TimeZone::posix(NETHERLANDS).unwrap_or(TimeZone::UTC);
    moment.to_zoned(zone).date()
}

/// Returns today.
pub(crate) fn today() -> Date {
    day_at(Timestamp::now())
}

/// Returns the age in whole years of somebody born on a day; none before birth.
pub(crate) fn age_on(born: Date, on: Date) -> Option<u8> {
    let had_birthday = (on.month(), on.day()) >= (born.month(), born.day());
    let years = on.year() - born.year() - i16::from(!had_birthday);
    u8::try_from(years).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        parse(text).unwrap()
    }

    #[test]
    fn a_day_is_written_in_one_way() {
        assert_eq!(day("2026-03-01").to_string(), "2026-03-01");
        for wrong in [
            "",
            "2026-3-1",
            "2026-02-30",
            "01-03-2026",
            "2026-03-01T00:00",
            "26-03-01",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_day_begins_at_midnight_in_the_netherlands() {
        for (moment, expected) in [
            ("2026-01-31T22:59:59Z", "2026-01-31"),
            ("2026-01-31T23:00:00Z", "2026-02-01"),
            ("2026-07-31T22:00:00Z", "2026-08-01"),
        ] {
            assert_eq!(day_at(moment.parse().unwrap()), day(expected), "{moment}");
        }
    }

    #[test]
    fn somebody_is_older_from_the_birthday_on() {
        let born = day("2000-02-29");
        for (on, age) in [
            ("2018-02-28", Some(17)),
            ("2018-03-01", Some(18)),
            ("2020-02-29", Some(20)),
            ("1999-12-31", None),
        ] {
            assert_eq!(age_on(born, day(on)), age, "{on}");
        }
    }
}
