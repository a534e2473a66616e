use futures::StreamExt;
use proto::capacity::v1::watch_capacity_response::Event;
use tonic::Code;

use super::*;
use crate::grpc::Answers;

/// A watcher, as its caller sees it.
pub(super) struct Watching(Answers<v1::WatchCapacityResponse>);

impl World {
    async fn watch(&self, filter: v1::CapacityFilter, cursor: &str) -> Result<Watching, Status> {
        let request = v1::WatchCapacityRequest {
            filter: Some(filter),
            cursor: cursor.to_owned(),
            ..Default::default()
        };
        Ok(Watching(
            self.api
                .watch_capacity(Request::new(request))
                .await?
                .into_inner(),
        ))
    }

    pub(super) async fn watch_all(&self) -> Watching {
        self.watch(v1::CapacityFilter::default(), "").await.unwrap()
    }
}

impl Watching {
    pub(super) async fn message(&mut self) -> Result<v1::WatchCapacityResponse, Status> {
        tokio::time::timeout(PATIENCE, self.0.next())
            .await
            .unwrap()
            .unwrap()
    }

    /// The next that is no heartbeat: what it says, and its cursor.
    async fn next(&mut self) -> (String, String) {
        loop {
            let message = self.message().await.unwrap();
            let said = match message.event.unwrap() {
                Event::Offering(row) => {
                    let counts = row.counts.map(|counts| format!(" {}", counts.available));
                    format!("{}{}", row.offering_id, counts.unwrap_or_default())
                }
                Event::Removed(removed) => format!("-{}", removed.offering_id),
                Event::Practices(practices) => {
                    let counts = practices.groups.iter().map(|group| group.practice_count);
                    format!("practices {:?}", counts.collect::<Vec<_>>())
                }
                Event::Live(_) => "live".to_owned(),
                Event::Heartbeat(_) => continue,
            };
            return (said, message.cursor);
        }
    }

    /// What is said until the present state is through, and the cursor then.
    async fn until_live(&mut self) -> (Vec<String>, String) {
        let mut said = Vec::new();
        loop {
            let (next, cursor) = self.next().await;
            if next == "live" {
                return (said, cursor);
            }
            said.push(next);
        }
    }
}

fn only_available() -> v1::CapacityFilter {
    v1::CapacityFilter {
        only_available: true,
        ..Default::default()
    }
}

#[tokio::test]
async fn a_watcher_gets_the_present_state_in_the_order_of_last_change_and_then_every_change() {
    let world = World::start().ready().await;
    for id in ["one", "two", "three"] {
        world.publish(id, details()).await;
    }
    world.report("one", world.free(1)).await.unwrap();
    let mut watching = world.watch_all().await;
    assert_eq!(watching.until_live().await.0, ["two", "three", "one 1"]);
    world.report("two", world.free(2)).await.unwrap();
    assert_eq!(watching.next().await.0, "two 2");
    world.publish("four", details()).await;
    assert_eq!(watching.next().await.0, "four");
}

#[tokio::test]
async fn a_fresh_watcher_hears_of_a_removal_only_if_it_had_the_offering() {
    let world = World::start().ready().await;
    world.publish("full", details()).await;
    world.publish("free", details()).await;
    world.report("free", world.free(2)).await.unwrap();
    let mut watching = world.watch(only_available(), "").await.unwrap();
    assert_eq!(watching.until_live().await.0, ["free 2"]);
    world.later(1_000);
    world.report("full", world.free(0)).await.unwrap();
    world.report("free", world.free(0)).await.unwrap();
    assert_eq!(watching.next().await.0, "-free");
    world.later(1_000);
    world.report("free", world.free(0)).await.unwrap();
    world.report("full", world.free(3)).await.unwrap();
    assert_eq!(watching.next().await.0, "full 3");
}

