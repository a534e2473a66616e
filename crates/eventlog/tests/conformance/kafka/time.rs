use eventlog::Status;

use super::{produce, set};
use crate::record::record;
use crate::world::{Node, World, commit, seen, within};

/// The broker's own clock cannot be moved here. So the topic is set, while a node follows it, to take the
/// producer's word for the append time, and set back before another node looks at it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn log_time_never_runs_backwards_though_append_times_do() {
    let world = World::on_kafka().await;
    let node = world.open().await;
    set(&world, "message.timestamp.type", "CreateTime").await;
    let base = 1_600_000_000_000;
    let steps = [0, 9_000, 4_000, -50_000, 9_000, 9_001];
    let records: Vec<_> = (1..=6)
        .map(|version| record(&commit("a", version)))
        .collect();
    let produced: Vec<_> = records
        .iter()
        .zip(steps)
        .map(|(record, step)| (&record[..], Some(base + step)))
        .collect();
    produce(&world, &produced).await;
    // A void commit has no part in log time, whatever its append time.
    let void = record(&commit("a", 1));
    produce(&world, &[(&void, Some(base + 500_000))]).await;
    let last = record(&commit("a", 7));
    produce(&world, &[(&last, Some(base))]).await;
    set(&world, "message.timestamp.type", "LogAppendTime").await;
    let now = node.append("b", 1).await.expect("in effect");
    within(node.topic.reached(now)).await.expect("it is there");

    let all = node.all().await;
    let times: Vec<_> = all
        .iter()
        .map(|commit| commit.log_time_millis - base)
        .collect();
    assert_eq!(times[..7], [0, 9_000, 9_000, 9_000, 9_000, 9_001, 9_001]);
    assert!(times[7] > 9_001);

    // All nodes give the same log times: one that follows later, one that restarts, and the topic itself.
    let later = world.open_as("two").await;
    within(later.topic.reached(now)).await.expect("it is there");
    assert_eq!(seen(&later.all().await), seen(&all));
    assert!(
        later
            .all()
            .await
            .iter()
            .map(|c| c.log_time_millis - base)
            .eq(times.iter().copied())
    );
    let node = world.reopen(node).await;
    assert!(
        node.all()
            .await
            .iter()
            .map(|c| c.log_time_millis - base)
            .eq(times.iter().copied())
    );
    let settings = world.broker().expect("a case on Kafka").settings();
    let mut scanned = Vec::new();
    eventlog::kafka::scan(&settings, &world.topic, |found| {
        if let eventlog::Found::Effective(commit) = found.found {
            scanned.push(commit.log_time_millis - base);
        }
        true
    })
    .expect("it can be read");
    assert_eq!(scanned, times);
    let moment = node
        .topic
        .position_at(base + 9_000)
        .await
        .expect("it can be read");
    assert_eq!(moment, all[4].position);
}

const TWO_MINUTES: i64 = 120_000;

async fn comes_to(node: &Node, wanted: impl FnMut(&Status) -> bool) -> Status {
    let mut status = node.topic.status();
    let there = within(status.wait_for(wanted)).await;
    there.expect("the log is open").clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_whose_clock_is_wrong_never_serves_and_says_why() {
    let world = World::on_kafka().await;
    for (off, said) in [(TWO_MINUTES, "ahead of"), (-TWO_MINUTES, "behind")] {
        world.shift_clock(off);
        let node = world.start("wrong").expect("the log opens");
        let first = comes_to(&node, |status| *status != Status::Starting).await;
        let Status::NotServing(reason) = first else {
            panic!("{first:?} though the clock is wrong");
        };
        assert!(reason.contains(said), "{reason}");

        world.shift_clock(0);
        comes_to(&node, |status| *status == Status::Serving).await;
        node.log.close();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_whose_clock_is_set_is_not_relied_on_before_it_was_measured_again() {
    let world = World::on_kafka().await;
    let node = world.open().await;
    world.shift_clock(TWO_MINUTES);
    comes_to(
        &node,
        |status| matches!(status, Status::NotServing(why) if why.contains("ahead of")),
    )
    .await;
    world.shift_clock(0);
    comes_to(&node, |status| *status == Status::Serving).await;
}
