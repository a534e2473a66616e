use std::sync::Arc;

use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Store, TopicRow, schema};
use crate::record::{Record, Unreadable};
use crate::tail::{End, TopicState};
use crate::{Commit, LogError, LogId, Position, StreamId, Version};

/// A row of `commits_…` before it is read as a record.
struct Stored {
    position: i64,
    log_time: i64,
    previous: i64,
    record: Vec<u8>,
}

impl Store {
    /// The topic's row, made if it is not there.
    pub(crate) fn ensure_topic(&self, name: &str) -> Result<TopicRow, LogError> {
        self.write(|connection| schema::ensure_topic(connection, name))
    }

    pub(crate) fn find_topic(&self, name: &str) -> Result<Option<TopicRow>, LogError> {
        self.read(|connection| schema::find_topic(connection, name))
    }

    pub(crate) fn topic_names(&self) -> Result<Vec<String>, LogError> {
        self.read(|connection| {
            let mut select = connection.prepare_cached("SELECT name FROM topics ORDER BY name")?;
            let names = select.query_map([], |row| row.get(0))?;
            Ok(names.collect::<Result<_, _>>()?)
        })
    }

    pub(crate) fn set_log_id(&self, table: i64, log_id: LogId) -> Result<(), LogError> {
        self.write(|connection| schema::set_log_id(connection, table, log_id))
    }

    #[cfg_attr(
        not(feature = "kafka"),
        expect(dead_code, reason = "only a replica is emptied")
    )]
    pub(crate) fn clear_topic(&self, table: i64) -> Result<(), LogError> {
        self.write(|connection| schema::clear_topic(connection, table))
    }

    /// The state that a topic's readers start with.
    pub(crate) fn topic_state(&self, name: &str, row: &TopicRow) -> Result<TopicState, LogError> {
        let last = self.read(|connection| last_place(connection, row.table, i64::MAX))?;
        let (position, log_time_millis) = last.unwrap_or((0, 0));
        let end = End {
            generation: 0,
            log_id: row.log_id,
            position: Position::new(position.unsigned_abs()),
            log_time_millis,
            closed: false,
        };
        Ok(TopicState::new(name, row.table, end))
    }

    /// Every stream with its row, head position and head version.
    pub(super) fn heads(
        &self,
        table: i64,
    ) -> Result<Vec<(StreamId, i64, Position, Version)>, LogError> {
        self.read(|connection| {
            let mut select = connection.prepare_cached(&format!(
                "SELECT name, id, head_position, head_version FROM streams_{table}"
            ))?;
            let mut rows = select.query([])?;
            let mut heads = Vec::new();
            while let Some(row) = rows.next()? {
                let name: String = row.get(0)?;
                let Some(stream) = StreamId::parse(&name) else {
                    return Err(LogError::NotALog(format!("{name:?} is not a stream id")));
                };
                heads.push((stream, row.get(1)?, place(row, 2)?, version(row, 3)?));
            }
            Ok(heads)
        })
    }

    /// Up to `limit` commits after a position, in order.
    pub(crate) fn commits_after(
        &self,
        topic: &TopicState,
        after: Position,
        limit: usize,
    ) -> Result<Vec<Arc<Commit>>, LogError> {
        let stored = self.read(|connection| {
            let mut select = connection.prepare_cached(&format!(
                "SELECT position, log_time, previous, record FROM commits_{}
                 WHERE position > ?1 ORDER BY position LIMIT ?2",
                topic.table
            ))?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let rows = select.query_map(params![after.get().cast_signed(), limit], stored)?;
            Ok(rows.collect::<Result<Vec<_>, _>>()?)
        })?;
        stored
            .into_iter()
            .map(|row| read_commit(topic, row).map(|(commit, _)| Arc::new(commit)))
            .collect()
    }

    /// A stream's commits, oldest first, by walking back from its head.
    pub(crate) fn stream(
        &self,
        topic: &TopicState,
        stream: &StreamId,
    ) -> Result<Vec<Arc<Commit>>, LogError> {
        self.read(|connection| {
            let head: Option<i64> = connection
                .prepare_cached(&format!(
                    "SELECT head_position FROM streams_{} WHERE name = ?1",
                    topic.table
                ))?
                .query_row([stream.as_str()], |row| row.get(0))
                .optional()?;
            let mut history = Vec::new();
            let mut at = head.unwrap_or(0);
            while at != 0 {
                let row = commit_at(connection, topic, at)?;
                let (commit, previous) = read_commit(topic, row)?;
                history.push(Arc::new(commit));
                if previous >= at {
                    let reason = "it points forward";
                    return Err(damaged(topic, at, reason));
                }
                at = previous;
            }
            history.reverse();
            Ok(history)
        })
    }

    /// The commit at a position, if there is one.
    pub(crate) fn commit(
        &self,
        topic: &TopicState,
        position: Position,
    ) -> Result<Option<Arc<Commit>>, LogError> {
        let before = Position::new(position.get().saturating_sub(1));
        let found = self.commits_after(topic, before, 1)?.pop();
        Ok(found.filter(|commit| commit.position == position))
    }

    /// The last position with a log time at or before the moment. Log time never runs backwards, so the
    /// order of positions is the order of time.
    pub(crate) fn position_at(&self, table: i64, millis: i64) -> Result<Position, LogError> {
        self.read(|connection| {
            let mut low = 0;
            let mut high = last_place(connection, table, i64::MAX)?.map_or(0, |(at, _)| at);
            while low < high {
                let middle = low + (high - low + 1) / 2;
                match last_place(connection, table, middle)? {
                    Some((at, time)) if time <= millis => low = middle.max(at),
                    Some((at, _)) => high = at - 1,
                    None => low = middle,
                }
            }
            let found = last_place(connection, table, low)?.map_or(0, |(at, _)| at);
            Ok(Position::new(found.unsigned_abs()))
        })
    }
}

