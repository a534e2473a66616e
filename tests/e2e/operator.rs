//! What an operator does with the log.

use e2e::{Answer, Server, ServerOptions, doorstroomd, publish, shared_kafka};

/// Where a log is, as arguments.
fn place(server: &Server, kafka: bool) -> Vec<String> {
    let data = server.data().to_string_lossy().into_owned();
    let mut place = vec![
        "--data".to_owned(),
        data,
        "--region".to_owned(),
        "operator".to_owned(),
    ];
    if kafka {
        place.extend(["--kafka".to_owned(), shared_kafka().bootstrap().to_owned()]);
    }
    place
}

fn log(server: &Server, kafka: bool, arguments: &[&str]) -> Answer {
    let mut all = vec!["log".to_owned()];
    all.extend(arguments.iter().map(|argument| (*argument).to_owned()));
    all.extend(place(server, kafka));
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    doorstroomd(&all)
}

async fn inspect_verify_export_reset(kafka: bool) {
    let mut server = Server::start(ServerOptions {
        kafka: kafka.then(|| shared_kafka().bootstrap().to_owned()),
        region: Some("operator".to_owned()),
        ..ServerOptions::default()
    });
    publish(&mut server.client(), "seen", 3).await.unwrap();
    let before = server
        .doorstroom(&["capacity", "find", "--output", "json"])
        .expect_done();
    let token = before.json().pop().unwrap()["position"]
        .as_str()
        .unwrap()
        .to_owned();

    let seen = log(&server, kafka, &["inspect", "--topic", "operator.capacity"]).expect_done();
    assert!(seen.stdout.contains("capacity-seen-1"), "{}", seen.stdout);
    log(&server, kafka, &["verify"]).expect_done();
    let exported = log(&server, kafka, &["export", "--topic", "operator.capacity"]).expect_done();
    let streams = exported
        .json()
        .into_iter()
        .filter(|line| line.to_string().contains("capacity-seen-"));
    assert_eq!(streams.count(), 3, "{}", exported.stdout);

    if !kafka {
        let refused = log(
            &server,
            kafka,
            &["reset", "--topic", "operator.capacity", "--yes"],
        );
        assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    }
    server.stop();
    log(
        &server,
        kafka,
        &["reset", "--topic", "operator.capacity", "--yes"],
    )
    .expect_done();
    server.restart();
    let stale = server.doorstroom(&["capacity", "find", "--at-least", &token]);
    assert_eq!(stale.code, Some(1), "{}", stale.stderr);
    assert!(stale.stderr.contains("another log"), "{}", stale.stderr);
    let after = server
        .doorstroom(&["capacity", "find", "--output", "json"])
        .expect_done();
    assert_eq!(after.json().pop().unwrap()["total"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_looks_into_the_embedded_log_and_resets_it() {
    inspect_verify_export_reset(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_looks_into_kafka_and_resets_it() {
    inspect_verify_export_reset(true).await;
}
