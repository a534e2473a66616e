//! What was counted and what is paused, from the cells of a row.

use prost_types::Timestamp;
use proto::capacity::v1::{
    BlockReason, BlockedPlaces, Counts, IntakeStatus, Pause, PauseReason, PauseScope, Report,
    ReporterRole, SourceClass, Wait, WaitMethod,
};
use sha2::{Digest, Sha256};

use super::cells::Cells;
use super::details::is_group;
use super::forecast;
use crate::import::refusal::reason;
use crate::words::value_of;

const COUNTED: [&str; 9] = [
    "licensed",
    "funded",
    "operational",
    "occupied",
    "on_leave",
    "available",
    "blocked",
    "highest_token_counted",
    "intake_status",
];

/// Reads the report; none if the row reports nothing.
pub(super) fn report(cells: &mut Cells<'_>, now: jiff::Timestamp) -> Option<Report> {
    let counts = counts(cells);
    let waits: Vec<Wait> = wait(cells).into_iter().collect();
    let observed_at = cells.moment("observed_at");
    let report = Report {
        sequence: cells.long_number("sequence"),
        observed_at,
        effective_at: cells.moment("effective_at"),
        valid_until: cells.moment("valid_until"),
        source_class: match cells.word::<SourceClass>("source_class") {
            0 => SourceClass::RecordSystem.into(),
            stated => stated,
        },
        reporter_role: match cells.word::<ReporterRole>("reporter_role") {
            0 => ReporterRole::System.into(),
            stated => stated,
        },
        counts,
        waits,
    };
    if report.counts.is_none() && report.waits.is_empty() {
        return None;
    }
    match &report.observed_at {
        None if cells.is_empty("observed_at") => cells.wrong("observed_at", reason::MISSING),
        Some(observed_at) if is_after(observed_at, now) => {
            cells.wrong("observed_at", reason::DATE_IN_THE_FUTURE)
        }
        Some(observed_at)
            if report
                .valid_until
                .is_some_and(|until| order(&until) <= order(observed_at)) =>
        {
            cells.wrong("valid_until", reason::NOT_CONSISTENT);
        }
        None | Some(_) => {}
    }
    Some(report)
}

/// Free and taken places belong together: without one, the other says nothing.
fn counts(cells: &mut Cells<'_>) -> Option<Counts> {
    let (occupied, available) = (cells.number("occupied"), cells.number("available"));
    let counts = Counts {
        licensed: cells.number("licensed"),
        funded: cells.number("funded"),
        operational: cells.number("operational"),
        occupied: occupied.unwrap_or_default(),
        on_leave: cells.number("on_leave"),
        available: available.unwrap_or_default(),
        blocked: blocked(cells),
        highest_token_counted: cells.long_number("highest_token_counted"),
        intake_status: cells.word::<IntakeStatus>("intake_status"),
        ..Counts::default()
    };
    let counts = forecast::read(cells, counts);
    let mut counted = COUNTED.iter().chain(&forecast::COUNTED);
    if counted.all(|column| cells.is_empty(column)) {
        return None;
    }
    for column in ["occupied", "available"] {
        if cells.is_empty(column) {
            cells.wrong(column, reason::MISSING);
        }
    }
    let sum = u64::from(counts.occupied) + u64::from(counts.available);
    if counts
        .operational
        .is_some_and(|operational| u64::from(operational) < sum)
    {
        cells.wrong("operational", reason::NOT_CONSISTENT);
    }
    if counts
        .on_leave
        .is_some_and(|on_leave| on_leave > counts.occupied)
    {
        cells.wrong("on_leave", reason::NOT_CONSISTENT);
    }
    Some(counts)
}

/// "staff=2|repair=1"
fn blocked(cells: &mut Cells<'_>) -> Vec<BlockedPlaces> {
    let parts = cells.list("blocked");
    let read = |part: &String| {
        let (reason, count) = part.split_once('=')?;
        let reason = value_of::<BlockReason>(reason.trim())?;
        Some(BlockedPlaces {
            reason: reason.into(),
            count: count.trim().parse().ok()?,
        })
    };
    let blocked: Vec<BlockedPlaces> = parts.iter().filter_map(read).collect();
    if blocked.len() != parts.len() {
        cells.wrong("blocked", reason::UNKNOWN_WORD);
    }
    blocked
}

fn wait(cells: &mut Cells<'_>) -> Option<Wait> {
    let wait = Wait {
        intake_wait_days: cells.number("intake_wait_days"),
        treatment_wait_days: cells.number("treatment_wait_days"),
        realised_wait_days: cells.number("realised_wait_days"),
        waiting_count: cells.number("waiting_count"),
        over_norm_count: cells.number("over_norm_count"),
        method: cells.word::<WaitMethod>("wait_method"),
        waiting_since: forecast::bands(cells),
        ..Wait::default()
    };
    if wait
        .over_norm_count
        .zip(wait.waiting_count)
        .is_some_and(|(over, waiting)| over > waiting)
    {
        cells.wrong("over_norm_count", reason::NOT_CONSISTENT);
    }
    let says_something = wait
        != Wait {
            method: wait.method,
            ..Wait::default()
        };
    says_something.then_some(wait)
}

/// Reads the pause; none if there is none, or if it is over.
pub(super) fn pause(cells: &mut Cells<'_>, now: jiff::Timestamp) -> Option<Pause> {
    let reason_given = cells.word::<PauseReason>("pause_reason");
    let pause = Pause {
        pause_id: String::new(),
        scope: None,
        reason: reason_given,
        starts_at: cells.moment("pause_from"),
        ends_at: cells.moment("pause_until"),
        expected_end: cells.moment("pause_expected_end"),
        waiting_list_closed: cells.yes("waiting_list_closed"),
    };
    let diagnosis_groups = cells.codes("pause_diagnosis_groups", is_group);
    let insurers = cells.list("pause_insurers");
    if cells.is_empty("pause_reason") {
        let nothing = Pause::default();
        let stray = pause != nothing || !diagnosis_groups.is_empty() || !insurers.is_empty();
        if stray {
            cells.wrong("pause_reason", reason::MISSING);
        }
        return None;
    }
    if pause
        .starts_at
        .zip(pause.ends_at)
        .is_some_and(|(starts, ends)| order(&ends) <= order(&starts))
    {
        cells.wrong("pause_until", reason::NOT_CONSISTENT);
    }
    let is_over = pause
        .ends_at
        .is_some_and(|ends_at| !is_after(&ends_at, now));
    if is_over {
        return None;
    }
    let said = format!("{pause:?} {diagnosis_groups:?} {insurers:?}");
    let digest: String = Sha256::digest(said.as_bytes())
        .iter()
        .take(12)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let is_whole = diagnosis_groups.is_empty() && insurers.is_empty();
    Some(Pause {
        pause_id: format!("csv-{digest}"),
        scope: (!is_whole).then_some(PauseScope {
            diagnosis_groups,
            insurers,
        }),
        ..pause
    })
}

fn is_after(moment: &Timestamp, now: jiff::Timestamp) -> bool {
    order(moment) > (now.as_second(), now.subsec_nanosecond())
}

fn order(moment: &Timestamp) -> (i64, i32) {
    (moment.seconds, moment.nanos)
}
