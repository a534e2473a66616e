use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, params};

use crate::{LogError, LogId, Position};

/// Says that a SQLite file is a log of ours: "DSLG".
const APPLICATION_ID: i64 = 0x4453_4C47;
/// Changes when older versions could not read the file any more.
const FORMAT: i64 = 1;

/// A topic as the store knows it.
#[derive(Clone, Debug)]
pub(crate) struct TopicRow {
    pub(crate) table: i64,
    pub(crate) log_id: Option<LogId>,
    pub(crate) progress: Option<Progress>,
}

/// The last record of another log that a replica has dealt with, effective or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Progress {
    pub(crate) position: Position,
    /// Sixteen bytes by which the record is known again.
    pub(crate) mark: [u8; 16],
}

pub(super) fn prepare(connection: &Connection) -> Result<(), LogError> {
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.pragma_update(None, "user_version", FORMAT)?;
    connection.execute_batch(
        "CREATE TABLE IF NOT EXISTS topics (
             id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, log_id BLOB,
             position INTEGER, mark BLOB
         ) STRICT",
    )?;
    Ok(())
}

/// Refuses what is not a log, what is of another format, and what has been cut short.
pub(super) fn check_whole(connection: &Connection, path: &Path) -> Result<(), LogError> {
    let missing = missing_bytes(path);
    let cut_short = |missing: u64| {
        LogError::NotALog(format!(
            "{} has been cut short: {missing} bytes are missing",
            path.display()
        ))
    };
    if let Some(missing) = missing
        && !has_write_ahead_log(path)
    {
        return Err(cut_short(missing));
    }
    let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
    if pages == 0 {
        return Ok(());
    }
    check_ours(connection, path)?;
    if let Some(missing) = missing {
        // Stopped while the write-ahead log was brought in, or cut short: only a full look tells.
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        let found: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if found != "ok" {
            return Err(cut_short(missing));
        }
    }
    Ok(())
}

/// How many bytes the file is shorter than its own header says; none if it is whole.
fn missing_bytes(path: &Path) -> Option<u64> {
    let mut head = [0; 32];
    File::open(path).ok()?.read_exact(&mut head).ok()?;
    if &head[..16] != b"SQLite format 3\0" {
        return None;
    }
    let page_size = match u16::from_be_bytes([head[16], head[17]]) {
        1 => 65_536,
        size => u64::from(size),
    };
    let pages = u32::from_be_bytes([head[28], head[29], head[30], head[31]]);
    let length = std::fs::metadata(path).ok()?.len();
    let missing = (page_size * u64::from(pages)).saturating_sub(length);
    (missing > 0).then_some(missing)
}

pub(super) fn has_write_ahead_log(path: &Path) -> bool {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    std::fs::metadata(PathBuf::from(name)).is_ok_and(|file| file.len() > 0)
}

pub(super) fn check_ours(connection: &Connection, path: &Path) -> Result<(), LogError> {
    let id: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    if id != APPLICATION_ID {
        return Err(LogError::NotALog(format!(
            "{} is not a log of doorstroom",
            path.display()
        )));
    }
    let format: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if format != FORMAT {
        return Err(LogError::NotALog(format!(
            "{} has format {format}; this version reads {FORMAT}",
            path.display()
        )));
    }
    Ok(())
}

/// The topic's row and tables, made if they are not there.
pub(super) fn ensure_topic(connection: &Connection, name: &str) -> Result<TopicRow, LogError> {
    connection.execute(
        "INSERT INTO topics (name) VALUES (?1) ON CONFLICT DO NOTHING",
        [name],
    )?;
    let Some(row) = find_topic(connection, name)? else {
        return Err(LogError::UnknownTopic(name.to_owned()));
    };
    let table = row.table;
    connection.execute_batch(&format!(
        "CREATE TABLE IF NOT EXISTS streams_{table} (
             id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
             head_position INTEGER NOT NULL, head_version INTEGER NOT NULL
         ) STRICT;
         CREATE TABLE IF NOT EXISTS commits_{table} (
             position INTEGER PRIMARY KEY, stream INTEGER NOT NULL, version INTEGER NOT NULL,
             previous INTEGER NOT NULL, log_time INTEGER NOT NULL, record BLOB NOT NULL
         ) STRICT;"
    ))?;
    Ok(row)
}

pub(super) fn find_topic(
    connection: &Connection,
    name: &str,
) -> Result<Option<TopicRow>, LogError> {
    let row = connection
        .query_row(
            "SELECT id, log_id, position, mark FROM topics WHERE name = ?1",
            [name],
            |row| {
                let log_id: Option<Vec<u8>> = row.get(1)?;
                let position: Option<i64> = row.get(2)?;
                let mark: Option<Vec<u8>> = row.get(3)?;
                Ok(TopicRow {
                    table: row.get(0)?,
                    log_id: log_id.and_then(|bytes| LogId::from_slice(&bytes)),
                    progress: position
                        .zip(mark.and_then(|bytes| bytes.try_into().ok()))
                        .map(|(position, mark)| Progress {
                            position: Position::new(position.unsigned_abs()),
                            mark,
                        }),
                })
            },
        )
        .optional()?;
    Ok(row)
}

pub(super) fn set_log_id(
    connection: &Connection,
    table: i64,
    log_id: LogId,
) -> Result<(), LogError> {
    connection.execute(
        "UPDATE topics SET log_id = ?2 WHERE id = ?1",
        params![table, &log_id.as_uuid().as_bytes()[..]],
    )?;
    Ok(())
}

pub(super) fn set_progress(
    connection: &Connection,
    table: i64,
    progress: Progress,
) -> Result<(), LogError> {
    connection
        .prepare_cached("UPDATE topics SET position = ?2, mark = ?3 WHERE id = ?1")?
        .execute(params![
            table,
            progress.position.get().cast_signed(),
            &progress.mark[..]
        ])?;
    Ok(())
}

/// Empties the topic: the log that it followed is another one now.
pub(super) fn clear_topic(connection: &mut Connection, table: i64) -> Result<(), LogError> {
    let transaction = connection.transaction()?;
    transaction.execute_batch(&format!(
        "DELETE FROM commits_{table}; DELETE FROM streams_{table};
         UPDATE topics SET log_id = NULL, position = NULL, mark = NULL WHERE id = {table};"
    ))?;
    transaction.commit()?;
    Ok(())
}
