//! Threats 2 and 18: nobody learns from the list who is on it, but whose list it is.

use proto::access::v1::AccessOutcome;
use proto::waitlist::v1::request_erasure_request::Subject;

use super::calls::step;
use super::*;

const FOREIGN: u32 = 1;
const MISSING: u32 = 99;

/// Everything that a status says, details included.
fn all_of(status: &Status) -> (tonic::Code, String, Vec<u8>) {
    let (code, message) = (status.code(), status.message().to_owned());
    (code, message, status.details().to_vec())
}

impl World {
    /// What every call that names an entry answers about this one, to the second provider and to a practice.
    async fn about(&self, number: u32) -> Vec<(&'static str, Status)> {
        let (context, entry_id) = (|| self.region.context(), id(number));
        let screening = v1::RequestScreeningRequest {
            context: context(),
            entry_id: entry_id.clone(),
        };
        let priority = v1::SetPriorityRequest {
            context: context(),
            entry_id: entry_id.clone(),
            category: "regular".into(),
            reason: v1::PriorityReason::Screened.into(),
        };
        let get = v1::GetEntryRequest {
            entry_id: entry_id.clone(),
            ..Default::default()
        };
        let entries = vec![id(2), entry_id];
        let erase = v1::RequestErasureRequest {
            context: context(),
            subject: Some(Subject::Entries(v1::EntryIds { entry_ids: entries })),
            ground: v1::ErasureGround::Objection.into(),
        };
        let stranger = "huisarts:referrer-gp@agb:01099999";
        let mut said = Vec::new();
        for of in [
            still_waits(""),
            step("intake 2026-11-09"),
            step("withdrawn 2026-11-09"),
        ] {
            said.push(("RecordStep", self.step(TWO, number, of).await.unwrap_err()));
        }
        said.extend([
            (
                "RequestScreening",
                self.request_screening(TWO, screening).await.unwrap_err(),
            ),
            (
                "SetPriority",
                self.set_priority(TWO, priority).await.unwrap_err(),
            ),
            (
                "GetEntry",
                self.get_entry(TWO, get.clone()).await.unwrap_err(),
            ),
            ("GetEntry", self.get_entry(stranger, get).await.unwrap_err()),
            (
                "RequestErasure",
                self.request_erasure(TWO, erase).await.unwrap_err(),
            ),
        ]);
        said
    }
}

#[tokio::test]
async fn threat_18_an_entry_of_others_is_answered_like_none_and_that_is_recorded() {
    let world = World::start().await;
    world.register(ONE, FOREIGN, person(1)).await;
    world.register(TWO, 2, person(2)).await;
    let before = world.region.accesses().await.len();
    let (foreign, missing) = (world.about(FOREIGN).await, world.about(MISSING).await);
    for ((method, foreign), (_, missing)) in foreign.iter().zip(&missing) {
        assert_eq!(all_of(foreign), all_of(missing), "{method}");
        assert_eq!(reason(foreign), "unknown-entry", "{method}");
    }
    let accesses = world.region.accesses().await.split_off(before);
    let denied: Vec<_> = accesses
        .iter()
        .filter(|access| access.outcome() == AccessOutcome::Denied)
        .collect();
    assert_eq!(denied.len(), foreign.len(), "each of them once");
    for (access, (method, _)) in denied.iter().zip(&foreign) {
        assert!(access.event_code.ends_with(method));
        assert_eq!(access.object_ids, [u128::from(FOREIGN).to_be_bytes()]);
        assert_eq!(access.denial, "other-organisation");
    }
    assert_eq!(world.waiting().await, (2, 2), "nothing came of any of it");
}

#[tokio::test]
async fn threat_18_nobody_registers_under_anothers_id_and_who_tries_is_recorded() {
    let world = World::start().await;
    world.register(ONE, FOREIGN, person(1)).await;
    let request = world.region.register(TWO, FOREIGN, person(2));
    let refused = world.register_entry(TWO, request).await;
    assert_eq!(outcome(refused), "entry-id-reused");
    let message = v1::DeclareEntriesRequest {
        declarations: vec![world.declaration(FOREIGN, Some(person(2)))],
        grant: world.region.grant(TWO, 1),
    };
    let answers = world.declare(TWO, vec![message]).await.unwrap();
    let Some(v1::acknowledgement::Result::Failure(failure)) = &answers[0].result else {
        panic!("{answers:?}");
    };
    assert_eq!(failure.reason, "entry-id-reused");
    let accesses = world.region.accesses().await;
    for access in accesses.iter().rev().take(2) {
        assert_eq!(access.outcome(), AccessOutcome::Denied);
        assert_eq!(access.organisation_id, organisation(TWO));
        assert_eq!(access.object_ids, [u128::from(FOREIGN).to_be_bytes()]);
    }
}

