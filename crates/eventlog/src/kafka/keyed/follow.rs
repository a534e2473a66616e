use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rdkafka::Message as _;
use rdkafka::consumer::Consumer as _;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use super::super::TopicKind;
use super::super::admin::{self, SEGMENT_MILLIS};
use super::super::prepare::{self, ASK, Obstacle};
use super::super::quiet::Consumer;
use super::super::silence::Silence;
use super::{Heard, KeyedRecord, Reader, Shared};
use crate::backend::system_clock;

/// Whoever asks for the end waits for so long at most until the question is looked at.
const POLL: Duration = Duration::from_millis(20);
const ANSWER: Duration = Duration::from_secs(1);
const RETRY: Duration = Duration::from_millis(500);
/// Records handed over before somebody who waits hears of it.
const BATCH: usize = 4_096;
/// What could not be written is tried again.
const WRITE_AGAIN: Duration = Duration::from_secs(1);

/// Reads a compacted topic and hands over what it says.
pub(super) struct Follower {
    shared: Arc<Shared>,
    reader: Reader,
    /// Everything before this offset was handed over.
    read_to: u64,
    /// Keys that have a value and may not, with what they are to have.
    revived: HashMap<Vec<u8>, Option<Vec<u8>>>,
    /// When the broker took the last record of somebody, and the last of all.
    last_value: i64,
    last: i64,
    segment_millis: i64,
    wrote: Option<Instant>,
}

/// How the topic is read.
struct Reading {
    consumer: Consumer,
    /// Asks for the end on a connection of its own: on the other one the answer waits behind the records to come.
    asker: Consumer,
    /// Where the topic ended when this began.
    end: u64,
}

/// A question for the end, and where that is.
struct Goal {
    question: u64,
    end: u64,
}

impl Follower {
    pub(super) fn new(shared: Arc<Shared>, reader: Reader) -> Self {
        Self {
            shared,
            reader,
            read_to: 0,
            revived: HashMap::new(),
            last_value: 0,
            last: 0,
            segment_millis: i64::MAX,
            wrote: None,
        }
    }

    pub(super) fn run(mut self) {
        let (mut is_away, mut said) = (false, None);
        while !self.stopped() {
            let fault = match self.prepare() {
                Ok(reading) => {
                    (is_away, said) = (false, None);
                    self.set_fault(None);
                    self.follow(&reading)
                }
                Err(Obstacle::Away(reason)) => {
                    let reason = format!("Kafka does not answer: {reason}");
                    // Once for each time that it is away.
                    if !std::mem::replace(&mut is_away, true) {
                        tracing::warn!(reason, topic = self.shared.name, "{reason}");
                    }
                    Some(reason)
                }
                Err(Obstacle::Wrong(reason)) => Some(reason),
            };
            if !is_away && fault != said {
                if let Some(reason) = &fault {
                    let topic = &self.shared.name;
                    tracing::error!(topic, reason, "{topic} is not read: {reason}");
                }
                said.clone_from(&fault);
            }
            self.set_fault(fault);
            self.pause();
        }
        self.shared.progress.lock().has_ended = true;
        self.shared.changed.notify_all();
    }

    fn pause(&self) {
        let until = Instant::now() + RETRY;
        while !self.stopped() && Instant::now() < until {
            std::thread::sleep(POLL);
        }
    }

    /// Tells everybody who waits why it is not read.
    fn set_fault(&self, fault: Option<String>) {
        self.shared.progress.lock().fault = fault;
        self.shared.changed.notify_all();
    }

    fn stopped(&self) -> bool {
        self.shared.stop.load(Ordering::Relaxed)
    }

    /// Checks that the topic is as it must be; returns a consumer that stands behind what was handed over.
    fn prepare(&mut self) -> Result<Reading, Obstacle> {
        let (settings, name) = (&self.shared.settings, &self.shared.name);
        let found = match admin::look(settings, name)? {
            Some(found) => found,
            None if self.read_to > 0 => {
                return Err(Obstacle::Wrong(format!("{name} is gone from Kafka")));
            }
            None => {
                admin::create(settings, name, TopicKind::Keyed)?;
                let made = admin::look(settings, name)?;
                made.ok_or_else(|| Obstacle::Away(format!("{name} is being made")))?
            }
        };
        let wrong = found.differences(TopicKind::Keyed);
        if !wrong.is_empty() {
            let wrong = wrong.join("; ");
            let reason = format!("{name} is not set up as it must be: {wrong}");
            return Err(Obstacle::Wrong(reason));
        }
        self.segment_millis = found.millis(SEGMENT_MILLIS).unwrap_or(i64::MAX);
        let (consumer, asker) = (prepare::consumer(settings)?, prepare::consumer(settings)?);
        let (_, end) = asker.fetch_watermarks(name, 0, ASK)?;
        let end = end.unsigned_abs();
        if end < self.read_to {
            return Err(Obstacle::Wrong(format!(
                "{name} is not the topic that this node has read: it ends at {end}, and was read up to {}",
                self.read_to
            )));
        }
        prepare::assign(&consumer, name, self.read_to.cast_signed())?;
        Ok(Reading {
            consumer,
            asker,
            end,
        })
    }

