use bytes::Bytes;
use ed25519_dalek::SigningKey;
use eventlog::{
    AttemptId, CommandId, CommandNote, LogError, NewCommit, Noted, Position, StreamId, Topic,
    Version,
};
use uuid::Uuid;

use super::block::{self, Content, Hash};
use super::record::EntryMessage;
use super::signature::Place;

/// The blocks of one start of this node, so far.
pub(super) struct Chain {
    stream: StreamId,
    head: Version,
    /// The block that the next one follows, and where it stands.
    previous: Option<(Position, Hash)>,
}

impl Chain {
    /// Begins a chain behind what is on the topic.
    ///
    /// # Errors
    /// If the topic cannot be read.
    pub(super) async fn begin(topic: &Topic) -> Result<Self, LogError> {
        let last = topic.commit(topic.end()).await?;
        let previous = last.and_then(|commit| {
            let block = block::decode(&commit.body).ok()?;
            Some((commit.position, block.hash))
        });
        let name = format!("access-{}", Uuid::now_v7());
        Ok(Self {
            stream: StreamId::parse(&name).ok_or(LogError::Closed)?,
            head: Version::NONE,
            previous,
        })
    }

    /// Appends a block, signed.
    ///
    /// # Errors
    /// As the log's own. Unless it certainly has no effect, what became of the block is unknown, and with it the chain's
    /// end: another one must be begun.
    pub(super) async fn append(
        &mut self,
        (topic, signer): (&Topic, &SigningKey),
        entries: Vec<EntryMessage>,
    ) -> Result<Position, LogError> {
        let version = self.head.next();
        let event_count = u32::try_from(entries.len()).unwrap_or(u32::MAX);
        let content = Content {
            sequence: version.get(),
            previous: self.previous,
            entries,
        };
        let place = Place {
            topic: topic.name(),
            stream: &self.stream,
        };
        let (body, hash) = block::encode(content, (signer, place));
        let commit = NewCommit {
            stream: self.stream.clone(),
            version,
            attempt: AttemptId::new_v7(),
            commands: vec![CommandNote {
                id: CommandId::new_v7(),
                causation_id: None,
                correlation_id: None,
                traceparent: None,
                noted: Noted::Taken,
                event_count,
                remembered: false,
            }],
            body: Bytes::from(body),
        };
        let position = topic.append(commit).await?;
        self.head = version;
        self.previous = Some((position, hash));
        Ok(position)
    }
}
