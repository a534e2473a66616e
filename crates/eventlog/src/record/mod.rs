//! What a record looks like in bytes: magic number, checksum, protobuf (`proto/doorstroom/log/v1/commit.proto`).

mod envelope;
#[cfg(test)]
mod tests;

use bytes::Bytes;
use prost::Message;
use uuid::Uuid;

use crate::{AttemptId, CommandId, LogId, Position, StreamId, Version};

const MAGIC: &[u8; 4] = b"DSL1";
const HEADER_BYTES: usize = 8;

/// The largest record that the log takes, in bytes: Kafka's own default is a little more.
pub(crate) const MAX_RECORD_BYTES: usize = 1_000_000;

/// What became of one command, in the envelope of the commit that answers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandNote {
    /// Which command.
    pub id: CommandId,
    /// What it follows from.
    pub causation_id: Option<Uuid>,
    /// The whole story that it belongs to.
    pub correlation_id: Option<Uuid>,
    /// W3C trace context of the caller.
    pub traceparent: Option<String>,
    /// What became of it.
    pub noted: Noted,
    /// How many of the commit's events are this command's.
    pub event_count: u32,
    /// Whether its outcome is remembered for 24 hours of log time; a refusal always is.
    pub remembered: bool,
}

/// What became of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Noted {
    /// It took effect.
    Taken,
    /// A repeat was refused, for the coded reason: no earlier attempt may take effect any more.
    Refused(String),
    /// A repeat found nothing left to do.
    Unchanged,
}

/// A commit to be appended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCommit {
    /// Whose history it continues.
    pub stream: StreamId,
    /// One more than the head that it was decided on.
    pub version: Version,
    /// Found again by this.
    pub attempt: AttemptId,
    /// The commands that it answers.
    pub commands: Vec<CommandNote>,
    /// The events, encoded.
    pub body: Bytes,
}

/// A commit that took effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its place in the topic.
    pub position: Position,
    /// When it was appended, in milliseconds since 1970; never less than the commit before it.
    pub log_time_millis: i64,
    /// Whose history it continues.
    pub stream: StreamId,
    /// Its number in that history.
    pub version: Version,
    /// Which attempt it was.
    pub attempt: AttemptId,
    /// The commands that it answers.
    pub commands: Vec<CommandNote>,
    /// The events, encoded.
    pub body: Bytes,
}

/// One record as it stands in the log, for an operator's eyes.
#[derive(Clone, Debug)]
pub struct RawRecord {
    /// Its place.
    pub position: Position,
    /// When it was appended, in milliseconds since 1970.
    pub append_time_millis: i64,
    /// Its size in bytes.
    pub bytes: usize,
    /// What it is.
    pub found: Found,
}

/// What a record turned out to be.
#[derive(Clone, Debug)]
pub enum Found {
    /// A commit in effect.
    Effective(Commit),
    /// A commit without effect: its version was taken.
    Void(NewCommit),
    /// The log's identity.
    Identity(LogId),
    /// A measurement of a clock.
    Probe,
    /// Not ours.
    Foreign,
    /// Ours, and unreadable.
    Damaged(String),
}

#[derive(Clone, PartialEq, Message)]
struct RecordMessage {
    #[prost(oneof = "Kind", tags = "1, 2, 3")]
    kind: Option<Kind>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
enum Kind {
    #[prost(message, tag = "1")]
    Commit(CommitMessage),
    #[prost(message, tag = "2")]
    Identity(IdentityMessage),
    #[prost(message, tag = "3")]
    Probe(ProbeMessage),
}

#[derive(Clone, PartialEq, Message)]
struct CommitMessage {
    #[prost(string, tag = "1")]
    stream_id: String,
    #[prost(uint64, tag = "2")]
    version: u64,
    #[prost(bytes = "bytes", tag = "3")]
    attempt_id: Bytes,
    #[prost(message, repeated, tag = "4")]
    commands: Vec<CommandMessage>,
    #[prost(bytes = "bytes", tag = "5")]
    body: Bytes,
}

#[derive(Clone, PartialEq, Message)]
struct CommandMessage {
    #[prost(bytes = "bytes", tag = "1")]
    command_id: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    causation_id: Bytes,
    #[prost(bytes = "bytes", tag = "3")]
    correlation_id: Bytes,
    #[prost(string, tag = "4")]
    traceparent: String,
    #[prost(int32, tag = "5")]
    outcome: i32,
    #[prost(string, tag = "6")]
    refusal: String,
    #[prost(uint32, tag = "7")]
    event_count: u32,
    #[prost(bool, tag = "8")]
    remembered: bool,
}

#[derive(Clone, PartialEq, Message)]
struct IdentityMessage {
    #[prost(bytes = "bytes", tag = "1")]
    log_id: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    replaces: Bytes,
}

#[derive(Clone, PartialEq, Message)]
struct ProbeMessage {
    #[prost(bytes = "bytes", tag = "1")]
    probe_id: Bytes,
}

/// The field of a record that holds a commit.
const COMMIT: u32 = 1;

const TAKEN: i32 = 1;
const REFUSED: i32 = 2;
const UNCHANGED: i32 = 3;

/// A record, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Record {
    Commit(NewCommit),
    Identity {
        log_id: LogId,
        replaces: Option<LogId>,
    },
    Probe(AttemptId),
}

