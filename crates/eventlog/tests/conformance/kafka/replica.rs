use std::fs::{self, OpenOptions};

use eventlog::{LogError, Position};

use crate::world::{Node, World, seen, take_until};

/// A node with a history, stopped; and what it had seen.
async fn stopped(world: &World) -> Vec<(Position, String, u64, eventlog::AttemptId)> {
    let node = world.open().await;
    for number in 0..200 {
        node.append(&format!("stream-{number}"), 1)
            .await
            .expect("in effect");
    }
    node.fill("a", 1..=5).await;
    let before = seen(&node.all().await);
    node.close();
    before
}

async fn is_whole_again(world: &World, before: &[(Position, String, u64, eventlog::AttemptId)]) {
    let node: Node = world.open().await;
    assert_eq!(seen(&node.all().await), before);
    node.append("a", 5)
        .await
        .expect_err("the heads are known again");
    node.append("a", 6).await.expect("in effect");
    // Who had read up to some position goes on from there.
    let mut subscription = node.topic.subscribe(before[199].0);
    let rest = take_until(&mut subscription, node.topic.end()).await;
    assert_eq!(rest.len(), 6);
    node.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_deleted_while_the_node_was_down_is_filled_again() {
    let world = World::on_kafka().await;
    let before = stopped(&world).await;
    fs::remove_file(world.path("one")).expect("it can be deleted");
    is_whole_again(&world, &before).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_truncated_replica_is_dropped_and_filled_again() {
    for part in [2, 3, 1_000_000] {
        let world = World::on_kafka().await;
        let before = stopped(&world).await;
        let path = world.path("one");
        let length = fs::metadata(&path).expect("the replica").len();
        let file = OpenOptions::new()
            .write(true)
            .open(&path)
            .expect("the replica");
        file.set_len(length / part).expect("it can be cut");
        is_whole_again(&world, &before).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_of_another_format_is_dropped_and_filled_again() {
    let world = World::on_kafka().await;
    let before = stopped(&world).await;
    let other = rusqlite::Connection::open(world.path("one")).expect("the replica");
    other
        .pragma_update(None, "user_version", 77)
        .expect("it can be written");
    drop(other);
    is_whole_again(&world, &before).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_elses_file_is_never_dropped_for_a_replica() {
    let world = World::on_kafka().await;
    let path = world.path("one");
    let letter = "a letter, and not a replica. ".repeat(10);
    fs::write(&path, &letter).expect("it can be written");
    let refused = world.start("one").err();
    assert!(matches!(refused, Some(LogError::NotALog(_))), "{refused:?}");
    assert_eq!(fs::read_to_string(&path).expect("it is there"), letter);
}
