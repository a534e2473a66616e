//! A waiting list that is brought in: no citizen number leaves the client, nothing is evaluated twice, and it goes on
//! where it was stopped.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod waiting;

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::Mutex;

use bsn::Bsn;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use waiting::{Faults, Heard};

const HEADER: &str =
    "reference,bsn,without_number,care_type,registered_on,age_band,municipality,diagnosis_group\n";

/// Citizen numbers of nobody.
fn numbers(count: usize) -> Vec<String> {
    let texts = (900_000_000_u32..).map(|number| number.to_string());
    let right = texts.filter(|text| Bsn::parse(text).is_ok());
    right.take(count).collect()
}

fn row(reference: usize, number: &str) -> String {
    format!("ref-{reference},{number},,specialised,2026-03-01,25-44,GM0014,05\n")
}

/// A folder with a list of so many persons.
fn list(count: usize) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list.csv");
    let numbers = numbers(count);
    let rows = numbers
        .iter()
        .enumerate()
        .map(|(at, number)| row(at, number));
    std::fs::write(&path, format!("{HEADER}{}", rows.collect::<String>())).unwrap();
    (folder, path)
}

async fn doorstroom(server: &str, arguments: &[&str], input: &str) -> Output {
    let mut child = tokio::process::Command::new(env!("CARGO_BIN_EXE_doorstroom"))
        .arg("waitlist")
        .args(arguments)
        .args(["--server", server, "--output", "json"])
        .args(["--as", "epd:provider-system@agb:06011009"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).await.unwrap_or_default();
    drop(stdin);
    child.wait_with_output().await.unwrap()
}

async fn import(server: &str, file: &Path) -> Output {
    doorstroom(server, &["import", file.to_str().unwrap()], "").await
}

fn objects(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Rows, taken, unchanged, refused.
fn counts(output: &Output) -> [u64; 4] {
    let summary = objects(output)
        .pop()
        .unwrap_or_else(|| panic!("{output:?}"));
    assert_eq!(summary["kind"], "summary");
    ["rows", "taken", "unchanged", "refused"].map(|name| summary[name].as_u64().unwrap())
}

/// Whether any of these numbers is in what the server heard, as text or as bytes of text.
fn holds_a_number(heard: &Mutex<Heard>, numbers: &[String]) -> bool {
    let heard = heard.lock().unwrap();
    let text = String::from_utf8_lossy(&heard.bytes);
    numbers.iter().any(|number| text.contains(number.as_str()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_taken_once_and_evaluated_once() {
    let (server, heard) = waiting::start(Faults::default()).await;
    let (_folder, file) = list(2_300);
    let first = import(&server, &file).await;
    assert_eq!(first.status.code(), Some(0), "{}", said(&first));
    assert_eq!(counts(&first), [2_300, 2_300, 0, 0]);
    let again = import(&server, &file).await;
    assert_eq!(counts(&again), [2_300, 0, 2_300, 0]);
    assert!(!holds_a_number(&heard, &numbers(2_300)));
    let heard = heard.lock().unwrap();
    assert_eq!(heard.evaluated, 2_300);
    assert_eq!(heard.granted, 2_300);
    assert_eq!(heard.entries.len(), 2_300);
    let text = String::from_utf8_lossy(&heard.bytes);
    assert!(!text.contains("ref-1"), "a reference was sent");
    let persons: std::collections::BTreeSet<_> = heard.persons.values().collect();
    assert_eq!(persons.len(), 2_300);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_of_entries_says_which_entry_a_reference_is_and_holds_no_number() {
    let (server, heard) = waiting::start(Faults::default()).await;
    let (_folder, file) = list(3);
    import(&server, &file).await;
    let entries = std::fs::read_to_string(file.with_extension("csv.entries")).unwrap();
    let lines: Vec<&str> = entries.lines().collect();
    assert_eq!((lines[0], lines.len()), ("reference,entry_id,state", 7));
    let heard = heard.lock().unwrap();
    for line in &lines[4..] {
        let cells: Vec<&str> = line.split(',').collect();
        assert!(heard.entries.contains_key(cells[1]), "{line}");
        assert_eq!(cells[2], "2026a");
    }
    assert!(numbers(3).iter().all(|number| !entries.contains(number)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_epoch_has_everybody_evaluated_under_all_that_are_in_use() {
    let (server, heard) = waiting::start(Faults::default()).await;
    let (_folder, file) = list(20);
    import(&server, &file).await;
    heard.lock().unwrap().epochs.push("2027a".to_owned());
    for _ in 0..2 {
        let output = import(&server, &file).await;
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    }
    let heard = heard.lock().unwrap();
    assert_eq!(heard.evaluated, 60);
    assert!(heard.persons.values().all(|p1s| p1s.len() == 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_ended_and_was_let_go_of_is_no_refused_row() {
    let (server, heard) = waiting::start(Faults::default()).await;
    let (_folder, file) = list(2);
    let open = std::fs::read_to_string(&file).unwrap();
    let ended = open
        .replacen(
            "diagnosis_group",
            "diagnosis_group,withdrawn_on,withdrawn_by,withdrawal_reason",
            1,
        )
        .replacen("GM0014,05", "GM0014,05,2026-04-01,person,moved", 1)
        .replace("GM0014,05\n", "GM0014,05,,,\n");
    std::fs::write(&file, ended).unwrap();
    let first = import(&server, &file).await;
    assert_eq!(first.status.code(), Some(0), "{first:?}");
    {
        let mut heard = heard.lock().unwrap();
        heard.faults.erased = true;
        heard.epochs.push("2027a".to_owned());
    }
    let output = import(&server, &file).await;
    assert_eq!(counts(&output), [2, 0, 1, 1]);
    assert_eq!(objects(&output)[0]["line"], 3, "still open");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_breaks_loses_nothing_and_evaluates_nothing_again() {
    let (server, heard) = waiting::start(Faults {
        breaks_after: Some(700),
        ..Faults::default()
    })
    .await;
    let (_folder, file) = list(2_000);
    let output = import(&server, &file).await;
    assert_eq!(counts(&output), [2_000, 2_000, 0, 0]);
    let heard = heard.lock().unwrap();
    assert_eq!((heard.evaluated, heard.entries.len()), (2_000, 2_000));
    let ids: std::collections::BTreeSet<_> = heard.attempts.iter().map(|(id, _)| id).collect();
    assert_eq!(ids.len(), 2_000);
    assert!(heard.attempts.iter().any(|(_, repeat)| *repeat));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_is_killed_goes_on_where_it_was() {
    let (server, heard) = waiting::start(Faults::default()).await;
    let (_folder, file) = list(4_000);
    let mut child = tokio::process::Command::new(env!("CARGO_BIN_EXE_doorstroom"))
        .args(["waitlist", "import"])
        .arg(&file)
        .args(["--server", &server])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let acknowledged = || {
        let entries = std::fs::read_to_string(file.with_extension("csv.entries"));
        let entries = entries.unwrap_or_default();
        entries
            .lines()
            .filter(|line| line.ends_with(",2026a"))
            .count()
    };
    while acknowledged() == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    child.kill().await.unwrap();
    let (done, evaluated) = (acknowledged(), heard.lock().unwrap().evaluated);
    let output = import(&server, &file).await;
    let [rows, _, _, refused] = counts(&output);
    assert_eq!((rows, refused), (4_000, 0));
    let heard = heard.lock().unwrap();
    assert_eq!(heard.entries.len(), 4_000);
    assert_eq!(heard.evaluated - evaluated, 4_000 - done);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quota_that_does_not_reach_stops_the_evaluating_and_says_how_to_go_on() {
    let (server, heard) = waiting::start(Faults {
        quota: Some(2_000),
        ..Faults::default()
    })
    .await;
    let (_folder, file) = list(2_500);
    let output = import(&server, &file).await;
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(counts(&output), [2_500, 2_000, 0, 0]);
    let text = said(&output);
    assert!(
        text.contains("2000 rows are done, 500 wait for it")
            && text.contains("doorstroomd quota open"),
        "{text}"
    );
    heard.lock().unwrap().faults.quota = None;
    let output = import(&server, &file).await;
    assert_eq!(counts(&output), [2_500, 500, 2_000, 0]);
    assert_eq!(heard.lock().unwrap().evaluated, 2_500);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_rows_are_named_and_the_others_go_in() {
    let (server, heard) = waiting::start(Faults::default()).await;
    let (folder, file) = list(2);
    let bad = "x,900000000,,specialised,2026-03-01,25-44,GM0014,05\n\
               y,,yes,specialised,2026-03-01,25-44,GM0014,99\n\
               z,,yes,specialised,2026-03-01,25-44,GM0014,05\n";
    let whole = std::fs::read_to_string(&file).unwrap() + bad;
    std::fs::write(&file, whole).unwrap();
    let rejects = folder.path().join("rejects.csv");
    let arguments = [
        "import",
        file.to_str().unwrap(),
        "--rejects",
        rejects.to_str().unwrap(),
    ];
    let output = doorstroom(&server, &arguments, "").await;
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(counts(&output), [5, 3, 0, 2]);
    let refused = objects(&output);
    assert_eq!(
        refused[0],
        json!({"kind": "refused", "line": 4, "column": "bsn", "value": "(not shown)", "reason": "bsn-eleven-test"})
    );
    assert_eq!(refused[1]["reason"], "diagnosis-group-unknown");
    let rejects = std::fs::read_to_string(rejects).unwrap();
    for text in [
        rejects,
        said(&output),
        String::from_utf8(output.stdout.clone()).unwrap(),
    ] {
        assert!(!text.contains("900000000"), "{text}");
    }
    assert_eq!(
        heard
            .lock()
            .unwrap()
            .persons
            .values()
            .filter(|p1s| p1s.is_empty())
            .count(),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_does_not_know_what_was_acknowledged_gets_the_persons_all_the_same() {
    let (server, _) = waiting::start(Faults::default()).await;
    let (_folder, file) = list(3);
    import(&server, &file).await;
    let (other, heard) = waiting::start(Faults::default()).await;
    let output = import(&other, &file).await;
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(counts(&output), [3, 3, 0, 0]);
    assert_eq!(heard.lock().unwrap().evaluated, 3);
}

/// What is said of a registration, whoever it is.
const REGISTRATION: [&str; 10] = [
    "--care-type",
    "specialised",
    "--registered-on",
    "2026-03-01",
    "--age-band",
    "25-44",
    "--municipality",
    "Groningen",
    "--diagnosis-group",
    "05",
];

#[tokio::test(flavor = "multi_thread")]
async fn one_person_is_registered_and_found_again_by_a_number_on_standard_input() {
    let (server, heard) = waiting::start(Faults::default()).await;
    let registration = [&["register", "--bsn-stdin"], &REGISTRATION[..]].concat();
    let output = doorstroom(&server, &registration, "999990019\n").await;
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let receipt = objects(&output).remove(0);
    let entry = receipt["entry_id"].as_str().unwrap().to_owned();
    assert_eq!(entry.len(), 32);
    let person = doorstroom(&server, &["person"], "9999.90.019").await;
    let held = objects(&person);
    assert_eq!(held[0]["entry_id"], entry.as_str());
    assert_eq!(held[1], json!({"kind": "summary", "entries": 1}));
    let wrong = doorstroom(&server, &registration, "999990018\n").await;
    assert_eq!(wrong.status.code(), Some(1));
    assert!(!said(&wrong).contains("999990018"));
    assert!(!holds_a_number(&heard, &["999990019".to_owned()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_that_is_given_again_by_its_command_s_id_is_of_the_same_entry() {
    let (server, _heard) = waiting::start(Faults::default()).await;
    let again = ["--command-id", "0197a3b2-0000-7000-8000-000000000000"];
    let person = ["register", "--without-number"];
    let registration = [&person, &REGISTRATION[..], &again].concat();
    let mut entries = Vec::new();
    for _ in 0..2 {
        let output = doorstroom(&server, &registration, "").await;
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        entries.push(objects(&output).remove(0)["entry_id"].clone());
    }
    assert_eq!(entries[0], entries[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_entries_the_refused_one_is_named_and_the_others_are_done() {
    let (server, _heard) = waiting::start(Faults::default()).await;
    let ids = ["1".repeat(32), "0".repeat(32), "2".repeat(32)];
    let arguments = ["reaffirm", &ids[0], &ids[1], &ids[2], "--on", "2026-03-01"];
    let output = doorstroom(&server, &arguments, "").await;
    assert_eq!(output.status.code(), Some(1));
    let kinds: Vec<_> = objects(&output)
        .iter()
        .map(|object| (object["kind"].clone(), object["entry_id"].clone()))
        .collect();
    let expected = ["receipt", "refused", "receipt"].iter().zip(&ids);
    let expected: Vec<_> = expected
        .map(|(kind, id)| (json!(kind), json!(id)))
        .collect();
    assert_eq!(kinds, expected);
    assert!(said(&output).contains("1 of 3 were refused"));
}

/// Whatever goes wrong while the client has a number in hand.
#[tokio::test(flavor = "multi_thread")]
async fn threat_14_a_client_that_fails_with_a_number_in_hand_does_not_say_it() {
    let number = numbers(1).remove(0);
    let wrong = (number.parse::<u32>().unwrap() + 1).to_string();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("number");
    std::fs::write(&file, format!("of somebody: {number}")).unwrap();
    let file = file.to_str().unwrap();
    let (server, heard) = waiting::start(Faults::default()).await;
    let nobody = "http://127.0.0.1:1";
    let from_input = ["person", "--bsn-stdin"];
    let unknown_key = ["person", "--bsn-stdin", "--trust-key", "nat.2026a.0000"];
    for (server, arguments, input, code) in [
        (server.as_str(), &["person", &number][..], "", 2),
        (&server, &from_input, wrong.as_str(), 1),
        (&server, &["person", "--bsn-file", file], "", 1),
        (&server, &unknown_key, &number, 1),
        (nobody, &from_input, &number, 3),
    ] {
        let output = doorstroom(server, arguments, input).await;
        let said = said(&output) + &String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(!said.is_empty(), "{arguments:?}");
        assert!(!said.contains(&number) && !said.contains(&wrong), "{said}");
    }
    assert!(!holds_a_number(&heard, &[number]));
}
