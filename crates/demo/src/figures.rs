//! What the invented offerings say: counts, waits, pauses.

use proto::capacity::v1::{
    BlockReason, BlockedPlaces, Counts, Forecast, IntakeStatus, NextStep, Pause, PauseReason,
    PauseScope, PlaceKind, ReadyForDischarge, Report, ReporterRole, SourceClass, Wait, WaitMethod,
};

use crate::load::Period;
use crate::offering::Offering;
use crate::random::Random;
use crate::rhythm::{self, DAY_MILLIS, SECOND_MILLIS, Wave};

const DAYS_PER_WEEK: u32 = 7;
/// Treatment should begin within so many weeks of the first call.
const NORM_WEEKS: u32 = 14;
/// Waits are published in round numbers of weeks, some more often than others.
const INTAKE_WEEKS: [u32; 22] = [
    2, 2, 2, 2, 4, 4, 4, 4, 3, 3, 3, 1, 1, 6, 6, 5, 5, 8, 10, 12, 7, 16,
];
/// Total waits beside the median of their kind, in hundredths: the long ones are very long.
const WAIT_SPREAD: [u32; 12] = [35, 50, 60, 75, 85, 95, 105, 120, 140, 170, 220, 350];
/// How far from full an offering is, in thousandths of its places: few have much room.
const USUALLY_FREE: [i64; 8] = [0, 0, 0, 20, 40, 60, 100, 180];
/// Lists grow and shrink around what their waits say, in hundredths.
const LIST_SPREAD: (u32, u32) = (75, 125);
/// Counts of places that report less often than the server believes them must say so themselves.
const BELIEVED_MILLIS: i64 = 2 * DAY_MILLIS;

/// A list as it usually is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UsualWait {
    pub(crate) intake_days: u32,
    pub(crate) treatment_days: u32,
    /// How many wait.
    pub(crate) waiting: u32,
}

/// Returns a moment as the contract writes it.
pub(crate) fn moment(millis: i64) -> prost_types::Timestamp {
    prost_types::Timestamp {
        seconds: millis.div_euclid(SECOND_MILLIS),
        nanos: i32::try_from(millis.rem_euclid(SECOND_MILLIS)).unwrap_or(0) * 1_000_000,
    }
}

/// Returns a moment in milliseconds.
pub(crate) fn millis(moment: &prost_types::Timestamp) -> i64 {
    moment.seconds * SECOND_MILLIS + i64::from(moment.nanos) / 1_000_000
}

impl Offering {
    /// Returns what it reports of its places at a moment.
    pub fn counted(&self, at_millis: i64) -> Report {
        let (free, closed) = self.free(at_millis);
        let open = self.places - closed;
        let intake = match (free, self.median_wait_weeks) {
            (1.., _) => IntakeStatus::HasCapacity,
            (0, Some(_)) => IntakeStatus::Waitlist,
            (0, None) => IntakeStatus::NoCapacity,
        };
        let blocked = BlockedPlaces {
            reason: BlockReason::Staff.into(),
            count: closed,
        };
        let interval = self.interval_millis();
        Report {
            // Rises from report to report.
            sequence: u64::try_from(at_millis).ok(),
            observed_at: Some(moment(at_millis)),
            valid_until: (interval >= BELIEVED_MILLIS)
                .then(|| moment(at_millis + interval + BELIEVED_MILLIS)),
            source_class: SourceClass::RecordSystem.into(),
            reporter_role: ReporterRole::System.into(),
            counts: Some(Counts {
                operational: Some(open),
                occupied: open - free,
                available: free,
                blocked: (closed > 0).then_some(blocked).into_iter().collect(),
                intake_status: intake.into(),
                licensed: Some(self.places),
                funded: Some(self.places),
                forecast: Some(self.forecast(free, at_millis)),
                ..Counts::default()
            }),
            ..Report::default()
        }
    }

    /// How many places are free at a moment, and how many are closed.
    fn free(&self, at_millis: i64) -> (u32, u32) {
        let kind = self.place_kind();
        let closed = rhythm::closed(kind, self.places, self.seed, at_millis);
        let usual = Random::new(self.seed).pick(&USUALLY_FREE).copied();
        let like = (usual.unwrap_or(0), self.seed);
        let free = rhythm::free(kind, self.places - closed, like, at_millis);
        (free, closed)
    }

