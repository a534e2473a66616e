use std::io::Write;

use eventlog::kafka::KafkaSettings;
use eventlog::{CommandNote, Found, Position, RawRecord};

use super::shown::{moment, outcome};
use crate::config::Settings;
use crate::storage;

/// Shows records from a position on, one a line. On Kafka these are the records themselves, also those without
/// effect; the embedded log holds none of those.
pub(super) async fn inspect(
    settings: &Settings,
    topic: &str,
    (from, limit): (Position, u64),
    out: &mut (dyn Write + Send),
) -> anyhow::Result<()> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let records = match storage::kafka(settings) {
        Some(kafka) => of_kafka(kafka, topic.to_owned(), from, limit).await?,
        None => of_file(settings, topic, (from, limit), out).await?,
    };
    for record in &records {
        writeln!(out, "{}", line(record))?;
    }
    out.flush()?;
    Ok(())
}

async fn of_kafka(
    kafka: KafkaSettings,
    topic: String,
    from: Position,
    limit: usize,
) -> anyhow::Result<Vec<RawRecord>> {
    let scanned = tokio::task::spawn_blocking(move || {
        let mut records = Vec::new();
        // From the first record on: what a record is depends on those before it.
        let scanned = eventlog::kafka::scan(&kafka, &topic, |record| {
            if record.position >= from && records.len() < limit {
                records.push(record);
            }
            records.len() < limit
        });
        scanned.map(|()| records)
    });
    Ok(scanned.await??)
}

async fn of_file(
    settings: &Settings,
    topic: &str,
    (from, limit): (Position, usize),
    out: &mut (dyn Write + Send),
) -> anyhow::Result<Vec<RawRecord>> {
    let log = storage::open_to_read(settings)?;
    let topic = super::topic(&log, topic)?;
    let id = topic
        .log_id()
        .map_or_else(|| "none".to_owned(), |id| id.to_string());
    writeln!(
        out,
        "{}: log {id}, last commit at position {}",
        topic.name(),
        topic.end()
    )?;
    let after = Position::new(from.get().saturating_sub(1));
    let page = topic.page(after, limit).await?;
    let raw = page.iter().map(|commit| RawRecord {
        position: commit.position,
        append_time_millis: commit.log_time_millis,
        bytes: commit.body.len(),
        found: Found::Effective((**commit).clone()),
    });
    Ok(raw.collect())
}

fn line(record: &RawRecord) -> String {
    let found = match &record.found {
        Found::Effective(commit) => {
            let (stream, version) = (&commit.stream, commit.version);
            format!("{stream} version {version}  {}", commands(&commit.commands))
        }
        Found::Void(commit) => {
            let (stream, version) = (&commit.stream, commit.version);
            format!(
                "void: {stream} version {version} was taken  {}",
                commands(&commit.commands)
            )
        }
        Found::Identity(log_id) => format!("from here on the log is {log_id}"),
        Found::Probe => "probe of the clock".to_owned(),
        Found::Foreign => "not a record of ours".to_owned(),
        Found::Damaged(reason) => format!("damaged: {reason}"),
    };
    format!(
        "{}  {}  {} bytes  {found}",
        record.position,
        moment(record.append_time_millis),
        record.bytes
    )
}

fn commands(notes: &[CommandNote]) -> String {
    let shown = notes.iter().map(|note| match outcome(&note.noted) {
        (word, None) => format!("{word} {} ({} events)", note.id, note.event_count),
        (word, Some(reason)) => format!("{word} {} ({reason})", note.id),
    });
    shown.collect::<Vec<_>>().join(", ")
}
