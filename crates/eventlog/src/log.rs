use std::path::Path;
use std::sync::Arc;

use crate::backend::{Backend, Clock, Reply, system_clock};
use crate::sqlite::SqliteBackend;
use crate::store::{Durability, Store};
use crate::tail::{Status, TopicState};
use crate::{LogError, LogId, NewCommit, Position, Topic};

/// The one way to the log. Cheap to clone; closing one closes all.
#[derive(Clone)]
pub struct EventLog {
    backend: Arc<dyn Backend>,
    store: Arc<Store>,
    topics: Arc<[Arc<TopicState>]>,
}

impl EventLog {
    /// Opens the log in a SQLite file, made if it is not there; for this process alone.
    ///
    /// # Errors
    /// `InUse` if another process has it, `NotALog` if the file is something else or not whole, `Storage`
    /// if it cannot be read or written.
    pub fn open(path: &Path, topics: &[&str]) -> Result<Self, LogError> {
        Self::open_with_clock(path, topics, system_clock())
    }

    /// Like [`Self::open`], with a clock of the caller's choice.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_with_clock(path: &Path, topics: &[&str], clock: Clock) -> Result<Self, LogError> {
        Self::on_store(Store::open(path, Durability::Full)?, topics, clock)
    }

    /// A log that is gone when the last handle is dropped: for tests and simulations.
    ///
    /// # Errors
    /// `Storage` if there is no memory for it.
    pub fn in_memory(topics: &[&str]) -> Result<Self, LogError> {
        Self::in_memory_with_clock(topics, system_clock())
    }

    /// Like [`Self::in_memory`], with a clock of the caller's choice.
    ///
    /// # Errors
    /// As [`Self::in_memory`].
    pub fn in_memory_with_clock(topics: &[&str], clock: Clock) -> Result<Self, LogError> {
        Self::on_store(Store::in_memory()?, topics, clock)
    }

    /// Opens an existing file to read it, beside the process that writes it. Appends are refused.
    ///
    /// # Errors
    /// As [`Self::open`], but never `InUse`.
    pub fn open_read_only(path: &Path) -> Result<Self, LogError> {
        let store = Arc::new(Store::open_read_only(path)?);
        let mut topics = Vec::new();
        for name in store.topic_names()? {
            if let Some(row) = store.find_topic(&name)? {
                let state = store.topic_state(&name, &row)?;
                state.set_status(Status::Serving);
                topics.push(Arc::new(state));
            }
        }
        Ok(Self::assemble(Arc::new(ReadOnly), store, topics))
    }

    fn on_store(store: Store, names: &[&str], clock: Clock) -> Result<Self, LogError> {
        let store = Arc::new(store);
        let mut topics = Vec::with_capacity(names.len());
        for name in names {
            let mut row = store.ensure_topic(name)?;
            if row.log_id.is_none() {
                let log_id = LogId::new_v7();
                store.set_log_id(row.table, log_id)?;
                row.log_id = Some(log_id);
            }
            topics.push(Arc::new(store.topic_state(name, &row)?));
        }
        let backend = SqliteBackend::start(Arc::clone(&store), &topics, clock)?;
        Ok(Self::assemble(Arc::new(backend), store, topics))
    }

    pub(crate) fn assemble(
        backend: Arc<dyn Backend>,
        store: Arc<Store>,
        topics: Vec<Arc<TopicState>>,
    ) -> Self {
        Self {
            backend,
            store,
            topics: topics.into(),
        }
    }

    /// One of the log's topics.
    ///
    /// # Errors
    /// `UnknownTopic` if it was not opened with this one.
    pub fn topic(&self, name: &str) -> Result<Topic, LogError> {
        let state = self.topics.iter().find(|topic| &*topic.name == name);
        state
            .map(|state| Topic {
                backend: Arc::clone(&self.backend),
                store: Arc::clone(&self.store),
                state: Arc::clone(state),
            })
            .ok_or_else(|| LogError::UnknownTopic(name.to_owned()))
    }

    /// The names of its topics.
    pub fn topic_names(&self) -> Vec<String> {
        let names = self.topics.iter().map(|topic| topic.name.to_string());
        names.collect()
    }

    /// Finishes what was taken, then stops. Appends after this are refused; readers hear that it is closed.
    pub fn close(&self) {
        self.backend.close();
        for topic in self.topics.iter() {
            topic.close();
        }
    }
}

/// Where nothing is written.
struct ReadOnly;

impl Backend for ReadOnly {
    fn submit(&self, _: &Arc<TopicState>, _: NewCommit, reply: Reply) {
        reply(Err(LogError::Closed));
    }

    fn settle(&self, _: &Arc<TopicState>) {}

    fn last_position(&self, topic: &TopicState) -> Result<Position, LogError> {
        Ok(topic.end().position)
    }

    fn reset(&self, topic: &Arc<TopicState>) -> Result<LogId, LogError> {
        Err(LogError::Storage(format!(
            "{} was opened to be read",
            topic.name
        )))
    }

    fn close(&self) {}
}
