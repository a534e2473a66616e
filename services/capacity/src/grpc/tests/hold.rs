use eventlog::CommandId;
use proto::capacity::v1::watch_capacity_response::Event;
use tonic::{Code, Response};

use super::watch::Watching;
use super::*;

/// A place of an offering, asked for by a caller who may ask again.
#[derive(Clone)]
struct Wish(v1::HoldPlaceRequest);

impl Wish {
    fn of(world: &World, offering: &str) -> Self {
        Self(v1::HoldPlaceRequest {
            context: Some(v1::CommandContext {
                command_id: CommandId::new_v7().to_string(),
                ..Default::default()
            }),
            offering_id: offering.to_owned(),
            expires_at: Some(timestamp(world.now().plus_millis(2 * HOUR))),
        })
    }

    fn again(mut self) -> Self {
        self.0.context.as_mut().unwrap().repeat = true;
        self
    }

    async fn ask(&self, world: &World) -> Result<v1::HoldPlaceResponse, Status> {
        let answer = world.api.hold_place(Request::new(self.0.clone())).await;
        answer.map(Response::into_inner)
    }
}

impl World {
    /// An offering that has so many places free.
    async fn with_free(self, offering: &str, available: u32) -> Self {
        self.publish(offering, details()).await;
        self.report(offering, self.free(available)).await.unwrap();
        self
    }

    async fn held_row(&self, offering: &str) -> v1::OfferingRow {
        self.get(offering).await.unwrap().row.unwrap()
    }

    async fn release(&self, hold: &v1::HoldPlaceResponse, token: u64) -> Result<(), Status> {
        let request = v1::ReleaseHoldRequest {
            context: None,
            offering_id: "one".into(),
            hold_id: hold.hold_id.clone(),
            fencing_token: token,
        };
        let answer = self.api.release_hold(Request::new(request)).await;
        answer.map(|_| ())
    }

    async fn consume(&self, hold: &v1::HoldPlaceResponse) -> Result<(), Status> {
        let request = v1::ConsumePlaceRequest {
            context: None,
            offering_id: "one".into(),
            hold_id: hold.hold_id.clone(),
            fencing_token: hold.fencing_token,
        };
        let answer = self.api.consume_place(Request::new(request)).await;
        answer.map(|_| ())
    }

    async fn found_with(&self, filter: v1::CapacityFilter) -> v1::FindCapacityResponse {
        let request = v1::FindCapacityRequest {
            filter: Some(filter),
            ..Default::default()
        };
        self.find(request).await.unwrap()
    }
}

/// The next offering that a watcher is told of.
async fn next_offering(watching: &mut Watching) -> v1::OfferingRow {
    loop {
        if let Some(Event::Offering(row)) = watching.message().await.unwrap().event {
            return row;
        }
    }
}

#[tokio::test]
async fn a_held_place_is_taken_off_everywhere_at_once() {
    let world = World::start().ready().await.with_free("one", 2).await;
    let wish = Wish::of(&world, "one");
    let held = wish.ask(&world).await.unwrap();
    assert_eq!(held.hold_id, wish.0.context.as_ref().unwrap().command_id);
    assert_eq!(held.fencing_token, 1);
    assert_eq!(held.expires_at, wish.0.expires_at);

    let row = world.held_row("one").await;
    assert_eq!(row.counts.as_ref().unwrap().available, 2, "as reported");
    assert_eq!((row.held, row.available), (1, Some(1)));
    assert_eq!(row.highest_token, 1);
    let [hold] = &row.holds[..] else {
        panic!("{:?}", row.holds)
    };
    assert_eq!((&hold.hold_id, hold.token), (&held.hold_id, 1));

    let found = world.found_with(v1::CapacityFilter::default()).await;
    assert_eq!(found.available_total, 1);
    Wish::of(&world, "one").ask(&world).await.unwrap();
    let only_available = v1::CapacityFilter {
        only_available: true,
        ..Default::default()
    };
    assert_eq!(world.found_with(only_available).await.total, 0);
}

#[tokio::test]
async fn a_repeat_finds_its_own_hold() {
    let world = World::start().ready().await.with_free("one", 2).await;
    let wish = Wish::of(&world, "one");
    let first = wish.ask(&world).await.unwrap();
    for again in [wish.clone(), wish.again()] {
        let repeat = again.ask(&world).await.unwrap();
        let receipt = repeat.receipt.as_ref().unwrap();
        assert_eq!(receipt.outcome(), v1::Outcome::Repeated);
        assert_eq!(repeat.fencing_token, first.fencing_token);
    }
    assert_eq!(world.held_row("one").await.held, 1);
}

