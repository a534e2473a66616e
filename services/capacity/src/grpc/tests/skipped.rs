//! An offering of which an operator skipped a commit: visible, unknown, counted nowhere.

use eventlog::{Position, PositionToken};
use futures::StreamExt;
use proto::capacity::v1::watch_capacity_response::Event;

use super::*;

/// Two offerings with places free, and where the second's report stands.
async fn world() -> (World, Position) {
    let world = World::start().ready().await;
    for id in ["one", "two"] {
        world.publish(id, details()).await;
        world.report(id, world.free(3)).await.unwrap();
    }
    world.later(1_000);
    let last = world.report("two", world.free(4)).await.unwrap();
    let position = PositionToken::parse(&last.position).unwrap().position;
    (world, position)
}

async fn skip(world: &World, position: Position) {
    let control = world.node.log.topic("demo.control").unwrap();
    let skipped = chassis::control::skip(&control, "demo.capacity", position, "a test");
    skipped.await.unwrap();
}

async fn find(world: &World, filter: v1::CapacityFilter) -> v1::FindCapacityResponse {
    let request = v1::FindCapacityRequest {
        filter: Some(filter),
        sort: vec![v1::SortOrder::Name.into()],
        ..Default::default()
    };
    let found = world.api.find_capacity(Request::new(request)).await;
    found.unwrap().into_inner()
}

/// Waits until the decision has taken effect.
async fn unusable(world: &World) -> v1::OfferingRow {
    let mut positions = world.api.0.context.positions();
    let row = async {
        loop {
            let rows = find(world, v1::CapacityFilter::default()).await.rows;
            if let Some(row) = rows.into_iter().find(|row| row.unusable) {
                return row;
            }
            positions.changed().await.unwrap();
        }
    };
    tokio::time::timeout(PATIENCE, row).await.unwrap()
}

#[tokio::test]
async fn a_skipped_offering_is_shown_as_unknown_and_counted_nowhere() {
    let (world, position) = world().await;
    let all = v1::CapacityFilter::default();
    assert_eq!(find(&world, all.clone()).await.available_total, 7);
    skip(&world, position).await;

    let row = unusable(&world).await;
    assert_eq!(row.offering_id, "two");
    let freshness = row.counts_status.unwrap().freshness();
    assert_eq!(freshness, v1::Freshness::Expired);
    assert_eq!(row.counts.unwrap().available, 3, "what stood before it");
    assert_eq!(row.waits_status.unwrap().freshness(), v1::Freshness::None);

    let found = find(&world, all.clone()).await;
    let counted = (found.total, found.available_total, found.unknown_count);
    assert_eq!(counted, (2, 3, 1));
    let only_available = v1::CapacityFilter {
        only_available: true,
        ..all.clone()
    };
    let only_current = v1::CapacityFilter {
        only_current: true,
        ..all
    };
    for filter in [only_available, only_current] {
        assert_eq!(find(&world, filter).await.total, 1);
    }
    let refused = world.report("two", world.free(5)).await.unwrap_err();
    assert_eq!(reason(&refused), "stream-unusable");
}

#[tokio::test]
async fn the_history_of_a_skipped_offering_names_what_was_skipped() {
    let (world, position) = world().await;
    skip(&world, position).await;
    unusable(&world).await;
    let request = v1::GetOfferingRequest {
        offering_id: "two".to_owned(),
        history_limit: 10,
        ..Default::default()
    };
    let got = world.api.get_offering(Request::new(request)).await;
    let got = got.unwrap().into_inner();
    assert!(got.row.unwrap().unusable);
    let kinds: Vec<_> = got.history.iter().map(|entry| &*entry.kind).collect();
    let expected = ["skipped", "capacity-reported", "offering-published"];
    assert_eq!(kinds, expected);
    assert!(got.history[0].log_time.is_some() && got.history[0].report.is_none());
}

#[tokio::test]
async fn an_offering_of_which_nothing_can_be_read_is_unusable_and_not_unknown_to_the_service() {
    let world = World::start().ready().await;
    let published = world.publish("one", details()).await;
    let position = PositionToken::parse(&published.position).unwrap().position;
    skip(&world, position).await;
    let mut positions = world.api.0.context.positions();
    let got = async {
        loop {
            let request = v1::GetOfferingRequest {
                offering_id: "one".to_owned(),
                ..Default::default()
            };
            let got = world.api.get_offering(Request::new(request)).await;
            let row = got.unwrap().into_inner().row.unwrap();
            if row.unusable {
                return row;
            }
            positions.changed().await.unwrap();
        }
    };
    let row = tokio::time::timeout(PATIENCE, got).await.unwrap();
    assert_eq!(row.details, None);
    let all = find(&world, v1::CapacityFilter::default()).await;
    assert_eq!(all.total, 0);
}

#[tokio::test]
async fn watchers_hear_of_it_those_under_way_and_those_that_resume() {
    let (world, position) = world().await;
    let watch = async |cursor: &str, filter: &v1::CapacityFilter| {
        let request = v1::WatchCapacityRequest {
            filter: Some(filter.clone()),
            cursor: cursor.to_owned(),
            ..Default::default()
        };
        let watching = world.api.watch_capacity(Request::new(request)).await;
        watching.unwrap().into_inner()
    };
    let only_available = v1::CapacityFilter {
        only_available: true,
        ..Default::default()
    };
    let all = v1::CapacityFilter::default();
    let mut sees_all = watch("", &all).await;
    let mut sees_free = watch("", &only_available).await;
    let mut cursors = Vec::new();
    for watching in [&mut sees_all, &mut sees_free] {
        loop {
            let message = watching.next().await.unwrap().unwrap();
            if matches!(message.event, Some(Event::Live(_))) {
                cursors.push(message.cursor);
                break;
            }
        }
    }
    skip(&world, position).await;

    let again_all = watch(&cursors[0], &all).await;
    let again_free = watch(&cursors[1], &only_available).await;
    for mut watching in [sees_all, again_all] {
        let heard = async {
            loop {
                let message = watching.next().await.unwrap().unwrap();
                if let Some(Event::Offering(row)) = message.event
                    && row.unusable
                {
                    return row.offering_id;
                }
            }
        };
        let heard = tokio::time::timeout(PATIENCE, heard).await.unwrap();
        assert_eq!(heard, "two");
    }
    for mut watching in [sees_free, again_free] {
        let heard = async {
            loop {
                let message = watching.next().await.unwrap().unwrap();
                if let Some(Event::Removed(removed)) = message.event {
                    return removed.offering_id;
                }
            }
        };
        let heard = tokio::time::timeout(PATIENCE, heard).await.unwrap();
        assert_eq!(heard, "two");
    }
}
