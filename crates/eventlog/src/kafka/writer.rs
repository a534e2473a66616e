use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use parking_lot::{Mutex, RwLock};
use rdkafka::ClientConfig;
use rdkafka::ClientContext;
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::message::{DeliveryResult, Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer, ProducerContext, ThreadedProducer};

use super::prepare::ASK;
use super::{KafkaSettings, refused};
use crate::backend::{Clock, Reply};
use crate::record::{MAX_RECORD_BYTES, Record};
use crate::{AttemptId, LogError, LogId, NewCommit, Position};

/// Below the deadline of a request: who waits for an append hears of it in time.
const MESSAGE_TIMEOUT_MS: &str = "8000";
const FLUSH: Duration = Duration::from_secs(5);
/// What has been delivered and was not read back by then is answered: unknown.
const OVERDUE: Duration = Duration::from_secs(10);
const LOOK_FOR_OVERDUE: Duration = Duration::from_secs(1);

/// Produces records. What became of one is heard from the follower; a failed delivery means: unknown.
pub(super) struct Writer {
    config: ClientConfig,
    producer: RwLock<ThreadedProducer<Deliveries>>,
    waiting: Waiting,
    is_slow: Arc<AtomicBool>,
    clock: Clock,
    closed: AtomicBool,
    care: Mutex<Instant>,
}

/// Appends that wait to be read back, by attempt.
type Waiting = Arc<Mutex<HashMap<AttemptId, Sent>>>;

pub(super) struct Sent {
    pub(super) reply: Option<Reply>,
    /// By this node's clock, in milliseconds since 1970.
    pub(super) sent_at: i64,
    since: Instant,
}

struct Deliveries {
    waiting: Waiting,
    /// A delivery took too long.
    is_slow: Arc<AtomicBool>,
}

impl ClientContext for Deliveries {
    fn log(&self, level: rdkafka::config::RDKafkaLogLevel, fac: &str, message: &str) {
        tracing::debug!(?level, fac, message, "librdkafka: {message}");
    }

    fn error(&self, error: rdkafka::error::KafkaError, reason: &str) {
        tracing::debug!(%error, reason, "librdkafka: {reason}");
    }
}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = Box<AttemptId>;

    fn delivery(&self, result: &DeliveryResult<'_>, attempt: Box<AttemptId>) {
        let Err((error, _)) = result else {
            return;
        };
        if error.rdkafka_error_code() == Some(RDKafkaErrorCode::MessageTimedOut) {
            self.is_slow.store(true, Ordering::Relaxed);
        }
        let sent = self.waiting.lock().remove(&attempt);
        if let Some(reply) = sent.and_then(|sent| sent.reply) {
            // It may have landed, or land yet.
            reply(Err(LogError::Unavailable(error.to_string())));
        }
    }
}

impl Writer {
    pub(super) fn start(settings: &KafkaSettings, clock: Clock) -> Result<Self, LogError> {
        let mut config = settings.client();
        config
            .set("acks", "all")
            .set("enable.idempotence", "true")
            .set("linger.ms", "0")
            .set("message.timeout.ms", MESSAGE_TIMEOUT_MS)
            .set("queue.buffering.max.messages", "500000")
            .set("queue.buffering.max.kbytes", "1048576");
        let waiting = Waiting::default();
        let is_slow = Arc::default();
        let producer = producer(&config, &waiting, &is_slow)?;
        Ok(Self {
            config,
            producer: RwLock::new(producer),
            waiting,
            is_slow,
            clock,
            closed: AtomicBool::new(false),
            care: Mutex::new(Instant::now()),
        })
    }

    pub(super) fn submit(&self, topic: &str, commit: NewCommit, reply: Reply) {
        let attempt = commit.attempt;
        let key = commit.stream.clone();
        let traceparent = commit
            .commands
            .iter()
            .find_map(|note| note.traceparent.clone());
        let record = Record::encode_commit(&commit);
        if record.len() > MAX_RECORD_BYTES {
            return reply(Err(LogError::TooLarge {
                bytes: record.len(),
            }));
        }
        let headers = traceparent.map(|value| {
            OwnedHeaders::new().insert(Header {
                key: "traceparent",
                value: Some(&value),
            })
        });
        self.send(
            topic,
            (attempt, key.as_str(), &record),
            headers,
            Some(reply),
        );
    }

    /// Writes which log this is. It is read back by its content, not by an attempt.
    pub(super) fn send_identity(&self, topic: &str, log_id: LogId, replaces: Option<LogId>) {
        let attempt = AttemptId::new_v7();
        let record = Record::Identity { log_id, replaces }.encode();
        self.send(topic, (attempt, "", &record), None, None);
    }

    /// Writes a record whose append time tells how this node's clock stands to the broker's.
    pub(super) fn send_probe(&self, topic: &str) {
        let attempt = AttemptId::new_v7();
        let record = Record::Probe(attempt).encode();
        self.send(topic, (attempt, "", &record), None, None);
    }

