//! Data keys in a file of their own, never part of the log's backup.
//!
//! A destroyed key is overwritten where it stands: every row keeps its size, so SQLite never moves key bytes about,
//! and the write-ahead log, which held them, is cut to nothing before a destruction counts as done.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

use parking_lot::Mutex;
use rusqlite::{
    Connection, ErrorCode, OpenFlags, OptionalExtension as _, Params, TransactionBehavior, params,
};

use super::kek::Keks;
use super::{KeyVault, Kid, Quarter, VaultError};
use crate::envelope::{Audience, DataKey, SubKey};

/// Says that a SQLite file is a vault of ours: "DSKV".
const APPLICATION_ID: i64 = 0x4453_4B56;
/// How long a reader beside us may hold up the cutting of the write-ahead log.
const BUSY: Duration = Duration::from_secs(5);

/// A vault in `keys.db`, with the keys that wrap in the folder `keks`.
pub struct FileVault {
    connection: Mutex<Connection>,
    keks: Keks,
}

impl FileVault {
    /// Opens the vault in a folder, made if it is not there; readable for its owner alone.
    ///
    /// # Errors
    /// If the file is something else, or cannot be read or written.
    pub fn open(folder: &Path) -> Result<Self, VaultError> {
        let keks = Keks::open(folder)?;
        let path = folder.join("keys.db");
        let mut file = OpenOptions::new();
        file.write(true).create(true).truncate(false).mode(0o600);
        file.open(&path)
            .map_err(|error| VaultError::Storage(format!("{}: {error}", path.display())))?;
        let connection = Connection::open(&path)?;
        let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
        if pages > 0 {
            check_ours(&connection, &path)?;
        }
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        connection.pragma_update(None, "secure_delete", "ON")?;
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.busy_timeout(BUSY)?;
        connection.execute_batch(
            "CREATE TABLE IF NOT EXISTS keys (
                 id INTEGER PRIMARY KEY, kid BLOB NOT NULL UNIQUE, quarter TEXT NOT NULL,
                 erased INTEGER NOT NULL, wrapped BLOB NOT NULL
             ) STRICT;
             CREATE INDEX IF NOT EXISTS keys_quarter ON keys (quarter);
             CREATE TABLE IF NOT EXISTS destroyed (quarter TEXT PRIMARY KEY) STRICT;",
        )?;
        let vault = Self {
            connection: Mutex::new(connection),
            keks,
        };
        // A destruction that was cut short may have left bytes there.
        cut_write_ahead_log(&vault.connection.lock())?;
        Ok(vault)
    }

    /// Opens a vault to look into it, beside the process that has it. Nothing can be made or destroyed.
    ///
    /// # Errors
    /// If it is not there, or is something else.
    pub fn open_read_only(folder: &Path) -> Result<Self, VaultError> {
        let path = folder.join("keys.db");
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&path, flags)?;
        check_ours(&connection, &path)?;
        connection.busy_timeout(BUSY)?;
        Ok(Self {
            connection: Mutex::new(connection),
            keks: Keks::beside(folder),
        })
    }

    /// The keys that are destroyed, in the order in which they were made.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn destroyed(&self) -> Result<Vec<Kid>, VaultError> {
        self.kids("SELECT kid FROM keys WHERE erased = 1 ORDER BY id", [])
    }

    fn kids(&self, query: &str, values: impl Params) -> Result<Vec<Kid>, VaultError> {
        let connection = self.connection.lock();
        let mut query = connection.prepare_cached(query)?;
        let rows = query.query_map(values, |row| row.get::<_, Vec<u8>>(0))?;
        let mut kids = Vec::new();
        for kid in rows {
            kids.extend(Kid::from_slice(&kid?));
        }
        Ok(kids)
    }
}

