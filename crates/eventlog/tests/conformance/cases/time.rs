use std::collections::BTreeSet;
use std::time::Duration;

use eventlog::{LogError, Position, system_clock};

use crate::world::{World, within};

pub(crate) async fn log_time_never_runs_backwards(world: World) {
    let node = world.open().await;
    let mut stored = Vec::new();
    for (version, clock) in (1..).zip([1_000, 5_000, 2_000, -7, 5_000, 5_001]) {
        world.set_clock(clock);
        node.append("a", version)
            .await
            .expect("order does not depend on a clock");
        stored.push(node.topic.log_time_millis());
    }
    assert_eq!(stored, [1_000, 5_000, 5_000, 5_000, 5_000, 5_001]);

    // Not across a restart either.
    let node = world.reopen(node).await;
    world.set_clock(3);
    node.append("a", 7).await.expect("in effect");
    let all = node.all().await;
    let times: Vec<_> = all.iter().map(|commit| commit.log_time_millis).collect();
    assert_eq!(times, [1_000, 5_000, 5_000, 5_000, 5_000, 5_001, 5_001]);
    assert_eq!(node.versions("a").await, (1..=7).collect::<Vec<_>>());
}

pub(crate) async fn position_at_agrees_with_reading_everything(world: World) {
    let node = world.open().await;
    let nothing = node
        .topic
        .position_at(i64::MAX)
        .await
        .expect("it can be read");
    assert_eq!(nothing, Position::START);

    // On Kafka the clock is the broker's, and every void commit leaves a gap between positions.
    let mut clock = 1_700_000_000_000;
    world.set_clock(clock);
    for version in 1..=120 {
        node.append("a", version).await.expect("in effect");
        clock += [0, 0, 1, 40, 3_600_000][(version % 5) as usize];
        world.set_clock(clock);
        if version % 3 == 0 {
            let void = node.append("a", 1).await;
            assert!(matches!(void, Err(LogError::Void { .. })), "{void:?}");
        }
    }
    let all = node.all().await;
    let mut moments = BTreeSet::from([i64::MIN, 0, i64::MAX]);
    for commit in &all {
        moments.extend([-1, 0, 1].map(|step| commit.log_time_millis + step));
    }
    assert!(moments.len() > 10, "there is more than one moment");
    for moment in moments {
        let past = all
            .iter()
            .take_while(|commit| commit.log_time_millis <= moment);
        let expected = past
            .last()
            .map_or(Position::START, |commit| commit.position);
        let found = node
            .topic
            .position_at(moment)
            .await
            .expect("it can be read");
        assert_eq!(found, expected, "at {moment}");
    }
}

pub(crate) async fn no_commit_comes_to_a_moment_that_is_settled(world: World) {
    let (one, two) = world.open_two().await;
    let last = one.append("before", 1).await.expect("in effect");
    let moment = (system_clock())() + 100;
    let writing = {
        let two = two.clone();
        tokio::spawn(async move {
            for version in 1..=400 {
                two.append("a", version).await.expect("in effect");
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        })
    };
    within(one.topic.settled(moment)).await.expect("it passes");
    let at = one.topic.position_at(moment).await.expect("it is read");
    assert!(at >= last, "{at}");
    within(writing).await.expect("it ends");
    let end = two.append("after", 1).await.expect("in effect");
    for node in [&one, &two] {
        within(node.topic.reached(end)).await.expect("it comes");
        within(node.topic.settled(moment)).await.expect("it is");
        let now = node.topic.position_at(moment).await.expect("it is read");
        assert_eq!(now, at);
    }
    assert!(at < end, "something came later");

    // Also while nothing happens any more.
    let moment = (system_clock())();
    within(two.topic.settled(moment)).await.expect("it passes");
    let at = two.topic.position_at(moment).await.expect("it is read");
    assert_eq!(at, end);
    let topic = two.topic.clone();
    two.close();
    let never = within(topic.settled(i64::MAX - 1)).await;
    assert!(matches!(never, Err(LogError::Closed)), "{never:?}");
}

pub(crate) async fn what_is_settled_stays_so_when_the_clock_is_set_back(world: World) {
    let node = world.open().await;
    world.set_clock(10_000);
    node.append("a", 1).await.expect("in effect");
    world.set_clock(20_000);
    within(node.topic.settled(19_999))
        .await
        .expect("it has passed");
    world.set_clock(12_000);
    node.append("a", 2).await.expect("in effect");
    let all = node.all().await;
    let times: Vec<_> = all.iter().map(|commit| commit.log_time_millis).collect();
    assert_eq!(times, [10_000, 20_000]);
    let not_yet = tokio::time::timeout(Duration::from_secs(1), node.topic.settled(20_000)).await;
    assert!(not_yet.is_err(), "another commit may come at that moment");
}
