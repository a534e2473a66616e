//! What was agreed to erase is held, and can be taken back until it is carried out.

use domain::waitlist::books::Command;

use super::erasure::COLLEAGUE;
use super::*;
use crate::books::erasure_stream;
use crate::wire::stamp;

/// Somebody of the organisation that asks.
const THIRD: &str = "derde:provider-system@agb:06000001";
/// Of the one whose privacy officer agreed.
const MUNICIPALITY: &str = "b:municipality@gm:GM0114";

impl World {
    /// A node of a region that holds erasures for three days, with three entries of one person and one of another.
    async fn that_holds() -> Self {
        let world = Arc::new(Region::that_holds(72)).node("node-1").await;
        for (number, caller) in [(1, ONE), (2, TWO), (3, THREE)] {
            world.register(caller, number, person(1)).await;
        }
        world.register(TWO, 9, person(9)).await;
        world
    }

    async fn revoke(&self, caller: &str, erasure_id: &str) -> Result<(), Status> {
        let request = v1::RevokeErasureRequest {
            context: self.region.context(),
            erasure_id: erasure_id.to_owned(),
        };
        self.revoke_erasure(caller, request).await.map(drop)
    }

    /// Waits until it has read what another node wrote into the ledger.
    async fn comes_to_list(&self, wanted: &[String]) {
        let listed = async {
            while self.listed().await != wanted {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let listed = tokio::time::timeout(PATIENCE, listed).await;
        listed.expect("it is read in time");
    }

    /// What its task does every ten seconds.
    async fn looks(&self) {
        self.api.carry_out_what_is_due().await;
    }
}

#[tokio::test]
async fn who_is_to_be_erased_is_held_for_three_days_and_erased_by_whichever_node_comes_first() {
    let one = World::that_holds().await;
    let two = one.region.node("node-2").await;
    let erasure = one.asked_to_erase(ONE, person(1)).await;
    let agreed = two.agreed(COLLEAGUE, &erasure).await.unwrap();
    let over = one.region.now().plus_millis(72 * HOUR_MILLIS);
    let held = v1::ApproveErasureResponse {
        entries: 0,
        carried_out_from: stamp(over),
    };
    assert_eq!(agreed, held);
    one.region.go_on(71);
    for node in [&one, &two] {
        node.looks().await;
        assert_eq!(node.waiting().await, (4, 2));
    }
    let again = one.agreed(OFFICER, &erasure).await.unwrap();
    assert_eq!(again, held, "who says it again does not begin it anew");
    // Who comes onto a list before it is carried out is erased, too.
    one.register(ONE, 4, person(1)).await;
    one.region.go_on(1);
    two.looks().await;
    one.looks().await;
    for node in [&one, &two] {
        node.comes_to_list(&[id(9)]).await;
        for number in 1..=4 {
            node.knows_nothing_of(number).await;
        }
    }
    let done = v1::ApproveErasureResponse {
        entries: 4,
        carried_out_from: None,
    };
    assert_eq!(one.agreed(COLLEAGUE, &erasure).await.unwrap(), done);
}

#[tokio::test]
async fn who_asks_hears_how_long_it_will_be_held_and_entries_of_ones_own_are_not_held() {
    let world = World::that_holds().await;
    let asked = world.erase(OFFICER, &[1]).await.unwrap();
    assert_eq!((asked.erased, asked.hold_hours), (false, 72));
    let erased = world.erase(ONE, &[1]).await.unwrap();
    assert_eq!((erased.erased, erased.hold_hours), (true, 0));
    world.knows_nothing_of(1).await;
}

#[tokio::test]
async fn what_was_taken_back_is_never_erased() {
    for who in [ONE, THIRD, COLLEAGUE, OFFICER, MUNICIPALITY] {
        let world = World::that_holds().await;
        let erasure = world.asked_to_erase(ONE, person(1)).await;
        world.agreed(OFFICER, &erasure).await.unwrap();
        world.region.go_on(40);
        world.revoke(who, &erasure).await.unwrap();
        world.region.go_on(40);
        world.looks().await;
        assert_eq!(world.waiting().await, (4, 2), "{who}");
        let late = world.agreed(COLLEAGUE, &erasure).await;
        assert_eq!(outcome(late), "erasure-revoked");
        let again = world.revoke(THIRD, &erasure).await;
        assert_eq!(outcome(again), "done", "said again");
    }
}

#[tokio::test]
async fn a_request_is_taken_back_before_anybody_agreed() {
    let world = World::that_holds().await;
    let erasure = world.asked_to_erase(ONE, person(1)).await;
    world.revoke(THIRD, &erasure).await.unwrap();
    let late = world.agreed(COLLEAGUE, &erasure).await;
    assert_eq!(outcome(late), "erasure-revoked");
}

#[tokio::test]
async fn an_approval_that_is_repeated_after_it_was_taken_back_hears_so() {
    let world = World::that_holds().await;
    let erasure = world.asked_to_erase(ONE, person(1)).await;
    let mut request = v1::ApproveErasureRequest {
        context: world.region.context(),
        erasure_id: erasure.clone(),
    };
    let agreed = world.approve_erasure(COLLEAGUE, request.clone()).await;
    assert_eq!(outcome(agreed), "done");
    world.revoke(ONE, &erasure).await.unwrap();
    request.context.as_mut().unwrap().repeat = true;
    let repeated = world.approve_erasure(COLLEAGUE, request).await;
    assert_eq!(outcome(repeated), "erasure-revoked");
}

#[tokio::test]
async fn a_stranger_takes_nothing_back_and_hears_nothing() {
    let world = World::that_holds().await;
    let erasure = world.asked_to_erase(ONE, person(1)).await;
    world.agreed(COLLEAGUE, &erasure).await.unwrap();
    for stranger in [TWO, MUNICIPALITY] {
        let refused = world.revoke(stranger, &erasure).await.unwrap_err();
        let unknown = "0197a3b2-0000-7000-8000-000000000000";
        let unknown = world.revoke(stranger, unknown).await.unwrap_err();
        assert_eq!(reason(&refused), "unknown-erasure");
        assert_eq!(refused.message(), unknown.message());
        assert_eq!(refused.details(), unknown.details());
    }
    let denied = world.region.accesses().await;
    let denied = denied
        .iter()
        .filter(|access| access.denial == "other-organisation");
    assert_eq!(denied.count(), 2);
    world.region.go_on(72);
    world.looks().await;
    assert_eq!(world.listed().await, [id(9)]);
}

#[tokio::test]
async fn what_is_carried_out_is_not_taken_back() {
    let world = World::that_holds().await;
    let erasure = world.asked_to_erase(ONE, person(1)).await;
    world.agreed(COLLEAGUE, &erasure).await.unwrap();
    world.region.go_on(72);
    world.looks().await;
    let refused = world.revoke(OFFICER, &erasure).await.unwrap_err();
    assert_eq!(reason(&refused), "erasure-carried-out");
    assert_eq!(world.listed().await, [id(9)]);
}

/// A node that was cut short between its word and the deed: another one goes on, and nobody takes it back.
#[tokio::test]
async fn what_has_begun_is_finished_and_not_taken_back() {
    let world = World::that_holds().await;
    let erasure = world.asked_to_erase(ONE, person(1)).await;
    world.agreed(COLLEAGUE, &erasure).await.unwrap();
    world.region.go_on(72);
    let stream = erasure_stream(erasure.parse().unwrap()).unwrap();
    let begin = chassis::Call::by_itself(Command::BeginErasure { entries: 3 }, "timer:erasure");
    world.api.0.books.execute(stream, begin).await.unwrap();
    assert_eq!(world.waiting().await, (4, 2));
    let refused = world.revoke(OFFICER, &erasure).await;
    assert_eq!(outcome(refused), "erasure-carried-out");
    let other = world.region.node("node-2").await;
    other.looks().await;
    assert_eq!(other.listed().await, [id(9)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn taking_back_and_carrying_out_that_race_on_two_nodes_end_in_exactly_one() {
    let one = World::that_holds().await;
    let two = one.region.node("node-2").await;
    let mut kept = 0;
    for number in 100..130 {
        one.register(ONE, number, person(number)).await;
        let erasure = one.asked_to_erase(ONE, person(number)).await;
        one.agreed(COLLEAGUE, &erasure).await.unwrap();
        two.has_what(&one).await;
        one.region.go_on(72);
        let (later, sooner) = if number % 2 == 0 {
            (Duration::ZERO, Duration::from_micros(700))
        } else {
            (Duration::from_micros(700), Duration::ZERO)
        };
        let (taken_back, ()) = tokio::join!(
            async {
                tokio::time::sleep(sooner).await;
                two.revoke(ONE, &erasure).await
            },
            async {
                tokio::time::sleep(later).await;
                one.looks().await;
            }
        );
        one.has_what(&two).await;
        one.looks().await;
        let is_kept = taken_back.is_ok();
        if let Err(refused) = taken_back {
            assert_eq!(reason(&refused), "erasure-carried-out");
        }
        assert_eq!(one.listed().await.contains(&id(number)), is_kept);
        let said = outcome(one.agreed(COLLEAGUE, &erasure).await);
        assert_eq!(said == "erasure-revoked", is_kept, "{said}");
        kept += usize::from(is_kept);
    }
    assert!(
        (1..30).contains(&kept),
        "both happen: {kept} of 30 were kept"
    );
}

#[tokio::test]
async fn a_command_id_that_did_something_else_neither_agrees_nor_takes_back() {
    let world = World::that_holds().await;
    let context = |id: &str| {
        let context = world.region.context().unwrap();
        Some(v1::CommandContext {
            command_id: id.to_owned(),
            ..context
        })
    };
    let erasure = world.asked_to_erase(ONE, person(1)).await;
    for caller in [ONE, COLLEAGUE] {
        let request = v1::ApproveErasureRequest {
            context: context(&erasure),
            erasure_id: erasure.clone(),
        };
        let refused = world.approve_erasure(caller, request).await;
        assert_eq!(outcome(refused), "command-id-reused");
    }
    let revoke = || v1::RevokeErasureRequest {
        context: context(&erasure),
        erasure_id: erasure.clone(),
    };
    let refused = world.revoke_erasure(ONE, revoke()).await;
    assert_eq!(outcome(refused), "command-id-reused");
    world.agreed(COLLEAGUE, &erasure).await.unwrap();
    let refused = world.revoke_erasure(ONE, revoke()).await;
    assert_eq!(outcome(refused), "command-id-reused");
    world.revoke(ONE, &erasure).await.unwrap();
}

#[tokio::test]
async fn what_was_taken_back_is_not_asked_for_again_under_its_id() {
    let world = World::that_holds().await;
    let request = v1::RequestErasureRequest {
        context: world.region.context(),
        subject: Some(v1::request_erasure_request::Subject::Person(person(1))),
        ground: v1::ErasureGround::Objection.into(),
    };
    let asked = world.request_erasure(ONE, request.clone()).await.unwrap();
    world.revoke(ONE, &asked.erasure_id).await.unwrap();
    let again = world.request_erasure(ONE, request).await;
    assert_eq!(outcome(again), "erasure-revoked");
}
