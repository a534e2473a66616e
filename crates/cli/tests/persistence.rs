//! The client against a server that fails as told: what is lost is sent again, under the same id, and nothing that
//! is shown is shown twice.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod scripted;

use std::process::Output;

use proto::capacity::v1::{
    Heartbeat, Live, OfferingRow, Outcome, Receipt, Removed, WatchCapacityResponse,
    watch_capacity_response::Event,
};
use scripted::{Heard, Script, Step};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

/// One report, about one offering.
const REPORT: [&str; 8] = [
    "capacity",
    "report",
    "--offering",
    "o",
    "--available",
    "1",
    "--occupied",
    "2",
];

/// Runs the client to its end.
async fn doorstroom(server: &str, arguments: &[&str], input: &str) -> Output {
    let mut child = tokio::process::Command::new(env!("CARGO_BIN_EXE_doorstroom"))
        .args(arguments)
        .args(["--server", server, "--output", "json"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).await.unwrap();
    drop(stdin);
    child.wait_with_output().await.unwrap()
}

fn objects(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn taken(position: &str) -> Receipt {
    Receipt {
        outcome: Outcome::Taken.into(),
        position: position.to_owned(),
        command_id: String::new(),
    }
}

#[tokio::test]
async fn a_command_of_unknown_outcome_is_repeated_under_the_same_id() {
    let script = Script {
        reports: vec![
            Err(Status::unavailable("contended")),
            Err(Status::unavailable("contended")),
            Ok(taken("p1")),
        ],
        ..Script::default()
    };
    let (server, heard) = scripted::start(script).await;
    let output = doorstroom(&server, &REPORT, "").await;
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    assert_eq!(objects(&output)[0]["outcome"], "taken");
    let heard = heard.lock().unwrap();
    let repeats: Vec<_> = heard
        .commands
        .iter()
        .map(|(_, _, repeat)| *repeat)
        .collect();
    assert_eq!(repeats, [false, true, true]);
    assert!(
        heard
            .commands
            .iter()
            .all(|command| command.1 == heard.commands[0].1)
    );
}

#[tokio::test]
async fn a_refusal_is_not_repeated() {
    let script = Script {
        reports: vec![Err(Status::failed_precondition(
            "the offering has been withdrawn",
        ))],
        ..Script::default()
    };
    let (server, heard) = scripted::start(script).await;
    let output = doorstroom(&server, &REPORT, "").await;
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    assert_eq!(
        errors(&output),
        "refused: the offering has been withdrawn [failed-precondition]\n"
    );
    assert_eq!(heard.lock().unwrap().commands.len(), 1);
}

#[tokio::test]
async fn a_server_that_never_says_what_happened_gives_exit_code_3_and_the_id() {
    let script = Script {
        reports: vec![Err(Status::unavailable("contended")); 5],
        ..Script::default()
    };
    let (server, heard) = scripted::start(script).await;
    let output = doorstroom(&server, &REPORT, "").await;
    assert_eq!(output.status.code(), Some(3));
    let heard = heard.lock().unwrap();
    assert_eq!(heard.commands.len(), 5);
    let id = &heard.commands[0].1;
    assert!(
        errors(&output).contains(&format!("--command-id {id}")),
        "{}",
        errors(&output)
    );
}

fn starting() -> Status {
    let details = ErrorDetails::with_error_info("starting", "doorstroom", []);
    Status::with_error_details(Code::Unavailable, "still starting", details)
}

#[tokio::test]
async fn a_server_that_is_starting_is_waited_for_longer_than_one_that_says_nothing() {
    let mut reports = vec![Err(starting()); 7];
    reports.push(Ok(taken("p1")));
    let script = Script {
        reports,
        ..Script::default()
    };
    let (server, heard) = scripted::start(script).await;
    let output = doorstroom(&server, &REPORT, "").await;
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    let said = format!("the server at {server} is still reading its log: waiting for it\n");
    assert_eq!(errors(&output), said);
    let heard = heard.lock().unwrap();
    assert_eq!(heard.commands.len(), 8);
    assert!(
        heard.commands[1..]
            .iter()
            .all(|(_, id, repeat)| *repeat && *id == heard.commands[0].1)
    );
}

/// Only while it says that it is starting is it waited for.
#[tokio::test]
async fn a_server_that_started_and_falls_silent_is_given_up() {
    let mut reports = vec![Err(starting()); 2];
    reports.extend(vec![Err(Status::unavailable("contended")); 6]);
    let script = Script {
        reports,
        ..Script::default()
    };
    let (server, heard) = scripted::start(script).await;
    let output = doorstroom(&server, &REPORT, "").await;
    assert_eq!(output.status.code(), Some(3), "{}", errors(&output));
    assert_eq!(heard.lock().unwrap().commands.len(), 2 + 5);
}

fn lines(count: usize) -> String {
    let line = |n| json!({"offering_id": format!("o{n}"), "observed_at": "2026-03-01", "available": 1, "occupied": 2});
    (0..count).map(|n| format!("{}\n", line(n))).collect()
}

/// Commands by offering, in the order in which they were heard.
fn of<'a>(heard: &'a Heard, offering: &str) -> Vec<&'a (String, String, bool)> {
    heard
        .commands
        .iter()
        .filter(|(id, _, _)| id == offering)
        .collect()
}

