//! Operators' decisions, on the region's control topic: which commits are skipped though they cannot be read.

use std::collections::HashSet;
use std::sync::Arc;

use bytes::Bytes;
use eventlog::{
    AttemptId, CommandId, CommandNote, LogError, NewCommit, Noted, Position, StreamId,
    Subscription, Topic, Version,
};
use parking_lot::RwLock;
use prost::Message;

use crate::Node;

const SKIPS: &str = "control-skips";

/// Name of a region's control topic.
pub fn topic_name(region: &str) -> String {
    format!("{region}.control")
}

#[derive(Clone, PartialEq, Message)]
struct SkipMessage {
    #[prost(string, tag = "1")]
    topic: String,
    #[prost(uint64, tag = "2")]
    position: u64,
    #[prost(string, tag = "3")]
    reason: String,
}

/// Records the decision that the commit at a position is skipped. Its version counts; its stream takes no
/// commands any more.
///
/// # Errors
/// If the control topic cannot be written.
pub async fn skip(
    control: &Topic,
    topic: &str,
    position: Position,
    reason: &str,
) -> Result<Position, LogError> {
    let stream = StreamId::parse(SKIPS).ok_or(LogError::Closed)?;
    let message = SkipMessage {
        topic: topic.to_owned(),
        position: position.get(),
        reason: reason.to_owned(),
    };
    loop {
        let head = control.read(&stream).await?.last().map(|c| c.version);
        let commit = NewCommit {
            stream: stream.clone(),
            version: head.unwrap_or(Version::NONE).next(),
            attempt: AttemptId::new_v7(),
            commands: vec![CommandNote {
                id: CommandId::new_v7(),
                causation_id: None,
                correlation_id: None,
                traceparent: None,
                noted: Noted::Taken,
                event_count: 1,
                remembered: false,
            }],
            body: Bytes::from(message.encode_to_vec()),
        };
        match control.append(commit).await {
            Err(LogError::Void { at }) => control.reached(at).await?,
            other => return other,
        }
    }
}

/// The positions of one topic that are skipped, as far as they have been read. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Skipped(Arc<RwLock<HashSet<Position>>>);

impl Skipped {
    pub(crate) fn contains(&self, position: Position) -> bool {
        self.0.read().contains(&position)
    }

    /// The positions that are skipped, up to one.
    pub(crate) fn up_to(&self, last: Position) -> Vec<Position> {
        let positions = self.0.read();
        let skipped = positions.iter().copied();
        skipped.filter(|position| *position <= last).collect()
    }

    fn count(&self) -> usize {
        self.0.read().len()
    }
}

/// Reads which positions of one topic are skipped.
pub(crate) struct Skips {
    topic: String,
    control: Topic,
    decisions: Subscription,
    skipped: Skipped,
}

impl Skips {
    pub(crate) fn of(node: &Node, topic: &str, skipped: Skipped) -> Result<Self, LogError> {
        let control = node.log.topic(&topic_name(&node.region))?;
        Ok(Self {
            topic: topic.to_owned(),
            decisions: control.subscribe(Position::START),
            control,
            skipped,
        })
    }

    /// Reads every decision that there is: they come before everything else.
    pub(crate) async fn catch_up(&mut self) -> Result<(), LogError> {
        let mut status = self.control.status();
        while self.control.log_id().is_none() {
            status.changed().await.map_err(|_| LogError::Closed)?;
        }
        while self.decisions.position() < self.control.end() {
            self.read().await?;
        }
        Ok(())
    }

    /// Waits for a further decision; true if it is about this topic.
    pub(crate) async fn next(&mut self) -> bool {
        let before = self.skipped.count();
        if self.read().await.is_err() {
            // The control topic is closed or cannot be read: nothing will come.
            std::future::pending::<()>().await;
        }
        self.skipped.count() > before
    }

    async fn read(&mut self) -> Result<(), LogError> {
        for commit in self.decisions.next().await? {
            match SkipMessage::decode(&commit.body[..]) {
                Ok(skip) if skip.topic == self.topic => {
                    tracing::warn!(
                        topic = skip.topic,
                        position = skip.position,
                        reason = skip.reason,
                        "position {} of {} is skipped: {}",
                        skip.position,
                        skip.topic,
                        skip.reason
                    );
                    let position = Position::new(skip.position);
                    self.skipped.0.write().insert(position);
                }
                Ok(_) => {}
                Err(error) => tracing::error!(%error, "a decision cannot be read: {error}"),
            }
        }
        Ok(())
    }
}
