use std::path::Path;

use chassis::Node;
use chassis::access::Access;
use chassis::access_log::{AccessLog, Entry, Signer, SigningKey, Verb};
use domain::access::Action;
use eventlog::{
    AttemptId, CommandId, CommandNote, EventLog, NewCommit, Noted, Position, StreamId, Version,
};
use prost::Message as _;
use proto::capacity::v1::recorded_event::Event;
use proto::capacity::v1::{CommitBody, OfferingWithdrawn, RecordedEvent, WithdrawalReason};
use serde_json::Value;
use uuid::Uuid;

use super::access::Asked;
use super::{Command, run};
use crate::config::Settings;
use crate::{access_key, storage};

const TOPIC: &str = "demo.capacity";

fn settings(data: &Path) -> Settings {
    Settings {
        data: data.to_owned(),
        ..Settings::default()
    }
}

/// A log with two commits of one stream, which name no reason and so cannot be read.
async fn log(settings: &Settings) -> EventLog {
    let event = RecordedEvent {
        event: Some(Event::OfferingWithdrawn(OfferingWithdrawn::default())),
        ..RecordedEvent::default()
    };
    log_of(settings, event).await
}

async fn log_of(settings: &Settings, event: RecordedEvent) -> EventLog {
    let log = storage::open(settings).unwrap();
    let body = CommitBody {
        events: vec![event],
    };
    for version in 1..=2 {
        let commit = NewCommit {
            stream: StreamId::parse("capacity-one").unwrap(),
            version: Version::new(version),
            attempt: AttemptId::new_v7(),
            commands: vec![CommandNote {
                id: CommandId::new_v7(),
                causation_id: None,
                correlation_id: None,
                traceparent: None,
                noted: Noted::Taken,
                event_count: 1,
                remembered: false,
            }],
            body: body.encode_to_vec().into(),
        };
        log.topic(TOPIC).unwrap().append(commit).await.unwrap();
    }
    log
}

async fn said(settings: &Settings, command: Command) -> Result<String, String> {
    let mut out = Vec::new();
    let done = run(settings, command, &mut out).await;
    done.map_err(|error| format!("{error:#}"))?;
    Ok(String::from_utf8(out).unwrap())
}

fn topic() -> String {
    TOPIC.to_owned()
}

#[tokio::test]
async fn a_log_can_be_looked_into_while_a_server_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    let _server = log(&settings).await;

    let inspect = Command::Inspect {
        topic: topic(),
        from: Position::new(2),
        limit: 20,
    };
    let lines = said(&settings, inspect).await.unwrap();
    assert_eq!(lines.lines().count(), 2, "{lines}");
    assert!(lines.contains("capacity-one version 2  taken "), "{lines}");

    let verified = said(&settings, Command::Verify { topic: None })
        .await
        .unwrap();
    assert!(
        verified.contains("demo.capacity: 2 commits of 1 streams, 0 problems"),
        "{verified}"
    );

    let exported = said(&settings, Command::Export { topic: topic() })
        .await
        .unwrap();
    let rows: Vec<Value> = exported
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[1]["version"], 2);
    assert_eq!(rows[1]["stream"], "capacity-one");
    assert!(rows[1]["events"][0]["offeringWithdrawn"].is_object());
}

#[tokio::test]
async fn a_log_is_not_mended_while_a_server_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    let server = log(&settings).await;
    let skip = Command::Skip {
        topic: topic(),
        position: Position::new(1),
        reason: "a try".to_owned(),
        forced: false,
    };
    let refused = said(&settings, skip).await.unwrap_err();
    assert!(
        refused.ends_with("is in use by another process: stop the server first"),
        "{refused}"
    );
    server.close();
}

#[tokio::test]
async fn a_skip_is_recorded_for_a_commit_that_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    log(&settings).await.close();
    let skip = |position| Command::Skip {
        topic: topic(),
        position: Position::new(position),
        reason: "a try".to_owned(),
        forced: false,
    };
    let refused = said(&settings, skip(7)).await.unwrap_err();
    assert_eq!(refused, "there is no commit at position 7 of demo.capacity");
    let done = said(&settings, skip(2)).await.unwrap();
    assert!(
        done.starts_with("demo.capacity: position 2 is skipped "),
        "{done}"
    );
}

#[tokio::test]
async fn a_commit_that_can_be_read_is_skipped_only_by_force() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    let withdrawn = OfferingWithdrawn {
        reason: WithdrawalReason::Closed.into(),
    };
    let readable = RecordedEvent {
        occurred_at: Some(prost_types::Timestamp::default()),
        event: Some(Event::OfferingWithdrawn(withdrawn)),
        ..RecordedEvent::default()
    };
    log_of(&settings, readable).await.close();
    let skip = |forced| Command::Skip {
        topic: topic(),
        position: Position::new(2),
        reason: "a try".to_owned(),
        forced,
    };
    let refused = said(&settings, skip(false)).await.unwrap_err();
    assert_eq!(
        refused,
        "nothing was done: the commit at position 2 of demo.capacity can be read; its stream capacity-one \
         would be lost for nothing (--force does it all the same)"
    );
    assert!(said(&settings, skip(true)).await.is_ok());
}

#[tokio::test]
async fn a_reset_is_confirmed_and_gives_the_log_another_id() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    let server = log(&settings).await;
    let before = server.topic(TOPIC).unwrap().log_id();
    server.close();
    drop(server);
    let reset = |confirmed| Command::Reset {
        topic: topic(),
        confirmed,
    };
    assert!(
        said(&settings, reset(false))
            .await
            .unwrap_err()
            .starts_with("nothing was done")
    );
    assert!(said(&settings, reset(true)).await.is_ok());
    let after = storage::open(&settings)
        .unwrap()
        .topic(TOPIC)
        .unwrap()
        .log_id();
    assert_ne!(before, after);
}

