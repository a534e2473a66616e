use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

#[cfg(feature = "testing")]
use rdkafka::admin::AlterConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, ResourceSpecifier, TopicReplication};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use super::quiet::Quiet;
use super::{KafkaSettings, refused};
use crate::LogError;

const ASK: Duration = Duration::from_secs(10);

/// What a topic is for, and so how it must be set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TopicKind {
    /// A log: kept for ever, never compacted.
    Versioned,
    /// Of each key the last value. What was overwritten or deleted is gone within a day; that it was deleted is said
    /// for a month, so that whoever was away for weeks hears of it.
    Keyed,
}

/// What one setting of a topic must say.
type Wanted = (&'static str, Bound);

enum Bound {
    Exactly(&'static str),
    AtMost(&'static str),
    AtLeast(&'static str),
}

use Bound::{AtLeast, AtMost, Exactly};

const VERSIONED: &[Wanted] = &[
    ("cleanup.policy", Exactly("delete")),
    ("retention.ms", Exactly("-1")),
    ("retention.bytes", Exactly("-1")),
    ("message.timestamp.type", Exactly("LogAppendTime")),
    ("unclean.leader.election.enable", Exactly("false")),
];

/// The segment that is being written is never compacted, so it must be a short one.
const KEYED: &[Wanted] = &[
    ("cleanup.policy", Exactly("compact")),
    (SEGMENT_MILLIS, AtMost("21600000")),
    (COMPACTED_WITHIN_MILLIS, AtMost("86400000")),
    ("min.compaction.lag.ms", Exactly("0")),
    ("min.cleanable.dirty.ratio", AtMost("0.01")),
    ("delete.retention.ms", AtLeast("2592000000")),
    ("message.timestamp.type", Exactly("LogAppendTime")),
    ("unclean.leader.election.enable", Exactly("false")),
];

pub(super) const SEGMENT_MILLIS: &str = "segment.ms";
pub(super) const COMPACTED_WITHIN_MILLIS: &str = "max.compaction.lag.ms";

impl TopicKind {
    fn wanted(self) -> &'static [Wanted] {
        match self {
            Self::Versioned => VERSIONED,
            Self::Keyed => KEYED,
        }
    }
}

impl Bound {
    /// What a topic that we make is given.
    fn value(&self) -> &'static str {
        match self {
            Exactly(value) | AtMost(value) | AtLeast(value) => value,
        }
    }

    fn is_met_by(&self, found: &str) -> bool {
        let numbers = || {
            Some((
                found.parse::<f64>().ok()?,
                self.value().parse::<f64>().ok()?,
            ))
        };
        match self {
            Exactly(value) => found == *value,
            AtMost(_) => numbers().is_some_and(|(found, most)| found <= most),
            AtLeast(_) => numbers().is_some_and(|(found, least)| found >= least),
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Exactly(value) => out.write_str(value),
            AtMost(value) => write!(out, "{value} or less"),
            AtLeast(value) => write!(out, "{value} or more"),
        }
    }
}

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
    kind: TopicKind,
) -> Result<Vec<TopicReport>, LogError> {
    let mut reports = Vec::with_capacity(names.len());
    for name in names {
        let report = match look(settings, name)? {
            Some(found) => TopicReport {
                topic: (*name).to_owned(),
                created: false,
                differences: found.differences(kind),
            },
            None => {
                create(settings, name, kind)?;
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

/// A topic as it is found.
pub(super) struct Found {
    partitions: usize,
    settings: HashMap<String, String>,
}

impl Found {
    /// What differs from what it must be.
    pub(super) fn differences(&self, kind: TopicKind) -> Vec<String> {
        let mut differences = Vec::new();
        if self.partitions != 1 {
            differences.push(format!("it has {} partitions, not 1", self.partitions));
        }
        for (key, bound) in kind.wanted() {
            let found = self.settings.get(*key).map(String::as_str);
            if !found.is_some_and(|found| bound.is_met_by(found)) {
                let found = found.unwrap_or("nothing");
                differences.push(format!("{key} is {found}, not {bound}"));
            }
        }
        differences
    }

    /// The number that a setting says.
    pub(super) fn millis(&self, key: &str) -> Option<i64> {
        self.settings.get(key)?.parse().ok()
    }
}

/// Finds a topic; none if it is not there.
pub(super) fn look(settings: &KafkaSettings, name: &str) -> Result<Option<Found>, LogError> {
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
    let resource = [ResourceSpecifier::Topic(name)];
    let options = AdminOptions::new().request_timeout(Some(ASK));
    let described = wait(client.describe_configs(&resource, &options))?.map_err(away)?;
    let mut found = Found {
        partitions: topic.partitions().len(),
        settings: HashMap::new(),
    };
    for config in described {
        let config = config.map_err(|code| LogError::Unavailable(code.to_string()))?;
        let entries = config.entries.into_iter();
        let values = entries.filter_map(|entry| Some((entry.name, entry.value?)));
        found.settings.extend(values);
    }
    Ok(Some(found))
}

pub(super) fn create(
    settings: &KafkaSettings,
    name: &str,
    kind: TopicKind,
) -> Result<(), LogError> {
    create_with(settings, name, kind, &[])
}

/// Makes a compacted topic as it must be, that forgets within seconds what is deleted.
///
/// # Errors
/// If the cluster does not answer or refuses.
#[cfg(feature = "testing")]
pub fn make_quick_keyed_topic(settings: &KafkaSettings, name: &str) -> Result<(), LogError> {
    let quick = [
        (SEGMENT_MILLIS, "1000"),
        (COMPACTED_WITHIN_MILLIS, "2000"),
        ("file.delete.delay.ms", "100"),
    ];
    create_with(settings, name, TopicKind::Keyed, &quick)
}

/// Makes a compacted topic take nothing any more, since everything is too large, or everything again; what it has can be
/// read all the time.
///
/// # Errors
/// If the cluster does not answer or refuses.
#[cfg(feature = "testing")]
pub fn let_keyed_topic_take(
    settings: &KafkaSettings,
    name: &str,
    takes: bool,
) -> Result<(), LogError> {
    let most = if takes { "1048576" } else { "1" };
    let change = AlterConfig::new(ResourceSpecifier::Topic(name)).set("max.message.bytes", most);
    // What is not said goes back to what the broker thinks best.
    let wanted = TopicKind::Keyed.wanted().iter();
    let change = wanted.fold(change, |change, (key, bound)| {
        change.set(key, bound.value())
    });
    let options = AdminOptions::new().request_timeout(Some(ASK));
    let changed = wait(client(settings)?.alter_configs([&change], &options))?.map_err(away)?;
    let refused = |(_, code): (_, RDKafkaErrorCode)| LogError::Unavailable(code.to_string());
    let mut changed = changed.into_iter();
    changed.try_for_each(|result| result.map(|_| ()).map_err(refused))
}

fn create_with(
    settings: &KafkaSettings,
    name: &str,
    kind: TopicKind,
    besides: &[(&str, &str)],
) -> Result<(), LogError> {
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
    for (key, bound) in kind.wanted() {
        topic = topic.set(key, bound.value());
    }
    for (key, value) in besides {
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
