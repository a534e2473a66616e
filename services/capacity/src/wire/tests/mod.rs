mod any;
mod any_terms;
mod edge;
mod edge_terms;
mod golden;
mod golden_terms;

use chassis::{Codec, Recorded};
use domain::capacity::{EndedHold, Event, Offering};
use domain::{Aggregate, Timestamp, replay};
use proptest::prelude::*;
use prost::Message;
use proto::capacity::v1;

use super::Wire;
use super::unreadable::{moment, timestamp};

fn recorded(event: Event, occurred_at: Timestamp) -> Recorded<Event> {
    // It is received when it is decided: one moment.
    let event = match event {
        Event::CapacityReported { report, .. } => Event::CapacityReported {
            report,
            received_at: occurred_at,
        },
        Event::ReportCorrected {
            supersedes,
            report,
            reason,
            ..
        } => Event::ReportCorrected {
            supersedes,
            report,
            reason,
            received_at: occurred_at,
        },
        Event::RefusalRecorded {
            refusal,
            contradicts,
            ..
        } => Event::RefusalRecorded {
            refusal,
            contradicts,
            recorded_at: occurred_at,
        },
        Event::OfferingWithdrawn { reason, .. } => Event::OfferingWithdrawn {
            reason,
            withdrawn_at: occurred_at,
        },
        Event::HoldEnded(ended) => Event::HoldEnded(EndedHold {
            ended_at: occurred_at,
            ..ended
        }),
        other => other,
    };
    Recorded {
        event,
        occurred_at,
        actor: "test".to_owned(),
    }
}

proptest! {
    #[test]
    fn events_read_back_as_they_were_written(
        events in prop::collection::vec((any::event(), any::moment()), 0..5)
    ) {
        let written: Vec<_> = events.into_iter().map(|(event, at)| recorded(event, at)).collect();
        prop_assert_eq!(Wire::decode(&Wire::encode(&written)), Ok(written));
    }

    #[test]
    fn two_encodings_behind_one_another_are_the_encoding_of_both(
        one in any::event(), other in any::event(), at in any::moment()
    ) {
        let (one, other) = (recorded(one, at), recorded(other, at));
        let mut both = Wire::encode(std::slice::from_ref(&one));
        both.extend(Wire::encode(std::slice::from_ref(&other)));
        prop_assert_eq!(Wire::decode(&both), Ok(vec![one, other]));
    }

    #[test]
    fn a_folded_state_reads_back_as_it_was_written(
        events in prop::collection::vec(any::event(), 0..12)
    ) {
        let state: Offering = replay::<Offering>(&events);
        prop_assert_eq!(Wire::decode_state(&Wire::encode_state(&state)), Ok(state));
    }

    #[test]
    fn a_restored_state_decides_as_the_one_it_was_made_of(
        events in prop::collection::vec(any::event(), 0..8), next in any::event()
    ) {
        let state: Offering = replay::<Offering>(&events);
        let restored = Wire::decode_state(&Wire::encode_state(&state)).unwrap();
        prop_assert_eq!(restored.evolve(&next), state.evolve(&next));
    }

    #[test]
    fn a_row_says_what_the_offering_says(
        events in prop::collection::vec(any::event(), 0..8), now in any::moment()
    ) {
        let state: Offering = replay::<Offering>(&events);
        let id = domain::capacity::OfferingId::parse("one").unwrap();
        let row = super::offering_row(&id, &state, super::Beside::default(), now);
        let row = v1::OfferingRow::decode(&*row.encode_to_vec()).unwrap();
        prop_assert_eq!(row.details.map(super::details::decode), state.details.clone().map(Ok));
        let pauses: Result<Vec<_>, _> = row.pauses.into_iter().map(super::pause::decode).collect();
        prop_assert_eq!(pauses, Ok(state.pauses.clone()));
        let status = row.counts_status.unwrap();
        prop_assert_eq!(status.valid_until.as_ref().map(moment), state.counts.as_ref().map(|counts| counts.valid_until));
        prop_assert_eq!(
            row.counts.map(|counts| counts.available),
            state.counts.as_ref().map(|counts| counts.value.available)
        );
        prop_assert_eq!(row.withdrawn, state.withdrawn.is_some());
        let balance = state.balance();
        prop_assert_eq!(row.available, balance.map(|balance| balance.available));
        prop_assert_eq!(row.places_missing, balance.map_or(0, |balance| balance.missing));
        prop_assert_eq!(row.held as usize, state.active_holds().len());
        let holds: Result<Vec<_>, _> = row.holds.into_iter().map(super::hold::decode).collect();
        prop_assert_eq!(holds, Ok(state.active_holds().to_vec()));
    }

    #[test]
    fn no_bytes_upset_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Wire::decode(&bytes);
        let _ = Wire::decode_state(&bytes);
    }

    #[test]
    fn a_moment_reads_back_also_before_1970(millis in -10_000_000_000_000_i64..10_000_000_000_000) {
        let at = Timestamp::from_millis(millis);
        let written = timestamp(at);
        prop_assert!((0..1_000_000_000).contains(&written.nanos));
        prop_assert_eq!(moment(&written), at);
    }
}

#[test]
fn an_event_of_a_later_version_stops_the_reader() {
    // Field 99 of RecordedEvent is not known: the event reads as none.
    let later = v1::CommitBody {
        events: vec![v1::RecordedEvent {
            occurred_at: Some(Default::default()),
            ..Default::default()
        }],
    };
    assert!(Wire::decode(&later.encode_to_vec()).is_err());
}

#[test]
fn an_unknown_reason_in_a_stored_event_stops_the_reader() {
    let withdrawn = v1::OfferingWithdrawn { reason: 99 };
    let unknown = v1::CommitBody {
        events: vec![v1::RecordedEvent {
            occurred_at: Some(Default::default()),
            actor: String::new(),
            event: Some(v1::recorded_event::Event::OfferingWithdrawn(withdrawn)),
        }],
    };
    assert!(Wire::decode(&unknown.encode_to_vec()).is_err());
}
