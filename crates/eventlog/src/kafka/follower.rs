use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use rdkafka::Message;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rusqlite::TransactionBehavior;

use super::KafkaSettings;
use super::clock::{self, ClockCheck};
use super::intake::{Intake, Told};
use super::quiet::Consumer;
use super::silence::Silence;
use super::writer::Writer;
use crate::store::{Order, Progress, Store};
use crate::tail::{Status, TopicState};
use crate::{LogError, LogId, Position};

/// Records dealt with in one transaction of the replica.
const BATCH: usize = 4_096;
const POLL: Duration = Duration::from_millis(50);
/// How long an identity may take to be read back before another one is sent.
const NAME_AGAIN: Duration = Duration::from_secs(1);
const RETRY: Duration = Duration::from_millis(500);

/// Reads a topic back, in order, into the replica; the version rule says what takes effect.
pub(super) struct Follower {
    pub(super) settings: KafkaSettings,
    pub(super) store: Arc<Store>,
    pub(super) topic: Arc<TopicState>,
    pub(super) writer: Arc<Writer>,
    pub(super) stop: Arc<AtomicBool>,
    pub(super) log_id: Option<LogId>,
    pub(super) progress: Option<Progress>,
    /// Where the log ended when it was last searched, in vain, for an operator's reset.
    pub(super) searched: Option<(i64, i64)>,
}

/// A record as it was read.
pub(super) struct Fetched {
    pub(super) position: Position,
    pub(super) append_time: i64,
    pub(super) payload: Bytes,
}

/// What one poll brought.
enum Polled {
    Records(Vec<Fetched>),
    /// Nothing more at the moment.
    CaughtUp(Vec<Fetched>),
    /// The log is not what it was.
    Changed(String),
}

impl Follower {
    pub(super) fn run(mut self) {
        let mut is_away = false;
        while !self.stopped() {
            match self.prepare() {
                Ok(consumer) => {
                    is_away = false;
                    if let Err(reason) = self.follow(&consumer) {
                        self.not_serving(&reason);
                    }
                }
                Err(super::prepare::Obstacle::Away(reason)) => {
                    // Once for each time that it is away.
                    if !is_away {
                        tracing::warn!(reason, topic = %self.topic.name, "Kafka does not answer: {reason}");
                    }
                    is_away = true;
                }
                Err(super::prepare::Obstacle::Wrong(reason)) => self.not_serving(&reason),
            }
            self.pause();
        }
    }

    pub(super) fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// The offset of the record after the last one that the replica has dealt with.
    pub(super) fn next_offset(&self) -> u64 {
        self.progress.map_or(0, |progress| progress.position.get())
    }

    fn not_serving(&self, reason: &str) {
        self.topic.set_status(Status::NotServing(reason.to_owned()));
    }

    fn pause(&self) {
        let until = Instant::now() + RETRY;
        while !self.stopped() && Instant::now() < until {
            self.writer.look_after();
            std::thread::sleep(POLL);
        }
    }

    /// Follows until the node stops, or the consumer is of no use any more; returns why the log cannot be
    /// followed as it is.
    fn follow(&mut self, consumer: &Consumer) -> Result<(), String> {
        let mut order =
            Order::load(&self.store, Arc::clone(&self.topic)).map_err(|error| error.to_string())?;
        let mut clock = ClockCheck::begin();
        let mut named = None;
        let mut caught_up = false;
        let mut silence = Silence::begin();
        while !self.stopped() {
            self.writer.look_after();
            let records = match poll(consumer, &self.topic.name) {
                Polled::Records(records) => {
                    caught_up &= records.is_empty();
                    records
                }
                Polled::CaughtUp(records) => {
                    caught_up = true;
                    records
                }
                Polled::Changed(reason) => return Err(reason),
            };
            if !records.is_empty() {
                silence = Silence::begin();
            } else if silence.is_for_good(consumer, &self.topic.name, self.next_offset()) {
                tracing::warn!(topic = %self.topic.name, "nothing is heard from Kafka: it is asked anew");
                return Ok(());
            }
            if let Some(off_millis) = self.take_in(&mut order, records)? {
                clock.measured(off_millis, self.writer.now());
            }
            clock.look(self.writer.now());
            if !caught_up {
                continue;
            }
            if let Some(status) = clock.status() {
                self.topic.set_status(status);
            }
            if self.log_id.is_none() {
                // The first to come gives the log its name; of two, the first record counts.
                if named.is_none_or(|since: Instant| since.elapsed() >= NAME_AGAIN) {
                    named = Some(Instant::now());
                    let name = &self.topic.name;
                    self.writer.send_identity(name, LogId::new_v7(), None);
                }
            } else if clock.is_due() {
                self.writer.send_probe(&self.topic.name);
            }
        }
        Ok(())
    }

