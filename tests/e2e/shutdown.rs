//! Stopping and starting: in mid-command, with a snapshot, with a second process, with a port that is taken.

use std::net::TcpListener;
use std::time::Duration;

use e2e::{Load, Server, ServerOptions, doorstroomd, publish};

const OFFERINGS: usize = 20;

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_in_mid_stream_loses_and_doubles_nothing() {
    let mut server = Server::start(ServerOptions::default());
    let offerings = publish(&mut server.client(), "stop", OFFERINGS)
        .await
        .unwrap();
    let mut load = Load::new(&offerings, 200);
    for enough in [800, 1_600, 2_400] {
        let mut client = server.client();
        load.finish_until(&mut client, enough, Duration::from_secs(30))
            .await
            .unwrap();
        // The stream is cut by the stop; what was not acknowledged is sent again afterwards.
        let sending = load.send(&mut client, usize::MAX);
        let _ = tokio::time::timeout(Duration::from_millis(5), sending).await;
        let stopped = tokio::task::block_in_place(|| server.stop());
        assert_eq!(stopped.code, Some(0), "{}", stopped.stderr);
        tokio::task::block_in_place(|| server.restart());
    }
    let mut client = server.client();
    load.finish(&mut client, Duration::from_secs(60))
        .await
        .unwrap();
    load.check(&mut client).await.unwrap();
}

#[test]
fn a_stop_leaves_a_snapshot_and_a_damaged_one_is_dropped_with_one_line() {
    let mut server = Server::start(ServerOptions {
        args: vec!["--demo".to_owned()],
        ..ServerOptions::default()
    });
    let running = server.process();
    running
        .line_where(Duration::from_secs(60), |line| {
            line.contains("capacity history")
        })
        .unwrap();
    let find = ["capacity", "find", "--output", "json", "--limit", "1"];
    let total = |server: &Server| {
        let lines = server.doorstroom(&find).expect_done().json();
        let summary = lines.last().unwrap();
        let count = |name: &str| summary[name].as_u64().unwrap();
        count("total") + count("grouped_total")
    };
    let until = std::time::Instant::now() + Duration::from_secs(30);
    while total(&server) < 300 {
        assert!(
            std::time::Instant::now() < until,
            "the demonstration does not come"
        );
    }
    server.stop();
    let snapshot = server
        .data()
        .join("snapshots")
        .join("demo.capacity.snapshot");
    let mut bytes = std::fs::read(&snapshot).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&snapshot, bytes).unwrap();

    server.restart();
    assert!(total(&server) >= 300);
    let said = server.stop().stderr;
    let lines = said
        .lines()
        .filter(|line| line.contains("snapshot was dropped"));
    assert_eq!(lines.count(), 1, "{said}");
}

#[test]
fn a_data_folder_in_use_is_said_in_one_sentence() {
    let server = Server::start(ServerOptions::default());
    let data = server.data().to_string_lossy().into_owned();
    let second = doorstroomd(&[
        "serve",
        "--data",
        &data,
        "--grpc",
        "127.0.0.1:0",
        "--http",
        "127.0.0.1:0",
    ]);
    assert_eq!(second.code, Some(1));
    assert!(second.stderr.contains("in use"), "{}", second.stderr);
    assert_eq!(second.stderr.trim().lines().count(), 1, "{}", second.stderr);
}

#[test]
fn a_port_that_is_taken_is_said_in_one_sentence() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_string_lossy().into_owned();
    let answer = doorstroomd(&[
        "serve",
        "--data",
        &data,
        "--grpc",
        &address,
        "--http",
        "127.0.0.1:0",
    ]);
    assert_eq!(answer.code, Some(1));
    let port = taken.local_addr().unwrap().port().to_string();
    assert!(answer.stderr.contains(&port), "{}", answer.stderr);
    assert_eq!(answer.stderr.trim().lines().count(), 1, "{}", answer.stderr);
}
