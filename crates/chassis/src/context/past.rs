//! The folded state as it stood at a moment: the nearest checkpoint, and from there what the store holds.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use eventlog::{Commit, LogError, LogId, Position};
use parking_lot::Mutex;
use tokio::sync::{OnceCell, Semaphore};
use tokio_util::task::TaskTracker;

use super::bodies::Bodies;
use super::checkpoints::Checkpoints;
use super::snapshot::{self, EVERY_COMMITS, Image};
use super::{Folded, Shared};
use crate::{Codec, DecodeError, Node, ReadError, View};

/// Past states that are folded at the same time: each is as large as the present one.
const AT_ONCE: usize = 2;
/// Past states that are kept for who asks again, such as for the next page,
const KEPT: usize = 2;
/// for so long after the last question.
const KEPT_FOR: Duration = Duration::from_secs(60);
/// Commits read while those before them are folded.
const PAGE: usize = 4_096;
/// After so many a checkpoint is made on the way.
const A_LONG_WAY: u64 = if cfg!(test) { 16 } else { EVERY_COMMITS };

/// The past states of a topic that are asked for, and what they are made from.
pub(super) struct Past<C: Codec, V> {
    pub(super) checkpoints: Arc<Checkpoints>,
    tasks: TaskTracker,
    turns: Semaphore,
    kept: Mutex<Vec<Kept<C, V>>>,
}

/// Folded once, however many ask.
type Once<C, V> = Arc<OnceCell<Arc<Folded<C, V>>>>;

struct Kept<C: Codec, V> {
    which: Which,
    asked: Instant,
    state: Once<C, V>,
}

/// What a past state follows from.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Which {
    log_id: LogId,
    position: Position,
    /// How many commits operators have skipped: with another one it is another state.
    skipped: usize,
    /// How many keys were destroyed: nobody's past is shown who was erased since.
    erased: usize,
}

impl<C: Codec, V: View<C::Aggregate>> Past<C, V> {
    pub(super) fn new(node: &Node, topic: &str) -> Self {
        Self {
            checkpoints: Arc::new(Checkpoints::new(node.snapshots.as_deref(), topic)),
            tasks: node.tasks.clone(),
            turns: Semaphore::new(AT_ONCE),
            kept: Mutex::default(),
        }
    }

    /// Lets go of everything: somebody was erased.
    pub(super) fn forget(&self) {
        self.kept.lock().clear();
    }

    /// Lets go of what nobody has asked for lately.
    pub(super) fn tidy(&self) {
        let mut kept = self.kept.lock();
        kept.retain(|kept| kept.asked.elapsed() < KEPT_FOR);
    }

    fn once(&self, which: Which) -> Once<C, V> {
        let mut kept = self.kept.lock();
        let known = kept.iter().position(|kept| kept.which == which);
        let state = known.map_or_else(Once::default, |index| kept.remove(index).state);
        kept.push(Kept {
            which,
            asked: Instant::now(),
            state: Arc::clone(&state),
        });
        if kept.len() > KEPT {
            kept.remove(0);
        }
        state
    }
}

impl<C: Codec, V: View<C::Aggregate>> Shared<C, V> {
    /// The state after the commit at a position. The store must have all up to it.
    pub(super) async fn state_at(
        &self,
        position: Position,
    ) -> Result<Arc<Folded<C, V>>, ReadError> {
        let Some(log_id) = self.topic.log_id() else {
            return Err(ReadError::Starting);
        };
        let skipped = self.skipped.up_to(position);
        let which = Which {
            log_id,
            position,
            skipped: skipped.len(),
            erased: self.bodies.erased_count(),
        };
        let state = self.past.once(which);
        let folded =
            state.get_or_try_init(|| self.fold_until(which, skipped.into_iter().collect()));
        folded.await.cloned()
    }

    async fn fold_until(
        &self,
        which: Which,
        skipped: HashSet<Position>,
    ) -> Result<Arc<Folded<C, V>>, ReadError> {
        let turn = self.past.turns.acquire().await;
        let _turn = turn.map_err(|_| ReadError::Log(LogError::Closed))?;
        let skipped = Arc::new(skipped);
        let mut folded = self.nearest(which.position).await;
        let mut last = folded.position();
        let mut way_from = last;
        let mut page = self.topic.page(last, PAGE).await?;
        while folded.position() < which.position {
            // What the store had is gone: the log was replaced meanwhile.
            last = page.last().ok_or(ReadError::OtherLog)?.position;
            let skipped = Arc::clone(&skipped);
            let bodies = Arc::clone(&self.bodies);
            let fold = move || fold_page(folded, (&page, which.position), &skipped, &bodies);
            let fold = blocking(fold);
            let (next, done) = tokio::join!(self.topic.page(last, PAGE), fold);
            (page, folded) = (next?, done??);
            if folded.position().get() >= way_from.get() + A_LONG_WAY {
                way_from = folded.position();
                self.make_checkpoint(&folded, which.log_id);
            }
        }
        let folded = blocking(move || {
            folded.show();
            folded
        });
        let folded = folded.await?;
        if self.topic.log_id() != Some(which.log_id) {
            return Err(ReadError::OtherLog);
        }
        // Somebody was erased who may have been read before.
        if self.bodies.erased_count() != which.erased {
            return Err(ReadError::NotReady);
        }
        Ok(Arc::new(folded))
    }

    /// The state of the nearest checkpoint; one that does not fit is dropped, and the one before it looked at.
    async fn nearest(&self, last: Position) -> Folded<C, V> {
        let checkpoints = Arc::clone(&self.past.checkpoints);
        let paths = blocking(move || checkpoints.up_to(last)).await;
        for path in paths.unwrap_or_default() {
            let from = snapshot::From {
                topic: &self.topic,
                skipped: &self.skipped,
                bodies: &self.bodies,
            };
            if let Some(folded) = snapshot::load(&path, from).await {
                return folded;
            }
        }
        Folded::default()
    }

    fn make_checkpoint(&self, folded: &Folded<C, V>, log_id: LogId) {
        let Some(image) = Image::of(folded, log_id, &self.bodies) else {
            return;
        };
        let checkpoints = Arc::clone(&self.past.checkpoints);
        let position = folded.position();
        self.past.tasks.spawn_blocking(move || {
            checkpoints.make(position, |path| snapshot::put::<C>(path, image));
        });
    }
}

/// Folds a page, up to a position.
fn fold_page<C: Codec, V: View<C::Aggregate>>(
    mut folded: Folded<C, V>,
    (page, until): (&[Arc<Commit>], Position),
    skipped: &HashSet<Position>,
    bodies: &Bodies,
) -> Result<Folded<C, V>, ReadError> {
    for commit in page.iter().take_while(|commit| commit.position <= until) {
        if skipped.contains(&commit.position) {
            folded.skip(commit);
            continue;
        }
        match folded.fold(commit, bodies) {
            Ok(()) => {}
            Err(DecodeError::NotNow(reason)) => return Err(ReadError::NotServing(reason)),
            Err(DecodeError::Unknown(_) | DecodeError::Erased) => {
                return Err(ReadError::Unreadable(commit.position));
            }
        }
    }
    Ok(folded)
}

/// Works on a thread that may be busy for long.
async fn blocking<R: Send + 'static>(
    work: impl FnOnce() -> R + Send + 'static,
) -> Result<R, ReadError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| ReadError::Log(LogError::Storage(error.to_string())))
}
