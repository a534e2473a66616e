//! What the invented offerings say: counts, waits, pauses.

use domain::Timestamp;
use proto::capacity::v1::{
    Counts, IntakeStatus, Pause, PauseReason, PauseScope, Report, ReporterRole, SourceClass, Wait,
    WaitMethod,
};

use super::offerings::{Habit, Offering};
use super::random::Random;

const SECOND: i64 = 1_000;
const HOUR: i64 = 3_600 * SECOND;
const DAY: i64 = 24 * HOUR;
const DAYS_PER_WEEK: u32 = 7;
/// Waits are published in round numbers of weeks, some more often than others.
const INTAKE_WEEKS: [u32; 22] = [
    2, 2, 2, 2, 4, 4, 4, 4, 3, 3, 3, 1, 1, 6, 6, 5, 5, 8, 10, 12, 7, 16,
];
/// How far from full an offering is: few have much room.
const FREE_PERCENT: [u32; 8] = [0, 0, 0, 2, 4, 6, 10, 18];

/// Returns a moment as the contract writes it.
pub(super) fn moment(at: Timestamp) -> prost_types::Timestamp {
    let millis = at.as_millis();
    prost_types::Timestamp {
        seconds: millis.div_euclid(SECOND),
        nanos: i32::try_from(millis.rem_euclid(SECOND)).unwrap_or(0) * 1_000_000,
    }
}

/// Returns the first report of an offering; none if it never reports.
pub(super) fn first_report(
    offering: &Offering,
    now: Timestamp,
    random: &mut Random,
) -> Option<Report> {
    let age = match offering.habit {
        Habit::Lively => i64::from(random.between(1, 20 * 3_600)) * SECOND,
        Habit::Stopped(days) => i64::from(days) * DAY,
        Habit::Silent => return None,
    };
    let free = offering.places * random.pick(&FREE_PERCENT).copied().unwrap_or(0) / 100;
    let waits = offering
        .median_wait_weeks
        .map(|weeks| wait(offering, weeks, random));
    Some(Report {
        waits: waits.into_iter().collect(),
        ..report(offering.places, free, now.plus_millis(-age))
    })
}

/// Returns a report of places at a moment.
pub(super) fn report(places: u32, free: u32, observed_at: Timestamp) -> Report {
    let intake = if free > 0 {
        IntakeStatus::HasCapacity
    } else {
        IntakeStatus::Waitlist
    };
    Report {
        // Rises from report to report, also over a restart.
        sequence: u64::try_from(observed_at.as_millis()).ok(),
        observed_at: Some(moment(observed_at)),
        source_class: SourceClass::RecordSystem.into(),
        reporter_role: ReporterRole::System.into(),
        counts: Some(Counts {
            operational: Some(places),
            occupied: places.saturating_sub(free),
            available: free.min(places),
            intake_status: intake.into(),
            ..Counts::default()
        }),
        ..Report::default()
    }
}

fn wait(offering: &Offering, median_weeks: u32, random: &mut Random) -> Wait {
    // From half to twice the median, as the published figures spread.
    let total = (median_weeks * random.between(50, 200) / 100).max(1);
    let intake = random.pick(&INTAKE_WEEKS).copied().unwrap_or(2).min(total);
    let waiting = random.between(0, offering.places * 2);
    Wait {
        intake_wait_days: Some(intake * DAYS_PER_WEEK),
        treatment_wait_days: Some((total - intake) * DAYS_PER_WEEK),
        waiting_count: Some(waiting),
        over_norm_count: Some(if total > 14 { waiting / 3 } else { 0 }),
        method: WaitMethod::Retrospective.into(),
        ..Wait::default()
    }
}

/// Returns the pause that an offering begins with.
pub(super) fn first_pause(offering: &Offering, now: Timestamp, random: &mut Random) -> Pause {
    const REASONS: [PauseReason; 4] = [
        PauseReason::WaitTooLong,
        PauseReason::StaffShortage,
        PauseReason::ContractExhausted,
        PauseReason::Building,
    ];
    let reason = random
        .pick(&REASONS)
        .copied()
        .unwrap_or(PauseReason::NotStated);
    let end = moment(now.plus_millis(i64::from(random.between(5, 90)) * DAY));
    let ends_by_itself = random.percent(50);
    let mut scope = PauseScope::default();
    if reason == PauseReason::ContractExhausted {
        scope.insurers = vec!["Demo-verzekeraar".to_owned()];
    } else if let [first, _, ..] = offering.details.diagnosis_groups.as_slice() {
        scope.diagnosis_groups = vec![first.clone()];
    }
    Pause {
        pause_id: "demo-first".to_owned(),
        scope: Some(scope),
        reason: reason.into(),
        starts_at: Some(moment(
            now.plus_millis(-i64::from(random.between(1, 30)) * DAY),
        )),
        ends_at: ends_by_itself.then_some(end),
        expected_end: (!ends_by_itself).then_some(end),
        waiting_list_closed: random.percent(30),
    }
}

/// Returns a pause of a few minutes, so that one can be seen to end by itself.
pub(super) fn short_pause(now: Timestamp, random: &mut Random) -> Pause {
    let seconds = i64::from(random.between(60, 180));
    Pause {
        pause_id: format!("demo-{}", now.as_millis()),
        scope: None,
        reason: PauseReason::StaffShortage.into(),
        starts_at: Some(moment(now)),
        ends_at: Some(moment(now.plus_millis(seconds * SECOND))),
        expected_end: None,
        waiting_list_closed: false,
    }
}
