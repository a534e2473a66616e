//! One topic on one node: the command loop, the folded state, timers, snapshots.

mod bodies;
mod checkpoints;
mod decide;
mod erase;
mod folded;
mod outcomes;
mod past;
mod run;
mod skips;
mod snapshot;
#[cfg(test)]
mod tests;
mod timers;
mod turns;
mod worker;

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::Timestamp;
use eventlog::{CommandId, LogError, LogId, Position, PositionToken, StreamId, Topic, Version};
use parking_lot::{RwLock, RwLockReadGuard};
use tokio::sync::{mpsc, oneshot, watch};

pub(crate) use bodies::SealedBody;
pub use folded::{Folded, Slot};

use crate::control::Skipped;
use crate::telemetry;
use crate::{
    Call, Codec, CommandOf, DecodeError, EventOf, ExecuteError, Node, ReadError, Receipt, Recorded,
    ServiceStatus, StartError, View,
};
use bodies::{Bodies, Sealed};
use past::Past;
use turns::{Pending, Reply};

/// How many calls may wait to be looked at; more wait outside.
const CALLS_WAITING: usize = 16_384;
/// A command that has no answer by then is answered: unknown.
const CALL_DEADLINE: Duration = Duration::from_secs(10);
/// How long a read waits for a position.
const READ_DEADLINE: Duration = Duration::from_secs(5);
/// How long a read of the past waits: for others, and until it is folded. Below what a client waits for.
const AS_OF_DEADLINE: Duration = Duration::from_secs(9);

/// One topic on one node. Cheap to clone.
pub struct Context<C: Codec, V> {
    shared: Arc<Shared<C, V>>,
    calls: mpsc::Sender<Incoming<C>>,
}

impl<C: Codec, V> Clone for Context<C, V> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            calls: self.calls.clone(),
        }
    }
}

/// What the loop writes and everybody reads.
struct Shared<C: Codec, V> {
    topic: Topic,
    folded: RwLock<Folded<C, V>>,
    positions: watch::Sender<Position>,
    status: watch::Sender<ServiceStatus>,
    asks_for_end: tokio::sync::Mutex<()>,
    skipped: Skipped,
    past: Past<C, V>,
    bodies: Arc<Bodies>,
    /// How many erasures have been applied to what is folded.
    erased: watch::Sender<usize>,
}

struct Incoming<C: Codec> {
    stream: StreamId,
    pending: Pending<C>,
}

/// One event of a stream's history.
#[derive(Clone, Debug)]
pub struct HistoryItem<E> {
    /// Where its commit stands.
    pub position: Position,
    /// Its commit's version.
    pub version: Version,
    /// Its commit's log time, in milliseconds since 1970.
    pub log_time_millis: i64,
    /// The command that led to it.
    pub command_id: Option<CommandId>,
    /// The event; none: an operator decided to skip the commit.
    pub recorded: Option<Recorded<E>>,
}

impl<C: Codec, V: View<C::Aggregate>> Context<C, V> {
    /// Starts following a topic on this node, and taking commands for it. `service` is told to health.
    ///
    /// # Errors
    /// If the log does not have the topic.
    pub fn start(node: &Node, topic: &str, service: &'static str) -> Result<Self, LogError> {
        Self::start_with(node, topic, service, Bodies::Clear)
    }

    /// Like [`Self::start`], for a topic about persons: every body and every state on disk is sealed under the key of
    /// its entry, so that each can be erased for good.
    ///
    /// # Errors
    /// If the log does not have the topic, or the node has no keys.
    pub fn start_about_persons(
        node: &Node,
        topic: &str,
        service: &'static str,
    ) -> Result<Self, StartError> {
        let keyring = node.keyring.clone();
        let sealed = Sealed {
            keyring: keyring.ok_or_else(|| StartError::NoKeys(topic.to_owned()))?,
            topic: topic.into(),
        };
        Ok(Self::start_with(
            node,
            topic,
            service,
            Bodies::Sealed(sealed),
        )?)
    }

