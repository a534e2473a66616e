//! A compacted topic: of each key the last value. For what has no order worth keeping, such as keys.

mod follow;
mod put;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};
use rdkafka::Message as _;
use rdkafka::consumer::Consumer as _;
use rdkafka::message::BorrowedMessage;

use super::admin::{self, COMPACTED_WITHIN_MILLIS};
use super::prepare::{self, ASK};
use super::{KafkaSettings, TopicKind};
use crate::LogError;
use follow::Follower;
use put::Writer;

const ENDS_WITHIN: Duration = Duration::from_secs(1);

/// One record of a compacted topic.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyedRecord {
    /// Whose value it is.
    pub key: Vec<u8>,
    /// None: it was deleted.
    pub value: Option<Vec<u8>>,
    /// When the broker took it, in milliseconds since 1970.
    pub append_time_millis: i64,
}

impl KeyedRecord {
    fn of(message: &BorrowedMessage<'_>) -> Self {
        Self {
            key: message.key().unwrap_or_default().to_vec(),
            value: message.payload().map(<[u8]>::to_vec),
            append_time_millis: message.timestamp().to_millis().unwrap_or(0),
        }
    }

    /// It is there for the topic's own sake.
    fn is_roll(&self) -> bool {
        self.key.is_empty()
    }
}

/// What a reader says of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It stands.
    Noted,
    /// This key may not have this value any more: unless somebody does so anyway, it is given this one again, or none.
    Revived(Option<Vec<u8>>),
}

/// Hears every record, in order.
type Reader = Box<dyn FnMut(KeyedRecord) -> Heard + Send>;

/// A compacted topic that this node reads and writes.
pub struct KeyedTopic {
    shared: Arc<Shared>,
}

struct Shared {
    settings: KafkaSettings,
    name: String,
    writer: Writer,
    progress: Mutex<Progress>,
    changed: Condvar,
    stop: AtomicBool,
}

impl Shared {
    fn put(&self, values: &[(Vec<u8>, Option<Vec<u8>>)]) -> Result<(), LogError> {
        self.writer.put(&self.settings, &self.name, values)
    }
}

#[derive(Default)]
struct Progress {
    /// How often somebody has asked to hear of the end, and which question was answered last.
    asked: u64,
    answered: u64,
    /// Why it is not read at the moment.
    fault: Option<String>,
    /// Nothing is read or written by itself any more.
    has_ended: bool,
}

impl KeyedTopic {
    /// Begins to read a topic from its start and for ever, on a thread of its own; made if it is missing. Returns at
    /// once: whether Kafka answers shows when the end is waited for.
    ///
    /// # Errors
    /// If no thread can be started.
    pub fn follow(
        settings: &KafkaSettings,
        name: &str,
        reader: impl FnMut(KeyedRecord) -> Heard + Send + 'static,
    ) -> Result<Self, LogError> {
        let shared = Arc::new(Shared {
            settings: settings.clone(),
            name: name.to_owned(),
            writer: Writer::default(),
            progress: Mutex::default(),
            changed: Condvar::new(),
            stop: AtomicBool::new(false),
        });
        let follower = Follower::new(Arc::clone(&shared), Box::new(reader));
        std::thread::Builder::new()
            .name(format!("follow-{name}"))
            .spawn(move || follower.run())
            .map_err(|error| LogError::Storage(error.to_string()))?;
        Ok(Self { shared })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    /// Waits until everything has been handed over that was there when this was called. Blocks.
    ///
    /// # Errors
    /// `Unavailable` if it was not in time.
    pub fn wait_for_end(&self, within: Duration) -> Result<(), LogError> {
        let until = Instant::now() + within;
        let mut progress = self.shared.progress.lock();
        progress.asked += 1;
        let asked = progress.asked;
        while progress.answered < asked {
            let waited = self.shared.changed.wait_until(&mut progress, until);
            if progress.answered < asked && (waited.timed_out() || progress.fault.is_some()) {
                let name = &self.shared.name;
                let reason = progress.fault.clone();
                let reason = reason.unwrap_or_else(|| format!("{name} was not read in time"));
                return Err(LogError::Unavailable(reason));
            }
        }
        Ok(())
    }

    /// Gives keys a value, or none: durable on all replicas, in this order, when it returns. Blocks.
    ///
    /// # Errors
    /// `Unavailable`: any of them may be there or not, or come yet.
    pub fn put(&self, values: &[(Vec<u8>, Option<Vec<u8>>)]) -> Result<(), LogError> {
        self.shared.put(values)
    }
}

impl Drop for KeyedTopic {
    /// Waits for the thread, but not long: while Kafka is away it may hang for seconds, and leaves nothing behind.
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        let until = Instant::now() + ENDS_WITHIN;
        let mut progress = self.shared.progress.lock();
        while !progress.has_ended {
            let waited = self.shared.changed.wait_until(&mut progress, until);
            if waited.timed_out() {
                return;
            }
        }
    }
}

/// How a compacted topic stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyedReport {
    /// What differs from what it must be.
    pub differences: Vec<String>,
    /// For how long a value that was overwritten or deleted may still lie there.
    pub compacted_within: Duration,
}

/// Reads every record that a compacted topic still has, what was overwritten too; none if there is no such topic.
/// Nothing is made or changed. Blocks.
///
/// # Errors
/// If the cluster does not answer.
pub fn scan_keyed(
    settings: &KafkaSettings,
    name: &str,
    mut each: impl FnMut(KeyedRecord),
) -> Result<Option<KeyedReport>, LogError> {
    let Some(found) = admin::look(settings, name)? else {
        return Ok(None);
    };
    let away = |error: rdkafka::error::KafkaError| LogError::Unavailable(error.to_string());
    let range = prepare::consumer(settings)
        .and_then(|consumer| consumer.fetch_watermarks(name, 0, ASK))
        .map_err(away)?;
    prepare::read_messages(settings, name, range, |message| {
        let record = KeyedRecord::of(message);
        if !record.is_roll() {
            each(record);
        }
        true
    })
    .map_err(away)?;
    let within = found.millis(COMPACTED_WITHIN_MILLIS).unwrap_or(i64::MAX);
    Ok(Some(KeyedReport {
        differences: found.differences(TopicKind::Keyed),
        compacted_within: Duration::from_millis(within.unsigned_abs()),
    }))
}
