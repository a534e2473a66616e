use std::collections::BTreeSet;

use eventlog::{LogError, Position};

use crate::world::World;

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
