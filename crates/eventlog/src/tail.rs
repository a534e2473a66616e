//! What a topic shares between the one that makes its order and everybody who reads it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use tokio::sync::watch;

use crate::{Commit, LogId, Position};

/// How many of the newest commits stay in memory for readers that keep up.
const TAIL_COMMITS: usize = 16_384;

/// Whether a topic can be relied on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// Not caught up yet.
    Starting,
    /// Caught up and following.
    Serving,
    /// Stopped, for the reason given.
    NotServing(String),
}

/// How far a topic has come on this node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct End {
    /// Rises when the log was replaced and everything is read anew.
    pub(crate) generation: u64,
    pub(crate) log_id: Option<LogId>,
    pub(crate) position: Position,
    pub(crate) log_time_millis: i64,
    pub(crate) closed: bool,
}

pub(crate) struct TopicState {
    pub(crate) name: Arc<str>,
    /// Number of its tables in the store.
    pub(crate) table: i64,
    end: watch::Sender<End>,
    tail: Mutex<Tail>,
    status: watch::Sender<Status>,
    /// Every commit with a log time before this (milliseconds since 1970) has been handed to readers.
    settled: watch::Sender<i64>,
    voids: AtomicU64,
    /// Everything up to this position was dealt with, whether it is a commit or not.
    read_to: AtomicU64,
}

#[derive(Default)]
struct Tail {
    /// Every commit after this is in `commits`.
    floor: Position,
    commits: VecDeque<Arc<Commit>>,
}

impl TopicState {
    pub(crate) fn new(name: &str, table: i64, end: End) -> Self {
        let floor = end.position;
        let settled = end.log_time_millis;
        Self {
            name: name.into(),
            table,
            end: watch::Sender::new(end),
            tail: Mutex::new(Tail {
                floor,
                commits: VecDeque::new(),
            }),
            status: watch::Sender::new(Status::Starting),
            settled: watch::Sender::new(settled),
            voids: AtomicU64::new(0),
            read_to: AtomicU64::new(0),
        }
    }

    /// Hands effective commits, in order, to whoever reads; then says how far the topic has come.
    pub(crate) fn publish(&self, commits: Vec<Arc<Commit>>) {
        let Some(last) = commits.last().cloned() else {
            return;
        };
        {
            let mut tail = self.tail.lock();
            tail.commits.extend(commits);
            while tail.commits.len() > TAIL_COMMITS {
                if let Some(oldest) = tail.commits.pop_front() {
                    tail.floor = oldest.position;
                }
            }
        }
        self.end.send_modify(|end| {
            end.position = last.position;
            end.log_time_millis = last.log_time_millis;
        });
    }

    /// Commits after a position, if memory holds all of them.
    pub(crate) fn recent(&self, after: Position, limit: usize) -> Option<Vec<Arc<Commit>>> {
        let tail = self.tail.lock();
        if after < tail.floor {
            return None;
        }
        let from = tail.commits.partition_point(|c| c.position <= after);
        Some(tail.commits.range(from..).take(limit).cloned().collect())
    }

    /// Starts anew: another log, from its beginning.
    #[cfg_attr(
        not(feature = "kafka"),
        expect(dead_code, reason = "a file is never replaced under its reader")
    )]
    pub(crate) fn replace(&self, log_id: Option<LogId>) {
        {
            let mut tail = self.tail.lock();
            tail.floor = Position::START;
            tail.commits.clear();
        }
        self.end.send_modify(|end| {
            end.generation += 1;
            end.log_id = log_id;
            end.position = Position::START;
            end.log_time_millis = 0;
        });
        self.read_to.store(0, Ordering::Release);
        self.settled.send_replace(0);
    }

    /// Every commit that is still to come has this log time or a later one.
    pub(crate) fn settle(&self, millis: i64) {
        self.settled.send_if_modified(|settled| {
            let rises = millis > *settled;
            *settled = millis.max(*settled);
            rises
        });
    }

    pub(crate) fn watch_settled(&self) -> watch::Receiver<i64> {
        self.settled.subscribe()
    }

    pub(crate) fn identify(&self, log_id: LogId) {
        self.end.send_modify(|end| end.log_id = Some(log_id));
    }

    pub(crate) fn close(&self) {
        self.end.send_modify(|end| end.closed = true);
    }

    pub(crate) fn end(&self) -> End {
        self.end.borrow().clone()
    }

    pub(crate) fn watch_end(&self) -> watch::Receiver<End> {
        self.end.subscribe()
    }

    pub(crate) fn set_status(&self, status: Status) {
        self.status.send_if_modified(|old| {
            let changed = *old != status;
            if changed {
                if let Status::NotServing(reason) = &status {
                    tracing::error!(topic = %self.name, reason, "topic {} is not served: {reason}", self.name);
                }
                *old = status;
            }
            changed
        });
    }

    pub(crate) fn status(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }

    pub(crate) fn count_void(&self) {
        self.voids.fetch_add(1, Ordering::Relaxed);
    }

    /// Everything up to here has been handed to readers, as far as it is theirs to read.
    #[cfg_attr(
        not(feature = "kafka"),
        expect(dead_code, reason = "a file holds nothing but commits")
    )]
    pub(crate) fn set_read_to(&self, position: Position) {
        self.read_to.store(position.get(), Ordering::Release);
    }

    pub(crate) fn read_to(&self) -> Position {
        let read_to = Position::new(self.read_to.load(Ordering::Acquire));
        read_to.max(self.end().position)
    }

    pub(crate) fn voids(&self) -> u64 {
        self.voids.load(Ordering::Relaxed)
    }
}
