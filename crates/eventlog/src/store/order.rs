use std::sync::Arc;

use rusqlite::{Connection, params};

use super::{Progress, Store, schema};
use crate::rule::{self, Verdict};
use crate::tail::TopicState;
use crate::{Commit, IdMap, LogError, LogId, NewCommit, Position, StreamId, Version};

/// The head of one stream.
#[derive(Clone, Copy, Debug)]
struct Head {
    row: i64,
    position: Position,
    version: Version,
}

/// A topic's order as far as it is decided: applies the version rule and writes what takes effect.
///
/// One owner: the writer of a file, or the follower of a Kafka topic. Everything done between `admit` and
/// `keep` is staged, so that a transaction that fails leaves nothing behind.
pub(crate) struct Order {
    pub(crate) topic: Arc<TopicState>,
    heads: IdMap<StreamId, Head>,
    staged_heads: IdMap<StreamId, Head>,
    staged: Vec<Arc<Commit>>,
    position: Position,
    staged_position: Position,
    log_time: i64,
    staged_log_time: i64,
}

/// What the version rule said of a commit.
pub(crate) enum Admitted {
    Effective(Position),
    Void,
}

impl Order {
    /// Reads the heads from the store.
    pub(crate) fn load(store: &Store, topic: Arc<TopicState>) -> Result<Self, LogError> {
        let heads = store.heads(topic.table)?;
        let end = topic.end();
        Ok(Self {
            topic,
            heads: heads
                .into_iter()
                .map(|(stream, row, position, version)| {
                    let head = Head {
                        row,
                        position,
                        version,
                    };
                    (stream, head)
                })
                .collect(),
            staged_heads: IdMap::default(),
            staged: Vec::new(),
            position: end.position,
            staged_position: end.position,
            log_time: end.log_time_millis,
            staged_log_time: end.log_time_millis,
        })
    }

    /// The place after the last one given.
    pub(crate) fn next_position(&self) -> Position {
        Position::new(self.staged_position.get() + 1)
    }

    /// Judges a commit and, if it takes effect, writes it into the open transaction.
    pub(crate) fn admit(
        &mut self,
        transaction: &Connection,
        commit: NewCommit,
        record: &[u8],
        place: (Position, i64),
    ) -> Result<Admitted, LogError> {
        let (position, append_time) = place;
        let head = self.staged_heads.get(&commit.stream);
        let head = head.or_else(|| self.heads.get(&commit.stream)).copied();
        let version = head.map_or(Version::NONE, |head| head.version);
        if rule::judge(version.get(), commit.version.get()) == Verdict::Void {
            return Ok(Admitted::Void);
        }
        let table = self.topic.table;
        let row = match head {
            Some(head) => head.row,
            None => insert_stream(transaction, table, &commit.stream)?,
        };
        let log_time = rule::log_time(self.staged_log_time, append_time);
        transaction
            .prepare_cached(&format!(
                "INSERT INTO commits_{table} VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
            ))?
            .execute(params![
                position.get().cast_signed(),
                row,
                commit.version.get().cast_signed(),
                head.map_or(0, |head| head.position.get().cast_signed()),
                log_time,
                record,
            ])?;
        let new_head = Head {
            row,
            position,
            version: commit.version,
        };
        self.staged_heads.insert(commit.stream.clone(), new_head);
        self.staged_position = position;
        self.staged_log_time = log_time;
        self.staged
            .push(Arc::new(commit.placed(position, log_time)));
        Ok(Admitted::Effective(position))
    }

    /// Writes the heads that changed, once per stream and transaction.
    pub(crate) fn settle(&self, transaction: &Connection) -> Result<(), LogError> {
        let mut update = transaction.prepare_cached(&format!(
            "UPDATE streams_{} SET head_position = ?2, head_version = ?3 WHERE id = ?1",
            self.topic.table
        ))?;
        for head in self.staged_heads.values() {
            update.execute(params![
                head.row,
                head.position.get().cast_signed(),
                head.version.get().cast_signed()
            ])?;
        }
        Ok(())
    }

    /// The transaction is durable: hands the commits to readers.
    pub(crate) fn keep(&mut self) {
        self.heads.extend(self.staged_heads.drain());
        self.position = self.staged_position;
        self.log_time = self.staged_log_time;
        self.topic.publish(std::mem::take(&mut self.staged));
    }

    /// The transaction failed: as if nothing had been admitted.
    pub(crate) fn forget(&mut self) {
        self.staged_heads.clear();
        self.staged.clear();
        self.staged_position = self.position;
        self.staged_log_time = self.log_time;
    }

    /// What comes from now on has at least this log time, whatever the clock says.
    pub(crate) fn settle_until(&mut self, millis: i64) {
        self.log_time = rule::log_time(self.log_time, millis);
        self.staged_log_time = self.log_time;
        self.topic.settle(self.log_time);
    }

    /// Writes how far a followed log has been dealt with.
    pub(crate) fn advance(
        &self,
        transaction: &Connection,
        progress: Progress,
    ) -> Result<(), LogError> {
        schema::set_progress(transaction, self.topic.table, progress)
    }

    /// Writes which log this is.
    pub(crate) fn identify(&self, transaction: &Connection, log_id: LogId) -> Result<(), LogError> {
        schema::set_log_id(transaction, self.topic.table, log_id)
    }
}

fn insert_stream(transaction: &Connection, table: i64, stream: &StreamId) -> Result<i64, LogError> {
    transaction
        .prepare_cached(&format!(
            "INSERT INTO streams_{table} (name, head_position, head_version) VALUES (?1, 0, 0)"
        ))?
        .execute([stream.as_str()])?;
    Ok(transaction.last_insert_rowid())
}
