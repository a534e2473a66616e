use super::{apply, make_topic_with, set};
use crate::world::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_topic_of_two_partitions_is_not_served() {
    let world = World::on_kafka().await;
    make_topic_with(&world, 2).await;
    let node = world.start("one").expect("the replica opens");
    let reason = node.stops_serving().await;
    assert!(reason.contains("it has 2 partitions, not 1"), "{reason}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_topic_that_would_forget_is_not_served_until_it_is_set_right() {
    let world = World::on_kafka().await;
    make_topic_with(&world, 1).await;
    set(&world, "retention.ms", "604800000").await;
    let node = world.start("one").expect("the replica opens");
    let reason = node.stops_serving().await;
    assert!(
        reason.contains("retention.ms is 604800000, not -1"),
        "{reason}"
    );
    set(&world, "retention.ms", "-1").await;
    node.serves_again().await;
    node.append("a", 1).await.expect("in effect");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn applying_topics_twice_changes_nothing_and_says_what_differs() {
    let world = World::on_kafka().await;
    let first = apply(&world).await.expect("the broker answers");
    assert_eq!((&*first.topic, first.created), (&*world.topic, true));
    let second = apply(&world).await.expect("the broker answers");
    assert_eq!((second.created, second.differences), (false, Vec::new()));
    set(&world, "cleanup.policy", "compact").await;
    let third = apply(&world).await.expect("the broker answers");
    assert_eq!(third.differences, ["cleanup.policy is compact, not delete"]);
}
