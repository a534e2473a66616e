//! The broker that the other journeys stand on, and the topics that the server makes there.

use std::net::TcpStream;

use e2e::{Answer, Cluster, doorstroomd, shared_kafka};

fn answers(address: &str) -> bool {
    TcpStream::connect(address).is_ok()
}

fn apply_topics(region: &str) -> Answer {
    doorstroomd(&[
        "topics",
        "apply",
        "--kafka",
        shared_kafka().bootstrap(),
        "--region",
        region,
    ])
}

#[test]
fn the_topics_of_a_region_are_made_once() {
    let first = apply_topics("made-once").expect_done();
    for context in ["capacity", "control", "access-log"] {
        let topic = format!("made-once.{context}");
        assert!(first.stdout.contains(&topic), "{}", first.stdout);
    }

    let second = apply_topics("made-once").expect_done();
    assert_ne!(
        first.stdout, second.stdout,
        "the second time there is nothing to make, and it says so"
    );
    assert_eq!(
        second.stdout,
        apply_topics("made-once").expect_done().stdout
    );
}

#[test]
fn topics_of_two_regions_live_side_by_side() {
    apply_topics("side-a").expect_done();
    let other = apply_topics("side-b").expect_done();
    assert!(!other.stdout.contains("side-a"), "{}", other.stdout);
}

#[test]
fn without_a_broker_the_topics_are_refused_in_a_sentence() {
    let cluster = Cluster::start(1);
    cluster.stop_one(1);
    let answer = doorstroomd(&["topics", "apply", "--kafka", cluster.bootstrap()]);
    assert_eq!(answer.code, Some(1), "{}", answer.stderr);
    assert!(
        answer.stderr.contains(cluster.bootstrap()),
        "{}",
        answer.stderr
    );
    assert!(!answer.stderr.contains("panicked"), "{}", answer.stderr);
}

#[test]
fn brokers_of_a_cluster_come_and_go_one_by_one() {
    let cluster = Cluster::start(3);
    let addresses: Vec<String> = (1..=3)
        .map(|broker| cluster.address(broker).to_owned())
        .collect();
    assert!(addresses.iter().all(|address| answers(address)));

    cluster.kill_one(2);
    assert!(!answers(&addresses[1]));
    assert!(answers(&addresses[0]));

    cluster.start_one(2);
    assert!(answers(&addresses[1]));

    drop(cluster);
    assert!(
        !addresses.iter().any(|address| answers(address)),
        "a dropped cluster is gone"
    );
}
