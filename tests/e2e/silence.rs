//! A provider that goes silent: its figure becomes unknown, the answer names it, and nothing shows it as zero.

use std::time::{Duration, Instant, SystemTime};

use e2e::{Server, ServerOptions};
use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(30);

fn publish(server: &Server, offering: &str, provider: &str, name: &str) {
    let described = [
        "capacity",
        "publish",
        "--offering",
        offering,
        "--provider",
        provider,
        "--provider-name",
        name,
        "--provider-kind",
        "institution",
        "--municipality",
        "GM0014",
        "--care-type",
        "specialised",
        "--place-kind",
        "bed",
        "--promised-interval-hours",
        "1",
    ];
    server.doorstroom(&described).expect_done();
}

fn report(server: &Server, offering: &str, available: &str, moments: &[(&str, SystemTime)]) {
    let mut arguments = vec![
        "capacity",
        "report",
        "--offering",
        offering,
        "--available",
        available,
        "--occupied",
        "4",
    ];
    let moments: Vec<(&str, String)> = moments
        .iter()
        .map(|(flag, moment)| (*flag, prost_types::Timestamp::from(*moment).to_string()))
        .collect();
    for (flag, moment) in &moments {
        arguments.extend([*flag, moment.as_str()]);
    }
    server.doorstroom(&arguments).expect_done();
}

fn find(server: &Server, flags: &[&str]) -> Vec<Value> {
    let mut arguments = vec!["capacity", "find", "--output", "json"];
    arguments.extend(flags);
    server.doorstroom(&arguments).expect_done().json()
}

fn row<'a>(answer: &'a [Value], offering: &str) -> &'a Value {
    let is_it = |row: &&Value| row["offering_id"] == offering;
    answer.iter().find(is_it).unwrap()
}

#[test]
fn a_silent_provider_is_unknown_and_named_and_never_zero() {
    let server = Server::start(ServerOptions::default());
    publish(&server, "talks", "agb:06000001", "Praat");
    publish(&server, "silent", "agb:06000002", "Zwijgt");
    publish(&server, "never", "agb:06000003", "Nooit");
    // A zero that is reported, and three places that may be believed for a few seconds more, counted two hours ago.
    report(&server, "talks", "0", &[]);
    let ago = SystemTime::now() - Duration::from_secs(2 * 3_600);
    let soon = SystemTime::now() + Duration::from_secs(4);
    report(
        &server,
        "silent",
        "3",
        &[("--observed-at", ago), ("--valid-until", soon)],
    );
    let started = Instant::now();
    let answer = loop {
        let answer = find(&server, &[]);
        if row(&answer, "silent")["freshness"] == "expired" {
            break answer;
        }
        assert!(started.elapsed() < PATIENCE, "{answer:?}");
    };

    figures_tell_a_zero_from_a_silence(&answer);
    the_answer_names_the_silent(&answer);
    what_was_missed_says_why(&server);
    the_table_says_the_same(&server);
}

fn figures_tell_a_zero_from_a_silence(answer: &[Value]) {
    let talks = row(answer, "talks");
    assert_eq!(
        (&talks["available"], &talks["freshness"]),
        (&0.into(), &"current".into())
    );
    assert_eq!(talks["overdue"], false);
    let silent = row(answer, "silent");
    assert_eq!(
        silent["available"], 3,
        "the last value stays to be seen, with its age"
    );
    assert_eq!(silent["overdue"], true);
    assert_ne!(silent["overdue_since"], Value::Null);
    let never = row(answer, "never");
    assert_eq!(never["available"], Value::Null);
    assert_eq!(
        (&never["freshness"], &never["overdue"]),
        (&"none".into(), &true.into())
    );
}

fn the_answer_names_the_silent(answer: &[Value]) {
    let summary = answer.last().unwrap();
    assert_eq!(
        (&summary["available_total"], &summary["unknown_count"]),
        (&0.into(), &2.into())
    );
    let completeness = &summary["completeness"];
    assert_eq!(completeness["expected_providers"], 3);
    assert_eq!(completeness["reported_providers"], 1);
    assert_eq!(
        completeness["complete_up_to"],
        row(answer, "talks")["observed_at"]
    );
    let named: Vec<_> = completeness["silent"]
        .as_array()
        .unwrap()
        .iter()
        .map(|silent| (&silent["provider_name"], &silent["last_observed_at"]))
        .collect();
    let expected = [
        (&Value::from("Nooit"), &Value::Null),
        (
            &Value::from("Zwijgt"),
            &row(answer, "silent")["observed_at"],
        ),
    ];
    assert_eq!(named, expected);
}

/// Unknown is told apart from full.
fn what_was_missed_says_why(server: &Server) {
    let asked = find(server, &["--available", "--why-not", "10"]);
    let missed: Vec<_> = asked
        .iter()
        .filter(|object| object["kind"] == "missed")
        .map(|object| (&object["offering"]["offering_id"], &object["filter"]))
        .collect();
    let because = |offering: &str| {
        let missed = missed.iter().find(|(id, _)| **id == offering);
        missed.map(|(_, filter)| (*filter).clone())
    };
    assert_eq!(because("talks"), Some("available".into()));
    assert_eq!(because("silent"), Some("expired".into()));
    assert_eq!(because("never"), Some("never-reported".into()));
    let late: Vec<_> = find(server, &["--overdue"])
        .iter()
        .filter(|object| object["kind"] == "offering")
        .map(|object| object["offering_id"].clone())
        .collect();
    assert_eq!(late, ["never", "silent"]);
}

fn the_table_says_the_same(server: &Server) {
    let table = server
        .doorstroom(&["capacity", "find"])
        .expect_done()
        .stdout;
    let line = |offering: &str| {
        let is_it = |line: &&str| line.trim_start().starts_with(offering);
        table.lines().find(is_it).unwrap().to_owned()
    };
    assert!(line("talks").contains("0 of 4"), "{table}");
    assert!(line("silent").contains("3 of 7"), "{table}");
    assert!(
        line("never").contains('–') && !line("never").contains(" of "),
        "{table}"
    );
    assert!(
        table.contains("for 1 of 3 providers; silent: Nooit (never counted), Zwijgt (since"),
        "{table}"
    );
}
