//! Events as they are stored: contract ↔ domain.

use chassis::Recorded;
use domain::Timestamp;
use domain::capacity::{Details, Event, Hold, Pause, Report, ReportKey};
use proto::capacity::v1;
use proto::capacity::v1::recorded_event::Event as Stored;

use super::codes::Coded;
use super::unreadable::{Read, Unreadable, moment, required, timestamp};
use super::{details, hold, pause, refusal, report};

/// Returns the stored form.
pub(super) fn encode(recorded: &Recorded<Event>) -> v1::RecordedEvent {
    v1::RecordedEvent {
        occurred_at: Some(timestamp(recorded.occurred_at)),
        actor: recorded.actor.clone(),
        event: Some(encode_event(&recorded.event)),
    }
}

fn encode_event(event: &Event) -> Stored {
    match event {
        Event::OfferingPublished(offered) => Stored::OfferingPublished(v1::OfferingPublished {
            details: Some(details::encode(offered)),
        }),
        Event::OfferingChanged(offered) => Stored::OfferingChanged(v1::OfferingChanged {
            details: Some(details::encode(offered)),
        }),
        // When it was withdrawn is when it was decided: stored once, as the event's own moment.
        Event::OfferingWithdrawn {
            reason,
            withdrawn_at: _,
        } => Stored::OfferingWithdrawn(v1::OfferingWithdrawn {
            reason: reason.code(),
        }),
        // The same with the moment at which it was received.
        Event::CapacityReported {
            report: reported,
            received_at: _,
        } => Stored::CapacityReported(v1::CapacityReported {
            report: Some(report::encode(reported)),
        }),
        Event::LateReportKept(reported) => Stored::LateReportKept(v1::LateReportKept {
            report: Some(report::encode(reported)),
        }),
        Event::ReportCorrected {
            supersedes,
            report: reported,
            reason,
            received_at: _,
        } => Stored::ReportCorrected(v1::ReportCorrected {
            supersedes_observed_at: Some(timestamp(supersedes.observed_at)),
            supersedes_sequence: supersedes.sequence,
            report: Some(report::encode(reported)),
            reason: reason.code(),
        }),
        Event::AdmissionsPaused(paused) => Stored::AdmissionsPaused(v1::AdmissionsPaused {
            pause: Some(pause::encode(paused)),
        }),
        Event::AdmissionsResumed(pause_id, cause) => {
            Stored::AdmissionsResumed(v1::AdmissionsResumed {
                pause_id: pause_id.as_str().to_owned(),
                cause: cause.code(),
            })
        }
        Event::RefusalRecorded {
            refusal: refused,
            contradicts,
            recorded_at: _,
        } => Stored::RefusalRecorded(v1::RefusalRecorded {
            refusal: Some(refusal::encode(refused)),
            contradicts_declared: *contradicts,
        }),
        Event::PlaceHeld(held) => Stored::PlaceHeld(v1::PlaceHeld {
            hold: Some(hold::encode(held)),
        }),
        Event::HoldExtended(held) => Stored::HoldExtended(v1::HoldExtended {
            hold: Some(hold::encode(held)),
        }),
        // When it ended is when that was decided.
        Event::HoldEnded(ended) => Stored::HoldEnded(v1::HoldEnded {
            hold_id: ended.hold_id.to_string(),
            token: ended.token,
            end: ended.end.code(),
        }),
        Event::OvercommitmentArisen { places_missing } => {
            Stored::OvercommitmentArisen(v1::OvercommitmentArisen {
                places_missing: *places_missing,
            })
        }
        Event::OvercommitmentResolved => {
            Stored::OvercommitmentResolved(v1::OvercommitmentResolved {})
        }
    }
}

/// Reads what was stored, in this or any earlier version.
pub(super) fn decode(recorded: v1::RecordedEvent) -> Read<Recorded<Event>> {
    let occurred_at = recorded
        .occurred_at
        .as_ref()
        .ok_or(Unreadable::new("occurred_at"))?;
    let occurred_at = moment(occurred_at);
    let event = recorded.event.ok_or(Unreadable::new("event"))?;
    Ok(Recorded {
        event: decode_event(event, occurred_at)?,
        occurred_at,
        actor: recorded.actor,
    })
}

fn decode_event(event: Stored, decided_at: Timestamp) -> Read<Event> {
    Ok(match event {
        Stored::OfferingPublished(stored) => {
            Event::OfferingPublished(Box::new(decode_details(stored.details)?))
        }
        Stored::OfferingChanged(stored) => {
            Event::OfferingChanged(Box::new(decode_details(stored.details)?))
        }
        Stored::OfferingWithdrawn(stored) => Event::OfferingWithdrawn {
            reason: required(stored.reason, "reason")?,
            withdrawn_at: decided_at,
        },
        Stored::CapacityReported(stored) => Event::CapacityReported {
            report: decode_report(stored.report)?,
            received_at: decided_at,
        },
        Stored::LateReportKept(stored) => Event::LateReportKept(decode_report(stored.report)?),
        Stored::ReportCorrected(stored) => Event::ReportCorrected {
            supersedes: ReportKey {
                observed_at: stored
                    .supersedes_observed_at
                    .as_ref()
                    .map(moment)
                    .ok_or(Unreadable::new("supersedes_observed_at"))?,
                sequence: stored.supersedes_sequence,
            },
            report: decode_report(stored.report)?,
            reason: required(stored.reason, "reason")?,
            received_at: decided_at,
        },
        Stored::AdmissionsPaused(stored) => Event::AdmissionsPaused(decode_pause(stored.pause)?),
        Stored::AdmissionsResumed(stored) => Event::AdmissionsResumed(
            pause::decode_id(&stored.pause_id)?,
            required(stored.cause, "cause")?,
        ),
        Stored::RefusalRecorded(stored) => Event::RefusalRecorded {
            refusal: refusal::decode(stored.refusal.ok_or(Unreadable::new("refusal"))?)?,
            contradicts: stored.contradicts_declared,
            recorded_at: decided_at,
        },
        Stored::PlaceHeld(stored) => Event::PlaceHeld(decode_hold(stored.hold)?),
        Stored::HoldExtended(stored) => Event::HoldExtended(decode_hold(stored.hold)?),
        Stored::HoldEnded(stored) => Event::HoldEnded(hold::decode_ended(&stored, decided_at)?),
        Stored::OvercommitmentArisen(stored) => Event::OvercommitmentArisen {
            places_missing: stored.places_missing,
        },
        Stored::OvercommitmentResolved(_) => Event::OvercommitmentResolved,
    })
}

fn decode_details(stored: Option<v1::OfferingDetails>) -> Read<Details> {
    details::decode(stored.ok_or(Unreadable::new("details"))?)
}

fn decode_report(stored: Option<v1::Report>) -> Read<Report> {
    report::decode(stored.ok_or(Unreadable::new("report"))?)
}

fn decode_pause(stored: Option<v1::Pause>) -> Read<Pause> {
    pause::decode(stored.ok_or(Unreadable::new("pause"))?)
}

fn decode_hold(stored: Option<v1::Hold>) -> Read<Hold> {
    hold::decode(stored.ok_or(Unreadable::new("hold"))?)
}