impl KeyVault for FileVault {
    fn make(&self, quarter: Quarter, count: usize) -> Result<Vec<(Kid, DataKey)>, VaultError> {
        let mut connection = self.connection.lock();
        if is_destroyed(&connection, quarter)? {
            return Err(VaultError::Erased);
        }
        let has_keys = has_keys(&connection, quarter)?;
        // One that vanished is not made anew: what it wrapped would be lost without a word.
        self.keks.id(quarter, !has_keys)?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut made = Vec::with_capacity(count);
        for _ in 0..count {
            let (kid, key) = (Kid::random(), DataKey::random());
            let wrapped = self.keks.wrap((kid, quarter), &key)?;
            transaction
                .prepare_cached(
                    "INSERT INTO keys (kid, quarter, erased, wrapped) VALUES (?1, ?2, 0, ?3)",
                )?
                .execute(params![&kid.as_bytes()[..], quarter.to_string(), wrapped])?;
            made.push((kid, key));
        }
        transaction.commit()?;
        Ok(made)
    }

    fn open(&self, kid: Kid, audience: Audience) -> Result<SubKey, VaultError> {
        let row = {
            let connection = self.connection.lock();
            connection
                .prepare_cached("SELECT quarter, erased, wrapped FROM keys WHERE kid = ?1")?
                .query_row([&kid.as_bytes()[..]], |row| {
                    let quarter: String = row.get(0)?;
                    let wrapped: Vec<u8> = row.get(2)?;
                    Ok((quarter, row.get::<_, bool>(1)?, wrapped))
                })
                .optional()?
        };
        let (quarter, is_erased, wrapped) = row.ok_or(VaultError::Unknown)?;
        if is_erased {
            return Err(VaultError::Erased);
        }
        let quarter = quarter
            .parse()
            .map_err(|error| VaultError::Damaged(format!("key {kid}: {error}")))?;
        let key = self.keks.unwrap((kid, quarter), &wrapped)?;
        Ok(key.sub_key(audience))
    }

    fn shred(&self, kids: &[Kid]) -> Result<(), VaultError> {
        let mut connection = self.connection.lock();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for kid in kids {
            transaction
                .prepare_cached(
                    "INSERT INTO keys (kid, quarter, erased, wrapped) VALUES (?1, '', 1, x'')
                     ON CONFLICT (kid) DO UPDATE SET erased = 1, wrapped = zeroblob(length(wrapped))",
                )?
                .execute([&kid.as_bytes()[..]])?;
        }
        transaction.commit()?;
        cut_write_ahead_log(&connection)
    }

    fn made_in(&self, quarter: Quarter) -> Result<Vec<Kid>, VaultError> {
        self.kids(
            "SELECT kid FROM keys WHERE quarter = ?1 ORDER BY id",
            [quarter.to_string()],
        )
    }

    fn destroy(&self, quarter: Quarter) -> Result<(), VaultError> {
        let mut connection = self.connection.lock();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let name = quarter.to_string();
        transaction.execute("INSERT OR IGNORE INTO destroyed VALUES (?1)", [&name])?;
        transaction.execute(
            "UPDATE keys SET erased = 1, wrapped = zeroblob(length(wrapped)) WHERE quarter = ?1",
            [&name],
        )?;
        transaction.commit()?;
        cut_write_ahead_log(&connection)?;
        self.keks.destroy(quarter)
    }
}

fn check_ours(connection: &Connection, path: &Path) -> Result<(), VaultError> {
    let id: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    if id == APPLICATION_ID {
        return Ok(());
    }
    let reason = format!("{} is not a vault of doorstroom", path.display());
    Err(VaultError::Damaged(reason))
}

fn is_destroyed(connection: &Connection, quarter: Quarter) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM destroyed WHERE quarter = ?1)")?
        .query_row([quarter.to_string()], |row| row.get(0))
}

fn has_keys(connection: &Connection, quarter: Quarter) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM keys WHERE quarter = ?1)")?
        .query_row([quarter.to_string()], |row| row.get(0))
}

/// Brings the write-ahead log into the file and cuts it to nothing: keys stay readable in it otherwise.
fn cut_write_ahead_log(connection: &Connection) -> Result<(), VaultError> {
    let is_busy: bool =
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if is_busy {
        let reason = "somebody reads keys.db: its write-ahead log cannot be cut".to_owned();
        return Err(VaultError::Storage(reason));
    }
    Ok(())
}

impl From<rusqlite::Error> for VaultError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            _ => Self::Storage(format!("keys.db: {error}")),
        }
    }
}

#[cfg(test)]
mod tests;
