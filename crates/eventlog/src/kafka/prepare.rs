use std::time::{Duration, Instant};

use rdkafka::consumer::Consumer as _;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::BorrowedMessage;
use rdkafka::{Message, Offset, TopicPartitionList};

use super::follower::{Fetched, Follower, fetched};
use super::quiet::{Consumer, Quiet};
use super::{KafkaSettings, TopicKind, admin};
use crate::record::{Record, Unreadable};
use crate::rule;
use crate::tail::Status;
use crate::{LogError, LogId, Position};

pub(super) const ASK: Duration = Duration::from_secs(5);
const READ: Duration = Duration::from_secs(15);

/// What keeps a topic from being followed.
pub(super) enum Obstacle {
    /// Nobody answers: it is tried again.
    Away(String),
    /// Something is not as it must be: somebody has to look.
    Wrong(String),
}

impl From<KafkaError> for Obstacle {
    fn from(error: KafkaError) -> Self {
        Self::Away(error.to_string())
    }
}

impl From<LogError> for Obstacle {
    fn from(error: LogError) -> Self {
        match error {
            LogError::Unavailable(reason) => Self::Away(reason),
            other => Self::Wrong(other.to_string()),
        }
    }
}

impl Follower {
    /// Checks that the topic is as it must be and that the replica belongs to it; returns a consumer that
    /// stands behind what the replica has.
    pub(super) fn prepare(&mut self) -> Result<Consumer, Obstacle> {
        let name = self.topic.name.to_string();
        self.check_topic(&name)?;
        let consumer = consumer(&self.settings)?;
        let (low, high) = consumer.fetch_watermarks(&name, 0, ASK)?;
        if let Some(progress) = self.progress {
            let offset = progress.position.get().cast_signed() - 1;
            let mark = if (low..high).contains(&offset) {
                Some(mark_at(&self.settings, &name, offset)?)
            } else {
                None
            };
            if mark != Some(progress.mark) {
                let length = format!("it ends at {high}, the replica at {}", offset + 1);
                self.start_over_if_reset(&name, (low, high), &length)?;
            }
        }
        if self.progress.is_none() && low > 0 {
            return Err(Obstacle::Wrong(format!(
                "{name} no longer has its first {low} records: it cannot be folded"
            )));
        }
        if let Some(progress) = self.progress {
            self.topic.set_read_to(progress.position);
        }
        if let Some(log_id) = self.log_id {
            self.topic.identify(log_id);
        }
        assign(&consumer, &name, self.next_offset().cast_signed())?;
        Ok(consumer)
    }

    /// One partition, kept for ever, stamped by the broker. A missing topic is made, unless it was there.
    fn check_topic(&self, name: &str) -> Result<(), Obstacle> {
        match admin::look(&self.settings, name)? {
            Some(found) => {
                let wrong = found.differences(TopicKind::Versioned);
                if wrong.is_empty() {
                    return Ok(());
                }
                Err(Obstacle::Wrong(format!(
                    "{name} is not set up as it must be: {}",
                    wrong.join("; ")
                )))
            }
            None if self.progress.is_some() => Err(Obstacle::Wrong(format!(
                "{name} is gone from Kafka, and this node has a replica of it"
            ))),
            None => Ok(admin::create(&self.settings, name, TopicKind::Versioned)?),
        }
    }

    /// The log is shorter or different. Only an operator's reset, written in the log itself, makes it another
    /// log that may be read from the start; an id that some node gave to an empty topic does not.
    fn start_over_if_reset(
        &mut self,
        name: &str,
        (low, high): (i64, i64),
        length: &str,
    ) -> Result<(), Obstacle> {
        let found = if self.searched == Some((low, high)) {
            None
        } else {
            identity(&self.settings, name, (low, high))?
        };
        let reset = found.filter(|found| found.by_reset && Some(found.log_id) != self.log_id);
        let Some(Identity { log_id, .. }) = reset else {
            self.searched = Some((low, high));
            return Err(Obstacle::Wrong(format!(
                "the log of {name} is not the one that this node has followed ({length}); \
                 if that is meant, say so with: doorstroomd log reset --topic {name}"
            )));
        };
        tracing::warn!(
            topic = name,
            "the log was reset: the replica is filled again"
        );
        self.store.clear_topic(self.topic.table)?;
        self.progress = None;
        self.log_id = None;
        self.searched = None;
        self.topic.replace(Some(log_id));
        self.topic.set_status(Status::Starting);
        Ok(())
    }
}