    fn start_with(
        node: &Node,
        topic: &str,
        service: &'static str,
        bodies: Bodies,
    ) -> Result<Self, LogError> {
        let topic = node.log.topic(topic)?;
        let shared = Arc::new(Shared {
            past: Past::new(node, topic.name()),
            topic,
            folded: RwLock::default(),
            positions: watch::Sender::new(Position::START),
            status: watch::Sender::new(ServiceStatus::Starting),
            asks_for_end: tokio::sync::Mutex::new(()),
            skipped: Skipped::default(),
            bodies: Arc::new(bodies),
            erased: watch::Sender::new(0),
        });
        let (calls, incoming) = mpsc::channel(CALLS_WAITING);
        node.health.set(service, ServiceStatus::Starting);
        run::spawn(node, service, Arc::clone(&shared), incoming)?;
        Ok(Self { shared, calls })
    }

    /// Gives a command and waits for its answer. Dropping the future does not stop the command.
    ///
    /// # Errors
    /// `Refused` is a definite no; `Unknown` and `Contended` mean: repeat with the same id.
    pub async fn execute(
        &self,
        stream: StreamId,
        call: Call<CommandOf<C>>,
    ) -> Result<Receipt<EventOf<C>>, ExecuteError> {
        let (reply, answer) = oneshot::channel();
        self.send(stream, call, reply).await?;
        answer.await.unwrap_or(Err(ExecuteError::Stopping))
    }

    /// Gives a command; the answer comes through the receiver. For callers with many under way.
    ///
    /// # Errors
    /// If the loop has stopped or has no room within the deadline: the command has no effect then.
    pub async fn submit(
        &self,
        stream: StreamId,
        call: Call<CommandOf<C>>,
    ) -> Result<
        impl Future<Output = Result<Receipt<EventOf<C>>, ExecuteError>> + Send + use<C, V>,
        ExecuteError,
    > {
        let (reply, answer) = oneshot::channel();
        self.send(stream, call, reply).await?;
        Ok(async move { answer.await.unwrap_or(Err(ExecuteError::Stopping)) })
    }

    async fn send(
        &self,
        stream: StreamId,
        call: Call<CommandOf<C>>,
        reply: Reply<C>,
    ) -> Result<(), ExecuteError> {
        if let ServiceStatus::NotServing(reason) = &*self.shared.status.borrow() {
            return Err(ExecuteError::NotServing(reason.clone()));
        }
        let pending = Pending {
            call,
            replies: vec![reply],
            since: Instant::now(),
        };
        match tokio::time::timeout(CALL_DEADLINE, self.calls.send(Incoming { stream, pending }))
            .await
        {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(ExecuteError::Stopping),
            Err(_) => Err(ExecuteError::NotServing("too many commands wait".into())),
        }
    }

    /// Waits until everything that the tokens name is folded here.
    ///
    /// # Errors
    /// If one is no token of this topic's log, or the position is not reached within the deadline.
    pub async fn at_least(&self, tokens: &[String]) -> Result<(), ReadError> {
        let mut wanted = Position::START;
        for (index, text) in tokens.iter().enumerate() {
            let token = PositionToken::parse(text).map_err(|_| ReadError::NotAToken { index })?;
            if token.topic != self.shared.topic.name() {
                let topic = token.topic;
                return Err(ReadError::OtherTopic { index, topic });
            }
            if self.log_id().await? != token.log_id {
                return Err(ReadError::OtherLog);
            }
            wanted = wanted.max(token.position);
        }
        self.reached(wanted).await
    }

    /// Waits until the position is folded here.
    ///
    /// # Errors
    /// `BeyondTheEnd` if there is no such position; `NotThere` if it is not folded within the deadline.
    pub async fn reached(&self, wanted: Position) -> Result<(), ReadError> {
        let mut positions = self.positions();
        let reached = async {
            let folded = *positions.borrow();
            if folded < wanted && self.is_beyond_the_end(wanted).await {
                return Err(ReadError::BeyondTheEnd);
            }
            let reached = positions.wait_for(|position| *position >= wanted).await;
            reached.map_err(|_| ReadError::Log(LogError::Closed))?;
            self.readable()
        };
        let reached = tokio::time::timeout(READ_DEADLINE, reached).await;
        reached.unwrap_or(Err(ReadError::NotThere))
    }

    /// Whether whoever makes the order says that it does not go so far. Who does not answer says nothing.
    async fn is_beyond_the_end(&self, wanted: Position) -> bool {
        // One at a time: however many callers make positions up, the broker is asked once at once.
        let _turn = self.shared.asks_for_end.lock().await;
        if *self.shared.positions.borrow() >= wanted {
            return false;
        }
        let last = self.shared.topic.last_position().await;
        last.is_ok_and(|last| last < wanted)
    }

