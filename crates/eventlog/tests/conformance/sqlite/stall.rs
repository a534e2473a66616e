use std::process::Command;

use eventlog::LogError;
use rusqlite::Connection;

use crate::child::{Acknowledged, Child};
use crate::world::{World, commit, take_until, within};

/// Another hand on the file's lock, until it is dropped.
fn hold_the_lock(world: &World) -> Connection {
    let other = Connection::open(world.path("one")).expect("the file");
    other
        .execute_batch("BEGIN IMMEDIATE")
        .expect("the lock is free");
    other
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_append_that_was_given_up_and_lands_later_counts_once() {
    let world = World::on_disk().await;
    let node = world.open().await;
    node.append("a", 1).await.expect("in effect");
    let mut subscription = node.topic.subscribe(node.topic.end());

    let stalled = hold_the_lock(&world);
    let late = commit("a", 2);
    let attempt = late.attempt;
    let waited = std::time::Duration::from_millis(100);
    let given_up = tokio::time::timeout(waited, node.topic.append(late)).await;
    assert!(
        given_up.is_err(),
        "nothing is acknowledged that is not durable: {given_up:?}"
    );
    assert_eq!(node.versions("a").await, [1], "nor seen");
    drop(stalled);

    let landed = within(subscription.next()).await.expect("it can be read");
    assert_eq!(
        landed.iter().map(|c| c.attempt).collect::<Vec<_>>(),
        [attempt]
    );
    let again = node.append("a", 2).await;
    assert!(matches!(again, Err(LogError::Void { .. })), "{again:?}");
    assert_eq!(node.versions("a").await, [1, 2]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_writer_that_gets_no_turn_says_unavailable_and_goes_on() {
    let world = World::on_disk().await;
    let node = world.open().await;
    node.append("a", 1).await.expect("in effect");
    let stalled = hold_the_lock(&world);
    let refused = node.append("a", 2).await;
    assert!(
        matches!(refused, Err(LogError::Unavailable(_))),
        "{refused:?}"
    );
    drop(stalled);

    let position = node
        .append("a", 2)
        .await
        .expect("the version is still free");
    let mut subscription = node.topic.subscribe(eventlog::Position::START);
    assert_eq!(take_until(&mut subscription, position).await.len(), 2);
    drop(subscription);
    let node = world.reopen(node).await;
    assert_eq!(node.versions("a").await, [1, 2]);
}

/// That a full disk is answered with `Full` is a test beside the writer, with SQLite's own limit. Here the
/// system refuses to let the file grow.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_may_not_grow_loses_nothing_and_goes_on_when_there_is_room() {
    let world = World::on_disk().await;
    let mut child = Child::start("limited", &world);
    let mut acknowledged = Vec::new();
    let refused = loop {
        let line = child.line();
        match Acknowledged::parse(&line) {
            Some(said) => acknowledged.push(said),
            None => break line,
        }
    };
    assert!(
        refused.starts_with("refused Full") || refused.starts_with("refused Unavailable"),
        "{refused}"
    );
    assert!(
        acknowledged.len() > 5,
        "{} went in before",
        acknowledged.len()
    );

    let limit = Command::new("prlimit")
        .args(["--pid", &child.id().to_string(), "--fsize=unlimited:"])
        .status()
        .expect("prlimit of util-linux is there");
    assert!(limit.success());
    child.tell();
    let more = child.until_its_end();
    acknowledged.extend(more.iter().filter_map(|line| Acknowledged::parse(line)));

    let node = world.open().await;
    assert_eq!(
        node.versions("full").await,
        (1..=acknowledged.len() as u64).collect::<Vec<_>>()
    );
    let report = node.topic.verify().await.expect("it can be read");
    assert_eq!(report.problem_count, 0, "{:?}", report.problems);
}
