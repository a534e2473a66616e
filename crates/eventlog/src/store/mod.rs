//! The one schema that everything reads: effective commits, streams with their heads, how far each topic has come.
//!
//! Append-only. The position is the integer primary key; every commit holds the position of its stream's
//! previous one, so that a stream is read by walking back. A secondary index on the way in would cost more
//! than the fsync.

mod order;
mod read;
mod schema;
mod source;

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rusqlite::Connection;

use crate::LogError;

/// Who stops lets go of the file once its last reads are done: who starts again at once waits so long for that.
const JUST_ENDING: Duration = Duration::from_secs(1);
const LOOK_AGAIN: Duration = Duration::from_millis(10);

pub(crate) use order::{Admitted, Order};
pub(crate) use schema::{Progress, TopicRow};
use source::Source;

/// How much a commit of the store is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durability {
    /// On the disk: the store is where order is made.
    Full,
    /// Whole, but perhaps not the newest after a power loss: the store is a replica.
    #[cfg_attr(not(feature = "kafka"), expect(dead_code, reason = "only a replica"))]
    Normal,
}

pub(crate) struct Store {
    /// None: in memory.
    source: Option<Source>,
    /// Before the writer, so that they are closed first: only the last to be closed brings the write-ahead
    /// log in, and a reader cannot.
    readers: Mutex<Vec<Connection>>,
    writer: Mutex<Connection>,
    _lock: Option<File>,
}

impl Store {
    pub(crate) fn in_memory() -> Result<Self, LogError> {
        let connection = Connection::open_in_memory()?;
        schema::prepare(&connection)?;
        Ok(Self {
            source: None,
            writer: Mutex::new(connection),
            readers: Mutex::default(),
            _lock: None,
        })
    }

    /// Opens or creates the file, for this process alone.
    pub(crate) fn open(path: &Path, durability: Durability) -> Result<Self, LogError> {
        let mut lock = lock(path)?;
        if durability == Durability::Full {
            refuse_if_emptied(path, &lock)?;
        }
        let connection = Connection::open(path).map_err(|error| cannot_open(path, &error))?;
        schema::check_whole(&connection, path)?;
        // Before there is a write-ahead log, so that the file itself says from the start what it is.
        schema::prepare(&connection)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(
            None,
            "synchronous",
            match durability {
                Durability::Full => "FULL",
                Durability::Normal => "NORMAL",
            },
        )?;
        connection.pragma_update(None, "cache_size", -65_536)?;
        connection.pragma_update(None, "journal_size_limit", 64 << 20)?;
        connection.set_prepared_statement_cache_capacity(64);
        // What comes after this counts: the file may be deleted, but not be emptied unnoticed.
        lock.write_all(b"made")
            .map_err(|error| cannot_lock(path, &error))?;
        Ok(Self {
            source: Some(Source::shared(path)),
            writer: Mutex::new(connection),
            readers: Mutex::default(),
            _lock: Some(lock),
        })
    }

    /// Opens an existing file beside the process that writes it, or where nothing may be written.
    pub(crate) fn open_read_only(path: &Path) -> Result<Self, LogError> {
        let source = Source::to_read(path)?;
        let connection = source.connect()?;
        schema::check_ours(&connection, path)?;
        Ok(Self {
            source: Some(source),
            writer: Mutex::new(connection),
            readers: Mutex::default(),
            _lock: None,
        })
    }

    /// Runs `write` on the one connection that writes.
    pub(crate) fn write<R>(
        &self,
        write: impl FnOnce(&mut Connection) -> Result<R, LogError>,
    ) -> Result<R, LogError> {
        write(&mut self.writer.lock())
    }

    /// Runs `read` on a connection of its own; in memory there is only one.
    fn read<R>(
        &self,
        read: impl FnOnce(&Connection) -> Result<R, LogError>,
    ) -> Result<R, LogError> {
        let Some(source) = &self.source else {
            return read(&self.writer.lock());
        };
        let pooled = self.readers.lock().pop();
        let connection = match pooled {
            Some(connection) => connection,
            None => source.connect()?,
        };
        let result = read(&connection);
        self.readers.lock().push(connection);
        result
    }
}

fn cannot_open(path: &Path, error: &rusqlite::Error) -> LogError {
    LogError::Storage(format!("cannot open {}: {error}", path.display()))
}

fn lock(path: &Path) -> Result<File, LogError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&name)
        .map_err(|error| LogError::Storage(format!("cannot write {}: {error}", path.display())))?;
    let until = Instant::now() + JUST_ENDING;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if Instant::now() < until => {
                std::thread::sleep(LOOK_AGAIN)
            }
            Err(TryLockError::WouldBlock) => {
                return Err(LogError::InUse(path.display().to_string()));
            }
            Err(TryLockError::Error(error)) => return Err(cannot_lock(path, &error)),
        }
    }
}

fn cannot_lock(path: &Path, error: &std::io::Error) -> LogError {
    LogError::Storage(format!("cannot lock {}: {error}", path.display()))
}

/// A file of no bytes is a new log, unless the file beside it says that there was one.
fn refuse_if_emptied(path: &Path, lock: &File) -> Result<(), LogError> {
    let is_empty = std::fs::metadata(path).is_ok_and(|file| file.len() == 0);
    if is_empty && lock.metadata().is_ok_and(|lock| lock.len() > 0) {
        return Err(LogError::NotALog(format!(
            "{} has been cut short: it is empty, and it held a log",
            path.display()
        )));
    }
    Ok(())
}
