use std::collections::HashMap;
use std::time::Duration;

use rdkafka::consumer::Consumer as _;

use super::KafkaSettings;
use super::prepare::{consumer, read_range};
use crate::record::{Record, Unreadable};
use crate::rule::{self, Verdict};
use crate::{Found, LogError, RawRecord, StreamId, Version};

/// Reads a topic from its first record on, and tells for each what it is by the version rule; stops when
/// `each` says false.
///
/// # Errors
/// If the cluster does not answer.
pub fn scan(
    settings: &KafkaSettings,
    topic: &str,
    mut each: impl FnMut(RawRecord) -> bool,
) -> Result<(), LogError> {
    let away = |error: rdkafka::error::KafkaError| LogError::Unavailable(error.to_string());
    let (low, high) = consumer(settings)
        .and_then(|consumer| consumer.fetch_watermarks(topic, 0, Duration::from_secs(10)))
        .map_err(away)?;
    let mut heads: HashMap<StreamId, Version> = HashMap::new();
    let mut log_time = 0;
    read_range(settings, topic, (low, high), |fetched| {
        let bytes = fetched.payload.len();
        let found = match Record::decode(fetched.payload) {
            Ok(Record::Commit(commit)) => {
                let head = heads.entry(commit.stream.clone()).or_default();
                match rule::judge(head.get(), commit.version.get()) {
                    Verdict::Effective => {
                        *head = commit.version;
                        // As in the store: what has no effect has no part in log time.
                        log_time = rule::log_time(log_time, fetched.append_time);
                        Found::Effective(commit.placed(fetched.position, log_time))
                    }
                    Verdict::Void => Found::Void(commit),
                }
            }
            Ok(Record::Identity { log_id, .. }) => Found::Identity(log_id),
            Ok(Record::Probe(_)) => Found::Probe,
            Err(Unreadable::Foreign) => Found::Foreign,
            Err(Unreadable::Damaged(reason)) => Found::Damaged(reason),
        };
        each(RawRecord {
            position: fetched.position,
            append_time_millis: fetched.append_time,
            bytes,
            found,
        })
    })
    .map_err(away)
}