#[tokio::test]
async fn a_stream_that_breaks_sends_again_only_what_was_not_acknowledged() {
    // Acknowledges 700 reports and breaks; then 0; then all that come.
    let script = Script {
        streams: vec![Some(700), Some(0), None],
        ..Script::default()
    };
    let (server, heard) = scripted::start(script).await;
    let output = doorstroom(
        &server,
        &["capacity", "report", "--file", "-"],
        &lines(1_500),
    )
    .await;
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    let objects = objects(&output);
    let (summary, receipts) = objects.split_last().unwrap();
    assert_eq!(summary["kind"], "summary");
    assert_eq!(
        (&summary["reports"], &summary["taken"]),
        (&json!(1_500), &json!(1_500))
    );
    let answered: Vec<_> = receipts
        .iter()
        .map(|receipt| receipt["line"].as_u64().unwrap())
        .collect();
    assert_eq!(answered, (1..=1_500).collect::<Vec<_>>());

    let heard = heard.lock().unwrap();
    for n in 0..1_500 {
        let sent = of(&heard, &format!("o{n}"));
        assert!(
            sent.iter().all(|command| command.1 == sent[0].1),
            "one id for o{n}"
        );
        // The first of all may have been lost on its way, so that what is heard first is a repeat already.
        assert!(
            sent[1..].iter().all(|command| command.2),
            "what is heard again of o{n} is a repeat"
        );
        assert!(
            n >= 700 || sent.len() == 1,
            "o{n} was acknowledged the first time"
        );
    }
}

#[tokio::test]
async fn a_line_that_cannot_be_sent_is_named_and_the_others_go() {
    let script = Script {
        streams: vec![None],
        ..Script::default()
    };
    let (server, _heard) = scripted::start(script).await;
    let input = format!("{}nonsense\n{}\n", lines(1), json!({"offering_id": "o"}));
    let output = doorstroom(&server, &["capacity", "report", "--file", "-"], &input).await;
    assert_eq!(output.status.code(), Some(1));
    let objects = objects(&output);
    let refused: Vec<_> = objects
        .iter()
        .filter(|object| object["kind"] == "refused")
        .collect();
    assert_eq!(
        (&refused[0]["line"], &refused[1]["line"]),
        (&json!(2), &json!(3))
    );
    assert_eq!(refused[1]["violations"][0]["field"], "observed_at");
    let summary = objects.last().unwrap();
    assert_eq!(
        (&summary["taken"], &summary["refused"]),
        (&json!(1), &json!(2))
    );
    assert_eq!(errors(&output), "error: 2 of 3 were refused\n");
}

