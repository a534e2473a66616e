//! Files that are imported: every row is accounted for, whatever becomes of the server meanwhile.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod shelf;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};
use shelf::Faults;

fn small_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/nza-small.csv")
}

/// Runs an import to its end.
async fn import(server: &str, file: &Path, arguments: &[&str]) -> Output {
    tokio::process::Command::new(env!("CARGO_BIN_EXE_doorstroom"))
        .args(["capacity", "import"])
        .arg(file)
        .args(arguments)
        .args(["--server", server])
        .output()
        .await
        .unwrap()
}

async fn import_small(server: &str) -> Output {
    import(
        server,
        &small_file(),
        &["--format", "nza", "--output", "json"],
    )
    .await
}

fn objects(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn summary(output: &Output) -> Value {
    let objects = objects(output);
    let summary = objects
        .last()
        .unwrap_or_else(|| panic!("{output:?}"))
        .clone();
    assert_eq!(summary["kind"], "summary");
    let count = |name: &str| summary[name].as_u64().unwrap();
    assert_eq!(
        count("taken") + count("unchanged") + count("refused"),
        count("rows")
    );
    let by_reason = summary["refused_by_reason"].as_object().unwrap();
    assert_eq!(
        by_reason
            .values()
            .map(|count| count.as_u64().unwrap())
            .sum::<u64>(),
        count("refused")
    );
    summary
}

#[tokio::test]
async fn every_row_is_taken_unchanged_or_refused_with_its_line() {
    let (server, _shelf) = shelf::start(Faults::default()).await;
    let output = import_small(&server).await;
    assert!(output.status.success(), "{output:?}");
    let expected = json!({
        "kind": "summary", "rows": 16, "taken": 9, "unchanged": 1, "refused": 6,
        "refused_by_reason": {"closed": 1, "contradiction": 2, "municipality-unknown": 1, "no-offer": 1, "wait-uncertain": 1},
        "offerings": 7, "paused": 1,
    });
    assert_eq!(summary(&output), expected);
    let refused: Vec<Value> = objects(&output)
        .into_iter()
        .filter(|object| object["kind"] == "refused")
        .collect();
    let expected = [
        json!({"kind": "refused", "line": 7, "column": "remark", "value": "Geen aanbod", "reason": "no-offer"}),
        json!({"kind": "refused", "line": 8, "column": "intake_wait_literal", "value": "3 weken", "reason": "contradiction", "other_line": 9}),
        json!({"kind": "refused", "line": 9, "column": "intake_wait_literal", "value": "9 weken", "reason": "contradiction", "other_line": 8}),
        json!({"kind": "refused", "line": 13, "column": "municipality_code", "value": "Onbekend", "reason": "municipality-unknown"}),
        json!({"kind": "refused", "line": 15, "column": "intake_wait_literal", "value": "Korte wachttijd", "reason": "wait-uncertain"}),
        json!({"kind": "refused", "line": 16, "column": "remark", "value": "Faillissement", "reason": "closed"}),
    ];
    assert_eq!(refused, expected);
}

#[tokio::test]
async fn a_second_import_takes_none() {
    let (server, shelf) = shelf::start(Faults::default()).await;
    import_small(&server).await;
    let before = shelf.lock().unwrap().offerings.clone();
    let again = summary(&import_small(&server).await);
    assert_eq!(
        (again["taken"].as_u64(), again["unchanged"].as_u64()),
        (Some(0), Some(10))
    );
    assert_eq!(shelf.lock().unwrap().offerings, before);
}

#[tokio::test]
async fn an_answer_that_was_lost_is_asked_for_again_under_the_same_id_and_counted_once() {
    let (server, shelf) = shelf::start(Faults {
        lost_answers: 4,
        ..Faults::default()
    })
    .await;
    let first = summary(&import_small(&server).await);
    assert_eq!(
        (first["taken"].as_u64(), first["unchanged"].as_u64()),
        (Some(9), Some(1))
    );
    let mut attempts: BTreeMap<String, Vec<bool>> = BTreeMap::new();
    for (command_id, repeat) in shelf.lock().unwrap().attempts.drain(..) {
        attempts.entry(command_id).or_default().push(repeat);
    }
    assert_eq!(attempts.len(), 7);
    assert_eq!(
        attempts
            .values()
            .filter(|repeats| **repeats == [false, true])
            .count(),
        4
    );
    assert_eq!(
        attempts
            .values()
            .filter(|repeats| **repeats == [false])
            .count(),
        3
    );

    shelf.lock().unwrap().faults.lost_answers = 4;
    let second = summary(&import_small(&server).await);
    assert_eq!(
        (second["taken"].as_u64(), second["unchanged"].as_u64()),
        (Some(0), Some(10))
    );
}

#[tokio::test]
async fn what_the_server_refuses_is_named_by_the_column_it_came_from() {
    let refuses = Some(("nza:6999001", "report.waits[0].insurers[0]"));
    let (server, _shelf) = shelf::start(Faults {
        refuses,
        ..Faults::default()
    })
    .await;
    let output = import_small(&server).await;
    let summary = summary(&output);
    assert_eq!(summary["refused_by_reason"]["invalid-argument"], 5);
    let first = &objects(&output)[0];
    assert_eq!(
        (first["line"].as_u64(), first["column"].as_str()),
        (Some(2), Some("insurer"))
    );
}

#[tokio::test]
async fn a_server_that_goes_away_stops_the_import_which_says_how_far_it_got() {
    let (server, shelf) = shelf::start(Faults {
        stops_after: Some(3),
        ..Faults::default()
    })
    .await;
    let output = import_small(&server).await;
    assert_eq!(output.status.code(), Some(3));
    assert!(output.stdout.is_empty(), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("the import stopped after 3 offerings"),
        "{said}"
    );

    shelf.lock().unwrap().faults.stops_after = None;
    let rest = summary(&import_small(&server).await);
    assert!(
        rest["taken"].as_u64() < Some(9) && rest["taken"].as_u64() > Some(0),
        "{rest}"
    );
    assert_eq!(rest["offerings"], 7);
}

#[tokio::test]
async fn people_see_the_first_refused_rows_and_a_file_has_them_all() {
    let (server, _shelf) = shelf::start(Faults::default()).await;
    let folder = tempfile::tempdir().unwrap();
    let (file, rejects) = (
        folder.path().join("many.csv"),
        folder.path().join("rejects.csv"),
    );
    let header = "offering_id,provider_id,provider_kind,municipality_code,care_type";
    let rows: String = (0..30)
        .map(|row| format!("o-{row},gm:GM0014,municipality,GM9999,\n"))
        .collect();
    std::fs::write(&file, format!("{header}\n{rows}")).unwrap();
    let output = import(
        &server,
        &file,
        &[
            "--format",
            "offerings",
            "--rejects",
            rejects.to_str().unwrap(),
        ],
    )
    .await;
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        said.contains("line 2: municipality_code: municipality-unknown: GM9999"),
        "{said}"
    );
    assert!(said.contains("line 2: care_type: missing"), "{said}");
    assert!(said.contains("10 more refused rows"), "{said}");
    assert!(
        said.contains("30 rows: 0 taken, 0 unchanged, 30 refused"),
        "{said}"
    );
    let written = std::fs::read_to_string(&rejects).unwrap();
    let mut lines = written.lines();
    assert_eq!(
        lines.next(),
        Some("line,column,value,reason,other_line,also")
    );
    assert_eq!(
        lines.next(),
        Some("2,municipality_code,GM9999,municipality-unknown,,care_type: missing")
    );
    assert_eq!(lines.count(), 29);
}

