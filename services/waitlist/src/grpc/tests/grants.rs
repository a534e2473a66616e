//! Threat 26: persons whom the evaluator never saw are flagged, and counted nowhere.

use std::collections::HashSet;

use proto::waitlist::v1::record_step_request::Step;

use super::*;

impl World {
    /// Registers with a receipt over so many; without one where it is none.
    async fn bring(&self, number: u32, person: v1::Person, granted: Option<u32>) -> bool {
        let request = v1::RegisterEntryRequest {
            grant: granted.and_then(|granted| self.region.grant(ONE, granted)),
            ..self.region.register(ONE, number, person)
        };
        self.register_entry(ONE, request).await.unwrap();
        !self.entry(ONE, number).await.beyond_grant
    }

    async fn bring_again(&self, number: u32, person: v1::Person, granted: u32) -> bool {
        let step = Step::StillWaits(v1::StillWaits {
            on: self.region.today(),
            person: Some(person),
            grant: self.region.grant(ONE, granted),
            profile: None,
        });
        self.step(ONE, number, step).await.unwrap();
        !self.entry(ONE, number).await.beyond_grant
    }

    async fn left_out(&self) -> u64 {
        self.counts(TEAM, &[]).await.left_out.unwrap().not_granted
    }
}

#[tokio::test]
async fn threat_26_persons_beyond_what_was_granted_are_flagged_and_not_counted() {
    let world = World::start().await;
    assert!(world.bring(1, person(1), Some(2)).await);
    assert!(world.bring(2, person(2), None).await);
    assert!(!world.bring(3, person(3), Some(2)).await);
    assert!(!world.bring(4, person(4), None).await);
    assert_eq!(world.waiting().await, (2, 2));
    assert_eq!(world.left_out().await, 2);
}

#[tokio::test]
async fn threat_26_nobody_is_counted_where_nothing_was_granted() {
    let world = World::start().await;
    assert!(!world.bring(1, person(1), None).await);
    assert!(!world.bring(2, person(1), None).await, "said again");
    assert_eq!(world.waiting().await, (0, 0));
}

#[tokio::test]
async fn threat_26_a_person_who_is_brought_twice_in_one_message_is_not_granted_by_that() {
    let world = World::start().await;
    let declarations = (1..=4).map(|number| v1::Declaration {
        context: world.region.context(),
        entry_id: id(number),
        registration: Some(registration()),
        person: Some(person(number % 2)),
        ..Default::default()
    });
    let message = v1::DeclareEntriesRequest {
        declarations: declarations.collect(),
        grant: world.region.grant(ONE, 1),
    };
    world.declare(ONE, vec![message]).await.unwrap();
    assert_eq!(world.waiting().await, (2, 1));
    assert_eq!(world.left_out().await, 2);
}

#[tokio::test]
async fn threat_26_who_is_said_to_have_no_number_after_all_stays_flagged() {
    let world = World::start().await;
    assert!(!world.bring(1, person(1), None).await);
    assert!(!world.bring_again(1, nobody(), 0).await);
    world.region.go_to("2026-11-11");
    assert!(!world.bring_again(1, nobody(), 0).await);
    assert_eq!(world.waiting().await, (0, 0));
}

#[tokio::test]
async fn who_is_brought_again_after_a_larger_receipt_counts() {
    let world = World::start().await;
    assert!(world.bring(1, person(1), Some(1)).await);
    assert!(!world.bring(2, person(2), Some(1)).await);
    assert!(world.bring_again(2, person(2), 2).await);
    assert_eq!((world.waiting().await, world.left_out().await), ((2, 2), 0));
}

#[tokio::test]
async fn a_person_on_two_lists_of_a_provider_was_granted_once() {
    let world = World::start().await;
    for number in 1..=3 {
        assert!(world.bring(number, person(1), Some(1)).await);
    }
    assert_eq!(world.waiting().await, (3, 1));
}

#[tokio::test]
async fn threat_26_what_another_provider_was_granted_is_no_grant() {
    let world = World::start().await;
    world.register(TWO, 9, person(1)).await;
    assert!(!world.bring(1, person(1), None).await);
}

