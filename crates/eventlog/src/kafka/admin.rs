use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, ResourceSpecifier, TopicReplication};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use super::quiet::Quiet;
use super::{KafkaSettings, refused};
use crate::LogError;

const ASK: Duration = Duration::from_secs(10);

/// What every versioned topic must say: kept for ever, never compacted, stamped by the broker.
const WANTED: [(&str, &str); 5] = [
    ("cleanup.policy", "delete"),
    ("retention.ms", "-1"),
    ("retention.bytes", "-1"),
    ("message.timestamp.type", "LogAppendTime"),
    ("unclean.leader.election.enable", "false"),
];

/// How a topic stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicReport {
    /// Its name.
    pub topic: String,
    /// It was made just now.
    pub created: bool,
    /// What differs from what it must be; never changed by us.
    pub differences: Vec<String>,
}

/// Makes the topics that are missing, and says what differs in those that are there. Never deletes, never
/// changes. Replication is three where there are three brokers.
///
/// # Errors
/// If the cluster does not answer or refuses.
pub fn apply_topics(
    settings: &KafkaSettings,
    names: &[&str],
) -> Result<Vec<TopicReport>, LogError> {
    let mut reports = Vec::with_capacity(names.len());
    for name in names {
        let report = match look(settings, name)? {
            Some(report) => report,
            None => {
                create(settings, name)?;
                TopicReport {
                    topic: (*name).to_owned(),
                    created: true,
                    differences: Vec::new(),
                }
            }
        };
        reports.push(report);
    }
    Ok(reports)
}

/// How a topic stands; none if it is not there.
pub(super) fn look(settings: &KafkaSettings, name: &str) -> Result<Option<TopicReport>, LogError> {
    let client = client(settings)?;
    let metadata = client
        .inner()
        .fetch_metadata(Some(name), ASK)
        .map_err(away)?;
    let Some(topic) = metadata.topics().iter().find(|topic| topic.name() == name) else {
        return Ok(None);
    };
    match topic.error().map(RDKafkaErrorCode::from) {
        None => {}
        Some(RDKafkaErrorCode::UnknownTopicOrPartition | RDKafkaErrorCode::UnknownTopic) => {
            return Ok(None);
        }
        Some(error) => return Err(LogError::Unavailable(error.to_string())),
    }
    let mut differences = Vec::new();
    let partitions = topic.partitions().len();
    if partitions != 1 {
        differences.push(format!("it has {partitions} partitions, not 1"));
    }
    let resource = [ResourceSpecifier::Topic(name)];
    let options = AdminOptions::new().request_timeout(Some(ASK));
    let described = wait(client.describe_configs(&resource, &options))?.map_err(away)?;
    for config in described {
        let config = config.map_err(|code| LogError::Unavailable(code.to_string()))?;
        let values = config.entry_map();
        for (key, wanted) in WANTED {
            let found = values.get(key).and_then(|entry| entry.value.as_deref());
            if found != Some(wanted) {
                let found = found.unwrap_or("nothing");
                differences.push(format!("{key} is {found}, not {wanted}"));
            }
        }
    }
    Ok(Some(TopicReport {
        topic: name.to_owned(),
        created: false,
        differences,
    }))
}

pub(super) fn create(settings: &KafkaSettings, name: &str) -> Result<(), LogError> {
    let client = client(settings)?;
    let brokers = client
        .inner()
        .fetch_metadata(None, ASK)
        .map_err(away)?
        .brokers()
        .len();
    let (replication, in_sync) = if brokers >= 3 { (3, "2") } else { (1, "1") };
    let mut topic = NewTopic::new(name, 1, TopicReplication::Fixed(replication))
        .set("min.insync.replicas", in_sync);
    for (key, value) in WANTED {
        topic = topic.set(key, value);
    }
    let options = AdminOptions::new()
        .request_timeout(Some(ASK))
        .operation_timeout(Some(ASK));
    let results = wait(client.create_topics([&topic], &options))?.map_err(away)?;
    for result in results {
        match result {
            // Another node was faster.
            Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
            Err((name, error)) => {
                return Err(LogError::Topic(format!(
                    "{name} could not be made: {error}"
                )));
            }
        }
    }
    tracing::info!(topic = name, replication, "topic {name} was made");
    Ok(())
}

fn client(settings: &KafkaSettings) -> Result<AdminClient<Quiet>, LogError> {
    settings
        .client()
        .create_with_context(Quiet)
        .map_err(|error| refused(&error))
}

fn wait<T>(answer: impl Future<Output = T>) -> Result<T, LogError> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map(|runtime| runtime.block_on(answer))
        .map_err(|error| LogError::Storage(error.to_string()))
}

fn away(error: KafkaError) -> LogError {
    LogError::Unavailable(error.to_string())
}