/// Position and log time of the last commit at or before a position.
fn last_place(
    connection: &Connection,
    table: i64,
    at: i64,
) -> Result<Option<(i64, i64)>, LogError> {
    let row = connection
        .prepare_cached(&format!(
            "SELECT position, log_time FROM commits_{table}
             WHERE position <= ?1 ORDER BY position DESC LIMIT 1"
        ))?
        .query_row([at], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(row)
}

fn commit_at(connection: &Connection, topic: &TopicState, at: i64) -> Result<Stored, LogError> {
    connection
        .prepare_cached(&format!(
            "SELECT position, log_time, previous, record FROM commits_{} WHERE position = ?1",
            topic.table
        ))?
        .query_row([at], stored)
        .optional()?
        .ok_or_else(|| damaged(topic, at, "it is missing"))
}

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    Ok(Stored {
        position: row.get(0)?,
        log_time: row.get(1)?,
        previous: row.get(2)?,
        record: row.get(3)?,
    })
}

fn read_commit(topic: &TopicState, row: Stored) -> Result<(Commit, i64), LogError> {
    match Record::decode(Bytes::from(row.record)) {
        Ok(Record::Commit(commit)) => {
            let position = Position::new(row.position.unsigned_abs());
            Ok((commit.placed(position, row.log_time), row.previous))
        }
        Ok(_) => Err(damaged(topic, row.position, "it is not a commit")),
        Err(Unreadable::Damaged(reason)) => Err(damaged(topic, row.position, &reason)),
        Err(Unreadable::Foreign) => Err(damaged(topic, row.position, "it is not ours")),
    }
}

fn damaged(topic: &TopicState, position: i64, reason: &str) -> LogError {
    LogError::Damaged {
        topic: topic.name.to_string(),
        position: Position::new(position.unsigned_abs()),
        reason: reason.to_owned(),
    }
}

fn place(row: &Row<'_>, column: usize) -> rusqlite::Result<Position> {
    Ok(Position::new(row.get::<_, i64>(column)?.unsigned_abs()))
}

fn version(row: &Row<'_>, column: usize) -> rusqlite::Result<Version> {
    Ok(Version::new(row.get::<_, i64>(column)?.unsigned_abs()))
}
