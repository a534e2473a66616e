use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::time::timeout;

use crate::backend::Backend;
use crate::store::Store;
use crate::tail::{End, TopicState};
use crate::{
    Commit, LogError, LogId, NewCommit, Position, PositionToken, Status, StreamId, Subscription,
    VerifyReport, verify,
};

/// How long a topic is given to say until when it is settled, before it is asked again.
const SETTLE_AGAIN: Duration = Duration::from_millis(250);

/// One topic of a log: a total order of commits. Cheap to clone.
#[derive(Clone)]
pub struct Topic {
    pub(crate) backend: Arc<dyn Backend>,
    pub(crate) store: Arc<Store>,
    pub(crate) state: Arc<TopicState>,
}

impl Topic {
    /// Its name, such as `drenthe.capacity`.
    pub fn name(&self) -> &str {
        &self.state.name
    }

    /// Which log this is; none before the first record was read.
    pub fn log_id(&self) -> Option<LogId> {
        self.state.end().log_id
    }

    /// The position of the last effective commit on this node.
    pub fn end(&self) -> Position {
        self.state.end().position
    }

    /// Up to where this node has read: on Kafka there may be records behind the last commit that are none.
    pub fn read_to(&self) -> Position {
        self.state.read_to()
    }

    /// The log time of the last effective commit, in milliseconds since 1970.
    pub fn log_time_millis(&self) -> i64 {
        self.state.end().log_time_millis
    }

    /// How many commits this node has seen that took no effect.
    pub fn void_count(&self) -> u64 {
        self.state.voids()
    }

    /// Whether the topic can be relied on, and what changes in that.
    pub fn status(&self) -> watch::Receiver<Status> {
        self.state.status()
    }

    /// A token for a position; none before the log's id is known.
    pub fn token(&self, position: Position) -> Option<PositionToken> {
        Some(PositionToken {
            log_id: self.log_id()?,
            topic: self.name().to_owned(),
            position,
        })
    }

    /// Appends a commit and waits until it is durable and in effect. Dropping the future does not stop the
    /// append.
    ///
    /// # Errors
    /// `Void` if another commit took the version; `Unavailable` if the outcome is not known; `Full` and
    /// `TooLarge` if it certainly has no effect.
    pub async fn append(&self, commit: NewCommit) -> Result<Position, LogError> {
        let (sender, receiver) = oneshot::channel();
        self.submit(commit, move |result| {
            // The caller may have gone; the commit stands all the same.
            let _ = sender.send(result);
        });
        receiver
            .await
            .unwrap_or_else(|_| Err(LogError::Unavailable("the writer stopped".into())))
    }

    /// Like [`Self::append`], without waiting: `reply` hears the outcome once, on a thread of the log.
    /// When it hears of an effective commit, subscribers can already see it.
    pub fn submit(
        &self,
        commit: NewCommit,
        reply: impl FnOnce(Result<Position, LogError>) + Send + 'static,
    ) {
        self.backend.submit(&self.state, commit, Box::new(reply));
    }

    /// Effective commits after a position, then everything that follows.
    pub fn subscribe(&self, after: Position) -> Subscription {
        Subscription::new(Arc::clone(&self.store), Arc::clone(&self.state), after)
    }

    /// The effective commits of one stream, oldest first.
    ///
    /// # Errors
    /// If the store cannot be read, or a record is damaged.
    pub async fn read(&self, stream: &StreamId) -> Result<Vec<Arc<Commit>>, LogError> {
        let stream = stream.clone();
        self.blocking(move |store, topic| store.stream(topic, &stream))
            .await
    }

    /// Up to `limit` effective commits after a position.
    ///
    /// # Errors
    /// If the store cannot be read, or a record is damaged.
    pub async fn page(&self, after: Position, limit: usize) -> Result<Vec<Arc<Commit>>, LogError> {
        self.blocking(move |store, topic| store.commits_after(topic, after, limit))
            .await
    }

    /// The effective commit at a position, if there is one.
    ///
    /// # Errors
    /// If the store cannot be read, or the record is damaged.
    pub async fn commit(&self, position: Position) -> Result<Option<Arc<Commit>>, LogError> {
        self.blocking(move |store, topic| store.commit(topic, position))
            .await
    }

    /// The last position whose log time is at or before the moment (milliseconds since 1970): the state
    /// there is what could be seen then.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn position_at(&self, millis: i64) -> Result<Position, LogError> {
        self.blocking(move |store, topic| store.position_at(topic.table, millis))
            .await
    }

    /// Waits until this node has every commit with a log time at or before the moment (milliseconds since 1970):
    /// no other can come any more. That of a moment which has not passed by the log's own clock takes as long.
    ///
    /// # Errors
    /// `Closed` if the log is closed before.
    pub async fn settled(&self, millis: i64) -> Result<(), LogError> {
        let mut settled = self.state.watch_settled();
        while *settled.borrow() <= millis {
            if self.state.end().closed {
                return Err(LogError::Closed);
            }
            self.backend.settle(&self.state);
            // Not settled in time: the log's clock is not there yet, or its answer was lost.
            let _ = timeout(SETTLE_AGAIN, settled.wait_for(|until| *until > millis)).await;
        }
        Ok(())
    }

    /// Waits until this node has the position.
    ///
    /// # Errors
    /// `Closed` if the log is closed before.
    pub async fn reached(&self, position: Position) -> Result<(), LogError> {
        let mut end = self.state.watch_end();
        let reached = end.wait_for(|end: &End| end.position >= position || end.closed);
        match reached.await {
            Ok(end) if end.position >= position => Ok(()),
            _ => Err(LogError::Closed),
        }
    }

    /// Reads everything and checks it: checksums, versions, links, log time.
    ///
    /// # Errors
    /// If the store cannot be read at all; what is wrong inside is in the report.
    pub async fn verify(&self) -> Result<VerifyReport, LogError> {
        self.blocking(verify::verify).await
    }

    /// The last position that there is, wherever this node has come: on Kafka the broker is asked.
    ///
    /// # Errors
    /// `Unavailable` if the broker does not say.
    pub async fn last_position(&self) -> Result<Position, LogError> {
        let (backend, state) = (Arc::clone(&self.backend), Arc::clone(&self.state));
        tokio::task::spawn_blocking(move || backend.last_position(&state))
            .await
            .map_err(|error| LogError::Storage(error.to_string()))?
    }

    /// Gives the topic's log a new id. Tokens, cursors and snapshots of before are refused from then on.
    ///
    /// # Errors
    /// If it cannot be written.
    pub async fn reset(&self) -> Result<LogId, LogError> {
        let (backend, state) = (Arc::clone(&self.backend), Arc::clone(&self.state));
        tokio::task::spawn_blocking(move || backend.reset(&state))
            .await
            .map_err(|error| LogError::Storage(error.to_string()))?
    }

    async fn blocking<R: Send + 'static>(
        &self,
        read: impl FnOnce(&Store, &TopicState) -> Result<R, LogError> + Send + 'static,
    ) -> Result<R, LogError> {
        let (store, state) = (Arc::clone(&self.store), Arc::clone(&self.state));
        tokio::task::spawn_blocking(move || read(&store, &state))
            .await
            .map_err(|error| LogError::Storage(error.to_string()))?
    }
}
