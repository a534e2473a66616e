//! An offering's history as the contract shows it.

use chassis::{HistoryItem, Recorded};
use domain::Timestamp;
use domain::capacity::{Event, Report};
use proto::capacity::v1;

use super::codes::Coded;
use super::unreadable::timestamp;
use super::{details, pause, refusal, report};

/// Returns one entry; `position` is the item's position token.
pub(crate) fn history_entry(item: &HistoryItem<Event>, position: String) -> v1::HistoryEntry {
    let entry = v1::HistoryEntry {
        position,
        version: item.version.get(),
        log_time: Some(timestamp(Timestamp::from_millis(item.log_time_millis))),
        command_id: item.command_id.map(|id| id.to_string()).unwrap_or_default(),
        kind: "skipped".to_owned(),
        ..v1::HistoryEntry::default()
    };
    match &item.recorded {
        Some(recorded) => with_recorded(entry, recorded),
        None => entry,
    }
}

fn with_recorded(entry: v1::HistoryEntry, recorded: &Recorded<Event>) -> v1::HistoryEntry {
    let entry = v1::HistoryEntry {
        occurred_at: Some(timestamp(recorded.occurred_at)),
        actor: recorded.actor.clone(),
        kind: kind(&recorded.event).to_owned(),
        ..entry
    };
    with_content(entry, &recorded.event)
}

fn kind(event: &Event) -> &'static str {
    match event {
        Event::OfferingPublished(_) => "offering-published",
        Event::OfferingChanged(_) => "offering-changed",
        Event::OfferingWithdrawn { .. } => "offering-withdrawn",
        Event::CapacityReported { .. } => "capacity-reported",
        Event::LateReportKept(_) => "late-report-kept",
        Event::ReportCorrected { .. } => "report-corrected",
        Event::AdmissionsPaused(_) => "admissions-paused",
        Event::AdmissionsResumed(..) => "admissions-resumed",
        Event::RefusalRecorded { .. } => "refusal-recorded",
    }
}

fn with_content(entry: v1::HistoryEntry, event: &Event) -> v1::HistoryEntry {
    let reported = |reported: &Report| Some(report::shown(reported));
    match event {
        Event::OfferingPublished(offered) | Event::OfferingChanged(offered) => v1::HistoryEntry {
            details: Some(details::encode(offered)),
            ..entry
        },
        Event::OfferingWithdrawn {
            reason,
            withdrawn_at: _,
        } => {
            let reason = v1::WithdrawalReason::try_from(reason.code()).unwrap_or_default();
            v1::HistoryEntry {
                reason: word(reason.as_str_name(), "WITHDRAWAL_REASON_"),
                ..entry
            }
        }
        Event::CapacityReported {
            report,
            received_at: _,
        }
        | Event::LateReportKept(report) => v1::HistoryEntry {
            report: reported(report),
            ..entry
        },
        Event::ReportCorrected {
            supersedes: _,
            report,
            reason,
            received_at: _,
        } => {
            let reason = v1::CorrectionReason::try_from(reason.code()).unwrap_or_default();
            let reason = word(reason.as_str_name(), "CORRECTION_REASON_");
            v1::HistoryEntry {
                report: reported(report),
                reason,
                ..entry
            }
        }
        Event::AdmissionsPaused(paused) => v1::HistoryEntry {
            pause: Some(pause::encode(paused)),
            ..entry
        },
        Event::AdmissionsResumed(pause_id, cause) => {
            let cause = v1::ResumeCause::try_from(cause.code()).unwrap_or_default();
            let paused = v1::Pause {
                pause_id: pause_id.to_string(),
                ..v1::Pause::default()
            };
            let reason = word(cause.as_str_name(), "RESUME_CAUSE_");
            v1::HistoryEntry {
                pause: Some(paused),
                reason,
                ..entry
            }
        }
        Event::RefusalRecorded {
            refusal: refused,
            contradicts,
            recorded_at: _,
        } => {
            let reason = v1::RefusalReason::try_from(refused.reason.code()).unwrap_or_default();
            v1::HistoryEntry {
                reason: word(reason.as_str_name(), "REFUSAL_REASON_"),
                refusal: Some(refusal::encode(refused)),
                contradicts_declared: *contradicts,
                ..entry
            }
        }
    }
}

/// Returns `typing-error` for `CORRECTION_REASON_TYPING_ERROR`.
fn word(name: &str, prefix: &str) -> String {
    name.strip_prefix(prefix)
        .unwrap_or(name)
        .to_lowercase()
        .replace('_', "-")
}
