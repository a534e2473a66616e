use eventlog::{CommandId, LogError, Position};
use uuid::Uuid;

/// A command on its way, with what its envelope says.
#[derive(Clone, Debug)]
pub struct Call<C> {
    /// What is asked.
    pub command: C,
    /// The same for every attempt.
    pub id: CommandId,
    /// This may not be the first attempt.
    pub repeat: bool,
    /// Whether its outcome is remembered for 24 hours of log time. Not needed where the domain itself
    /// recognises a repeat.
    pub remember: bool,
    /// Who asks.
    pub actor: String,
    /// What it follows from.
    pub causation_id: Option<Uuid>,
    /// The whole story that it belongs to.
    pub correlation_id: Option<Uuid>,
    /// W3C trace context.
    pub traceparent: Option<String>,
}

impl<C> Call<C> {
    /// A command that a node gives by itself, by one of its tasks. Its id has no moment of its own: such a command does
    /// nothing when it comes again, whoever gives it, and is not remembered.
    pub fn by_itself(command: C, actor: &str) -> Self {
        Self {
            command,
            id: CommandId::from_uuid(Uuid::new_v4()),
            repeat: false,
            remember: false,
            actor: actor.to_owned(),
            causation_id: None,
            correlation_id: None,
            traceparent: None,
        }
    }

    /// The same call, of another command.
    pub fn with<D>(self, command: D) -> Call<D> {
        Call {
            command,
            id: self.id,
            repeat: self.repeat,
            remember: self.remember,
            actor: self.actor,
            causation_id: self.causation_id,
            correlation_id: self.correlation_id,
            traceparent: self.traceparent,
        }
    }
}

/// What a command led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect<E> {
    /// These events.
    Took(Vec<E>),
    /// Nothing was left to do.
    Unchanged,
    /// This was a repeat: an earlier attempt took effect.
    Remembered,
}

/// A command's answer: durable, folded, in effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt<E> {
    /// The position of the commit that the answer rests on.
    pub position: Position,
    /// What it led to.
    pub effect: Effect<E>,
}

/// Why a command has no receipt.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ExecuteError {
    /// The domain said no. Definite.
    #[error("{message}")]
    Refused {
        /// Stable word.
        code: String,
        /// For a person.
        message: String,
    },
    /// Other nodes were faster, time and again. Unknown: repeat with the same id.
    #[error("other nodes kept writing to the same stream; repeat with the same command id")]
    Contended,
    /// The outcome is unknown: repeat with the same id.
    #[error("the outcome is not known; repeat with the same command id ({0})")]
    Unknown(String),
    /// The command certainly has no effect: there is no room.
    #[error("the disk is full: nothing was written")]
    Full,
    /// The command's events are larger than the log takes.
    #[error("the command is larger than the log takes ({bytes} bytes)")]
    TooLarge {
        /// Size of the record.
        bytes: usize,
    },
    /// The command could not be decided: a fault of ours. It has no effect.
    #[error("the command failed and had no effect")]
    Failed,
    /// The node still reads the topic. The command has no effect.
    #[error("still starting: the log is being read")]
    Starting,
    /// The topic is not served on this node at the moment.
    #[error("not served at the moment: {0}")]
    NotServing(String),
    /// The node is stopping. The command has no effect.
    #[error("the node is stopping")]
    Stopping,
}

/// Why a topic about persons is not served on this node.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StartError {
    /// Nothing about persons is ever written in clear.
    #[error("{0} is about persons, and this node keeps no keys for them")]
    NoKeys(String),
    /// The log does not have it.
    #[error(transparent)]
    Log(#[from] LogError),
}

/// Why a read was not answered.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ReadError {
    /// Not a token of ours.
    #[error("at_least[{index}] is not a position token")]
    NotAToken {
        /// Which.
        index: usize,
    },
    /// A token of another topic.
    #[error("at_least[{index}] belongs to {topic}, which is not read here")]
    OtherTopic {
        /// Which.
        index: usize,
        /// Its topic.
        topic: String,
    },
    /// A token of another log: start anew without it.
    #[error("the position belongs to another log: the log was replaced; start anew without it")]
    OtherLog,
    /// The log does not go that far.
    #[error("the position lies beyond the end of the log")]
    BeyondTheEnd,
    /// This node has not come that far within the deadline.
    #[error("this node has not seen that position yet; try again, or ask another node")]
    NotThere,
    /// The past state was not folded within the deadline.
    #[error("the state at that moment was not ready in time; ask again")]
    NotReady,
    /// The node still reads the topic.
    #[error("still starting: the log is being read")]
    Starting,
    /// The topic is not served on this node at the moment.
    #[error("not served at the moment: {0}")]
    NotServing(String),
    /// The log cannot be read.
    #[error("the log cannot be read: {0}")]
    Log(#[from] LogError),
    /// An event of the history cannot be read.
    #[error("the event at position {0} cannot be read")]
    Unreadable(Position),
}