    /// Takes a batch into the replica, tells readers, then tells who appended. Returns how far this node's
    /// clock is off, as the batch shows it.
    fn take_in(&mut self, order: &mut Order, records: Vec<Fetched>) -> Result<Option<i64>, String> {
        if records.is_empty() {
            return Ok(None);
        }
        let intake = loop {
            match self.write(order, &records) {
                Ok(done) => break done,
                Err(error) if self.stopped() => return Err(error.to_string()),
                Err(error) => {
                    order.forget();
                    tracing::error!(%error, "the replica cannot be written: {error}");
                    self.pause();
                }
            }
        };
        order.keep();
        if let Some(progress) = self.progress {
            self.topic.set_read_to(progress.position);
        }
        let mut off = None;
        let now = self.writer.now();
        for Told {
            attempt,
            append_time,
            effective,
        } in intake.told
        {
            if effective.is_none() {
                self.topic.count_void();
            }
            let Some(sent) = self.writer.take(attempt) else {
                continue;
            };
            off = Some(clock::offset(sent.sent_at, append_time, now));
            if let Some(reply) = sent.reply {
                reply(effective.ok_or(LogError::Void {
                    at: self.topic.end().position,
                }));
            }
        }
        if let Some(damage) = intake.damage {
            return Err(damage);
        }
        let heard = records.iter().map(|record| record.append_time).max();
        if let Some(heard) = heard {
            // Another broker's clock may be behind by so much, and it may be the next to lead.
            self.topic
                .settle(heard.saturating_sub(clock::TOLERANCE_MILLIS));
        }
        Ok(off)
    }

    fn write(&mut self, order: &mut Order, records: &[Fetched]) -> Result<Intake, LogError> {
        let mut intake = Intake::new(self.log_id, self.progress);
        self.store.write(|connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            intake.take(order, &transaction, records)?;
            transaction.commit()?;
            Ok(())
        })?;
        self.progress = intake.progress;
        if let Some(log_id) = intake.log_id
            && intake.log_id != self.log_id
        {
            self.log_id = Some(log_id);
            self.topic.identify(log_id);
        }
        Ok(intake)
    }
}

fn poll(consumer: &Consumer, topic: &str) -> Polled {
    let mut records = Vec::new();
    let mut wait = POLL;
    loop {
        match consumer.poll(wait) {
            Some(Ok(message)) => records.push(fetched(&message)),
            Some(Err(KafkaError::PartitionEOF(_))) => return Polled::CaughtUp(records),
            Some(Err(error)) => match error.rdkafka_error_code() {
                Some(
                    RDKafkaErrorCode::OffsetOutOfRange
                    | RDKafkaErrorCode::AutoOffsetReset
                    | RDKafkaErrorCode::LogTruncation
                    | RDKafkaErrorCode::UnknownTopicOrPartition
                    | RDKafkaErrorCode::UnknownTopic
                    | RDKafkaErrorCode::UnknownTopicId,
                ) => {
                    return Polled::Changed(format!("{topic} is not on Kafka as it was: {error}"));
                }
                _ => {
                    tracing::debug!(%error, topic, "waiting for the broker: {error}");
                    return Polled::Records(records);
                }
            },
            None => return Polled::Records(records),
        }
        if records.len() >= BATCH {
            return Polled::Records(records);
        }
        wait = Duration::ZERO;
    }
}

/// A message's place: offset 0 is position 1, so that 0 is before everything.
pub(super) fn fetched(message: &rdkafka::message::BorrowedMessage<'_>) -> Fetched {
    Fetched {
        position: Position::new(message.offset().unsigned_abs() + 1),
        append_time: message.timestamp().to_millis().unwrap_or(0),
        payload: Bytes::copy_from_slice(message.payload().unwrap_or_default()),
    }
}
