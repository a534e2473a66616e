//! Published data goes in, is found, and a report is seen at once: on both backends.

use std::time::Duration;

use e2e::{Server, ServerOptions, project_root, shared_kafka};
use serde_json::Value;

const SOON: Duration = Duration::from_secs(30);

fn fixture() -> String {
    let path = project_root().join("crates/cli/tests/data/nza-small.csv");
    path.to_string_lossy().into_owned()
}

fn import(server: &Server) -> Value {
    let arguments = [
        "capacity",
        "import",
        &fixture(),
        "--format",
        "nza",
        "--output",
        "json",
    ];
    let answer = server.doorstroom(&arguments).expect_done();
    let summary = answer.json().pop().unwrap();
    assert_eq!(summary["kind"], "summary");
    let count = |name: &str| summary[name].as_u64().unwrap();
    assert_eq!(
        count("taken") + count("unchanged") + count("refused"),
        count("rows")
    );
    summary
}

fn find(server: &Server, filter: &[&str]) -> Vec<Value> {
    let mut arguments = vec!["capacity", "find", "--output", "json"];
    arguments.extend(filter);
    server.doorstroom(&arguments).expect_done().json()
}

fn published_data_goes_in_and_reports_are_seen(options: ServerOptions) {
    let mut server = Server::start(options);
    let first = import(&server);
    assert!(first["taken"].as_u64().unwrap() > 0);
    assert!(first["offerings"].as_u64().unwrap() > 0);

    server.restart();
    let second = import(&server);
    assert_eq!(
        second["taken"], 0,
        "what the offerings say already is not taken again"
    );
    assert_eq!(second["refused"], first["refused"]);
    assert_eq!(second["offerings"], first["offerings"]);

    let rows = find(
        &server,
        &[
            "--municipality",
            "GM0014",
            "--max-distance-km",
            "400",
            "--all",
        ],
    );
    let offering = rows.iter().find(|row| row["kind"] == "offering").unwrap();
    assert_eq!(offering["origin"], "published");
    assert_ne!(
        offering["freshness"], "current",
        "figures of 2018 are history"
    );
    let practice = serde_json::json!("independent-practice");
    assert!(
        rows.iter().all(|row| row["provider_kind"] != practice),
        "a practice is shown with others only"
    );
    let mut groups = rows.iter().filter(|row| row["kind"] == "practice-group");
    assert!(groups.next().is_some());
    let summary = rows.last().unwrap();
    assert_eq!(summary["available_total"], 0);
    assert!(summary["grouped_total"].as_u64().unwrap() > 0);
    assert!(
        find(&server, &["--available"])
            .iter()
            .all(|row| row["kind"] == "summary")
    );

    a_report_is_seen(&server, offering["offering_id"].as_str().unwrap());
}

fn a_report_is_seen(server: &Server, id: &str) {
    let mut watch = server.follow(&["capacity", "watch", "--output", "json"]);
    watch
        .line_where(SOON, |line| line.contains(r#""kind":"live""#))
        .unwrap();
    let report = [
        "capacity",
        "report",
        "--offering",
        id,
        "--available",
        "3",
        "--occupied",
        "9",
        "--output",
        "json",
    ];
    let receipt = server
        .doorstroom(&report)
        .expect_done()
        .json()
        .pop()
        .unwrap();
    assert_eq!(
        (&receipt["kind"], &receipt["outcome"]),
        (&"receipt".into(), &"taken".into())
    );
    let line = watch.line_where(SOON, |line| line.contains(id)).unwrap();
    let seen: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(seen["available"], 3);
    assert_eq!(seen["freshness"], "current");
    assert!(seen["cursor"].is_string());
    watch.kill9();

    let found = find(server, &["--available"]);
    assert_eq!(found.last().unwrap()["available_total"], 3);
    let token = receipt["position"].as_str().unwrap();
    find(server, &["--at-least", token]);
}

#[test]
fn published_data_and_live_reports_on_the_embedded_log() {
    published_data_goes_in_and_reports_are_seen(ServerOptions::default());
}

#[test]
fn published_data_and_live_reports_on_kafka() {
    published_data_goes_in_and_reports_are_seen(ServerOptions {
        kafka: Some(shared_kafka().bootstrap().to_owned()),
        region: Some("live".to_owned()),
        ..ServerOptions::default()
    });
}

#[test]
fn a_repeated_command_is_answered_as_the_first_was() {
    let server = Server::start(ServerOptions::default());
    import(&server);
    let rows = find(&server, &["--limit", "1"]);
    let id = rows[0]["offering_id"].as_str().unwrap();
    let command = uuid::Uuid::now_v7().to_string();
    let pause = [
        "capacity",
        "pause",
        "--offering",
        id,
        "--reason",
        "staff-shortage",
        "--command-id",
        &command,
        "--output",
        "json",
    ];
    let first = server
        .doorstroom(&pause)
        .expect_done()
        .json()
        .pop()
        .unwrap();
    let again = server
        .doorstroom(&pause)
        .expect_done()
        .json()
        .pop()
        .unwrap();
    assert_eq!(
        (&first["outcome"], &again["outcome"]),
        (&"taken".into(), &"repeated".into())
    );
    assert_eq!(first["position"], again["position"]);

    let command = uuid::Uuid::now_v7().to_string();
    let report = [
        "capacity",
        "report",
        "--offering",
        id,
        "--available",
        "1",
        "--occupied",
        "3",
        "--command-id",
        &command,
        "--output",
        "json",
    ];
    let first = server
        .doorstroom(&report)
        .expect_done()
        .json()
        .pop()
        .unwrap();
    let again = server
        .doorstroom(&report)
        .expect_done()
        .json()
        .pop()
        .unwrap();
    assert_eq!(
        (&first["outcome"], &again["outcome"]),
        (&"taken".into(), &"repeated".into())
    );
    assert_eq!(first["position"], again["position"]);
}

#[test]
fn a_server_that_is_not_there_is_said_in_one_sentence() {
    let mut server = Server::start(ServerOptions::default());
    server.kill9();
    let answer = server.doorstroom(&["capacity", "find"]);
    assert_eq!(answer.code, Some(3), "{}", answer.stderr);
    assert!(answer.stderr.contains(server.grpc()), "{}", answer.stderr);
}
