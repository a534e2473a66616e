use std::fmt;

use crate::Timestamp;

const HOUR_MILLIS: i64 = 3_600_000;
const DAY_MILLIS: i64 = 24 * HOUR_MILLIS;

/// A day of the Dutch calendar. What concerns a person is known to the day, never to the hour.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

/// A month of the Dutch calendar.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(i32);

impl Day {
    /// The day that many days after 1 January 1970.
    pub const fn from_number(days: i32) -> Self {
        Self(days)
    }

    /// Days since 1 January 1970.
    pub const fn number(self) -> i32 {
        self.0
    }

    /// Accepts dates that exist, of the years 1900 to 2199.
    pub fn of(year: i32, month: u8, day: u8) -> Option<Self> {
        let named = Self(days_before(year, month, day)?);
        ((1900..2200).contains(&year) && named.date() == (year, month, day)).then_some(named)
    }

    /// Accepts `2026-01-31`.
    pub fn parse(text: &str) -> Option<Self> {
        let (year_and_month, day) = text.rsplit_once('-')?;
        let (year, month) = year_and_month.split_once('-')?;
        let day = number(day, 2)?;
        Self::of(
            number(year, 4)?,
            number(month, 2)?.try_into().ok()?,
            day.try_into().ok()?,
        )
    }

    /// The day in the Netherlands at that moment.
    pub fn at(moment: Timestamp) -> Self {
        let local = moment
            .as_millis()
            .saturating_add(offset_millis(moment.as_millis()));
        let days = local.div_euclid(DAY_MILLIS);
        Self(i32::try_from(days).unwrap_or(if days < 0 { i32::MIN } else { i32::MAX }))
    }

    /// The moment at which the day begins in the Netherlands.
    pub fn begins_at(self) -> Timestamp {
        let midnight = i64::from(self.0) * DAY_MILLIS;
        let in_summer = midnight - 2 * HOUR_MILLIS;
        Timestamp::from_millis(midnight - offset_millis(in_summer))
    }

    /// Year, month and day of the month.
    pub fn date(self) -> (i32, u8, u8) {
        // Days from 1 March of the year 0, in eras of 400 years: the leap day comes last.
        let shifted = i64::from(self.0) + 719_468;
        let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year_of_era =
            (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096).div_euclid(365);
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * of_year + 2) / 153;
        let day = of_year - (153 * from_march + 2) / 5 + 1;
        let month = if from_march < 10 {
            from_march + 3
        } else {
            from_march - 9
        };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        (small(year), small(month), small(day))
    }

    /// The day that many days later; earlier if negative.
    #[must_use]
    pub const fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// The same date a year later; 28 February for 29 February.
    #[must_use]
    pub fn a_year_later(self) -> Self {
        let (year, month, day) = self.date();
        let date = Self::of(year + 1, month, day).or_else(|| Self::of(year + 1, month, day - 1));
        date.unwrap_or(self.plus(365))
    }

    /// Whole days from `earlier` to this; 0 if it is not earlier.
    pub fn days_since(self, earlier: Self) -> u32 {
        let days = i64::from(self.0) - i64::from(earlier.0);
        u32::try_from(days).unwrap_or(0)
    }

    /// The month that it lies in.
    pub fn month(self) -> Month {
        let (year, month, _) = self.date();
        Month(year * 12 + i32::from(month) - 1)
    }
}

impl Month {
    /// Accepts `2026-01`.
    pub fn parse(text: &str) -> Option<Self> {
        Day::parse(&format!("{text}-01")).map(Day::month)
    }

    /// The month that many months later; earlier if negative.
    #[must_use]
    pub const fn plus(self, months: i32) -> Self {
        Self(self.0.saturating_add(months))
    }

    /// Its first day.
    pub fn first_day(self) -> Day {
        let month = small::<u8>(i64::from(self.0.rem_euclid(12)) + 1);
        Day(days_before(self.0.div_euclid(12), month, 1).unwrap_or(i32::MAX))
    }

    /// Its last day.
    pub fn last_day(self) -> Day {
        self.plus(1).first_day().plus(-1)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.date();
        write!(formatter, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self}")
    }
}