#[tokio::test]
async fn a_resumed_watcher_gets_what_changed_since_and_removals_of_what_it_may_have_had() {
    let world = World::start().ready().await;
    for id in ["stays", "fills", "never"] {
        world.publish(id, details()).await;
    }
    world.report("stays", world.free(1)).await.unwrap();
    world.report("fills", world.free(1)).await.unwrap();
    let mut watching = world.watch(only_available(), "").await.unwrap();
    let (said, cursor) = watching.until_live().await;
    assert_eq!(said, ["stays 1", "fills 1"]);
    drop(watching);

    world.later(1_000);
    world.report("fills", world.free(0)).await.unwrap();
    world.report("never", world.free(0)).await.unwrap();
    let mut watching = world.watch(only_available(), &cursor).await.unwrap();
    assert_eq!(watching.until_live().await.0, ["-fills", "-never"]);
    world.later(1_000);
    world.report("fills", world.free(0)).await.unwrap();
    world.report("never", world.free(4)).await.unwrap();
    assert_eq!(
        watching.next().await.0,
        "never 4",
        "of each removal it hears once"
    );
}

#[tokio::test]
async fn a_cursor_taken_half_way_through_the_present_state_loses_nothing() {
    let world = World::start().ready().await;
    for id in ["one", "two", "three"] {
        world.publish(id, details()).await;
    }
    let mut watching = world.watch_all().await;
    let (said, cursor) = watching.next().await;
    assert_eq!(said, "one");
    drop(watching);
    world.report("one", world.free(7)).await.unwrap();
    let mut watching = world
        .watch(v1::CapacityFilter::default(), &cursor)
        .await
        .unwrap();
    assert_eq!(watching.until_live().await.0, ["two", "three", "one 7"]);
}

#[tokio::test]
async fn a_figure_that_expires_is_a_change() {
    let world = World::start().ready().await;
    world.publish("one", details()).await;
    world.report("one", world.free(2)).await.unwrap();
    let current = v1::CapacityFilter {
        only_current: true,
        ..Default::default()
    };
    let mut of_current = world.watch(current.clone(), "").await.unwrap();
    let mut of_all = world.watch_all().await;
    let (_, cursor) = of_current.until_live().await;
    of_all.until_live().await;
    world.later(48 * HOUR);
    assert_eq!(of_current.next().await.0, "-one");
    let expired = loop {
        if let Some(Event::Offering(row)) = of_all.message().await.unwrap().event {
            break row;
        }
    };
    assert_eq!(
        expired.counts_status.unwrap().freshness(),
        v1::Freshness::Expired
    );
    // Who was away meanwhile hears of it too.
    let mut resumed = world.watch(current, &cursor).await.unwrap();
    assert_eq!(resumed.until_live().await.0, ["-one"]);
}

#[tokio::test]
async fn many_figures_that_expire_at_once_are_all_told_also_after_a_resumption() {
    let world = World::start().ready().await;
    let observed_at = world.now();
    for number in 0..600 {
        world.publish(&format!("{number}"), details()).await;
        world
            .report(&format!("{number}"), world.free_at(1, observed_at))
            .await
            .unwrap();
    }
    let mut watching = world.watch(only_available(), "").await.unwrap();
    assert_eq!(watching.until_live().await.0.len(), 600);
    world.later(48 * HOUR);
    let mut gone = std::collections::HashSet::new();
    let mut cursor = String::new();
    for _ in 0..300 {
        let (said, at) = watching.next().await;
        gone.insert(said);
        cursor = at;
    }
    drop(watching);
    let mut resumed = world.watch(only_available(), &cursor).await.unwrap();
    gone.extend(resumed.until_live().await.0);
    assert_eq!(gone.len(), 600);
}

#[tokio::test]
async fn silence_is_told_apart_from_nothing_to_say() {
    let world = World::start().ready().await;
    let mut watching = world.watch_all().await;
    watching.until_live().await;
    for _ in 0..3 {
        let message = watching.message().await.unwrap();
        assert!(
            matches!(message.event, Some(Event::Heartbeat(_))),
            "{message:?}"
        );
        assert!(!message.cursor.is_empty());
    }
}

