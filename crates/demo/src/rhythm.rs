//! How places open and close: through the day, through the week, and slowly beside that.

use proto::capacity::v1::PlaceKind;

use crate::random::Random;

pub(crate) const SECOND_MILLIS: i64 = 1_000;
pub(crate) const HOUR_MILLIS: i64 = 3_600 * SECOND_MILLIS;
pub(crate) const DAY_MILLIS: i64 = 24 * HOUR_MILLIS;
const DAYS_PER_WEEK: i64 = 7;
/// 1 January 1970 was a Thursday.
const THURSDAY: i64 = 3;
const FRIDAY: i64 = 4;
const SATURDAY: i64 = 5;
const SUNDAY: i64 = 6;
/// Shares are in parts of so many.
const WHOLE: i64 = 1_000;

/// Something that swings slowly between its ends, at random and yet the same whenever it is looked at.
pub(crate) struct Wave {
    pub(crate) seed: u64,
    /// From one turn to the next, in milliseconds.
    pub(crate) period_millis: i64,
}

impl Wave {
    /// Returns where it stands at a moment: -1000 to 1000.
    pub(crate) fn at(&self, millis: i64) -> i64 {
        let (before, into) = (
            millis.div_euclid(self.period_millis),
            millis.rem_euclid(self.period_millis),
        );
        let (from, to) = (self.turn(before), self.turn(before + 1));
        from + (to - from) * into / self.period_millis
    }

    fn turn(&self, number: i64) -> i64 {
        let mut random = Random::about(self.seed, number.cast_unsigned());
        i64::from(random.between(0, 2_000)) - WHOLE
    }
}

/// Which day of the week a moment falls on; Monday is 0. Days are those of UTC.
fn weekday(millis: i64) -> i64 {
    (millis.div_euclid(DAY_MILLIS) + THURSDAY).rem_euclid(DAYS_PER_WEEK)
}

fn hour(millis: i64) -> i64 {
    millis.rem_euclid(DAY_MILLIS) / HOUR_MILLIS
}

/// Returns how much freer than usual it is at this hour of the week, in thousandths of all places.
pub(crate) fn swing(kind: PlaceKind, millis: i64) -> i64 {
    let (day, hour) = (weekday(millis), hour(millis));
    match kind {
        // People leave in the morning and before the weekend; they come at any hour.
        PlaceKind::Bed | PlaceKind::CrisisAssessmentPlace => {
            let of_day = if (9..17).contains(&hour) { 30 } else { -20 };
            let of_week = match day {
                FRIDAY => 30,
                SATURDAY | SUNDAY => -20,
                _ => 0,
            };
            of_day + of_week
        }
        // Agendas open on Monday and fill until Sunday.
        PlaceKind::Slot => 60 * (SUNDAY - day) / SUNDAY,
        PlaceKind::Unspecified
        | PlaceKind::DayPlace
        | PlaceKind::ProgrammePlace
        | PlaceKind::HomeTreatmentPlace => 0,
    }
}

/// Returns how many of an offering's places are closed for want of staff at a moment.
pub(crate) fn closed(kind: PlaceKind, places: u32, seed: u64, millis: i64) -> u32 {
    let weekend = weekday(millis) >= SATURDAY;
    match kind {
        PlaceKind::DayPlace if weekend => places,
        // One ward in five closes a tenth of its beds.
        PlaceKind::Bed if weekend && seed.is_multiple_of(5) => places / 10,
        PlaceKind::Unspecified
        | PlaceKind::Bed
        | PlaceKind::DayPlace
        | PlaceKind::Slot
        | PlaceKind::ProgrammePlace
        | PlaceKind::HomeTreatmentPlace
        | PlaceKind::CrisisAssessmentPlace => 0,
    }
}

/// Returns how many of `open` places are free at a moment, where `usual` thousandths are on the whole.
pub(crate) fn free(kind: PlaceKind, open: u32, (usual, seed): (i64, u64), millis: i64) -> u32 {
    let wave = |number: u64, hours: i64| {
        let wave = Wave {
            seed: seed.wrapping_add(number),
            period_millis: hours * HOUR_MILLIS,
        };
        wave.at(millis)
    };
    let drift = usual * wave(1, 11 * 24) * 8 / 10 / WHOLE;
    let mood = 30 * wave(2, 31) / WHOLE;
    let share = (usual + drift + mood + swing(kind, millis)).max(0);
    // Where a share is not a whole place, the place comes and goes.
    let rounding = (WHOLE + wave(3, 9)) / 2;
    let free = (i64::from(open) * share + rounding) / WHOLE;
    u32::try_from(free).unwrap_or(0).min(open)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Monday, 23 November 2026, midnight in UTC.
    const MONDAY: i64 = 1_795_392_000_000;

    #[test]
    fn a_wave_stays_between_its_ends_and_does_not_jump() {
        let wave = Wave {
            seed: 7,
            period_millis: HOUR_MILLIS,
        };
        let points: Vec<i64> = (0..600)
            .map(|minute| wave.at(MONDAY + minute * 60_000))
            .collect();
        assert!(points.iter().all(|point| (-1_000..=1_000).contains(point)));
        let steps = points.windows(2).map(|pair| (pair[1] - pair[0]).abs());
        assert!(steps.max().unwrap() <= 35);
    }

    #[test]
    fn the_week_begins_on_monday() {
        assert_eq!(weekday(MONDAY), 0);
        assert_eq!(weekday(MONDAY - 1), SUNDAY);
        assert_eq!(hour(MONDAY + 13 * HOUR_MILLIS), 13);
    }

    #[test]
    fn day_places_close_at_the_weekend_and_agendas_open_on_monday() {
        let saturday = MONDAY + 5 * DAY_MILLIS;
        assert_eq!(closed(PlaceKind::DayPlace, 20, 1, MONDAY), 0);
        assert_eq!(closed(PlaceKind::DayPlace, 20, 1, saturday), 20);
        assert!(swing(PlaceKind::Slot, MONDAY) > swing(PlaceKind::Slot, saturday));
    }

    #[test]
    fn places_come_and_go_and_are_never_more_than_there_are() {
        let at = |hours| free(PlaceKind::Bed, 20, (60, 42), MONDAY + hours * HOUR_MILLIS);
        let free: Vec<u32> = (0..21 * 24).map(at).collect();
        assert!(free.iter().all(|free| *free <= 20));
        assert!(free.contains(&0) && free.iter().any(|free| *free > 0));
    }
}