    /// Whether reads may be answered: a view that stopped would be quietly wrong.
    fn readable(&self) -> Result<(), ReadError> {
        match &*self.shared.status.borrow() {
            ServiceStatus::Serving => Ok(()),
            ServiceStatus::Starting => Err(ReadError::Starting),
            ServiceStatus::NotServing(reason) => Err(ReadError::NotServing(reason.clone())),
        }
    }

    /// The folded state as it stands. Hold it briefly: the loop waits meanwhile.
    pub fn read(&self) -> RwLockReadGuard<'_, Folded<C, V>> {
        self.shared.folded.read()
    }

    /// The state as it could be seen at a moment: after every commit with a log time at or before it, and no other.
    /// The same on every node. A moment that has only just passed takes until no commit can come to it any more.
    ///
    /// # Errors
    /// `NotReady` if it is not folded within the deadline: each time it is asked for, less is left to do.
    pub async fn as_of(&self, moment: Timestamp) -> Result<Arc<Folded<C, V>>, ReadError> {
        let began = Instant::now();
        self.readable()?;
        let folded = async {
            let millis = moment.as_millis();
            self.shared.topic.settled(millis).await?;
            let position = self.shared.topic.position_at(millis).await?;
            self.reached(position).await?;
            self.shared.state_at(position).await
        };
        let folded = tokio::time::timeout(AS_OF_DEADLINE, folded).await;
        let folded = folded.unwrap_or(Err(ReadError::NotReady))?;
        telemetry::looked_back(self.topic(), began.elapsed());
        Ok(folded)
    }

    /// How far the state has come; changes with every folded batch.
    pub fn positions(&self) -> watch::Receiver<Position> {
        self.shared.positions.subscribe()
    }

    /// How the service stands, and what changes in that.
    pub fn status(&self) -> watch::Receiver<ServiceStatus> {
        self.shared.status.subscribe()
    }

    /// The topic's name.
    pub fn topic(&self) -> &str {
        self.shared.topic.name()
    }

    /// Which log this is; waits until that is known.
    ///
    /// # Errors
    /// If the service does not start within the deadline.
    pub async fn log_id(&self) -> Result<LogId, ReadError> {
        if let Some(log_id) = self.shared.topic.log_id() {
            return Ok(log_id);
        }
        let mut status = self.status();
        let started = status.wait_for(|status| *status != ServiceStatus::Starting);
        let _ = tokio::time::timeout(READ_DEADLINE, started).await;
        let log_id = self.shared.topic.log_id();
        log_id.ok_or(ReadError::Starting)
    }

    /// A token for a position of this topic.
    pub fn token(&self, position: Position) -> String {
        let token = self.shared.topic.token(position);
        token.map(|token| token.to_string()).unwrap_or_default()
    }

    /// The events of one stream, oldest first, from the store.
    ///
    /// # Errors
    /// If the log or one of the events cannot be read.
    pub async fn history(
        &self,
        stream: &StreamId,
    ) -> Result<Vec<HistoryItem<EventOf<C>>>, ReadError> {
        let skipped_at = self.read().get(stream).and_then(|slot| slot.skipped_at);
        let mut history = Vec::new();
        for commit in self.shared.topic.read(stream).await? {
            let is_skipped = skipped_at == Some(commit.position);
            let read = folded::read::<C>(&commit, &self.shared.bodies);
            let events: Vec<_> = match read {
                Ok((events, _)) if !is_skipped => events.into_iter().map(Some).collect(),
                Err(DecodeError::Erased) => continue,
                Err(DecodeError::NotNow(reason)) => return Err(ReadError::NotServing(reason)),
                Err(_) if skipped_at.is_none_or(|at| commit.position < at) => {
                    return Err(ReadError::Unreadable(commit.position));
                }
                Ok(_) | Err(_) => vec![None],
            };
            let mut commands = commit.commands.iter().flat_map(|note| {
                let count = usize::try_from(note.event_count).unwrap_or(0);
                std::iter::repeat_n(note.id, count)
            });
            for recorded in events {
                history.push(HistoryItem {
                    position: commit.position,
                    version: commit.version,
                    log_time_millis: commit.log_time_millis,
                    command_id: commands.next(),
                    recorded,
                });
            }
        }
        Ok(history)
    }
}
