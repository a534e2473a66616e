use eventlog::kafka::scan;
use eventlog::{Found, LogError};

use super::produce;
use crate::record::record;
use crate::world::{World, commit, seen, within};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_that_are_not_ours_are_passed_over() {
    let world = World::on_kafka().await;
    let (one, two) = world.open_two().await;
    one.append("a", 1).await.expect("in effect");
    let foreign: [&[u8]; 4] = [b"", b"{\"not\": \"ours\"}", b"DSL", &[0xff; 5_000]];
    produce(&world, &foreign.map(|payload| (payload, None))).await;
    one.append("a", 2).await.expect("in effect");

    two.catches_up_with(&one).await;
    assert_eq!(one.versions("a").await, [1, 2]);
    assert_eq!(seen(&one.all().await), seen(&two.all().await));
    assert_eq!(one.topic.void_count(), 0, "they never were commits");

    // A replica that ends at one of them is still known for what it is.
    produce(&world, &[(b"the last one", None)]).await;
    let one = world.reopen(one).await;
    one.append("a", 3).await.expect("in effect");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_that_lands_twice_takes_effect_once() {
    let world = World::on_kafka().await;
    let node = world.open().await;
    let sent = record(&commit("a", 1));
    // As a producer would that did not hear of its first delivery.
    produce(&world, &[(&sent, None), (&sent, None)]).await;
    node.append("b", 1).await.expect("in effect");
    assert_eq!(node.versions("a").await, [1]);
    assert_eq!(node.topic.void_count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_record_stops_the_topic_at_its_position() {
    let world = World::on_kafka().await;
    let (one, two) = world.open_two().await;
    let good = one.append("a", 1).await.expect("in effect");
    two.catches_up_with(&one).await;
    let mut damaged = record(&commit("a", 2));
    if let Some(last) = damaged.last_mut() {
        *last ^= 1;
    }
    produce(&world, &[(&damaged, None)]).await;

    let position = first_damaged(&world);
    for node in [&one, &two] {
        let reason = node.stops_serving().await;
        assert!(
            reason.contains(&format!("position {position} is damaged")),
            "{reason}"
        );
        assert_eq!(node.topic.end(), good, "nothing behind it is folded");
        assert_eq!(node.versions("a").await, [1], "what was before can be read");
        let refused = within(node.topic.append(commit("a", 2))).await;
        assert!(
            matches!(refused, Err(LogError::Unavailable(_))),
            "{refused:?}"
        );
    }
    one.close();
    let again = world.start("one").expect("the replica opens");
    let reason = again.stops_serving().await;
    assert!(
        reason.contains("is damaged"),
        "a restart does not help: {reason}"
    );
}

fn first_damaged(world: &World) -> u64 {
    let mut position = None;
    let settings = world.broker().expect("a case on Kafka").settings();
    scan(&settings, &world.topic, |record| {
        if matches!(record.found, Found::Damaged(_)) {
            position = Some(record.position.get());
        }
        position.is_none()
    })
    .expect("it can be read");
    position.expect("it is there")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_of_a_kind_that_is_not_known_stops_the_topic() {
    let world = World::on_kafka().await;
    let node = world.open().await;
    // Field 15, as a later version might write it.
    let content = [0x7a, 0x01, 0x00];
    let mut later = b"DSL1".to_vec();
    later.extend(crc32fast::hash(&content).to_be_bytes());
    later.extend(content);
    produce(&world, &[(&later, None)]).await;
    let reason = node.stops_serving().await;
    assert!(reason.contains("does not know"), "{reason}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_topic_itself_says_the_same_as_a_replica() {
    let world = World::on_kafka().await;
    let node = world.open().await;
    node.fill("a", 1..=3).await;
    node.append("a", 2).await.expect_err("void");
    produce(&world, &[(b"not ours", None)]).await;
    node.append("b", 1).await.expect("in effect");

    let settings = world.broker().expect("a case on Kafka").settings();
    let (mut effective, mut void, mut foreign, mut identities) = (Vec::new(), 0, 0, Vec::new());
    scan(&settings, &world.topic, |record| {
        match record.found {
            Found::Effective(commit) => effective.push(commit),
            Found::Void(_) => void += 1,
            Found::Foreign => foreign += 1,
            Found::Identity(log_id) => identities.push(log_id),
            Found::Probe => {}
            Found::Damaged(reason) => panic!("{reason}"),
        }
        true
    })
    .expect("it can be read");
    let folded = node.all().await;
    assert!(
        folded.iter().map(|commit| &**commit).eq(&effective),
        "bodies, log times and all"
    );
    assert_eq!((void, foreign), (1, 1));
    assert_eq!(identities.first().copied(), node.topic.log_id());
}
