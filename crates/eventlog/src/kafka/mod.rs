//! Order made by Apache Kafka: a writer produces, a follower reads the topic back into a replica of the schema.

mod admin;
mod clock;
mod follower;
mod intake;
mod keyed;
mod prepare;
mod quiet;
mod scan;
mod silence;
mod writer;

use std::fmt;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rdkafka::ClientConfig;
use rdkafka::consumer::Consumer;
use rdkafka::error::KafkaError;

use crate::backend::{Backend, Clock, Reply, system_clock};
use crate::store::{Durability, Store};
use crate::tail::{Status, TopicState};
use crate::{EventLog, LogError, LogId, NewCommit, Position};

pub use admin::{TopicKind, TopicReport, apply_topics};
#[cfg(feature = "testing")]
pub use admin::{let_keyed_topic_take, make_quick_keyed_topic};
use follower::Follower;
pub use keyed::{Heard, KeyedRecord, KeyedReport, KeyedTopic, scan_keyed};
pub use scan::scan;
use writer::Writer;

const RESET_DEADLINE: Duration = Duration::from_secs(15);
/// How long a node that stops waits for what it has sent to be read back.
const READ_BACK: Duration = Duration::from_secs(2);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// How to reach a cluster.
#[derive(Clone, PartialEq, Eq)]
pub struct KafkaSettings {
    /// Addresses of some of its brokers, comma separated.
    pub bootstrap: String,
    /// Further settings of librdkafka, such as those of TLS and SASL.
    pub options: Vec<(String, String)>,
}

/// The values of the options may be secret.
impl fmt::Debug for KafkaSettings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options: Vec<_> = self.options.iter().map(|(key, _)| key).collect();
        out.debug_struct("KafkaSettings")
            .field("bootstrap", &self.bootstrap)
            .field("options", &options)
            .finish()
    }
}

/// Says why librdkafka does not take a setting, without the value: it may be a secret under a misspelt name.
fn refused(error: &KafkaError) -> LogError {
    LogError::Topic(match error {
        KafkaError::ClientConfig(_, reason, key, _) => format!("{key}: {reason}"),
        other => other.to_string(),
    })
}

impl KafkaSettings {
    pub(crate) fn client(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", &self.bootstrap)
            .set("client.id", "doorstroomd")
            .set("reconnect.backoff.ms", "50")
            .set("reconnect.backoff.max.ms", "1000")
            .set("topic.metadata.refresh.interval.ms", "10000")
            // So long a topic that the cluster does not know may still be on its way to all brokers.
            .set("topic.metadata.propagation.max.ms", "5000")
            .set("log.connection.close", "false");
        for (key, value) in &self.options {
            config.set(key, value);
        }
        config
    }
}

struct KafkaBackend {
    settings: KafkaSettings,
    store: Arc<Store>,
    writer: Arc<Writer>,
    stop: Arc<AtomicBool>,
    followers: Mutex<Vec<JoinHandle<()>>>,
}

impl EventLog {
    /// Follows topics of a Kafka cluster into a replica file, which is made if it is not there. Returns at
    /// once: each topic's status says when it has caught up. A topic that is missing is made, unless the
    /// replica says that it was there.
    ///
    /// # Errors
    /// If the replica cannot be used, or a setting is refused by librdkafka.
    pub fn kafka(
        settings: &KafkaSettings,
        replica: &Path,
        topics: &[&str],
    ) -> Result<Self, LogError> {
        Self::kafka_with_clock(settings, replica, topics, system_clock())
    }

    /// The same, on a node whose clock is this one.
    ///
    /// # Errors
    /// As [`Self::kafka`].
    pub fn kafka_with_clock(
        settings: &KafkaSettings,
        replica: &Path,
        topics: &[&str],
        clock: Clock,
    ) -> Result<Self, LogError> {
        let store = Arc::new(open_replica(replica)?);
        let writer = Arc::new(Writer::start(settings, clock)?);
        let stop = Arc::new(AtomicBool::new(false));
        let mut states = Vec::with_capacity(topics.len());
        let mut threads = Vec::with_capacity(topics.len());
        for name in topics {
            let mut row = store.ensure_topic(name)?;
            // Not known to be this log before the broker confirmed it.
            let replica_id = row.log_id.take();
            let state = Arc::new(store.topic_state(name, &row)?);
            let follower = Follower {
                settings: settings.clone(),
                store: Arc::clone(&store),
                topic: Arc::clone(&state),
                writer: Arc::clone(&writer),
                stop: Arc::clone(&stop),
                log_id: replica_id,
                progress: row.progress,
                searched: None,
            };
            let thread = std::thread::Builder::new()
                .name(format!("follow-{name}"))
                .spawn(move || follower.run())
                .map_err(|error| LogError::Storage(error.to_string()))?;
            threads.push(thread);
            states.push(state);
        }
        let backend = KafkaBackend {
            settings: settings.clone(),
            store: Arc::clone(&store),
            writer,
            stop,
            followers: Mutex::new(threads),
        };
        Ok(Self::assemble(Arc::new(backend), store, states))
    }
}

