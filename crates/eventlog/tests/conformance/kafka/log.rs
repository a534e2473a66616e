//! A log that is shorter than the replica, or another one: only an operator's reset makes it the log.

use eventlog::{LogError, Position, Status};

use super::{delete_topic, make_topic};
use crate::world::{Node, World, commit, seen, take_until, within};

async fn refuses_to_follow(node: &Node) {
    let reason = node.stops_serving().await;
    assert!(
        reason.contains("not the one that this node has followed"),
        "{reason}"
    );
    let refused = within(node.topic.append(commit("a", 1))).await;
    assert!(
        matches!(refused, Err(LogError::Unavailable(_))),
        "{refused:?}"
    );
    assert_eq!(node.topic.log_id(), None, "no token is given out");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_shorter_than_the_replica_is_not_served_until_a_reset() {
    let world = World::on_kafka().await;
    let node = world.open().await;
    node.fill("a", 1..=50).await;
    let old = node.topic.log_id();
    node.close();
    delete_topic(&world).await;
    make_topic(&world).await;

    let node = world.start("one").expect("the replica opens");
    refuses_to_follow(&node).await;

    // Another node, which has no replica, names the new log. That is no operator's word: looked at again, it
    // is still not the log that was followed.
    let other = world.open_as("two").await;
    other.append("b", 1).await.expect("in effect");
    assert_ne!(other.topic.log_id(), old);
    node.close();
    let node = world.start("one").expect("the replica opens");
    refuses_to_follow(&node).await;

    let new = within(other.topic.reset()).await.expect("it is written");
    node.serves_again().await;
    assert_eq!(node.topic.log_id(), Some(new));
    node.catches_up_with(&other).await;
    assert_eq!(seen(&node.all().await), seen(&other.all().await));
    assert_eq!(
        node.versions("a").await,
        Vec::<u64>::new(),
        "what was lost is not half there"
    );
    node.append("a", 1).await.expect("in effect");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reset_by_the_node_that_does_not_serve_lets_all_follow_again() {
    let world = World::on_kafka().await;
    let (one, two) = world.open_two().await;
    one.fill("a", 1..=20).await;
    two.catches_up_with(&one).await;
    let old = one.topic.log_id();
    one.close();
    two.close();
    delete_topic(&world).await;
    make_topic(&world).await;

    let one = world.start("one").expect("the replica opens");
    let two = world.start("two").expect("the replica opens");
    refuses_to_follow(&two).await;
    // At once, as an operator's command does: before the topic is known not to be served.
    let new = within(one.topic.reset()).await.expect("it is written");
    assert_ne!(Some(new), old);
    one.serves_again().await;
    two.serves_again().await;
    for node in [&one, &two] {
        assert_eq!(node.topic.log_id(), Some(new));
        assert_eq!(node.all().await.len(), 0);
    }
    one.append("a", 1).await.expect("streams begin anew");
    two.catches_up_with(&one).await;
    two.append("a", 2).await.expect("in effect");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_log_that_is_longer_than_the_replica_is_not_served_either() {
    let world = World::on_kafka().await;
    let node = world.open().await;
    node.fill("a", 1..=5).await;
    node.close();
    delete_topic(&world).await;
    make_topic(&world).await;
    let other = world.open_as("two").await;
    other.fill("b", 1..=40).await;

    let node = world.start("one").expect("the replica opens");
    refuses_to_follow(&node).await;
    within(other.topic.reset()).await.expect("it is written");
    node.serves_again().await;
    node.catches_up_with(&other).await;
    assert_eq!(seen(&node.all().await), seen(&other.all().await));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_topic_that_is_gone_is_not_made_anew_under_a_replica() {
    let world = World::on_kafka().await;
    let node = world.open().await;
    node.fill("a", 1..=5).await;
    node.close();
    delete_topic(&world).await;
    let node = world.start("one").expect("the replica opens");
    let reason = node.stops_serving().await;
    assert!(reason.contains("is gone from Kafka"), "{reason}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_of_a_log_that_is_replaced_under_a_running_node_hear_of_it() {
    let world = World::on_kafka().await;
    let (one, two) = world.open_two().await;
    one.fill("a", 1..=30).await;
    two.catches_up_with(&one).await;
    two.close();
    let mut subscription = one.topic.subscribe(Position::START);
    take_until(&mut subscription, one.topic.end()).await;

    delete_topic(&world).await;
    one.stops_serving().await;
    make_topic(&world).await;
    let two = world.start("two").expect("the replica opens");
    within(two.topic.reset()).await.expect("it is written");
    one.serves_again().await;
    let new = two.topic.log_id().expect("it is known");
    two.append("b", 1).await.expect("in effect");

    let replaced = within(subscription.next()).await;
    assert!(
        matches!(&replaced, Err(LogError::Replaced { log_id, .. }) if *log_id == new),
        "{replaced:?}"
    );
    let all = within(subscription.next())
        .await
        .expect("then everything from the start");
    assert_eq!(
        all.iter()
            .map(|commit| commit.stream.as_str())
            .collect::<Vec<_>>(),
        ["b"]
    );
    assert_eq!(*one.topic.status().borrow(), Status::Serving);
}