impl fmt::Display for Month {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month) = (self.0.div_euclid(12), self.0.rem_euclid(12) + 1);
        write!(formatter, "{year:04}-{month:02}")
    }
}

impl fmt::Debug for Month {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self}")
    }
}

/// Days from 1 January 1970 to a date; none if there is no such month, or it is too far away.
fn days_before(year: i32, month: u8, day: u8) -> Option<i32> {
    if !(1..=12).contains(&month) {
        return None;
    }
    let year = i64::from(year) - i64::from(month <= 2);
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let from_march = (i64::from(month) + 9) % 12;
    let of_year = (153 * from_march + 2) / 5 + i64::from(day) - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    i32::try_from(days).ok()
}

/// How far Dutch time is ahead: from the last Sunday of March to that of October, at one o'clock UTC, two hours.
fn offset_millis(utc_millis: i64) -> i64 {
    let day = utc_millis.div_euclid(DAY_MILLIS);
    let (year, _, _) = Day(small(day)).date();
    let turns_at = |month: u8| {
        let last = days_before(year, month, 31).map_or(0, i64::from);
        // 1970 began on a Thursday: day 3 was a Sunday.
        (last - (last - 3).rem_euclid(7)) * DAY_MILLIS + HOUR_MILLIS
    };
    if (turns_at(3)..turns_at(10)).contains(&utc_millis) {
        2 * HOUR_MILLIS
    } else {
        HOUR_MILLIS
    }
}

fn number(text: &str, digits: usize) -> Option<i32> {
    let is_number = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

/// What is known to fit; else the default, which nobody sees.
fn small<T: TryFrom<i64> + Default>(value: i64) -> T {
    T::try_from(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    /// 2026-03-28T23:00:00Z, the midnight before the clocks go forward.
    const BEFORE_SUMMER: i64 = 1_774_738_800_000;

    #[test]
    fn a_day_begins_at_midnight_in_the_netherlands() {
        assert_eq!(day("2026-03-29").begins_at().as_millis(), BEFORE_SUMMER);
        let next = BEFORE_SUMMER + 23 * HOUR_MILLIS;
        assert_eq!(day("2026-03-30").begins_at().as_millis(), next);
        // The last Sunday of October has 25 hours.
        let autumn = day("2026-10-26")
            .begins_at()
            .millis_since(day("2026-10-25").begins_at());
        assert_eq!(autumn, 25 * HOUR_MILLIS);
    }

    #[test]
    fn only_dates_that_exist_are_days() {
        assert_eq!(day("2024-02-29").plus(1), day("2024-03-01"));
        assert_eq!(day("1970-01-01").number(), 0);
        for text in [
            "2025-02-29",
            "2026-13-01",
            "2026-1-01",
            "26-01-01",
            "2026-04-31",
            "+026-01-01",
        ] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_year_later_is_the_same_date() {
        assert_eq!(day("2025-11-25").a_year_later(), day("2026-11-25"));
        assert_eq!(day("2024-02-29").a_year_later(), day("2025-02-28"));
    }

    #[test]
    fn a_month_has_its_first_and_last_day() {
        let february = Month::parse("2024-02").unwrap();
        assert_eq!(february.first_day(), day("2024-02-01"));
        assert_eq!(february.last_day(), day("2024-02-29"));
        assert_eq!(february.plus(-2).to_string(), "2023-12");
        assert_eq!(Month::parse("2024-00"), None);
    }

    proptest! {
        #[test]
        fn a_date_reads_back_as_the_same_day(number in -25_000..80_000) {
            let day = Day::from_number(number);
            prop_assert_eq!(Day::parse(&day.to_string()), Some(day));
        }

        #[test]
        fn every_moment_lies_within_its_day(millis in 0_i64..4_000_000_000_000) {
            let moment = Timestamp::from_millis(millis);
            let day = Day::at(moment);
            prop_assert!(day.begins_at() <= moment);
            prop_assert!(day.plus(1).begins_at() > moment);
        }
    }
}