#[tokio::test]
async fn an_answer_that_was_lost_is_not_counted_twice() {
    let world = World::start().await;
    let mut request = world.region.register(ONE, 1, person(1));
    request.grant = world.region.grant(ONE, 2);
    world.register_entry(ONE, request.clone()).await.unwrap();
    request.context.as_mut().unwrap().repeat = true;
    let again = world.register_entry(ONE, request).await.unwrap();
    assert_eq!(again.receipt.unwrap().outcome(), v1::Outcome::Repeated);
    assert!(world.bring(2, person(2), Some(2)).await, "the second one");
}

/// The book was written, and then the node went: only the repeat reaches the list.
#[tokio::test]
async fn what_was_admitted_before_a_node_went_is_admitted_once() {
    let world = World::start().await;
    assert!(!world.bring(9, person(9), None).await, "once too many");
    let mut request = world.region.register(ONE, 1, person(1));
    request.grant = world.region.grant(ONE, 1);
    let asked = by(ONE, "RegisterEntry", ()).unwrap();
    let caller = super::super::Caller::of(&asked);
    let mut order = crate::wire::register(&request, &world.api.asking(&caller)).unwrap();
    let (mut orders, mut covered) = ([&mut order], HashSet::new());
    let noted = world.api.cover(&caller, &mut orders, &mut covered).await;
    noted.unwrap();
    request.context.as_mut().unwrap().repeat = true;
    world.register_entry(ONE, request).await.unwrap();
    assert!(!world.entry(ONE, 1).await.beyond_grant);
    assert!(!world.bring(2, person(2), Some(1)).await);
}

/// The book was written and of the message's entries only the first reached the list: a sender repeats the others, in
/// messages of their own.
#[tokio::test]
async fn what_is_left_of_a_message_that_was_admitted_is_admitted_once() {
    let world = World::start().await;
    let declarations: Vec<_> = (1..=4)
        .map(|number| world.declaration(number, Some(person(number))))
        .collect();
    let message = |declarations: &[v1::Declaration], repeat| v1::DeclareEntriesRequest {
        declarations: declarations
            .iter()
            .cloned()
            .map(|mut declaration| {
                declaration.context.as_mut().unwrap().repeat = repeat;
                declaration
            })
            .collect(),
        grant: world.region.grant(ONE, 4),
    };
    let asked = by(ONE, "DeclareEntries", ()).unwrap();
    let caller = super::super::Caller::of(&asked);
    let mut covered = HashSet::new();
    {
        let asking = world.api.asking(&caller);
        let first = message(&declarations, false);
        let grant = (first.grant.as_ref(), chassis::Path::root("grant"));
        let granted = crate::wire::granted(grant, &asking, &mut crate::wire::Checks::default());
        let read = |said| crate::wire::declare(said, granted, &asking).unwrap();
        let mut orders: Vec<_> = first.declarations.iter().map(read).collect();
        let mut orders: Vec<_> = orders.iter_mut().collect();
        let noted = world.api.cover(&caller, &mut orders, &mut covered).await;
        noted.unwrap();
    }
    for some in [&declarations[..1], &declarations[2..], &declarations[1..2]] {
        let sent = vec![message(some, true)];
        world.declare(ONE, sent).await.unwrap();
    }
    assert_eq!((world.waiting().await, world.left_out().await), ((4, 4), 0));
    assert!(!world.bring(9, person(9), Some(4)).await, "one too many");
}

/// It is there to be read when the entry is erased, and nobody may try persons on it.
#[tokio::test]
async fn who_it_is_does_not_show_in_the_id_under_which_a_person_is_admitted() {
    let world = World::start().await;
    let asked = by(ONE, "RegisterEntry", ()).unwrap();
    let caller = super::super::Caller::of(&asked);
    let context = world.region.context();
    let admitted_as = |number: u32, who: u32| {
        let request = v1::RegisterEntryRequest {
            context: context.clone(),
            ..world.region.register(ONE, number, person(who))
        };
        let order = crate::wire::register(&request, &world.api.asking(&caller)).unwrap();
        super::super::grants::admission_id(&order)
    };
    assert_eq!(admitted_as(1, 1), admitted_as(1, 2));
    assert_ne!(
        admitted_as(1, 1),
        admitted_as(2, 1),
        "each entry by itself: one grant is not used for two"
    );
}