/// Why bytes are not a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// No magic number: somebody else's.
    Foreign,
    /// Ours, but damaged or of a kind that this version does not know.
    Damaged(String),
}

impl Record {
    /// Returns the bytes of a commit's record.
    pub(crate) fn encode_commit(commit: &NewCommit) -> Bytes {
        write(Kind::Commit(commit.into()))
    }

    pub(crate) fn encode(self) -> Bytes {
        write(match self {
            Self::Commit(commit) => Kind::Commit((&commit).into()),
            Self::Identity { log_id, replaces } => Kind::Identity(IdentityMessage {
                log_id: id_bytes(log_id.as_uuid()),
                replaces: replaces
                    .map(|id| id_bytes(id.as_uuid()))
                    .unwrap_or_default(),
            }),
            Self::Probe(id) => Kind::Probe(ProbeMessage {
                probe_id: id_bytes(id.as_uuid()),
            }),
        })
    }

    pub(crate) fn decode(bytes: Bytes) -> Result<Self, Unreadable> {
        if bytes.len() < HEADER_BYTES || &bytes[..4] != MAGIC {
            return Err(Unreadable::Foreign);
        }
        let damaged = |what: &str| Unreadable::Damaged(what.to_owned());
        let checksum = crc32fast::hash(&bytes[HEADER_BYTES..]).to_be_bytes();
        if bytes[4..HEADER_BYTES] != checksum {
            return Err(damaged("its checksum does not fit"));
        }
        if let Some(commit) = envelope::field(&bytes[HEADER_BYTES..], COMMIT).map_err(damaged)? {
            let commit = envelope::commit(&bytes, commit).map_err(damaged)?;
            return Ok(Self::Commit(commit));
        }
        let message = RecordMessage::decode(bytes.slice(HEADER_BYTES..))
            .map_err(|error| Unreadable::Damaged(error.to_string()))?;
        match message.kind {
            Some(Kind::Identity(identity)) => Ok(Self::Identity {
                log_id: LogId::from_slice(&identity.log_id).ok_or(damaged("its log id"))?,
                replaces: LogId::from_slice(&identity.replaces),
            }),
            Some(Kind::Probe(probe)) => AttemptId::from_slice(&probe.probe_id)
                .map(Self::Probe)
                .ok_or(damaged("its probe id")),
            Some(Kind::Commit(_)) | None => {
                Err(damaged("it is of a kind that this version does not know"))
            }
        }
    }

    /// Sixteen bytes by which the record is known again.
    pub(crate) fn mark(&self) -> [u8; 16] {
        match self {
            Self::Commit(commit) => *commit.attempt.as_uuid().as_bytes(),
            Self::Identity { log_id, .. } => *log_id.as_uuid().as_bytes(),
            Self::Probe(id) => *id.as_uuid().as_bytes(),
        }
    }
}

impl Unreadable {
    /// Sixteen bytes by which bytes that are no record are known again.
    pub(crate) fn mark(bytes: &[u8]) -> [u8; 16] {
        let mut mark = [0; 16];
        mark[..4].copy_from_slice(&crc32fast::hash(bytes).to_be_bytes());
        mark[4..12].copy_from_slice(&(bytes.len() as u64).to_be_bytes());
        mark
    }
}

impl NewCommit {
    /// The commit, now that it has its place.
    pub(crate) fn placed(self, position: Position, log_time_millis: i64) -> Commit {
        Commit {
            position,
            log_time_millis,
            stream: self.stream,
            version: self.version,
            attempt: self.attempt,
            commands: self.commands,
            body: self.body,
        }
    }
}

fn write(kind: Kind) -> Bytes {
    let message = RecordMessage { kind: Some(kind) };
    let mut out = Vec::with_capacity(HEADER_BYTES + message.encoded_len());
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&[0; 4]);
    message.encode_raw(&mut out);
    let checksum = crc32fast::hash(&out[HEADER_BYTES..]);
    out[4..HEADER_BYTES].copy_from_slice(&checksum.to_be_bytes());
    out.into()
}

fn id_bytes(id: &Uuid) -> Bytes {
    Bytes::copy_from_slice(id.as_bytes())
}

impl From<&NewCommit> for CommitMessage {
    fn from(commit: &NewCommit) -> Self {
        Self {
            stream_id: commit.stream.as_str().to_owned(),
            version: commit.version.get(),
            attempt_id: id_bytes(commit.attempt.as_uuid()),
            commands: commit.commands.iter().map(Into::into).collect(),
            body: commit.body.clone(),
        }
    }
}

impl From<&CommandNote> for CommandMessage {
    fn from(note: &CommandNote) -> Self {
        let (outcome, refusal) = match &note.noted {
            Noted::Taken => (TAKEN, String::new()),
            Noted::Refused(reason) => (REFUSED, reason.clone()),
            Noted::Unchanged => (UNCHANGED, String::new()),
        };
        Self {
            command_id: id_bytes(note.id.as_uuid()),
            causation_id: note.causation_id.as_ref().map(id_bytes).unwrap_or_default(),
            correlation_id: note
                .correlation_id
                .as_ref()
                .map(id_bytes)
                .unwrap_or_default(),
            traceparent: note.traceparent.clone().unwrap_or_default(),
            outcome,
            refusal,
            event_count: note.event_count,
            remembered: note.remembered,
        }
    }
}
