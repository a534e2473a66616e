//! A person counts once, on however many lists and under whichever epochs' keys.

use std::collections::{BTreeSet, HashMap};

use proptest::prelude::*;
use proto::waitlist::v1::record_step_request::Step;

use super::*;

const BOTH: &[&str] = &["2026a", "2026b"];
const OLD: &[&str] = &["2026a"];
const NEW: &[&str] = &["2026b"];

fn by_provider(counts: &v1::CountWaitingResponse) -> HashMap<String, (u64, u64)> {
    let cells = counts.cells.iter();
    cells
        .map(|cell| (cell.values[0].clone(), (cell.entries, cell.persons)))
        .collect()
}

#[tokio::test]
async fn one_person_at_three_providers_counts_once_in_all_and_once_in_each() {
    let world = World::start().await;
    for (number, caller) in [(1, ONE), (2, TWO), (3, THREE), (4, THREE)] {
        world.register(caller, number, person(1)).await;
    }
    world.register(ONE, 5, person(2)).await;
    let counts = world.counts(TEAM, &[v1::Dimension::Provider]).await;
    let total = counts.total.as_ref().unwrap();
    assert_eq!((total.entries, total.persons, total.preferring), (5, 2, 2));
    let expected = [(ONE, (2, 2)), (TWO, (1, 1)), (THREE, (2, 1))];
    let expected = expected.map(|(caller, cell)| (organisation(caller).to_owned(), cell));
    assert_eq!(by_provider(&counts), HashMap::from(expected));
    assert_eq!(counts.persons_on_several_lists, 1);
    let by_lists: Vec<_> = counts
        .persons_by_lists
        .iter()
        .map(|by| (by.lists, by.persons))
        .collect();
    assert_eq!(by_lists, [(1, 1), (4, 1)]);
    let preferring: u64 = counts.cells.iter().map(|cell| cell.preferring).sum();
    assert_eq!(preferring, 2, "over all cells they add up to all persons");
}

#[tokio::test]
async fn who_has_no_number_is_joined_with_nobody_and_counted_apart() {
    let world = World::start().await;
    for (number, caller) in [(1, ONE), (2, ONE), (3, TWO)] {
        world.register(caller, number, nobody()).await;
    }
    world.register(ONE, 4, person(1)).await;
    let total = world.counts(TEAM, &[]).await.total.unwrap();
    assert_eq!((total.persons, total.persons_without_number), (4, 3));
    assert!(world.entry(ONE, 1).await.without_number);
    let nobody = v1::GetPersonRequest {
        person: Some(nobody()),
        ..Default::default()
    };
    let shown = world.get_person(ONE, nobody).await.unwrap();
    assert!(
        shown.entries.is_empty(),
        "nobody is everybody without a number"
    );
}

#[tokio::test]
async fn a_provider_counts_its_own_and_a_team_the_region() {
    let world = World::start().await;
    world.register(ONE, 1, person(1)).await;
    world.register(TWO, 2, person(1)).await;
    let own = world.counts(ONE, &[]).await;
    assert_eq!(own.total.unwrap().entries, 1);
    assert_eq!(own.persons_on_several_lists, 0, "others' lists are others'");
    assert_eq!(own.completeness.unwrap().providers.len(), 1);
    let all = world.counts(TEAM, &[]).await;
    assert_eq!(all.total.unwrap().entries, 2);
    assert_eq!(all.completeness.unwrap().providers.len(), 2);
}

#[tokio::test]
async fn two_epochs_side_by_side_count_nobody_twice_and_it_is_said_how_far_they_are() {
    let world = World::start().await;
    world.register(ONE, 1, person_in(1, OLD)).await;
    world.register(TWO, 2, person_in(1, OLD)).await;
    // The node has new keys, and nobody carries them yet.
    let none_yet = world.counts(TEAM, &[]).await.rotation.unwrap();
    assert_eq!((none_yet.keyed, none_yet.carrying), (2, 0));
    let says_both = Step::StillWaits(v1::StillWaits {
        person: Some(person_in(1, BOTH)),
        grant: world.region.grant(ONE, 1_000),
        ..Default::default()
    });
    world.step(ONE, 1, says_both).await.unwrap();
    world.register(THREE, 3, person_in(1, NEW)).await;
    assert_eq!(world.waiting().await, (3, 1));
    let rotation = world.counts(TEAM, &[]).await.rotation.unwrap();
    assert_eq!(
        (rotation.to.as_str(), rotation.keyed, rotation.carrying),
        ("2026b", 3, 2)
    );
    assert!(!rotation.complete);
    assert_eq!(world.entry(ONE, 1).await.epochs, BOTH);
    let found = v1::GetPersonRequest {
        person: Some(person_in(1, NEW)),
        ..Default::default()
    };
    let found = world.get_person(ONE, found).await.unwrap();
    assert_eq!(found.entries.len(), 1);
}

