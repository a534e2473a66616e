//! Snapshots that are kept, so that a past state is folded from the nearest instead of from the beginning.
//!
//! A cache like the snapshot itself: any of them may be deleted at any time.

use std::path::{Path, PathBuf};

use eventlog::Position;
use parking_lot::Mutex;

use super::snapshot::EVERY_COMMITS;

/// Two are at least this many positions apart: nearer ones save less than they cost.
const APART: u64 = if cfg!(test) { 8 } else { EVERY_COMMITS / 2 };
/// The most of one topic, in number and in bytes. Of more, the one that is missed least goes.
const MOST: usize = 64;
const MOST_BYTES: u64 = 2 << 30;

/// Where a topic's checkpoints are.
pub(super) struct Checkpoints {
    /// None: nothing is kept.
    folder: Option<PathBuf>,
    topic: String,
    /// Held by who adds one.
    adding: Mutex<()>,
}

struct Kept {
    position: Position,
    path: PathBuf,
    bytes: u64,
}

impl Checkpoints {
    pub(super) fn new(folder: Option<&Path>, topic: &str) -> Self {
        Self {
            folder: folder.map(Path::to_owned),
            topic: topic.to_owned(),
            adding: Mutex::default(),
        }
    }

    /// Those at or before a position, the nearest first.
    pub(super) fn up_to(&self, last: Position) -> Vec<PathBuf> {
        let mut kept = self.all();
        kept.retain(|kept| kept.position <= last);
        kept.into_iter().rev().map(|kept| kept.path).collect()
    }

    /// Keeps a snapshot that was just written, unless there is one near it.
    pub(super) fn keep(&self, snapshot: &Path, position: Position) {
        let _adding = self.adding.lock();
        let Some(path) = self.path_of(position).filter(|_| self.is_missed(position)) else {
            return;
        };
        // The same bytes under another name, where the disk can do that.
        let kept = std::fs::hard_link(snapshot, &path)
            .or_else(|_| std::fs::copy(snapshot, &path).map(|_| ()));
        match kept {
            Ok(()) => self.thin_out(),
            Err(error) => tracing::warn!(%error, "a checkpoint could not be kept: {error}"),
        }
    }

    /// Has one written and keeps it, if there is none near it and there is room: who folds a long way makes it
    /// shorter for the next.
    pub(super) fn make(
        &self,
        position: Position,
        write: impl FnOnce(&Path) -> std::io::Result<()>,
    ) {
        let Some(path) = self.path_of(position) else {
            return;
        };
        let Some(_adding) = self.adding.try_lock() else {
            return;
        };
        let kept = self.all();
        if kept.len() < MOST
            && bytes_of(&kept) < MOST_BYTES
            && self.is_missed(position)
            && let Err(error) = write(&path)
        {
            tracing::warn!(%error, "a checkpoint could not be written: {error}");
        }
    }

    /// Deletes all: what they were made of is folded again, or is another log.
    pub(super) fn clear(&self) {
        let _adding = self.adding.lock();
        for kept in self.all() {
            // What is gone already needs no deleting.
            let _ = std::fs::remove_file(kept.path);
        }
    }

    fn path_of(&self, position: Position) -> Option<PathBuf> {
        let name = format!("{}.{:020}.checkpoint", self.topic, position.get());
        Some(self.folder.as_ref()?.join(name))
    }

    fn is_missed(&self, position: Position) -> bool {
        let distance = |kept: &Kept| kept.position.get().abs_diff(position.get());
        self.all().iter().all(|kept| distance(kept) >= APART)
    }

    /// In the order of their positions.
    fn all(&self) -> Vec<Kept> {
        let entries = self.folder.as_ref().and_then(|f| std::fs::read_dir(f).ok());
        let mut kept: Vec<_> = entries
            .into_iter()
            .flatten()
            .filter_map(|entry| self.recognise(&entry.ok()?))
            .collect();
        kept.sort_by_key(|kept| kept.position);
        kept
    }

    fn recognise(&self, entry: &std::fs::DirEntry) -> Option<Kept> {
        let name = entry.file_name().into_string().ok()?;
        let rest = name.strip_prefix(&self.topic)?.strip_prefix('.')?;
        let position = rest.strip_suffix(".checkpoint")?.parse().ok()?;
        Some(Kept {
            position: Position::new(position),
            path: entry.path(),
            bytes: entry.metadata().ok()?.len(),
        })
    }

    fn thin_out(&self) {
        let mut kept = self.all();
        while kept.len() > MOST || bytes_of(&kept) > MOST_BYTES {
            let positions: Vec<_> = kept.iter().map(|kept| kept.position.get()).collect();
            let Some(least) = missed_least(&positions) else {
                return;
            };
            let path = kept.remove(least).path;
            if let Err(error) = std::fs::remove_file(path) {
                return tracing::warn!(%error, "a checkpoint could not be deleted: {error}");
            }
        }
    }
}

fn bytes_of(kept: &[Kept]) -> u64 {
    kept.iter().map(|kept| kept.bytes).sum()
}

/// Which of these positions, in their order, leaves the shortest way between its neighbours; never the last.
fn missed_least(positions: &[u64]) -> Option<usize> {
    let before = std::iter::once(0).chain(positions.iter().copied());
    let ways = before.zip(positions.iter().skip(1));
    let shortest = ways
        .enumerate()
        .min_by_key(|(_, (before, after))| after.abs_diff(*before));
    shortest.map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_that_leaves_the_shortest_way_is_missed_least() {
        assert_eq!(missed_least(&[10, 20, 25, 30, 40]), Some(2));
        assert_eq!(missed_least(&[10, 20, 30]), Some(0));
        assert_eq!(missed_least(&[100, 200, 201]), Some(1));
        assert_eq!(missed_least(&[7]), None);
        assert_eq!(missed_least(&[]), None);
    }

    #[test]
    fn however_many_are_kept_no_way_between_them_is_much_longer_than_the_others() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let snapshot = folder.path().join("topic.snapshot");
        std::fs::write(&snapshot, "a state").expect("it can be written");
        let checkpoints = Checkpoints::new(Some(folder.path()), "topic");
        let end = 500;
        for number in 1..=end {
            checkpoints.keep(&snapshot, Position::new(number * 100));
        }
        let positions: Vec<_> = checkpoints
            .all()
            .iter()
            .map(|kept| kept.position.get())
            .collect();
        assert_eq!(positions.len(), MOST);
        assert_eq!(positions.last(), Some(&(end * 100)));
        let longest = positions.windows(2).map(|pair| pair[1] - pair[0]).max();
        let even = end * 100 / MOST as u64;
        assert!(longest.is_some_and(|way| way <= 3 * even), "{positions:?}");
    }

    #[test]
    fn other_files_are_left_alone() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let others = [
            "topic.snapshot",
            "topic.b.00000000000000000100.checkpoint",
            "topic.x.checkpoint",
        ];
        for name in others {
            std::fs::write(folder.path().join(name), "theirs").expect("it can be written");
        }
        let checkpoints = Checkpoints::new(Some(folder.path()), "topic");
        checkpoints.keep(&folder.path().join("topic.snapshot"), Position::new(100));
        assert_eq!(checkpoints.up_to(Position::new(100)).len(), 1);
        assert!(checkpoints.up_to(Position::new(99)).is_empty());
        checkpoints.clear();
        assert!(checkpoints.up_to(Position::new(100)).is_empty());
        assert!(others.iter().all(|name| folder.path().join(name).exists()));
    }
}