#[tokio::test]
async fn threat_18_nobody_registers_for_another_provider() {
    let world = World::start().await;
    let mut request = world.region.register(TWO, 1, person(1));
    let stated = request.registration.as_mut().unwrap();
    stated.provider_id = organisation(ONE).into();
    let refused = world.register_entry(TWO, request).await;
    assert_eq!(outcome(refused), "other-organisation");
    assert_eq!(world.waiting().await, (0, 0));
}

#[tokio::test]
async fn threat_18_a_person_is_shown_to_each_provider_from_its_own_list() {
    let world = World::start().await;
    world.register(ONE, 1, person(1)).await;
    world.register(TWO, 2, person(1)).await;
    let request = v1::GetPersonRequest {
        person: Some(person(1)),
        ..Default::default()
    };
    for (caller, number) in [(ONE, Some(1)), (TWO, Some(2)), (THREE, None)] {
        let shown = world.get_person(caller, request.clone()).await.unwrap();
        let ids = shown
            .entries
            .into_iter()
            .map(|shown| shown.entry.unwrap().entry_id);
        assert_eq!(ids.collect::<Vec<_>>(), Vec::from_iter(number.map(id)));
        let listed = world
            .list_entries(caller, v1::ListEntriesRequest::default())
            .await;
        let listed = listed.unwrap();
        assert_eq!(listed.total, u64::from(number.is_some()));
        let counted = world.counts(caller, &[]).await.total.unwrap();
        assert_eq!(counted.entries, u64::from(number.is_some()));
    }
}

/// Answers of two regions that differ in nothing but whether the person is known there.
async fn told_of_somebody(is_known: bool) -> Vec<Vec<u8>> {
    let world = World::start().await;
    let known = if is_known { person(1) } else { person(7) };
    world.register(TWO, 9, known).await;
    // Before this very provider makes the person known.
    let erase = v1::RequestErasureRequest {
        context: world.region.context(),
        subject: Some(Subject::Person(person(1))),
        ground: v1::ErasureGround::Objection.into(),
    };
    let asked = world.request_erasure(THREE, erase.clone()).await.unwrap();
    let again = world.request_erasure(THREE, erase).await.unwrap();
    let register = world.region.register(ONE, 1, person(1));
    let registered = world.register_entry(ONE, register).await.unwrap();
    let message = v1::DeclareEntriesRequest {
        declarations: vec![world.declaration(2, Some(person(1)))],
        grant: world.region.grant(ONE, 1_000),
    };
    let declared = world.declare(ONE, vec![message]).await.unwrap();
    let masked = |receipt: &mut v1::Receipt| {
        // Which log it is, of the two: everything else must be the same.
        let token = eventlog::PositionToken::parse(&receipt.position).unwrap();
        receipt.position = format!("{} {}", token.topic, token.position);
    };
    let mut registered = registered;
    masked(registered.receipt.as_mut().unwrap());
    let mut declared = v1::DeclareEntriesResponse {
        acknowledgements: declared,
    };
    for answer in &mut declared.acknowledgements {
        if let Some(v1::acknowledgement::Result::Receipt(receipt)) = &mut answer.result {
            masked(receipt);
        }
    }
    vec![
        registered.encode_to_vec(),
        declared.encode_to_vec(),
        asked.encode_to_vec(),
        again.encode_to_vec(),
    ]
}

#[tokio::test]
async fn threat_2_an_acknowledgement_is_the_same_to_the_byte_for_a_known_and_an_unknown_person() {
    let (known, unknown) = (told_of_somebody(true).await, told_of_somebody(false).await);
    assert_eq!(known, unknown);
    assert!(known.iter().all(|answer| !answer.is_empty()));
}

#[tokio::test]
async fn threat_2_an_erasure_that_is_asked_for_says_as_little_in_the_books() {
    let mut lengths = Vec::new();
    for known in [0, 1, 31] {
        let world = World::start().await;
        for number in 1..=known {
            world.register(TWO, number, person(1)).await;
        }
        world.asked_to_erase(ONE, person(1)).await;
        let books = world.region.commits("demo.waitlist-books").await;
        lengths.push(books.last().unwrap().len());
    }
    assert!(
        lengths.iter().all(|length| *length == lengths[0]),
        "{lengths:?}"
    );
}