#[tokio::test]
async fn a_topic_that_is_not_there_is_named_with_those_that_are() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    let _server = log(&settings).await;
    let refused = said(
        &settings,
        Command::Export {
            topic: "demo.capcity".to_owned(),
        },
    )
    .await;
    let expected = "there is no topic demo.capcity in this log; there are: demo.access-log, demo.capacity, demo.control, demo.waitlist, demo.waitlist-books";
    assert_eq!(refused.unwrap_err(), expected);
}

#[tokio::test]
async fn an_access_log_is_verified_beside_the_server_and_names_what_to_keep() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    let log = storage::open(&settings).unwrap();
    access_key::open(&settings, &log).await.unwrap();
    let verify = || Command::VerifyAccess(Asked::default());
    let empty = said(&settings, verify()).await.unwrap();
    let expected = "demo.access-log: 0 entries in 0 blocks of 0 chains, 0 problems\n\
         demo.access-log: 0 blocks are signed, 0 are from before blocks were signed\n\
         demo.access-log: keep this elsewhere: --signer 1:";
    assert!(empty.starts_with(expected), "{empty}");

    let commit = NewCommit {
        stream: StreamId::parse("access-forged").unwrap(),
        version: Version::new(1),
        attempt: AttemptId::new_v7(),
        commands: Vec::new(),
        body: b"no block".to_vec().into(),
    };
    let topic = log.topic("demo.access-log").unwrap();
    topic.append(commit).await.unwrap();
    let refused = said(&settings, verify()).await.unwrap_err();
    assert_eq!(
        refused,
        "the access log is not as it was written: 1 problems"
    );
}

/// Writes so many accesses, one block each, and closes the log.
async fn accessed(settings: &Settings, count: u128) {
    let mut node = Node::new("node", storage::open(settings).unwrap(), &settings.region);
    let key = access_key::open(settings, &node.log).await.unwrap();
    node.access_log = AccessLog::start(&node, key).unwrap();
    let access = Access::default();
    let allowed = access.may(Action::ReadRegionCapacity, None).unwrap();
    for number in 0..count {
        let entry = Entry::of(&access, allowed.rule, Verb::Read);
        let entry = entry.about("marked-thing", [Uuid::from_u128(number)]);
        node.access_log.record(entry).await.unwrap();
    }
    node.shutdown.cancel();
    node.tasks.close();
    node.tasks.wait().await;
    node.log.close();
}

#[tokio::test]
async fn threat_22_a_byte_flipped_in_the_file_is_found_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    accessed(&settings, 3).await;
    let verify = || Command::VerifyAccess(Asked::default());
    let whole = said(&settings, verify()).await.unwrap();
    assert!(
        whole.contains("demo.access-log: 3 entries in 3 blocks of 1 chains, 0 problems"),
        "{whole}"
    );
    let signed = "demo.access-log: 3 blocks are signed, 0 are from before blocks were signed";
    assert!(whole.contains(signed), "{whole}");
    assert!(whole.contains("--anchor 3:"), "{whole}");
    assert!(whole.contains("--signer 1:"), "{whole}");

    // The file holds all of it once the log was closed and is opened anew.
    storage::open(&settings).unwrap().close();
    let file = folder.path().join("log.db");
    let mut bytes = std::fs::read(&file).unwrap();
    let marks: Vec<_> = bytes
        .windows(12)
        .enumerate()
        .filter(|(_, window)| *window == b"marked-thing")
        .map(|(at, _)| at)
        .collect();
    assert_eq!(marks.len(), 3, "the records are in the file");
    // Behind the mark: the field's number and length, and an id that counts from zero.
    let position = bytes[marks[1] + 12 + 3 + 15] + 1;
    bytes[marks[1]] ^= 1;
    std::fs::write(&file, bytes).unwrap();

    let mut out = Vec::new();
    let refused = run(&settings, verify(), &mut out).await.unwrap_err();
    assert!(
        refused
            .to_string()
            .starts_with("the access log is not as it was written")
    );
    let said = String::from_utf8(out).unwrap();
    let place = format!("demo.access-log: position {position}: ");
    assert!(said.contains(&place), "{said}");
}

#[tokio::test]
async fn threat_22_signatures_are_good_of_whom_the_caller_names_and_of_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    accessed(&settings, 2).await;
    let by = |signers| {
        let anchor = None;
        Command::VerifyAccess(Asked { anchor, signers })
    };
    let own = access_key::signers(&settings).unwrap();
    said(&settings, by(own)).await.unwrap();
    let stranger = SigningKey::from_bytes(&[8; 32]);
    let stranger = Signer::of(&stranger, Position::new(1));
    let refused = said(&settings, by(vec![stranger])).await.unwrap_err();
    assert_eq!(
        refused,
        "the access log is not as it was written: 2 problems"
    );
}

#[tokio::test]
async fn threat_22_a_verification_without_the_public_file_says_so_instead_of_naming_every_block() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    accessed(&settings, 2).await;
    let own = access_key::signers(&settings).unwrap();
    std::fs::remove_file(folder.path().join("access-log.pub")).unwrap();
    let verify = |signers| {
        let anchor = None;
        Command::VerifyAccess(Asked { anchor, signers })
    };
    let mut out = Vec::new();
    let refused = run(&settings, verify(Vec::new()), &mut out).await;
    let refused = refused.unwrap_err().to_string();
    assert!(
        refused.contains("access-log.pub, which says whose signatures are good, is missing"),
        "{refused}"
    );
    assert_eq!(out, b"", "no block is named");
    said(&settings, verify(own)).await.unwrap();
}
