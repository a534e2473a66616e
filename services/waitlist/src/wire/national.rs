//! What of an entry's events the nation's count may know: who, for what kind of care, from when to when.

use domain::waitlist::{Event, PersonKeys};
use proto::waitlist::v1;
use proto::waitlist::v1::national_record::Record;

/// Returns what is for the nation's count; none of it may stand beside what the region reads.
pub(super) fn encode<'a>(events: impl IntoIterator<Item = &'a Event>) -> v1::NationalBody {
    let records = events.into_iter().filter_map(record);
    v1::NationalBody {
        records: records
            .map(|record| v1::NationalRecord {
                record: Some(record),
            })
            .collect(),
    }
}

fn record(event: &Event) -> Option<Record> {
    match event {
        Event::Registered {
            registration,
            stated_on: _,
        } => Some(Record::Waits(v1::NationalWait {
            organisation: registration.provider_id.to_string(),
            care_type: registration.care_type.as_str().to_owned(),
            since: registration.registered_on.to_string(),
            keys: Some(keys(&registration.person)),
        })),
        Event::Reaffirmed(reaffirmation) => {
            let person = reaffirmation.person.as_ref();
            person.map(|person| Record::Keys(keys(person)))
        }
        Event::TreatmentStarted { started_on } => Some(Record::EndedOn(started_on.to_string())),
        Event::Withdrawn(withdrawal) => Some(Record::EndedOn(withdrawal.on.to_string())),
        Event::Returned { returned_on } => Some(Record::ReturnedOn(returned_on.to_string())),
        Event::WentStale
        | Event::ScreeningRequested(_)
        | Event::ScreeningApproved(_)
        | Event::ScreeningApprovalLapsed
        | Event::Screened(_)
        | Event::PriorityChanged(_)
        | Event::IntakePlanned { .. }
        | Event::IntakeHeld { .. }
        | Event::TreatmentEnded { .. }
        | Event::AftercareEnded
        | Event::BreachForeseen(_)
        | Event::BreachAverted(_)
        | Event::NormExceeded(_) => None,
    }
}

fn keys(person: &PersonKeys) -> v1::NationalKeys {
    let keys = person.by_epoch().iter().filter_map(|keys| {
        Some(v1::NationalKey {
            epoch: keys.epoch.0.into(),
            key: keys.national.as_ref()?.as_bytes().to_vec(),
        })
    });
    v1::NationalKeys {
        keys: keys.collect(),
    }
}