#[tokio::test]
async fn a_repeat_of_a_hold_that_has_ended_is_a_definite_no() {
    let world = World::start().ready().await.with_free("one", 1).await;
    let wish = Wish::of(&world, "one");
    let held = wish.ask(&world).await.unwrap();
    world.release(&held, held.fencing_token).await.unwrap();
    let no = wish.again().ask(&world).await.unwrap_err();
    assert_eq!(
        (no.code(), reason(&no)),
        (Code::FailedPrecondition, "hold-ended".into())
    );
}

#[tokio::test]
async fn an_extension_gives_a_new_end_and_keeps_the_token() {
    let world = World::start().ready().await.with_free("one", 1).await;
    let held = Wish::of(&world, "one").ask(&world).await.unwrap();
    let later = Some(timestamp(world.now().plus_millis(5 * HOUR)));
    let request = v1::ExtendHoldRequest {
        context: None,
        offering_id: "one".into(),
        hold_id: held.hold_id.to_uppercase(),
        fencing_token: held.fencing_token,
        expires_at: later,
    };
    let answer = world.api.extend_hold(Request::new(request)).await;
    let answer = answer.unwrap().into_inner();
    assert_eq!((answer.fencing_token, answer.expires_at), (1, later));
    assert_eq!(world.held_row("one").await.holds[0].expires_at, later);
}

#[tokio::test]
async fn only_who_shows_the_token_gives_a_place_back_or_takes_it() {
    let world = World::start().ready().await.with_free("one", 2).await;
    let held = Wish::of(&world, "one").ask(&world).await.unwrap();
    let no = world.release(&held, 7).await.unwrap_err();
    assert_eq!(reason(&no), "token-mismatch");
    world.consume(&held).await.unwrap();
    let no = world.release(&held, 1).await.unwrap_err();
    assert_eq!(reason(&no), "hold-ended");

    let row = world.held_row("one").await;
    assert_eq!((row.held, row.available), (0, Some(1)));
    assert_eq!(row.consumed_not_counted, 1);
}

#[tokio::test]
async fn what_is_wrong_with_a_claim_is_named_at_once() {
    let world = World::start().ready().await;
    let request = v1::ConsumePlaceRequest {
        context: None,
        offering_id: "-".into(),
        hold_id: "mine".into(),
        fencing_token: 0,
    };
    let no = world.api.consume_place(Request::new(request)).await;
    let no = no.unwrap_err();
    assert_eq!(no.code(), Code::InvalidArgument);
    for field in ["offering_id", "hold_id", "fencing_token"] {
        assert!(no.message().contains(field), "{}", no.message());
    }
    let no = world.api.hold_place(Request::new(Default::default())).await;
    assert!(no.unwrap_err().message().contains("expires_at"));
}

#[tokio::test]
async fn fewer_places_than_holds_are_a_worklist_and_the_count_is_taken() {
    let world = World::start().ready().await.with_free("one", 2).await;
    world.publish("two", details()).await;
    Wish::of(&world, "one").ask(&world).await.unwrap();
    Wish::of(&world, "one").ask(&world).await.unwrap();
    world.later(1_000);
    let receipt = world.report("one", world.free(1)).await.unwrap();
    assert_eq!(receipt.outcome(), v1::Outcome::Taken);

    let worklist = v1::CapacityFilter {
        only_overcommitted: true,
        ..Default::default()
    };
    let rows = world.found_with(worklist).await.rows;
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].available, rows[0].places_missing), (Some(0), 1));

    let history = world.get("one").await.unwrap().history;
    let newest = &history[0];
    assert_eq!(newest.kind, "overcommitment-arisen");
    assert_eq!(newest.places_missing, 1);
    assert_eq!(history[2].kind, "place-held");
    assert_eq!(history[2].hold.as_ref().unwrap().token, 2);
}

#[tokio::test]
async fn a_hold_runs_out_while_nobody_looks_and_a_watcher_hears_of_it() {
    let world = World::start().ready().await.with_free("one", 1).await;
    let held = Wish::of(&world, "one").ask(&world).await.unwrap();
    let mut watch = world.watch_all().await;
    let first = next_offering(&mut watch).await;
    assert_eq!((first.held, first.available), (1, Some(0)));
    // Past the end and the nodes' grace; the counts are still believed.
    world.later(2 * HOUR + 20_000);
    let after = next_offering(&mut watch).await;
    assert_eq!((after.held, after.available), (0, Some(1)));

    let history = world.get("one").await.unwrap().history;
    assert_eq!(
        (&history[0].kind[..], &history[0].reason[..]),
        ("hold-ended", "expired")
    );
    assert_eq!(history[0].actor, "timer");
    assert_eq!(history[0].hold.as_ref().unwrap().hold_id, held.hold_id);
    let no = world.consume(&held).await.unwrap_err();
    assert_eq!(reason(&no), "hold-ended");
}
