//! A long log, written without a server: what years of reports leave behind.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use anyhow::{Context, bail};
use eventlog::{AttemptId, CommandId, CommandNote, EventLog, NewCommit, Noted, StreamId, Version};
use prost::Message;
use proto::capacity::v1::recorded_event::Event;
use proto::capacity::v1::{CapacityReported, CommitBody, OfferingPublished, RecordedEvent};

use crate::workload::{now, offering_id, publication, report};

const TOPICS: [&str; 2] = ["demo.capacity", "demo.control"];
const ACTOR: &str = "bench";
/// Appends that wait for the disk at once: enough to fill its groups.
const AT_ONCE: usize = 4_096;

/// Appends so many commits on offerings of the workload to the log in a folder: first each is published, then they
/// report in turn.
pub(crate) fn write(data: &Path, offerings: usize, commits: usize) -> anyhow::Result<()> {
    let log = EventLog::open(&data.join("log.db"), &TOPICS)?;
    let topic = log.topic(TOPICS[0])?;
    let streams: Vec<StreamId> = (0..offerings)
        .map(|number| StreamId::parse(&format!("capacity-{}", offering_id(number))))
        .collect::<Option<_>>()
        .context("an offering's id is no stream")?;
    let (done, answers) = sync_channel(AT_ONCE);
    let done = Arc::new(done);
    for number in 0..commits {
        if number >= AT_ONCE {
            heard(answers.recv()?)?;
        }
        let stream = streams.get(number % offerings).context("no such stream")?;
        let commit = NewCommit {
            stream: stream.clone(),
            version: Version::new((number / offerings + 1) as u64),
            attempt: AttemptId::new_v7(),
            commands: vec![note()],
            body: body(number, offerings).into(),
        };
        let done = Arc::clone(&done);
        topic.submit(commit, move |result| {
            // Whoever counts them may have given up.
            let _ = done.send(result.map(|_| ()));
        });
    }
    for _ in 0..commits.min(AT_ONCE) {
        heard(answers.recv()?)?;
    }
    log.close();
    Ok(())
}

fn heard(result: Result<(), eventlog::LogError>) -> anyhow::Result<()> {
    if let Err(error) = result {
        bail!("an append failed: {error}");
    }
    Ok(())
}

fn note() -> CommandNote {
    CommandNote {
        id: CommandId::new_v7(),
        causation_id: None,
        correlation_id: None,
        traceparent: None,
        noted: Noted::Taken,
        event_count: 1,
        remembered: false,
    }
}

fn body(number: usize, offerings: usize) -> Vec<u8> {
    let unit = number % offerings;
    let event = if number < offerings {
        let details = publication(unit).details;
        Event::OfferingPublished(OfferingPublished { details })
    } else {
        let report = report(unit, number as u64).report;
        Event::CapacityReported(CapacityReported { report })
    };
    let event = RecordedEvent {
        occurred_at: Some(now()),
        actor: ACTOR.to_owned(),
        event: Some(event),
    };
    CommitBody {
        events: vec![event],
    }
    .encode_to_vec()
}
