//! A full disk, made by SQLite's own limit on the file.

use bytes::Bytes;

use crate::{AttemptId, EventLog, LogError, NewCommit, Position, StreamId, Topic, Version};

async fn append(topic: &Topic, version: u64) -> Result<Position, LogError> {
    let commit = NewCommit {
        stream: StreamId::parse("a").expect("a name"),
        version: Version::new(version),
        attempt: AttemptId::new_v7(),
        commands: Vec::new(),
        body: Bytes::from(vec![b'x'; 10_000]),
    };
    topic.append(commit).await
}

fn limit_pages(topic: &Topic, pages: u32) {
    let limited = topic.store.write(|connection| {
        connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
        Ok(())
    });
    limited.expect("it can be limited");
}

async fn fills_up_and_goes_on(log: &EventLog) -> u64 {
    let topic = log.topic("t").expect("the topic");
    limit_pages(&topic, 200);
    let mut version = 1;
    let refused = loop {
        match append(&topic, version).await {
            Ok(_) => version += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, LogError::Full), "{refused:?}");
    assert!(version > 20, "{version}");
    let again = append(&topic, version).await;
    assert!(matches!(again, Err(LogError::Full)), "{again:?}");

    let before = topic.read(&StreamId::parse("a").expect("a name")).await;
    assert_eq!(before.expect("it can be read").len() as u64, version - 1);
    assert_eq!(topic.end(), Position::new(version - 1));
    limit_pages(&topic, 100_000);
    let position = append(&topic, version).await.expect("there is room again");
    assert_eq!(
        position,
        Position::new(version),
        "what was refused left nothing behind"
    );
    let report = topic.verify().await.expect("it can be read");
    assert_eq!(
        (report.commits, report.problem_count),
        (version, 0),
        "{:?}",
        report.problems
    );
    version
}

#[tokio::test]
async fn a_full_disk_refuses_keeps_what_there_is_and_goes_on_when_there_is_room() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("log.db");
    let log = EventLog::open(&path, &["t"]).expect("the log opens");
    let commits = fills_up_and_goes_on(&log).await;
    log.close();
    drop(log);
    let log = EventLog::open(&path, &["t"]).expect("the log opens");
    assert_eq!(
        log.topic("t").expect("the topic").end(),
        Position::new(commits)
    );
}

#[tokio::test]
async fn a_full_memory_refuses_just_so() {
    fills_up_and_goes_on(&EventLog::in_memory(&["t"]).expect("the log opens")).await;
}