    /// What it expects at a moment at which so many places are free: it knows its own rhythm.
    fn forecast(&self, free: u32, at_millis: i64) -> Forecast {
        let more_in = |days: i64| {
            let (then, _) = self.free(at_millis + days * DAY_MILLIS);
            then.saturating_sub(free)
        };
        let within_a_day = more_in(1);
        let waits_for_a_home = Random::about(self.seed, 2).between(0, self.places / 8);
        let stuck = ReadyForDischarge {
            missing_step: NextStep::ShelteredLiving.into(),
            count: waits_for_a_home,
        };
        let is_ward = self.place_kind() == PlaceKind::Bed && waits_for_a_home > 0;
        Forecast {
            additional_24h: Some(within_a_day),
            additional_72h: Some(within_a_day.max(more_in(3))),
            expected_free_at: Vec::new(),
            reserve_7d: None,
            ready_for_discharge: is_ward.then_some(stuck).into_iter().collect(),
        }
    }

    /// Returns the wait that a new person may expect; none where there is no waiting list.
    pub fn waits(&self, at_millis: i64) -> Vec<Wait> {
        let Some(median) = self.median_wait_weeks else {
            return Vec::new();
        };
        let mut random = Random::about(self.seed, 0);
        let spread = random.pick(&WAIT_SPREAD).copied().unwrap_or(100);
        let drift = Wave {
            seed: random.next(),
            period_millis: 60 * DAY_MILLIS,
        };
        // A quarter up or down, over months.
        let drifted = i64::from(median * spread) * (4_000 + drift.at(at_millis)) / 400_000;
        let total = u32::try_from(drifted).unwrap_or(0).max(1);
        let intake = random.pick(&INTAKE_WEEKS).copied().unwrap_or(2).min(total);
        let waiting = self.usual_wait().map_or(0, |usual| usual.waiting);
        vec![Wait {
            intake_wait_days: Some(intake * DAYS_PER_WEEK),
            treatment_wait_days: Some((total - intake) * DAYS_PER_WEEK),
            waiting_count: Some(waiting),
            over_norm_count: Some(if total > NORM_WEEKS { waiting / 3 } else { 0 }),
            method: WaitMethod::Retrospective.into(),
            ..Wait::default()
        }]
    }

    /// Returns its waits without their ups and downs, and how many that makes wait; none where there is no list.
    pub(crate) fn usual_wait(&self) -> Option<UsualWait> {
        let median = self.median_wait_weeks?;
        let mut random = Random::about(self.seed, 0);
        let spread = random.pick(&WAIT_SPREAD).copied().unwrap_or(100);
        // The drift's.
        random.next();
        let total = (median * spread / 100).max(1);
        let intake = random.pick(&INTAKE_WEEKS).copied().unwrap_or(2).min(total);
        let (least, most) = LIST_SPREAD;
        let more = Random::about(self.seed, 3).between(least, most);
        // Whoever comes in while one waits.
        let waiting = self.places * total * more / (100 * self.weeks_per_stay());
        Some(UsualWait {
            intake_days: intake * DAYS_PER_WEEK,
            treatment_days: (total - intake) * DAYS_PER_WEEK,
            waiting: waiting.max(1),
        })
    }

    /// Returns after how many weeks a place is free again.
    fn weeks_per_stay(&self) -> u32 {
        match self.place_kind() {
            PlaceKind::CrisisAssessmentPlace => 1,
            PlaceKind::Bed => 8,
            PlaceKind::DayPlace => 20,
            PlaceKind::Slot | PlaceKind::Unspecified => 25,
            PlaceKind::HomeTreatmentPlace => 60,
            PlaceKind::ProgrammePlace => 100,
        }
    }

    /// Returns what it has reported in a period: at least its last report, if it has any.
    pub fn told(&self, period: Period) -> impl Iterator<Item = Report> + use<> {
        self.reports(self.report_moments(period.until_millis, period.days))
    }

    /// Returns what it has reported at these moments: waits with the first, and once in every week.
    pub(crate) fn reports(&self, moments: Vec<i64>) -> impl Iterator<Item = Report> + use<> {
        let mut week_before = None;
        let offering = self.clone();
        moments.into_iter().map(move |at| {
            let week = at.div_euclid(i64::from(DAYS_PER_WEEK) * DAY_MILLIS);
            let is_new = week_before.replace(week) != Some(week);
            let waits = if is_new {
                offering.waits(at)
            } else {
                Vec::new()
            };
            Report {
                waits,
                ..offering.counted(at)
            }
        })
    }

