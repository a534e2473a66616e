//! One invented offering, and when something is heard of it.

use proto::capacity::v1::{OfferingDetails, PlaceKind, ProviderKind};

use crate::random::Random;
use crate::rhythm::{DAY_MILLIS, HOUR_MILLIS};

/// Of a hundred reports that are due, so many do not come from whoever is often late.
const MISSED_BY_LATE_PERCENT: u32 = 40;

/// An offering, and what can be expected to be heard of it.
#[derive(Clone, Debug)]
pub struct Offering {
    /// Its id: `demo-0001` and so on.
    pub id: String,
    /// What it is.
    pub details: OfferingDetails,
    /// How it reports.
    pub habit: Habit,
    pub(crate) places: u32,
    /// Total wait in weeks that is usual for its kind; none: no waiting list.
    pub(crate) median_wait_weeks: Option<u32>,
    pub(crate) paused: bool,
    /// Decides everything that it will ever say.
    pub(crate) seed: u64,
}

/// How an offering reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Habit {
    /// Keeps its figures up to date.
    Lively,
    /// Reports, but misses many of its turns.
    Late,
    /// Last said something so many days ago.
    Stopped(u32),
    /// Has never said anything.
    Silent,
}

impl Habit {
    pub(crate) fn drawn(random: &mut Random) -> Self {
        match random.between(1, 100) {
            1..=72 => Self::Lively,
            73..=82 => Self::Late,
            // A few have not been heard of for more than a year.
            83..=92 => Self::Stopped(random.between(3, 60)),
            93..=94 => Self::Stopped(random.between(61, 400)),
            _ => Self::Silent,
        }
    }
}

impl Offering {
    /// Returns what kind of place it has.
    pub(crate) fn place_kind(&self) -> PlaceKind {
        self.details.place_kind()
    }

    /// Returns the time between two reports, in milliseconds: wards count often, practices weekly.
    pub(crate) fn interval_millis(&self) -> i64 {
        if self.details.provider_kind() == ProviderKind::IndependentPractice {
            return 7 * DAY_MILLIS;
        }
        match self.place_kind() {
            PlaceKind::CrisisAssessmentPlace => 4 * HOUR_MILLIS,
            PlaceKind::Bed => 8 * HOUR_MILLIS,
            PlaceKind::Unspecified
            | PlaceKind::DayPlace
            | PlaceKind::Slot
            | PlaceKind::ProgrammePlace
            | PlaceKind::HomeTreatmentPlace => DAY_MILLIS,
        }
    }

    /// Returns when it reports in the `days` before a moment, earliest first; at least its last report, if it has any.
    ///
    /// Reports lie on a grid that does not move, so that they are the same ones whenever one asks.
    pub(crate) fn report_moments(&self, now_millis: i64, days: u32) -> Vec<i64> {
        let until = match self.habit {
            Habit::Lively | Habit::Late => now_millis,
            Habit::Stopped(days_ago) => now_millis - i64::from(days_ago) * DAY_MILLIS,
            Habit::Silent => return Vec::new(),
        };
        let from = until - i64::from(days) * DAY_MILLIS;
        // The turn after the present one may come early.
        let newest = until.div_euclid(self.interval_millis()) + 1;
        let mut moments = Vec::new();
        for turn in (0..=newest).rev() {
            let Some(at) = self.report_moment(turn).filter(|at| *at <= until) else {
                continue;
            };
            if at <= from && !moments.is_empty() {
                break;
            }
            moments.push(at);
            if at <= from {
                break;
            }
        }
        moments.reverse();
        moments
    }

    /// Returns when it reports in one of its turns; none if it misses that one.
    fn report_moment(&self, turn: i64) -> Option<i64> {
        let interval = self.interval_millis();
        let mut random = Random::about(self.seed, turn.cast_unsigned());
        if self.habit == Habit::Late && random.percent(MISSED_BY_LATE_PERCENT) {
            return None;
        }
        // Its own time of the day, and never quite on time.
        let usual = i64::from(Random::new(self.seed).between(0, 999));
        let unpunctual = i64::from(random.between(0, 250));
        Some(turn * interval + interval * usual / 1_000 - interval * unpunctual / 1_000)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::world::{SEED, Scale, World};

    const NOW: i64 = 1_795_392_000_000;

    fn lively() -> Offering {
        Offering {
            habit: Habit::Lively,
            ..World::new(Scale::Region, SEED).offering(0).unwrap()
        }
    }

    #[test]
    fn who_never_reports_has_no_reports_and_who_stopped_has_old_ones() {
        let offering = lively();
        let with = |habit| Offering {
            habit,
            ..offering.clone()
        };
        assert!(with(Habit::Silent).report_moments(NOW, 30).is_empty());
        let stopped = with(Habit::Stopped(10)).report_moments(NOW, 0);
        assert_eq!(stopped.len(), 1);
        assert!(stopped[0] <= NOW - 10 * DAY_MILLIS);
    }

    #[test]
    fn who_is_often_late_reports_less() {
        let offering = lively();
        let late = Offering {
            habit: Habit::Late,
            ..offering.clone()
        };
        let (all, some) = (
            offering.report_moments(NOW, 90).len(),
            late.report_moments(NOW, 90).len(),
        );
        assert!(
            some * 10 < all * 8 && some * 10 > all * 4,
            "{some} of {all}"
        );
    }

    proptest! {
        #[test]
        fn past_reports_stay_the_same_as_time_goes_on(later_hours in 0i64..500, number in 0u32..200) {
            let world = World::new(Scale::Region, SEED);
            let offering = Offering { habit: Habit::Lively, ..world.offering(number).unwrap() };
            let first = offering.report_moments(NOW, 10);
            let second = offering.report_moments(NOW + later_hours * HOUR_MILLIS, 40);
            prop_assert!(first.iter().all(|at| second.contains(at)));
            prop_assert!(second.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert!(first.last().is_some_and(|last| *last > NOW - 2 * offering.interval_millis()));
        }
    }
}