    /// Follows until the node stops, or the consumer is of no use any more; returns why the topic cannot be read.
    fn follow(&mut self, reading: &Reading) -> Option<String> {
        let Reading {
            consumer,
            asker,
            end,
        } = reading;
        let name = self.shared.name.clone();
        let mut silence = Silence::begin();
        let mut goal: Option<Goal> = None;
        let mut at_end = false;
        while !self.stopped() {
            goal = goal.or_else(|| self.question(asker));
            let before = self.read_to;
            match self.poll(consumer) {
                Ok(is_end) => at_end = is_end || (at_end && self.read_to == before),
                Err(reason) => return Some(reason),
            }
            if at_end {
                // What stood last may be compacted away: nothing comes before this offset any more.
                self.read_to = self.read_to.max(*end);
            }
            self.tell(&mut goal);
            if self.read_to > before {
                silence = Silence::begin();
            } else if silence.is_for_good(asker, &name, self.read_to) {
                tracing::warn!(
                    topic = name,
                    "nothing is heard from Kafka: it is asked anew"
                );
                return None;
            }
            if at_end {
                self.write_if_due();
            }
        }
        None
    }

    /// Asks for the end, if somebody waits for it.
    fn question(&self, asker: &Consumer) -> Option<Goal> {
        let question = {
            let progress = self.shared.progress.lock();
            (progress.asked > progress.answered).then_some(progress.asked)?
        };
        let end = asker.fetch_watermarks(&self.shared.name, 0, ANSWER);
        end.ok().map(|(_, end)| Goal {
            question,
            end: end.unsigned_abs(),
        })
    }

    /// Tells those who wait how far it has come.
    fn tell(&self, goal: &mut Option<Goal>) {
        if let Some(Goal { question, .. }) = goal.take_if(|goal| goal.end <= self.read_to) {
            self.shared.progress.lock().answered = question;
            self.shared.changed.notify_all();
        }
    }

    /// Hands over what there is; tells whether that was all.
    fn poll(&mut self, consumer: &Consumer) -> Result<bool, String> {
        let mut wait = POLL;
        for _ in 0..BATCH {
            match consumer.poll(wait) {
                Some(Ok(message)) => {
                    let next = message.offset().unsigned_abs() + 1;
                    self.take(KeyedRecord::of(&message));
                    self.read_to = next;
                }
                Some(Err(KafkaError::PartitionEOF(_))) => return Ok(true),
                Some(Err(error)) => {
                    return match error.rdkafka_error_code() {
                        Some(
                            RDKafkaErrorCode::OffsetOutOfRange
                            | RDKafkaErrorCode::AutoOffsetReset
                            | RDKafkaErrorCode::LogTruncation
                            | RDKafkaErrorCode::UnknownTopicOrPartition
                            | RDKafkaErrorCode::UnknownTopic
                            | RDKafkaErrorCode::UnknownTopicId,
                        ) => Err(format!(
                            "{} is not on Kafka as it was: {error}",
                            self.shared.name
                        )),
                        _ => Ok(false),
                    };
                }
                None => return Ok(false),
            }
            wait = Duration::ZERO;
        }
        Ok(false)
    }

    fn take(&mut self, record: KeyedRecord) {
        self.last = record.append_time_millis;
        if record.is_roll() {
            return;
        }
        self.last_value = record.append_time_millis;
        let key = record.key.clone();
        match (self.reader)(record) {
            Heard::Noted => self.revived.remove(&key),
            Heard::Revived(instead) => self.revived.insert(key, instead),
        };
    }

    /// Does away again with what came back. And on a topic in which nothing happens: begins a new segment, since a broker
    /// does so only when something is written, and the one that is written is never compacted.
    fn write_if_due(&mut self) {
        let is_closed = self.last > self.last_value.saturating_add(self.segment_millis);
        let is_old = system_clock()() > self.last_value.saturating_add(self.segment_millis);
        let is_to_roll = self.last_value > 0 && !is_closed && is_old;
        if self.revived.is_empty() && !is_to_roll {
            return;
        }
        if self.wrote.is_some_and(|at| at.elapsed() < WRITE_AGAIN) {
            return;
        }
        self.wrote = Some(Instant::now());
        let revived = self.revived.iter();
        let revived = revived.map(|(key, instead)| (key.clone(), instead.clone()));
        let mut values: Vec<_> = revived.collect();
        if is_to_roll {
            values.push((Vec::new(), Some(b"roll".to_vec())));
        }
        if let Err(error) = self.shared.put(&values) {
            tracing::debug!(%error, "what is to be compacted waits: {error}");
        }
    }
}
