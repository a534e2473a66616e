//! An offering's history as the contract shows it.

use chassis::{HistoryItem, Recorded};
use domain::Timestamp;
use domain::capacity::{EndedHold, Event, Refusal, Report};
use proto::capacity::v1;

use super::codes::Coded;
use super::unreadable::timestamp;
use super::{details, hold, pause, refusal, report};

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
        Event::PlaceHeld(_) => "place-held",
        Event::HoldExtended(_) => "hold-extended",
        Event::HoldEnded(_) => "hold-ended",
        Event::OvercommitmentArisen { .. } => "overcommitment-arisen",
        Event::OvercommitmentResolved => "overcommitment-resolved",
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
        } => with_refusal(entry, refused, *contradicts),
        Event::PlaceHeld(held) | Event::HoldExtended(held) => with_hold(entry, hold::encode(held)),
        Event::HoldEnded(ended) => with_ended_hold(entry, ended),
        Event::OvercommitmentArisen { places_missing } => v1::HistoryEntry {
            places_missing: *places_missing,
            ..entry
        },
        Event::OvercommitmentResolved => entry,
    }
}

fn with_refusal(
    entry: v1::HistoryEntry,
    refused: &Refusal,
    contradicts_declared: bool,
) -> v1::HistoryEntry {
    let reason = v1::RefusalReason::try_from(refused.reason.code()).unwrap_or_default();
    v1::HistoryEntry {
        reason: word(reason.as_str_name(), "REFUSAL_REASON_"),
        refusal: Some(refusal::encode(refused)),
        contradicts_declared,
        ..entry
    }
}

fn with_ended_hold(entry: v1::HistoryEntry, ended: &EndedHold) -> v1::HistoryEntry {
    let end = v1::HoldEnd::try_from(ended.end.code()).unwrap_or_default();
    let reason = word(end.as_str_name(), "HOLD_END_");
    with_hold(
        v1::HistoryEntry { reason, ..entry },
        hold::encode_ended(ended),
    )
}

fn with_hold(entry: v1::HistoryEntry, hold: v1::Hold) -> v1::HistoryEntry {
    v1::HistoryEntry {
        hold: Some(hold),
        ..entry
    }
}

/// Returns `typing-error` for `CORRECTION_REASON_TYPING_ERROR`.
fn word(name: &str, prefix: &str) -> String {
    name.strip_prefix(prefix)
        .unwrap_or(name)
        .to_lowercase()
        .replace('_', "-")
}
