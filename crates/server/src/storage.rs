//! Opens the log that the settings name, and says in one sentence why when it cannot.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use chassis::erasure::key_topic_name;
use eventlog::kafka::KafkaSettings;
use eventlog::{EventLog, LogError};
use tempfile::TempDir;

use crate::config::{Service, Settings};
use crate::persons;

/// Returns the topics of the region that the settings need.
pub(crate) fn topics(settings: &Settings) -> Vec<String> {
    let services = settings.services.iter().flat_map(|service| match service {
        Service::Capacity => &["capacity"][..],
        Service::Waitlist => &["waitlist", "waitlist-books"],
        Service::Evaluator => &[],
    });
    // On Kafka everything is there; the embedded log keeps the ledger of erasures in a file of its own.
    let is_shared = settings.kafka.is_some() && persons::are_served(settings);
    services
        .copied()
        .chain(["control", "access-log"])
        .chain(is_shared.then_some("erasures"))
        .map(|context| format!("{}.{context}", settings.region))
        .collect()
}

/// Returns the compacted topics of the region that the settings need on Kafka.
pub(crate) fn keyed_topics(settings: &Settings) -> Vec<String> {
    let keys = persons::are_served(settings).then(|| key_topic_name(&settings.region));
    keys.into_iter().collect()
}

/// Opens the log to read and write it. Blocks.
pub(crate) fn open(settings: &Settings) -> anyhow::Result<EventLog> {
    make_folder(&settings.data)?;
    let topics = topics(settings);
    let topics: Vec<&str> = topics.iter().map(String::as_str).collect();
    match kafka(settings) {
        Some(kafka) => follow(&kafka, &replica_path(settings), &topics),
        None => {
            let path = log_path(settings);
            EventLog::open(&path, &topics).map_err(|error| explained(error, &path))
        }
    }
}

/// Opens one topic on Kafka in a folder of its own, beside the nodes that follow it.
pub(crate) fn open_beside(
    kafka: &KafkaSettings,
    topic: &str,
) -> anyhow::Result<(EventLog, TempDir)> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let log = follow(kafka, &folder.path().join("replica.db"), &[topic])?;
    Ok((log, folder))
}

fn follow(kafka: &KafkaSettings, replica: &Path, topics: &[&str]) -> anyhow::Result<EventLog> {
    EventLog::kafka(kafka, replica, topics).map_err(|error| explained(error, replica))
}

/// Opens the log to look into it, beside the process that has it.
pub(crate) fn open_to_read(settings: &Settings) -> anyhow::Result<EventLog> {
    let path = match settings.kafka {
        Some(_) => replica_path(settings),
        None => log_path(settings),
    };
    if !path.exists() {
        return Err(anyhow!("there is no log at {}", path.display()));
    }
    EventLog::open_read_only(&path).map_err(|error| explained(error, &path))
}

/// Returns how Kafka is reached, when the settings name brokers.
pub(crate) fn kafka(settings: &Settings) -> Option<KafkaSettings> {
    Some(KafkaSettings {
        bootstrap: settings.kafka.clone()?,
        options: settings.kafka_options.clone(),
    })
}

/// Returns where snapshots are kept.
pub(crate) fn snapshots(settings: &Settings) -> anyhow::Result<PathBuf> {
    let folder = settings.data.join("snapshots");
    make_folder(&folder)?;
    Ok(folder)
}

/// Returns where the keys of pseudonyms are kept.
pub(crate) fn keys(settings: &Settings) -> PathBuf {
    settings.data.join("keys")
}

/// Returns where it is remembered what the evaluator granted.
pub(crate) fn quota(settings: &Settings) -> PathBuf {
    settings.data.join("quota.db")
}

fn log_path(settings: &Settings) -> PathBuf {
    settings.data.join("log.db")
}

fn replica_path(settings: &Settings) -> PathBuf {
    settings.data.join("replica.db")
}

fn make_folder(folder: &Path) -> anyhow::Result<()> {
    let shown = folder.display();
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {shown}"))?;
    // SQLite's own message for a folder that cannot be written names neither the folder nor the cause.
    let probe = folder.join(".writable");
    let written = fs::write(&probe, b"").and_then(|()| fs::remove_file(&probe));
    match written {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot write to the folder {shown}"))
        }
        _ => Ok(()),
    }
}

/// Puts the failure into one sentence; the cause stays for whoever asks (`downcast_ref`).
fn explained(error: LogError, path: &Path) -> anyhow::Error {
    let shown = path.display();
    let sentence = match &error {
        LogError::InUse(_) => format!("the log {shown} is in use by another process"),
        // The reason names the file.
        LogError::NotALog(reason) => format!("cannot use the log: {reason}"),
        other => format!("cannot open the log {shown}: {other}"),
    };
    anyhow::Error::new(Unopened { sentence, error })
}

/// Why the log was not opened.
#[derive(Debug, thiserror::Error)]
#[error("{sentence}")]
pub(crate) struct Unopened {
    sentence: String,
    /// What the log said.
    pub(crate) error: LogError,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(data: &Path) -> Settings {
        Settings {
            data: data.to_owned(),
            ..Settings::default()
        }
    }

    fn refusal(settings: &Settings) -> String {
        match open(settings) {
            Ok(_) => panic!("it was opened"),
            Err(error) => format!("{error:#}"),
        }
    }

    #[test]
    fn a_log_that_somebody_has_is_refused_in_one_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(folder.path());
        let _first = open(&settings).unwrap();
        let said = refusal(&settings);
        assert!(
            said.ends_with("log.db is in use by another process"),
            "{said}"
        );
    }

    #[test]
    fn a_file_that_is_not_a_log_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.db");
        let letter = "dear reader, this is a letter and not a log of any kind\n".repeat(50);
        fs::write(&path, &letter).unwrap();
        let said = refusal(&settings(folder.path()));
        assert!(
            said.starts_with("cannot use the log: ") && !said.contains('\n'),
            "{said}"
        );
        assert_eq!(fs::read_to_string(path).unwrap(), letter);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_refused_in_one_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let said = refusal(&settings(&file.join("data")));
        assert!(said.starts_with("cannot make the folder "), "{said}");
    }

    #[test]
    fn there_is_nothing_to_look_into_before_the_first_start() {
        let folder = tempfile::tempdir().unwrap();
        let said = open_to_read(&settings(folder.path()))
            .err()
            .map(|error| error.to_string());
        assert!(said.unwrap().starts_with("there is no log at "));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
