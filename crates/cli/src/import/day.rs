//! Days, as both formats count them.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A day, counted from 1970-01-01. What is said of a day holds from its beginning in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct Day(i32);

impl Day {
    pub(super) fn of(date: Date) -> Option<Self> {
        let moment = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
        i32::try_from(moment.as_second().div_euclid(86_400))
            .ok()
            .map(Self)
    }

    pub(super) fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        Date::new(year, month, day).ok().and_then(Self::of)
    }

    /// The day of a moment in UTC.
    pub(super) fn at(moment: jiff::Timestamp) -> Option<Self> {
        i32::try_from(moment.as_second().div_euclid(86_400))
            .ok()
            .map(Self)
    }

    pub(super) fn date(self) -> Option<Date> {
        let moment = jiff::Timestamp::from_second(i64::from(self.0) * 86_400).ok()?;
        Some(moment.to_zoned(jiff::tz::TimeZone::UTC).date())
    }

    #[must_use]
    pub(super) fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// Its beginning.
    pub(super) fn beginning(self) -> prost_types::Timestamp {
        prost_types::Timestamp {
            seconds: i64::from(self.0) * 86_400,
            nanos: 0,
        }
    }
}

/// The first and the last day of what a text calls by one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Days {
    pub(super) first: Day,
    pub(super) last: Day,
}

impl Days {
    pub(super) fn one(day: Day) -> Self {
        Self {
            first: day,
            last: day,
        }
    }

    /// These months, one after the other; the first may lie beyond December.
    pub(super) fn months(year: i16, first_month: i8, count: i8) -> Option<Self> {
        let first = first_of(year, first_month)?;
        let after = first_of(year, first_month.checked_add(count)?)?;
        Some(Self {
            first,
            last: after.plus(-1),
        })
    }
}

fn first_of(year: i16, month: i8) -> Option<Day> {
    let beyond = i16::from((month - 1).div_euclid(12));
    Day::new(year.checked_add(beyond)?, (month - 1).rem_euclid(12) + 1, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_may_cross_the_end_of_the_year() {
        let winter = Days::months(2018, 12, 3).unwrap();
        assert_eq!(winter.first, Day::new(2018, 12, 1).unwrap());
        assert_eq!(winter.last, Day::new(2019, 2, 28).unwrap());
    }

    #[test]
    fn a_day_is_its_date() {
        let day = Day::new(2018, 2, 15).unwrap();
        assert_eq!(day.date().unwrap().to_string(), "2018-02-15");
        assert_eq!(day.beginning().seconds, 1_518_652_800);
        assert_eq!(Day::at("2018-02-15T23:59:59Z".parse().unwrap()), Some(day));
    }
}
