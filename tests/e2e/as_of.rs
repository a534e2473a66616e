//! Looking back: the same bytes on every node, after a restart, and after the caches were deleted.

use std::path::Path;
use std::time::{Duration, Instant};

use e2e::{Load, Server, ServerOptions, now, publish, report, shared_kafka};
use prost_types::Timestamp;
use serde_json::Value;

const MOMENTS: usize = 20;
const OFFERINGS: usize = 6;
const WRITERS: u64 = 4;
/// How long history is made.
const BUSY: Duration = Duration::from_secs(8);
/// A moment is answered when it is so long past.
const PAST: Duration = Duration::from_secs(5);
const DEADLINE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn a_past_moment_looks_the_same_on_every_node_and_without_their_caches() {
    let node = || {
        Server::start(ServerOptions {
            kafka: Some(shared_kafka().bootstrap().to_owned()),
            region: Some("lookback".to_owned()),
            ..ServerOptions::default()
        })
    };
    let mut nodes = [node(), node()];
    let moments = make_history(&nodes.each_ref()).await;
    let seen = answers(&nodes[0], &moments);
    check_plausible(&seen);
    assert_eq!(answers(&nodes[1], &moments), seen);

    nodes[0].restart();
    nodes[0].serves().await;
    assert_eq!(answers(&nodes[0], &moments), seen, "after a restart");

    nodes[1].stop();
    delete_caches(nodes[1].data());
    nodes[1].restart();
    nodes[1].serves().await;
    assert_eq!(answers(&nodes[1], &moments), seen, "without the caches");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_past_moment_looks_the_same_after_the_server_was_killed() {
    let mut server = Server::start(ServerOptions::default());
    let moments = make_history(&[&server]).await;
    let seen = answers(&server, &moments);
    check_plausible(&seen);

    server.kill9();
    server.restart();
    server.serves().await;
    assert_eq!(answers(&server, &moments), seen, "after a kill");

    server.stop();
    delete_caches(server.data());
    server.restart();
    server.serves().await;
    assert_eq!(answers(&server, &moments), seen, "without the snapshots");
}

#[test]
fn the_future_is_refused_by_name() {
    let server = Server::start(ServerOptions::default());
    let soon = ["capacity", "find", "--as-of", "2090-01-01"];
    let refused = server.doorstroom(&soon);
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    assert!(refused.stderr.contains("as_of"), "{}", refused.stderr);
    let wrongly = server.doorstroom(&["capacity", "find", "--as-of", "yesterday"]);
    assert_eq!(wrongly.code, Some(2), "{}", wrongly.stderr);
}

/// Writers on all nodes for a while; returns moments in it, and one before it, once they are past.
async fn make_history(nodes: &[&Server]) -> Vec<String> {
    let before = millis(&now()) - 1_000;
    let offerings = publish(&mut nodes[0].client(), "past", OFFERINGS)
        .await
        .unwrap();
    for node in nodes {
        node.knows(&offerings).await;
    }
    let began = millis(&now());
    let until = Instant::now() + BUSY;
    let mut writers = Vec::new();
    for (writer, node) in (0..WRITERS).zip(nodes.iter().cycle()) {
        let (mut client, offerings) = (node.client(), offerings.clone());
        writers.push(tokio::spawn(async move {
            let mut number = 0;
            while Instant::now() < until {
                let reports = offerings.iter().map(|offering| {
                    number += 1;
                    report(offering, 1 + number * WRITERS + writer)
                });
                let mut load = Load::of(reports);
                load.finish(&mut client, DEADLINE).await.unwrap();
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }));
    }
    for writer in writers {
        writer.await.unwrap();
    }
    let ended = millis(&now());
    tokio::time::sleep(PAST + Duration::from_millis(100)).await;
    moments(before, (began, ended))
}

/// One, and others scattered between two; the same for the same history.
fn moments(before: i64, (first, last): (i64, i64)) -> Vec<String> {
    let mut scattered = first;
    let moments = (0..MOMENTS).map(|number| {
        scattered = scattered.wrapping_mul(6_364_136_223_846_793_005) ^ 0x5DEE_CE66;
        let millis = match number {
            0 => before,
            _ => first + (scattered >> 16).rem_euclid(last - first),
        };
        let nanos = i32::try_from(millis.rem_euclid(1_000) * 1_000_000).unwrap();
        let seconds = millis.div_euclid(1_000);
        Timestamp { seconds, nanos }.to_string()
    });
    moments.collect()
}

fn millis(moment: &Timestamp) -> i64 {
    moment.seconds * 1_000 + i64::from(moment.nanos / 1_000_000)
}

/// What the client prints of each moment: all offerings, and the history of one.
fn answers(server: &Server, moments: &[String]) -> Vec<String> {
    let ask = |moment: &String, command: &[&str]| {
        let flags = ["--as-of", moment, "--output", "json"];
        server.doorstroom(&[command, &flags].concat())
    };
    let answers = moments.iter().map(|moment| {
        let found = ask(
            moment,
            &["capacity", "find", "--all", "--sort", "available"],
        );
        let history = ask(moment, &["capacity", "history", "--offering", "past-1"]);
        // It may not have been published yet.
        assert!(matches!(history.code, Some(0 | 1)), "{}", history.stderr);
        found.expect_done().stdout + &history.stdout
    });
    answers.collect()
}

/// The answers are not the same by saying nothing.
fn check_plausible(seen: &[String]) {
    let summary = |answer: &String| -> Value {
        let lines = answer
            .lines()
            .map(|line| serde_json::from_str(line).unwrap());
        let mut summaries = lines.filter(|line: &Value| line["kind"] == "summary");
        summaries.next().unwrap()
    };
    let first = summary(&seen[0]);
    assert_eq!(first["total"], 0, "before the log began: {first}");
    let positions: std::collections::BTreeSet<String> = seen
        .iter()
        .map(|answer| summary(answer)["position"].to_string())
        .collect();
    assert!(positions.len() > MOMENTS / 2, "{positions:?}");
    let full = seen
        .iter()
        .filter(|answer| summary(answer)["total"] == OFFERINGS);
    assert!(full.count() > MOMENTS / 2);
    for answer in seen {
        let summary = summary(answer);
        assert_eq!(summary["as_of"], summary["answered_at"]);
    }
}

fn delete_caches(data: &Path) {
    std::fs::remove_dir_all(data.join("snapshots")).unwrap();
    for name in ["replica.db", "replica.db-wal", "replica.db-shm"] {
        let path = data.join(name);
        if path.exists() {
            std::fs::remove_file(path).unwrap();
        }
    }
}