    fn send(
        &self,
        topic: &str,
        (attempt, key, record): (AttemptId, &str, &Bytes),
        headers: Option<OwnedHeaders>,
        reply: Option<Reply>,
    ) {
        let sent = Sent {
            reply,
            sent_at: (self.clock)(),
            since: Instant::now(),
        };
        if let Some(refused) = self.wait_for(attempt, sent) {
            return refused(Err(LogError::Closed));
        }
        let mut message = BaseRecord::with_opaque_to(topic, Box::new(attempt))
            .partition(0)
            .key(key)
            .payload(&record[..]);
        message.headers = headers;
        let outcome = self.producer.read().send(message);
        if let Err((error, _)) = outcome {
            let reply = self.take(attempt).and_then(|sent| sent.reply);
            if let Some(reply) = reply {
                reply(Err(LogError::Unavailable(error.to_string())));
            }
        }
    }

    /// Returns the reply if nothing is taken any more.
    fn wait_for(&self, attempt: AttemptId, sent: Sent) -> Option<Reply> {
        let mut waiting = self.waiting.lock();
        if self.closed.load(Ordering::Relaxed) {
            return sent.reply;
        }
        waiting.insert(attempt, sent);
        None
    }

    /// The append that a record belongs to, if it was this node's and is still waited for.
    pub(super) fn take(&self, attempt: AttemptId) -> Option<Sent> {
        self.waiting.lock().remove(&attempt)
    }

    pub(super) fn now(&self) -> i64 {
        (self.clock)()
    }

    /// What the old one still had to send is answered: unknown.
    fn renew(&self, reason: &str) {
        tracing::warn!(reason, "the producer is started anew: {reason}");
        match producer(&self.config, &self.waiting, &self.is_slow) {
            Ok(renewed) => {
                let old = std::mem::replace(&mut *self.producer.write(), renewed);
                // It tells those who wait, and must not hold up those who send.
                drop(old);
            }
            Err(error) => tracing::error!(%error, "no new producer: {error}"),
        }
    }

    /// What has to be done time and again; each follower calls it.
    pub(super) fn look_after(&self) {
        let Some(mut looked) = self.care.try_lock() else {
            return;
        };
        let fatal = self.producer.read().client().fatal_error();
        if let Some((_, reason)) = fatal {
            // An idempotent producer that lost track of its sequence numbers is of no use any more.
            self.renew(&reason);
        } else if self.is_slow.swap(false, Ordering::Relaxed) {
            // One whose broker is merely slow loses little by it; one that lost all its brokers does not find
            // them again by itself, as `Silence` says of consumers.
            self.renew("a delivery took too long");
        }
        if looked.elapsed() >= LOOK_FOR_OVERDUE {
            *looked = Instant::now();
            // Delivered, and not read back for long.
            self.answer_unknown("it was not read back in time", |sent| {
                sent.since.elapsed() >= OVERDUE
            });
        }
    }

    /// Nothing is taken from now on.
    pub(super) fn refuse(&self) {
        let _none_between_look_and_insert = self.waiting.lock();
        self.closed.store(true, Ordering::Relaxed);
    }

    /// Whether an append waits to be read back.
    pub(super) fn is_waited_for(&self) -> bool {
        self.waiting
            .lock()
            .values()
            .any(|sent| sent.reply.is_some())
    }

    /// Answers everybody who still waits: nothing is read back any more.
    pub(super) fn answer_the_rest(&self) {
        self.answer_unknown("the log was closed", |_| true);
    }

    fn answer_unknown(&self, reason: &str, which: impl Fn(&Sent) -> bool) {
        let unknown: Vec<Sent> = {
            let mut waiting = self.waiting.lock();
            waiting
                .extract_if(|_, sent| which(sent))
                .map(|(_, sent)| sent)
                .collect()
        };
        for reply in unknown.into_iter().filter_map(|sent| sent.reply) {
            reply(Err(LogError::Unavailable(reason.to_owned())));
        }
    }

    /// Asks the broker how far the topic goes.
    pub(super) fn last_position(&self, topic: &str) -> Result<Position, LogError> {
        let producer = self.producer.read();
        let (_, next_offset) = producer
            .client()
            .fetch_watermarks(topic, 0, ASK)
            .map_err(|error| LogError::Unavailable(error.to_string()))?;
        // Offset 0 is position 1.
        Ok(Position::new(next_offset.unsigned_abs()))
    }

    pub(super) fn flush(&self) {
        if let Err(error) = self.producer.read().flush(FLUSH) {
            tracing::warn!(%error, "not everything could be sent before the end: {error}");
        }
    }
}

fn producer(
    config: &ClientConfig,
    waiting: &Waiting,
    is_slow: &Arc<AtomicBool>,
) -> Result<ThreadedProducer<Deliveries>, LogError> {
    let context = Deliveries {
        waiting: Arc::clone(waiting),
        is_slow: Arc::clone(is_slow),
    };
    config
        .create_with_context(context)
        .map_err(|error| refused(&error))
}
