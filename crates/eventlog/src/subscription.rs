use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::store::Store;
use crate::tail::{End, TopicState};
use crate::{Commit, LogError, Position};

/// How many commits a reader gets at once.
const PAGE_COMMITS: usize = 2_048;

/// Effective commits of a topic from a position on, in order: first what there is, then what comes.
///
/// The store is the truth; what is recent comes from memory. A reader that is slow costs nobody anything: it
/// reads from the store until it has caught up.
pub struct Subscription {
    store: Arc<Store>,
    topic: Arc<TopicState>,
    end: watch::Receiver<End>,
    generation: u64,
    after: Position,
    /// The next page, which is read while whoever has this one is busy with it.
    ahead: Option<Ahead>,
}

struct Ahead {
    after: Position,
    page: JoinHandle<Result<Vec<Arc<Commit>>, LogError>>,
}

impl Subscription {
    pub(crate) fn new(store: Arc<Store>, topic: Arc<TopicState>, after: Position) -> Self {
        let end = topic.watch_end();
        let generation = end.borrow().generation;
        Self {
            store,
            topic,
            end,
            generation,
            after,
            ahead: None,
        }
    }

    /// Waits for the next commits: at least one, in order, none left out. Dropping the future loses nothing.
    ///
    /// # Errors
    /// `Closed` when the log was closed and everything was read; `Replaced` when the topic's log became
    /// another one; `Damaged` or `Storage` when the store cannot be read.
    pub async fn next(&mut self) -> Result<Vec<Arc<Commit>>, LogError> {
        loop {
            let end = self.end.borrow_and_update().clone();
            if end.generation != self.generation {
                self.generation = end.generation;
                self.after = Position::START;
                self.ahead = None;
                if let Some(log_id) = end.log_id {
                    let topic = self.topic.name.to_string();
                    return Err(LogError::Replaced { topic, log_id });
                }
            }
            if end.position > self.after {
                let page = match self.topic.recent(self.after, PAGE_COMMITS) {
                    Some(page) => page,
                    None => self.stored().await?,
                };
                // Read while the log was replaced, the page may be of the new one.
                if self.end.borrow().generation != self.generation {
                    continue;
                }
                if let Some(last) = page.last() {
                    self.after = last.position;
                    return Ok(page);
                }
            }
            if end.closed {
                return Err(LogError::Closed);
            }
            if self.end.changed().await.is_err() {
                return Err(LogError::Closed);
            }
        }
    }

    /// The position of the last commit handed out.
    pub fn position(&self) -> Position {
        self.after
    }

    /// The next page from the store; the one after it is begun.
    async fn stored(&mut self) -> Result<Vec<Arc<Commit>>, LogError> {
        let after = self.after;
        loop {
            let (ahead, is_new) = match &mut self.ahead {
                Some(ahead) if ahead.after == after => (ahead, false),
                _ => {
                    let page = read(&self.store, &self.topic, after);
                    (self.ahead.insert(page), true)
                }
            };
            let page = (&mut ahead.page).await;
            self.ahead = None;
            let page = page.map_err(|error| LogError::Storage(error.to_string()))??;
            if let (PAGE_COMMITS.., Some(last)) = (page.len(), page.last()) {
                self.ahead = Some(read(&self.store, &self.topic, last.position));
            }
            // Read ahead, it may have found nothing where there is something by now.
            if is_new || !page.is_empty() {
                return Ok(page);
            }
        }
    }
}

fn read(store: &Arc<Store>, topic: &Arc<TopicState>, after: Position) -> Ahead {
    let (store, topic) = (Arc::clone(store), Arc::clone(topic));
    let page =
        tokio::task::spawn_blocking(move || store.commits_after(&topic, after, PAGE_COMMITS));
    Ahead { after, page }
}