fn message(cursor: &str, event: Event) -> Step {
    Ok(WatchCapacityResponse {
        cursor: cursor.to_owned(),
        event: Some(event),
    })
}

fn offering(cursor: &str, id: &str, held: u32) -> Step {
    message(
        cursor,
        Event::Offering(OfferingRow {
            offering_id: id.to_owned(),
            held,
            ..OfferingRow::default()
        }),
    )
}

fn shown(output: &Output) -> Vec<(String, String)> {
    let pair = |object: &Value| {
        let id = object["offering_id"].as_str().unwrap_or_default();
        (object["kind"].as_str().unwrap().to_owned(), id.to_owned())
    };
    objects(output).iter().map(pair).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected
        .iter()
        .map(|(kind, id)| ((*kind).to_owned(), (*id).to_owned()))
        .collect()
}

#[tokio::test]
async fn a_watch_that_breaks_goes_on_after_its_last_cursor() {
    let script = Script {
        watches: vec![
            vec![
                offering("c1", "a", 0),
                offering("c2", "b", 0),
                message("c2", Event::Live(Live::default())),
                Err(Status::unavailable("stopping")),
            ],
            vec![
                offering("c3", "b", 1),
                message("c4", Event::Heartbeat(Heartbeat::default())),
                Err(Status::permission_denied("enough")),
            ],
        ],
        ..Script::default()
    };
    let (server, heard) = scripted::start(script).await;
    let output = doorstroom(&server, &["capacity", "watch"], "").await;
    let expected = [
        ("offering", "a"),
        ("offering", "b"),
        ("live", ""),
        ("offering", "b"),
        ("heartbeat", ""),
    ];
    assert_eq!(shown(&output), pairs(&expected));
    assert_eq!(heard.lock().unwrap().cursors, ["", "c2"]);
    let told = errors(&output);
    assert!(
        told.contains("lost (stopping)") && told.contains("connected again"),
        "{told}"
    );
    assert_eq!(output.status.code(), Some(1));
}

#[tokio::test]
async fn a_watch_whose_cursor_is_refused_starts_anew_and_takes_away_what_is_gone() {
    let script = Script {
        watches: vec![
            vec![
                offering("c1", "a", 0),
                offering("c2", "b", 0),
                message("c2", Event::Live(Live::default())),
                Err(Status::unavailable("stopping")),
            ],
            vec![Err(Status::out_of_range("the log was replaced"))],
            vec![
                offering("d1", "b", 0),
                message(
                    "d2",
                    Event::Removed(Removed {
                        offering_id: "never".into(),
                    }),
                ),
                message("d2", Event::Live(Live::default())),
                Err(Status::permission_denied("enough")),
            ],
        ],
        ..Script::default()
    };
    let (server, heard) = scripted::start(script).await;
    let output = doorstroom(&server, &["capacity", "watch"], "").await;
    let expected = [
        ("offering", "a"),
        ("offering", "b"),
        ("live", ""),
        ("removed", "a"),
        ("live", ""),
    ];
    assert_eq!(shown(&output), pairs(&expected));
    assert_eq!(heard.lock().unwrap().cursors, ["", "c2", ""]);
    assert!(
        errors(&output).contains("(the log was replaced): starting anew"),
        "{}",
        errors(&output)
    );
}

#[tokio::test]
async fn whoever_resumes_with_a_refused_cursor_is_told_to_forget() {
    let script = Script {
        watches: vec![
            vec![Err(Status::failed_precondition("another log"))],
            vec![
                offering("d1", "b", 0),
                Err(Status::permission_denied("enough")),
            ],
        ],
        ..Script::default()
    };
    let (server, _heard) = scripted::start(script).await;
    let output = doorstroom(&server, &["capacity", "watch", "--from", "c7"], "").await;
    assert_eq!(shown(&output), pairs(&[("anew", ""), ("offering", "b")]));
}
