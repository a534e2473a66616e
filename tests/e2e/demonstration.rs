//! Invented offerings, beside what was declared, and told apart from it.

use e2e::{Server, ServerOptions};
use serde_json::Value;

fn load(server: &Server, flags: &[&str]) -> Value {
    let line = ["demo", "load", "--scale", "region", "--output", "json"];
    let lines = server
        .doorstroom(&[&line[..], flags].concat())
        .expect_done();
    lines.json().pop().unwrap()
}

fn found(server: &Server, flags: &[&str]) -> u64 {
    let line = ["capacity", "find", "--limit", "1", "--output", "json"];
    let lines = server
        .doorstroom(&[&line[..], flags].concat())
        .expect_done();
    let summary = lines.json().pop().unwrap();
    // Practices of one person are counted, and shown together.
    let count = |name: &str| summary[name].as_u64().unwrap();
    count("total") + count("grouped_total")
}

#[test]
fn a_second_load_takes_none_and_what_was_declared_is_told_apart() {
    let server = Server::start(ServerOptions::default());
    let first = load(&server, &[]);
    assert_eq!(first["taken"], first["offerings"]);
    assert!(first["reports"].as_u64() > Some(200), "{first}");

    let second = load(&server, &[]);
    assert_eq!(second["unchanged"], first["offerings"]);
    let lists = |summary: &Value, what: &str| summary["waiting_lists"][what].as_u64().unwrap();
    assert_eq!(lists(&first, "taken"), lists(&first, "entries"), "{first}");
    assert_eq!(lists(&second, "unchanged"), lists(&first, "entries"));
    assert_eq!((lists(&second, "taken"), lists(&second, "refused")), (0, 0));
    assert_eq!(
        (&second["taken"], &second["reports"]),
        (&0.into(), &0.into())
    );

    let template = server.doorstroom(&["capacity", "template"]).expect_done();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), template.stdout).unwrap();
    let path = file.path().to_str().unwrap();
    let import = ["capacity", "import", path, "--format", "offerings"];
    server.doorstroom(&import).expect_done();
    assert_eq!(found(&server, &["--origin", "declared"]), 2);
    assert_eq!(
        first["offerings"],
        found(&server, &["--origin", "demonstration"])
    );
}

fn waiting(server: &Server, flags: &[&str]) -> Vec<Value> {
    let who = ["--as", "mdk:screening-member@gm:GM0014", "--output", "json"];
    let line = [&who[..], &["waitlist", "stats"], flags].concat();
    server.doorstroom(&line).expect_done().json()
}

#[test]
fn people_wait_some_of_them_on_several_lists_and_the_months_have_figures() {
    let server = Server::start(ServerOptions::default());
    let loaded = load(&server, &[]);
    let all = waiting(&server, &["--by", "municipality"]);
    let total = all.last().unwrap();
    let count = |name: &str| total[name].as_u64().unwrap();
    assert!(count("entries") > 1_500, "{total}");
    assert!(count("persons") < count("entries"), "{total}");
    assert!(all.len() > 20);
    let several = total["persons_on_several_lists"].as_u64().unwrap();
    let percent = several * 100 / count("persons");
    assert!((12..=28).contains(&percent), "{percent}: {loaded}");

    let provider = ["--as", "demo:provider-system@demo:1", "waitlist", "return"];
    let (month, _) = total["on"].as_str().unwrap().rsplit_once('-').unwrap();
    let line = [&provider[..], &["--month", month]].concat();
    let rows = server.doorstroom(&line).expect_done().stdout;
    assert!(rows.lines().count() > 20, "{rows}");
}

#[test]
fn where_nobody_keeps_lists_the_offerings_come_all_the_same() {
    let server = Server::start(ServerOptions {
        args: vec!["--services".to_owned(), "capacity".to_owned()],
        ..ServerOptions::default()
    });
    let loaded = load(&server, &[]);
    assert_eq!(loaded["taken"], loaded["offerings"]);
    assert_eq!(loaded["waiting_lists"], Value::Null);
}

#[test]
fn a_past_can_be_told_and_reports_go_on_at_the_rate_that_was_asked_for() {
    let server = Server::start(ServerOptions::default());
    let loaded = load(
        &server,
        &[
            "--no-waiting-lists",
            "--days",
            "7",
            "--rate",
            "50",
            "--for",
            "4s",
        ],
    );
    let offerings = loaded["offerings"].as_u64().unwrap();
    assert!(loaded["reports"].as_u64() > Some(offerings * 5), "{loaded}");
    let rate = loaded["reports_per_second"].as_u64().unwrap();
    assert!((20..=55).contains(&rate), "{loaded}");
    assert_eq!(loaded["refused"], 0);

    let history = [
        "capacity",
        "history",
        "--offering",
        "demo-0001",
        "--output",
        "json",
    ];
    let entries = server.doorstroom(&history).expect_done().json();
    let of_the_past = entries
        .iter()
        .filter(|entry| entry.to_string().contains("capacity-reported"))
        .count();
    assert!(of_the_past >= 1, "{entries:?}");
}