/// A replica is a cache: one that is damaged is thrown away with one line, and filled again.
fn open_replica(path: &Path) -> Result<Store, LogError> {
    match Store::open(path, Durability::Normal) {
        Err(LogError::NotALog(reason)) if looks_like_ours(path) => {
            tracing::warn!(
                reason,
                "the replica was dropped: {reason}; it is filled again"
            );
            for suffix in ["", "-wal", "-shm"] {
                let mut name = path.as_os_str().to_owned();
                name.push(suffix);
                // What is not there needs no removing.
                let _ = std::fs::remove_file(name);
            }
            Store::open(path, Durability::Normal)
        }
        other => other,
    }
}

/// Somebody else's file is never removed: ours carry their application id at byte 68.
fn looks_like_ours(path: &Path) -> bool {
    let mut head = [0; 72];
    let read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut head));
    read.is_ok() && &head[68..] == b"DSLG"
}

impl KafkaBackend {
    /// The id that a reset replaces: the one in force in the topic; on a topic that is empty or was made anew
    /// without one, that of the log which this node has followed.
    fn replaced_by_reset(&self, topic: &TopicState) -> Result<Option<LogId>, LogError> {
        if *topic.status().borrow() == Status::Serving {
            return Ok(topic.end().log_id);
        }
        let away = |error: KafkaError| LogError::Unavailable(error.to_string());
        let range = prepare::consumer(&self.settings)
            .and_then(|consumer| consumer.fetch_watermarks(&topic.name, 0, prepare::ASK))
            .map_err(away)?;
        match prepare::identity(&self.settings, &topic.name, range).map_err(away)? {
            Some(found) => Ok(Some(found.log_id)),
            None => {
                let row = self.store.find_topic(&topic.name)?;
                Ok(row.and_then(|row| row.log_id))
            }
        }
    }
}

impl Backend for KafkaBackend {
    fn submit(&self, topic: &Arc<TopicState>, commit: NewCommit, reply: Reply) {
        // It would land behind what this node cannot read, and nobody here could say what became of it.
        let status = topic.status().borrow().clone();
        match status {
            Status::NotServing(reason) => reply(Err(LogError::Unavailable(reason))),
            Status::Starting | Status::Serving => self.writer.submit(&topic.name, commit, reply),
        }
    }

    fn settle(&self, topic: &Arc<TopicState>) {
        // On a log in which nothing happens only a record of one's own tells the broker's time.
        if *topic.status().borrow() == Status::Serving {
            self.writer.send_probe(&topic.name);
        }
    }

    fn last_position(&self, topic: &TopicState) -> Result<Position, LogError> {
        self.writer.last_position(&topic.name)
    }

    fn reset(&self, topic: &Arc<TopicState>) -> Result<LogId, LogError> {
        let until = Instant::now() + RESET_DEADLINE;
        while *topic.status().borrow() == Status::Starting && Instant::now() < until {
            std::thread::sleep(LOOK_AGAIN);
        }
        let log_id = LogId::new_v7();
        let replaced = self.replaced_by_reset(topic)?;
        self.writer.send_identity(&topic.name, log_id, replaced);
        let until = Instant::now() + RESET_DEADLINE;
        while Instant::now() < until {
            if topic.end().log_id == Some(log_id) {
                return Ok(log_id);
            }
            std::thread::sleep(LOOK_AGAIN);
        }
        Err(LogError::Unavailable(
            "the new identity was not read back".into(),
        ))
    }

    fn close(&self) {
        self.writer.refuse();
        self.writer.flush();
        let until = Instant::now() + READ_BACK;
        while self.writer.is_waited_for() && Instant::now() < until {
            std::thread::sleep(LOOK_AGAIN);
        }
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.followers.lock().drain(..) {
            if thread.join().is_err() {
                tracing::error!("a follower ended in a panic");
            }
        }
        self.writer.answer_the_rest();
    }
}

impl Drop for KafkaBackend {
    /// Not joined: the last handle may be dropped by a follower itself.
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}