    /// Returns the pause that it begins with, if it does.
    pub fn first_pause(&self, now_millis: i64) -> Option<Pause> {
        const REASONS: [PauseReason; 4] = [
            PauseReason::WaitTooLong,
            PauseReason::StaffShortage,
            PauseReason::ContractExhausted,
            PauseReason::Building,
        ];
        let mut random = Random::about(self.seed, 1);
        let reason = random.pick(&REASONS).copied().filter(|_| self.paused)?;
        let end = moment(now_millis + i64::from(random.between(5, 90)) * DAY_MILLIS);
        let ends_by_itself = random.percent(50);
        let mut scope = PauseScope::default();
        if reason == PauseReason::ContractExhausted {
            scope.insurers = vec!["Demo-verzekeraar".to_owned()];
        } else if let [first, _, ..] = self.details.diagnosis_groups.as_slice() {
            scope.diagnosis_groups = vec![first.clone()];
        }
        let started = now_millis - i64::from(random.between(1, 30)) * DAY_MILLIS;
        Some(Pause {
            pause_id: "demo-first".to_owned(),
            scope: Some(scope),
            reason: reason.into(),
            starts_at: Some(moment(started)),
            ends_at: ends_by_itself.then_some(end),
            expected_end: (!ends_by_itself).then_some(end),
            waiting_list_closed: random.percent(30),
        })
    }
}

/// Returns a pause of a few minutes, so that one can be seen to end by itself.
pub(crate) fn short_pause(now_millis: i64, random: &mut Random) -> Pause {
    let seconds = i64::from(random.between(60, 180));
    Pause {
        pause_id: format!("demo-{now_millis}"),
        scope: None,
        reason: PauseReason::StaffShortage.into(),
        starts_at: Some(moment(now_millis)),
        ends_at: Some(moment(now_millis + seconds * SECOND_MILLIS)),
        expected_end: None,
        waiting_list_closed: false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::world::{SEED, Scale, World};

    const NOW: i64 = 1_795_392_000_000;

    fn first(count: u32) -> impl Iterator<Item = Offering> {
        let world = World::new(Scale::Region, SEED);
        (0..count).filter_map(move |number| world.offering(number))
    }

    #[test]
    fn waits_drift_over_months_and_not_within_an_hour() {
        let wait = |offering: &Offering, days: i64| offering.waits(NOW + days * DAY_MILLIS);
        let drifting = first(50).filter(|it| wait(it, 0) != wait(it, 120)).count();
        assert!(drifting > 15, "{drifting}");
        assert!(first(50).all(|it| it.waits(NOW) == it.waits(NOW + 1_000)));
    }

    #[test]
    fn waits_are_said_once_a_week_and_counts_every_time() {
        let offering = first(1).next().unwrap();
        let days: Vec<i64> = (0..14).map(|day| NOW + day * DAY_MILLIS).collect();
        let reports: Vec<Report> = offering.reports(days).collect();
        assert!(reports.iter().all(|report| report.counts.is_some()));
        assert!(!reports[0].waits.is_empty());
        let with_waits = reports.iter().filter(|report| !report.waits.is_empty());
        assert!((2..=3).contains(&with_waits.count()));
    }

    proptest! {
        #[test]
        fn every_report_adds_up(number in 0u32..280, hours in 0i64..2_000) {
            let world = World::new(Scale::Region, SEED);
            let offering = world.offering(number).unwrap();
            let at = NOW + hours * 3_600_000;
            let report = offering.counted(at);
            let counts = report.counts.unwrap();
            prop_assert_eq!(counts.operational, Some(counts.occupied + counts.available));
            let blocked: u32 = counts.blocked.iter().map(|blocked| blocked.count).sum();
            prop_assert_eq!(counts.occupied + counts.available + blocked, offering.places);
            prop_assert_eq!(report.observed_at.as_ref().map(millis), Some(at));
            for wait in offering.waits(at) {
                prop_assert!(wait.intake_wait_days > Some(0));
                prop_assert!(wait.over_norm_count <= wait.waiting_count);
            }
        }
    }
}
