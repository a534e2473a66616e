use domain::waitlist::{
    Actor, AgeBand, Approval, Clock, ContentHash, Epoch, EpochKeys, Foreseen, GpPractice, Grant,
    LocationId, Outflow, PersonKey, PersonKeys, Priority, PriorityCategory, PriorityReason,
    Profile, Reaffirmation, Registration, Screened, ScreeningRequest, UserId, Withdrawal,
    WithdrawalReason, WithdrawnBy,
};
use domain::{
    Aggregate, CareType, Day, DiagnosisGroup, MunicipalityCode, ProviderId, Timestamp, replay,
};

use super::*;

const REGION_KEY: [u8; 32] = *b"region-key-region-key-region-key";
const NATIONAL_KEY: [u8; 32] = *b"nation-key-nation-key-nation-key";

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn person(national: bool) -> PersonKeys {
    let keys = [3, 4].map(|epoch| EpochKeys {
        epoch: Epoch(epoch),
        region: PersonKey::from_bytes(REGION_KEY),
        national: national.then(|| PersonKey::from_bytes(NATIONAL_KEY)),
    });
    PersonKeys::parse(keys.to_vec(), Grant::Exceeded).unwrap()
}

fn profile() -> Profile {
    Profile {
        age_band: AgeBand::parse("65+").unwrap(),
        municipality_code: MunicipalityCode::parse("GM0114").unwrap(),
        gp_practice: GpPractice::parse("01054321"),
        diagnosis_group: DiagnosisGroup::parse("not-yet-diagnosed").unwrap(),
        is_preferred: true,
    }
}

fn actor(user: &str, number: u8) -> Actor {
    Actor {
        user: UserId::parse(user).unwrap(),
        organisation: ProviderId::parse(&format!("agb:0600000{number}")).unwrap(),
    }
}

fn approval(user: &str, number: u8) -> Approval {
    Approval {
        by: actor(user, number),
        content: ContentHash::from_bytes([9; 32]),
        approved_at: Timestamp::from_millis(1_764_000_000_123),
    }
}

fn registered(national: bool) -> Event {
    Event::Registered {
        registration: Box::new(Registration {
            provider_id: ProviderId::parse("agb:06000001").unwrap(),
            location_id: LocationId::parse("loc-1"),
            care_type: CareType::Basic,
            registered_on: day("2026-01-02"),
            profile: profile(),
            person: person(national),
        }),
        stated_on: day("2026-01-03"),
    }
}

fn reaffirmed(national: bool) -> Event {
    Event::Reaffirmed(Box::new(Reaffirmation {
        on: day("2026-02-01"),
        person: Some(person(national)),
        profile: Some(profile()),
    }))
}

/// One of each kind, in an order in which they may come.
fn one_of_each(national: bool) -> Vec<Event> {
    let requested_at = Timestamp::from_millis(1_764_000_000_000);
    vec![
        registered(national),
        Event::NormExceeded(Clock::ToIntake),
        reaffirmed(national),
        Event::WentStale,
        Event::ScreeningRequested(ScreeningRequest {
            by: actor("r", 1),
            requested_at,
        }),
        Event::ScreeningApproved(approval("a", 2)),
        Event::ScreeningApprovalLapsed,
        Event::Screened(Box::new(Screened {
            requested_by: actor("r", 1),
            first: approval("a", 2),
            second: approval("b", 3),
        })),
        Event::PriorityChanged(Priority {
            category: PriorityCategory::parse("regular").unwrap(),
            reason: PriorityReason::Screened,
            by: actor("a", 2),
            changed_at: requested_at,
        }),
        Event::BreachForeseen(Foreseen {
            clock: Clock::Total,
            expected_on: day("2026-07-01"),
            norm_ends_on: day("2026-04-10"),
        }),
        Event::BreachAverted(Clock::ToTreatment),
        Event::IntakePlanned {
            planned_for: day("2026-02-10"),
        },
        Event::IntakeHeld {
            held_on: day("2026-02-11"),
        },
        Event::TreatmentStarted {
            started_on: day("2026-03-01"),
        },
        Event::TreatmentEnded {
            ended_on: day("2026-06-01"),
            outflow: Outflow::SocialDomain,
        },
        Event::Returned {
            returned_on: day("2026-07-01"),
        },
        Event::Withdrawn(Withdrawal {
            on: day("2026-07-02"),
            by: WithdrawnBy::ScreeningTeam,
            reason: WithdrawalReason::Transferred,
        }),
        Event::AftercareEnded,
    ]
}

fn recorded(event: Event) -> Recorded<Event> {
    Recorded {
        event,
        occurred_at: Timestamp::from_millis(1_764_000_000_456),
        actor: "provider-system@agb:06000001".to_owned(),
    }
}

fn has(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

#[test]
fn every_event_comes_back_as_it_was() {
    let events: Vec<_> = one_of_each(false).into_iter().map(recorded).collect();
    assert_eq!(Wire::decode(&Wire::encode(&events)), Ok(events));
}

#[test]
fn an_entry_comes_back_as_it_was_after_every_step() {
    let mut entry = Entry::default();
    assert_eq!(
        Wire::decode_state(&Wire::encode_state(&entry)),
        Ok(entry.clone())
    );
    for event in one_of_each(false) {
        entry = entry.evolve(&event);
        let back = Wire::decode_state(&Wire::encode_state(&entry));
        assert_eq!(back, Ok(entry.clone()), "after {event:?}");
    }
}

#[test]
fn no_body_or_state_holds_the_keys_of_two_scopes() {
    let events: Vec<_> = one_of_each(true).into_iter().map(recorded).collect();
    let region = Wire::encode(&events);
    let national = Wire::encode_national(&events);
    assert!(has(&region, &REGION_KEY) && !has(&region, &NATIONAL_KEY));
    assert!(has(&national, &NATIONAL_KEY) && !has(&national, &REGION_KEY));
    let state = Wire::encode_state(&replay(&one_of_each(true)));
    assert!(has(&state, &REGION_KEY) && !has(&state, &NATIONAL_KEY));
}

#[test]
fn the_nation_hears_of_care_type_and_days_alone() {
    let events: Vec<_> = one_of_each(true).into_iter().map(recorded).collect();
    let national = Wire::encode_national(&events);
    assert!(has(&national, b"basic") && has(&national, b"2026-01-02"));
    for hidden in [
        "65+",
        "GM0114",
        "01054321",
        "not-yet-diagnosed",
        "loc-1",
        "2026-02-11",
    ] {
        assert!(!has(&national, hidden.as_bytes()), "{hidden}");
    }
}

#[test]
fn nothing_is_told_to_the_nation_of_what_it_does_not_count() {
    assert_eq!(
        Wire::encode_national(&[recorded(Event::WentStale)]),
        Vec::<u8>::new()
    );
}

#[test]
fn what_this_version_does_not_know_is_not_read() {
    let stored = v1::CommitBody {
        events: vec![v1::RecordedEvent::default()],
    };
    let read = Wire::decode(&stored.encode_to_vec());
    assert_eq!(read, Err(DecodeError::new("event cannot be read")));
    let unknown_clock = v1::BreachAverted { clock: 99 };
    let stored = v1::RecordedEvent {
        occurred_at: Some(prost_types::Timestamp::default()),
        event: Some(v1::recorded_event::Event::BreachAverted(unknown_clock)),
        ..v1::RecordedEvent::default()
    };
    let body = v1::CommitBody {
        events: vec![stored],
    };
    let read = Wire::decode(&body.encode_to_vec());
    assert_eq!(read, Err(DecodeError::new("Clock cannot be read")));
}
