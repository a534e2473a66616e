use std::time::Duration;

use eventlog::{LogError, Position};

use crate::world::{World, commit, seen, take_until, within};

/// More than a topic keeps in memory.
const MANY: u64 = 20_000;

pub(crate) async fn a_subscriber_starts_at_any_position(world: World) {
    let node = world.open().await;
    node.fill("a", 1..=30).await;
    let all = seen(&node.all().await);
    for skipped in [0, 1, 15, 29] {
        let after = if skipped == 0 {
            Position::START
        } else {
            all[skipped - 1].0
        };
        let mut subscription = node.topic.subscribe(after);
        let rest = take_until(&mut subscription, node.topic.end()).await;
        assert_eq!(seen(&rest), all[skipped..], "after {after}");
    }
    // At the end it waits for what comes.
    let mut subscription = node.topic.subscribe(node.topic.end());
    let (next, position) = tokio::join!(within(subscription.next()), node.append("a", 31));
    let next = next.expect("it can be read");
    assert_eq!(
        next.iter().map(|c| c.position).collect::<Vec<_>>(),
        [position.expect("in effect")]
    );
}

pub(crate) async fn a_subscriber_goes_on_where_it_was_across_restarts(world: World) {
    let mut node = world.open().await;
    let mut seen_so_far = Vec::new();
    let mut position = Position::START;
    for round in 0..3 {
        node.fill("a", round * 10 + 1..=round * 10 + 10).await;
        let mut subscription = node.topic.subscribe(position);
        // Only the half of it: the rest comes after the restart.
        let page = within(subscription.next()).await.expect("it can be read");
        let half = &page[..page.len().div_ceil(2)];
        seen_so_far.extend(half.iter().map(|commit| commit.version.get()));
        position = half.last().expect("at least one").position;
        drop(subscription);
        node = world.reopen(node).await;
    }
    let mut subscription = node.topic.subscribe(position);
    let rest = take_until(&mut subscription, node.topic.end()).await;
    seen_so_far.extend(rest.iter().map(|commit| commit.version.get()));
    assert_eq!(seen_so_far, (1..=30).collect::<Vec<_>>());
}

pub(crate) async fn a_slow_subscriber_misses_nothing(world: World) {
    let node = world.open().await;
    let mut slow = node.topic.subscribe(Position::START);
    let commits = (1..=MANY).map(|version| commit("a", version)).collect();
    let results = node.append_all(commits).await;
    assert!(
        results.iter().all(Result::is_ok),
        "handed over in order, all take effect"
    );
    let all = take_until(&mut slow, node.topic.end()).await;
    assert!(all.iter().map(|commit| commit.version.get()).eq(1..=MANY));
}

pub(crate) async fn a_subscriber_that_stops_waiting_loses_nothing(world: World) {
    let node = world.open().await;
    let writer = node.clone();
    let writing = tokio::spawn(async move { writer.fill("a", 1..=200).await });
    let mut subscription = node.topic.subscribe(Position::START);
    let mut versions: Vec<u64> = Vec::new();
    while versions.len() < 200 {
        // Given up as often as not.
        let waited = tokio::time::timeout(Duration::from_micros(200), subscription.next()).await;
        if let Ok(page) = waited {
            let page = page.expect("it can be read");
            versions.extend(page.iter().map(|commit| commit.version.get()));
        }
    }
    writing.await.expect("all in effect");
    assert_eq!(versions, (1..=200).collect::<Vec<_>>());
}

pub(crate) async fn a_subscriber_hears_that_the_log_is_closed(world: World) {
    let node = world.open().await;
    node.fill("a", 1..=3).await;
    let mut subscription = node.topic.subscribe(Position::START);
    node.log.close();
    let all = within(subscription.next())
        .await
        .expect("what there is comes first");
    assert_eq!(all.len(), 3);
    let end = within(subscription.next()).await;
    assert!(matches!(end, Err(LogError::Closed)), "{end:?}");
    let unreachable = within(node.topic.reached(Position::new(u64::MAX))).await;
    assert!(
        matches!(unreachable, Err(LogError::Closed)),
        "{unreachable:?}"
    );
}