#[tokio::test]
async fn a_cursor_of_another_filter_or_log_or_from_beyond_the_end_is_refused() {
    let world = World::start().ready().await;
    world.publish("one", details()).await;
    let (_, cursor) = world.watch_all().await.until_live().await;
    let refused = |answer: Result<Watching, Status>| {
        let status = answer.err().unwrap();
        (status.code(), reason(&status))
    };
    assert_eq!(
        refused(world.watch(only_available(), &cursor).await),
        (
            Code::FailedPrecondition,
            "cursor-of-another-filter".to_owned()
        )
    );
    let other = World::start().ready().await;
    assert_eq!(
        refused(other.watch(v1::CapacityFilter::default(), &cursor).await),
        (Code::FailedPrecondition, "cursor-of-another-log".to_owned())
    );
    let garbled = world
        .watch(v1::CapacityFilter::default(), "x")
        .await
        .err()
        .unwrap();
    assert_eq!(garbled.code(), Code::InvalidArgument);

    let mut beyond = crate::grpc::cursor::Cursor::parse(&cursor).unwrap();
    beyond.position = eventlog::Position::new(1_000);
    let beyond = world
        .watch(v1::CapacityFilter::default(), &beyond.encode())
        .await;
    assert_eq!(
        refused(beyond),
        (Code::OutOfRange, "cursor-beyond-the-end".to_owned())
    );
}

#[tokio::test]
async fn a_watcher_ends_with_its_node_and_resumes_on_the_next() {
    let log = EventLog::in_memory(&["demo.capacity", "demo.control"]).unwrap();
    let clock = Arc::new(AtomicI64::new(Clock::system().now().as_millis()));
    let world = World::on(log.clone(), Arc::clone(&clock)).ready().await;
    world.publish("one", details()).await;
    let mut watching = world.watch_all().await;
    let (_, cursor) = watching.until_live().await;
    world.report("one", world.free(3)).await.unwrap();
    world.node.shutdown.cancel();
    let ended = loop {
        match watching.message().await {
            Ok(_) => {}
            Err(status) => break status,
        }
    };
    assert_eq!(
        (ended.code(), reason(&ended)),
        (Code::Unavailable, "stopping".to_owned())
    );
    assert!(watching.0.next().await.is_none());

    let next = World::on(log, clock).ready().await;
    let mut resumed = next
        .watch(v1::CapacityFilter::default(), &cursor)
        .await
        .unwrap();
    assert_eq!(resumed.until_live().await.0, ["one 3"]);
}

#[tokio::test]
async fn a_watcher_that_does_not_read_keeps_nobody_waiting_and_misses_nothing() {
    let world = World::start().ready().await;
    world.publish("one", details()).await;
    let mut slow = world.watch_all().await;
    slow.until_live().await;
    let mut quick = world.watch_all().await;
    quick.until_live().await;
    for available in 1..=300 {
        world.later(1);
        world.report("one", world.free(available)).await.unwrap();
    }
    // The quick one may hear of several at once, the slow one hears of all at once: both of the last.
    loop {
        if quick.next().await.0 == "one 300" {
            break;
        }
    }
    assert_eq!(slow.next().await.0, "one 300");
}

#[tokio::test]
async fn a_watcher_hears_when_a_promise_is_broken_and_who_is_silent() {
    let world = World::start().ready().await;
    let promising = v1::OfferingDetails {
        promised_interval_hours: Some(1),
        ..details()
    };
    world.publish("one", promising).await;
    world.report("one", world.free(3)).await.unwrap();
    let request = v1::WatchCapacityRequest {
        filter: Some(v1::CapacityFilter {
            only_overdue: true,
            ..Default::default()
        }),
        with_completeness: true,
        ..Default::default()
    };
    let answers = world.api.watch_capacity(Request::new(request)).await;
    let mut watching = Watching(answers.unwrap().into_inner());
    loop {
        if let Event::Live(live) = watching.message().await.unwrap().event.unwrap() {
            assert_eq!(live.completeness.unwrap().reported_providers, 1);
            break;
        }
    }
    world.later(HOUR);
    assert_eq!(watching.next().await.0, "one 3");
    loop {
        if let Event::Heartbeat(beat) = watching.message().await.unwrap().event.unwrap() {
            let completeness = beat.completeness.unwrap();
            assert_eq!(completeness.silent[0].provider_id, "agb:06011009");
            break;
        }
    }
}
