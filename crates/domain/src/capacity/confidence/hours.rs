//! Ages in hours that count: at night and at the weekend little changes, so time runs slower there.
//!
//! So a chance falls with age whatever the hour, which a factor for the hour of the answer would not promise.

use crate::Timestamp;

/// In this unit an hour of a working day is `4 * 3_600_000`: all weights are whole numbers.
pub(super) const HOUR: i64 = 4 * MILLIS_PER_HOUR;

const MILLIS_PER_HOUR: i64 = 3_600_000;
/// Dutch winter time: a summer hour more or less matters little where a night has nine.
const OFFSET_MILLIS: i64 = MILLIS_PER_HOUR;
const DAY_MILLIS: i64 = 24 * MILLIS_PER_HOUR;
/// The night ends at seven, and begins at ten in the evening.
const MORNING: i64 = 7;
const EVENING: i64 = 22;
/// A quarter of an hour for each of these passes in an hour.
const AT_NIGHT: i64 = 1;
const AT_THE_WEEKEND: i64 = 2;
const ON_A_WORKING_DAY: i64 = 4;
/// 1970 began on a Thursday: weeks are counted from there.
const WEEK: [i64; 7] = [
    ON_A_WORKING_DAY,
    ON_A_WORKING_DAY,
    AT_THE_WEEKEND,
    AT_THE_WEEKEND,
    ON_A_WORKING_DAY,
    ON_A_WORKING_DAY,
    ON_A_WORKING_DAY,
];

/// Returns how much time that counts lies between two moments; none if the second is not later.
pub(super) fn between(from: Timestamp, until: Timestamp) -> i64 {
    since_the_start(until)
        .saturating_sub(since_the_start(from))
        .max(0)
}

fn since_the_start(moment: Timestamp) -> i64 {
    let local = moment.as_millis().saturating_add(OFFSET_MILLIS);
    let (day, of_day) = (local.div_euclid(DAY_MILLIS), local.rem_euclid(DAY_MILLIS));
    let (week, of_week) = (day.div_euclid(7), day.rem_euclid(7));
    let whole_week: i64 = WEEK.iter().map(|by_day| whole_day(*by_day)).sum();
    let days_before: i64 = WEEK
        .iter()
        .take(usize::try_from(of_week).unwrap_or(0))
        .map(|by_day| whole_day(*by_day))
        .sum();
    let by_day = WEEK[usize::try_from(of_week).unwrap_or(0)];
    week.saturating_mul(whole_week)
        .saturating_add(days_before + of_one_day(of_day, by_day))
}

fn whole_day(by_day: i64) -> i64 {
    of_one_day(DAY_MILLIS, by_day)
}

fn of_one_day(until: i64, by_day: i64) -> i64 {
    let (morning, evening) = (MORNING * MILLIS_PER_HOUR, EVENING * MILLIS_PER_HOUR);
    let awake = until.clamp(morning, evening) - morning;
    awake * by_day + (until - awake) * AT_NIGHT
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Monday 3 November 2025, 00:00 in Dutch winter time.
    const MONDAY: i64 = 1_762_124_400_000;

    fn hours(from: i64, until: i64) -> f64 {
        let at = |hour: i64| Timestamp::from_millis(MONDAY + hour * MILLIS_PER_HOUR);
        between(at(from), at(until)) as f64 / HOUR as f64
    }

    #[test]
    fn an_hour_of_a_working_day_counts_in_full() {
        assert_eq!(hours(9, 17), 8.0);
    }

    #[test]
    fn a_night_counts_for_a_quarter() {
        assert_eq!(hours(22, 24 + 7), 9.0 / 4.0);
    }

    #[test]
    fn a_weekend_day_counts_for_half() {
        let saturday = 5 * 24;
        assert_eq!(hours(saturday + 9, saturday + 17), 4.0);
    }

    #[test]
    fn weeks_are_alike_also_long_ago_and_far_ahead() {
        let week = hours(0, 168);
        assert_eq!(week, 5.0 * 15.0 + 2.0 * 7.5 + 7.0 * 2.25);
        assert_eq!(hours(-168 * 5_000, -168 * 4_999), week);
        assert_eq!(hours(168 * 5_000, 168 * 5_001), week);
    }

    #[test]
    fn the_ends_of_time_are_no_trouble() {
        let (first, last) = (
            Timestamp::from_millis(i64::MIN),
            Timestamp::from_millis(i64::MAX),
        );
        assert!(between(first, last) > 0);
        assert_eq!(between(last, first), 0);
    }
}