#[tokio::test]
async fn the_template_can_be_imported() {
    let (server, _shelf) = shelf::start(Faults::default()).await;
    let template = tokio::process::Command::new(env!("CARGO_BIN_EXE_doorstroom"))
        .args(["capacity", "template"])
        .output()
        .await
        .unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), template.stdout).unwrap();
    let arguments = ["--format", "offerings", "--output", "json"];
    let first = summary(&import(&server, file.path(), &arguments).await);
    assert_eq!(
        (first["taken"].as_u64(), first["paused"].as_u64()),
        (Some(2), Some(1))
    );
    let second = summary(&import(&server, file.path(), &arguments).await);
    assert_eq!(
        (second["taken"].as_u64(), second["unchanged"].as_u64()),
        (Some(0), Some(2))
    );
}

#[tokio::test]
async fn a_file_of_another_format_is_wrong_use_and_no_server_is_asked() {
    let nowhere = "http://127.0.0.1:9";
    let file = tempfile::NamedTempFile::new().unwrap();
    for (content, says) in [
        ("", "is empty"),
        (
            "provider_id,place\n",
            "it has no column provider_kind, provider_name",
        ),
    ] {
        std::fs::write(file.path(), content).unwrap();
        let output = import(nowhere, file.path(), &["--format", "nza"]).await;
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(says), "{said}");
    }
    let output = import(
        nowhere,
        Path::new("/no/such/file.csv"),
        &["--format", "nza"],
    )
    .await;
    assert_eq!(output.status.code(), Some(2));
    let output = import_small(nowhere).await;
    assert_eq!(output.status.code(), Some(3));
}