pub(super) fn consumer(settings: &KafkaSettings) -> Result<Consumer, KafkaError> {
    settings
        .client()
        .set("group.id", "doorstroomd")
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        .set("auto.offset.reset", "error")
        .set("enable.partition.eof", "true")
        .set("isolation.level", "read_uncommitted")
        .set("check.crcs", "true")
        .set("fetch.error.backoff.ms", "50")
        .set("fetch.wait.max.ms", "100")
        .set("queued.max.messages.kbytes", "131072")
        .create_with_context(Quiet)
}

pub(super) fn assign(consumer: &Consumer, topic: &str, next: i64) -> Result<(), KafkaError> {
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(topic, 0, Offset::Offset(next))?;
    consumer.assign(&list)
}

/// Reads records from an offset up to, not including, another.
pub(super) fn read_range(
    settings: &KafkaSettings,
    topic: &str,
    range: (i64, i64),
    mut each: impl FnMut(Fetched) -> bool,
) -> Result<(), KafkaError> {
    read_messages(settings, topic, range, |message| each(fetched(message)))
}

/// The same, as Kafka has them.
pub(super) fn read_messages(
    settings: &KafkaSettings,
    topic: &str,
    (from, to): (i64, i64),
    mut each: impl FnMut(&BorrowedMessage<'_>) -> bool,
) -> Result<(), KafkaError> {
    if from >= to {
        return Ok(());
    }
    let consumer = consumer(settings)?;
    assign(&consumer, topic, from)?;
    let mut heard = Instant::now();
    while heard.elapsed() < READ {
        match consumer.poll(Duration::from_millis(100)) {
            Some(Ok(message)) => {
                heard = Instant::now();
                let last = message.offset() + 1 >= to;
                if !each(&message) || last {
                    return Ok(());
                }
            }
            Some(Err(KafkaError::PartitionEOF(_))) => return Ok(()),
            Some(Err(error)) => tracing::debug!(%error, "waiting for the broker: {error}"),
            None => {}
        }
    }
    Err(KafkaError::MessageConsumption(
        RDKafkaErrorCode::OperationTimedOut,
    ))
}

fn mark_at(settings: &KafkaSettings, topic: &str, offset: i64) -> Result<[u8; 16], KafkaError> {
    let mut mark = [0; 16];
    let wanted = Position::new(offset.unsigned_abs() + 1);
    read_range(settings, topic, (offset, offset + 1), |fetched| {
        if fetched.position == wanted {
            mark = match Record::decode(fetched.payload.clone()) {
                Ok(record) => record.mark(),
                Err(_) => Unreadable::mark(&fetched.payload),
            };
        }
        false
    })?;
    Ok(mark)
}

/// Which log a topic is, as the topic itself says.
#[derive(Clone, Copy)]
pub(super) struct Identity {
    pub(super) log_id: LogId,
    /// An operator gave it, in the place of another.
    pub(super) by_reset: bool,
}

/// Which log the topic is now, by reading all of it.
pub(super) fn identity(
    settings: &KafkaSettings,
    topic: &str,
    range: (i64, i64),
) -> Result<Option<Identity>, KafkaError> {
    let mut current: Option<Identity> = None;
    read_range(settings, topic, range, |fetched| {
        if let Ok(Record::Identity { log_id, replaces }) = Record::decode(fetched.payload)
            && rule::identity(current.as_ref().map(|id| &id.log_id), replaces.as_ref())
        {
            let by_reset = replaces.is_some();
            current = Some(Identity { log_id, by_reset });
        }
        true
    })?;
    Ok(current)
}