#[tokio::test]
async fn a_registration_that_is_refused_uses_up_no_grant() {
    let world = World::start().await;
    let mut request = world.region.register(ONE, 1, person(1));
    request.grant = world.region.grant(ONE, 1);
    let mut early = request.clone();
    early.registration.as_mut().unwrap().registered_on = "2026-12-01".into();
    let refused = world.register_entry(ONE, early).await;
    assert_eq!(outcome(refused), "day-in-the-future");
    request.context = world.region.context();
    world.register_entry(ONE, request).await.unwrap();
    assert!(!world.entry(ONE, 1).await.beyond_grant);
}

#[tokio::test]
async fn one_message_and_many_give_the_same_sum() {
    let mut sums = Vec::new();
    for in_one in [1, 3, 10] {
        let world = World::start().await;
        let numbers: Vec<u32> = (1..=10).collect();
        let messages = numbers.chunks(in_one).map(|numbers| {
            let declarations = numbers.iter().map(|number| v1::Declaration {
                context: world.region.context(),
                entry_id: id(*number),
                registration: Some(registration()),
                person: Some(person(*number)),
                ..Default::default()
            });
            v1::DeclareEntriesRequest {
                declarations: declarations.collect(),
                grant: world.region.grant(ONE, 7),
            }
        });
        let messages = messages.collect();
        world.declare(ONE, messages).await.unwrap();
        sums.push((world.waiting().await, world.left_out().await));
    }
    assert_eq!(sums, [((7, 7), 3); 3]);
}

/// Nothing of the first message need be on the list when the second is looked at.
#[tokio::test]
async fn a_person_in_two_messages_of_a_stream_was_granted_once() {
    let world = World::start().await;
    let messages = (1..=20).map(|number| v1::DeclareEntriesRequest {
        declarations: vec![v1::Declaration {
            context: world.region.context(),
            entry_id: id(number),
            registration: Some(registration()),
            person: Some(person(number % 2)),
            ..Default::default()
        }],
        grant: world.region.grant(ONE, 2),
    });
    let messages = messages.collect();
    world.declare(ONE, messages).await.unwrap();
    assert_eq!(world.waiting().await, (20, 2));
}

#[tokio::test]
async fn threat_26_a_receipt_that_is_not_the_evaluators_for_this_provider_is_refused_by_its_name() {
    let world = World::start().await;
    let good = world.region.grant(ONE, 5).unwrap();
    let others = world.region.grant(TWO, 5).unwrap();
    let raised = GrantReceipt {
        granted: 6,
        ..good.clone()
    };
    let renamed = GrantReceipt {
        organisation: organisation(ONE).into(),
        ..others.clone()
    };
    let unknown = GrantReceipt {
        key_id: "nat.2026a.other".into(),
        ..good.clone()
    };
    let cut = GrantReceipt {
        signature: good.signature[..63].to_vec(),
        ..good
    };
    for receipt in [others, raised, renamed, unknown, cut] {
        let mut request = world.region.register(ONE, 1, person(1));
        request.grant = Some(receipt.clone());
        let refused = world.register_entry(ONE, request).await;
        assert_eq!(wrong_fields(refused), ["grant"]);

        let still_waits = Step::StillWaits(v1::StillWaits {
            grant: Some(receipt.clone()),
            ..Default::default()
        });
        let refused = world.step(ONE, 1, still_waits).await;
        assert_eq!(wrong_fields(refused), ["still_waits.grant"]);

        let message = v1::DeclareEntriesRequest {
            grant: Some(receipt),
            ..Default::default()
        };
        let refused = world.declare(ONE, vec![message]).await;
        assert_eq!(wrong_fields(refused), ["grant"]);
    }
    assert!(world.region.commits("demo.waitlist-books").await.is_empty());
}

#[tokio::test]
async fn threat_26_nothing_is_granted_ahead() {
    let world = World::start().await;
    let mut request = world.region.register(ONE, 1, person(1));
    request.grant = Some(granted_to(organisation(ONE), "2026-11-12", 5));
    let refused = world.register_entry(ONE, request).await;
    assert_eq!(outcome(refused), "day-in-the-future");
    assert_eq!(world.region.commits("demo.waitlist").await.len(), 0);
}
