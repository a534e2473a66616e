use chassis::Recorded;
use domain::waitlist::{Event, Reaffirmation};
use proto::waitlist::v1;
use proto::waitlist::v1::recorded_event::Event as Stored;

use super::codes::Coded;
use super::parts::{
    decode_approval, decode_foreseen, decode_person, decode_priority, decode_profile,
    decode_registration, decode_request, decode_screened, decode_withdrawal, encode_approval,
    encode_foreseen, encode_person, encode_priority, encode_profile, encode_registration,
    encode_request, encode_screened, encode_withdrawal,
};
use super::unreadable::{Unreadable, day, moment, needed, stamp};

pub(super) fn encode(recorded: &Recorded<Event>) -> v1::RecordedEvent {
    v1::RecordedEvent {
        occurred_at: stamp(recorded.occurred_at),
        actor: recorded.actor.clone(),
        event: Some(encode_event(&recorded.event)),
    }
}

pub(super) fn decode(stored: v1::RecordedEvent) -> Result<Recorded<Event>, Unreadable> {
    Ok(Recorded {
        event: decode_event(needed(stored.event, "event")?)?,
        occurred_at: moment(stored.occurred_at, "occurred_at")?,
        actor: stored.actor,
    })
}

fn encode_event(event: &Event) -> Stored {
    match event {
        Event::Registered {
            registration,
            stated_on,
        } => Stored::Registered(v1::Registered {
            registration: Some(encode_registration(registration)),
            person: Some(encode_person(&registration.person)),
            stated_on: stated_on.to_string(),
        }),
        Event::Reaffirmed(reaffirmation) => Stored::Reaffirmed(v1::Reaffirmed {
            on: reaffirmation.on.to_string(),
            person: reaffirmation.person.as_ref().map(encode_person),
            profile: reaffirmation.profile.as_ref().map(encode_profile),
        }),
        Event::WentStale => Stored::WentStale(v1::WentStale {}),
        Event::ScreeningRequested(request) => Stored::ScreeningRequested(encode_request(request)),
        Event::ScreeningApproved(approval) => Stored::ScreeningApproved(encode_approval(approval)),
        Event::ScreeningApprovalLapsed => {
            Stored::ScreeningApprovalLapsed(v1::ScreeningApprovalLapsed {})
        }
        Event::Screened(screened) => Stored::Screened(encode_screened(screened)),
        Event::PriorityChanged(priority) => Stored::PriorityChanged(encode_priority(priority)),
        Event::IntakePlanned { planned_for } => Stored::IntakePlanned(v1::IntakePlanned {
            planned_for: planned_for.to_string(),
        }),
        Event::IntakeHeld { held_on } => Stored::IntakeHeld(v1::IntakeHeld {
            held_on: held_on.to_string(),
        }),
        Event::TreatmentStarted { started_on } => Stored::TreatmentStarted(v1::TreatmentStarted {
            started_on: started_on.to_string(),
        }),
        Event::Withdrawn(withdrawal) => Stored::Withdrawn(encode_withdrawal(*withdrawal)),
        Event::TreatmentEnded { ended_on, outflow } => Stored::TreatmentEnded(v1::TreatmentEnded {
            ended_on: ended_on.to_string(),
            outflow: outflow.number(),
        }),
        Event::AftercareEnded => Stored::AftercareEnded(v1::AftercareEnded {}),
        Event::Returned { returned_on } => Stored::Returned(v1::Returned {
            returned_on: returned_on.to_string(),
        }),
        Event::BreachForeseen(foreseen) => Stored::BreachForeseen(encode_foreseen(*foreseen)),
        Event::BreachAverted(clock) => Stored::BreachAverted(v1::BreachAverted {
            clock: clock.number(),
        }),
        Event::NormExceeded(clock) => Stored::NormExceeded(v1::NormExceeded {
            clock: clock.number(),
        }),
    }
}

fn decode_event(stored: Stored) -> Result<Event, Unreadable> {
    Ok(match stored {
        Stored::Registered(registered) => {
            let person = decode_person(needed(registered.person, "person")?)?;
            let registration = decode_registration(registered.registration, person)?;
            Event::Registered {
                registration: Box::new(registration),
                stated_on: day(&registered.stated_on, "stated_on")?,
            }
        }
        Stored::Reaffirmed(reaffirmed) => Event::Reaffirmed(Box::new(Reaffirmation {
            on: day(&reaffirmed.on, "on")?,
            person: reaffirmed.person.map(decode_person).transpose()?,
            profile: reaffirmed
                .profile
                .map(|profile| decode_profile(Some(profile)))
                .transpose()?,
        })),
        Stored::WentStale(v1::WentStale {}) => Event::WentStale,
        Stored::ScreeningRequested(request) => Event::ScreeningRequested(decode_request(request)?),
        Stored::ScreeningApproved(approval) => {
            Event::ScreeningApproved(decode_approval(Some(approval))?)
        }
        Stored::ScreeningApprovalLapsed(v1::ScreeningApprovalLapsed {}) => {
            Event::ScreeningApprovalLapsed
        }
        Stored::Screened(screened) => Event::Screened(Box::new(decode_screened(screened)?)),
        Stored::PriorityChanged(priority) => Event::PriorityChanged(decode_priority(priority)?),
        Stored::IntakePlanned(planned) => Event::IntakePlanned {
            planned_for: day(&planned.planned_for, "planned_for")?,
        },
        Stored::IntakeHeld(held) => Event::IntakeHeld {
            held_on: day(&held.held_on, "held_on")?,
        },
        Stored::TreatmentStarted(started) => Event::TreatmentStarted {
            started_on: day(&started.started_on, "started_on")?,
        },
        Stored::Withdrawn(withdrawn) => Event::Withdrawn(decode_withdrawal(&withdrawn)?),
        Stored::TreatmentEnded(ended) => Event::TreatmentEnded {
            ended_on: day(&ended.ended_on, "ended_on")?,
            outflow: Coded::of(ended.outflow)?,
        },
        Stored::AftercareEnded(v1::AftercareEnded {}) => Event::AftercareEnded,
        Stored::Returned(returned) => Event::Returned {
            returned_on: day(&returned.returned_on, "returned_on")?,
        },
        Stored::BreachForeseen(foreseen) => Event::BreachForeseen(decode_foreseen(&foreseen)?),
        Stored::BreachAverted(averted) => Event::BreachAverted(Coded::of(averted.clock)?),
        Stored::NormExceeded(exceeded) => Event::NormExceeded(Coded::of(exceeded.clock)?),
    })
}