#[tokio::test]
async fn who_wants_to_destroy_keys_hears_what_would_be_lost_with_just_these() {
    let world = World::start().await;
    world.register(ONE, 1, person_in(1, OLD)).await;
    world.register(TWO, 2, person_in(2, BOTH)).await;
    world.register(THREE, 3, nobody()).await;
    world.register(ONE, 4, person_in(4, OLD)).await;
    let started = calls::step("intake 2026-11-09");
    world.step(ONE, 4, started).await.unwrap();
    world
        .step(ONE, 4, calls::step("start 2026-11-10"))
        .await
        .unwrap();
    let asked = world
        .get_key_rotation(CUSTODIAN, key_rotation("2026a"))
        .await;
    let told = asked.unwrap();
    let rotation = told.rotation.unwrap();
    assert_eq!((rotation.to.as_str(), rotation.complete), ("2026b", false));
    assert_eq!((rotation.keyed, rotation.carrying, told.losing), (3, 1, 2));

    let elsewhere = v1::GetKeyRotationRequest {
        region: "drenthe".to_owned(),
        ..key_rotation("2026a")
    };
    let refused = world.get_key_rotation(CUSTODIAN, elsewhere).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.code(), tonic::Code::InvalidArgument);
    assert!(refused.message().contains("must be demo"), "{refused}");
    let mut others = key_rotation("2026a");
    others.fingerprint[0] ^= 1;
    for (request, reason) in [
        (key_rotation("2026b"), "newest-epoch"),
        (key_rotation("2025a"), "no-such-epoch"),
        (others, "other-recoder-keys"),
    ] {
        let refused = world.get_key_rotation(CUSTODIAN, request).await;
        assert_eq!(outcome(refused), reason);
    }
}

#[tokio::test]
async fn another_persons_keys_are_not_taken_for_an_entry() {
    let world = World::start().await;
    world.register(ONE, 1, person(1)).await;
    let other = Step::StillWaits(v1::StillWaits {
        person: Some(person(2)),
        grant: world.region.grant(ONE, 1_000),
        ..Default::default()
    });
    let refused = world.step(ONE, 1, other).await;
    assert_eq!(outcome(refused), "other-person");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Every provider brings both while both are in use; who has not been heard of since carries the old ones.
    #[test]
    fn nobody_counts_twice_whichever_entries_carry_which_epochs(
        entries in prop::collection::vec((0..4_u32, 0..3_usize, 0..3_usize), 1..12)
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let (counted, by_lists) = runtime.block_on(async {
            let world = World::start().await;
            for (number, (who, caller, epochs)) in (1..).zip(&entries) {
                let caller = [ONE, TWO, THREE][*caller];
                let epochs = [OLD, BOTH, NEW][*epochs];
                world.register(caller, number, person_in(*who, epochs)).await;
            }
            // One list has brought everybody up to date: it joins the other two.
            for (number, who) in (100..).zip(0..4) {
                world.register(ONE, number, person_in(who, BOTH)).await;
            }
            let counts = world.counts(TEAM, &[]).await;
            (counts.total.unwrap(), counts.persons_by_lists)
        });
        prop_assert_eq!(counted.entries, entries.len() as u64 + 4);
        prop_assert_eq!(counted.persons, 4);
        let lists: u64 = by_lists.iter().map(|by| by.lists * by.persons).sum();
        prop_assert_eq!(lists, counted.entries);
        let known: BTreeSet<u64> = by_lists.iter().map(|by| by.lists).collect();
        prop_assert_eq!(known.len(), by_lists.len());
    }
}
