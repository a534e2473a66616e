//! The file: accounts and first-load windows.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::{Account, Granted, QuotaError, Window, day_name};

/// How long the other process (`quota open` beside the server) is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS account (
        organisation TEXT PRIMARY KEY,
        level INTEGER NOT NULL,
        at INTEGER NOT NULL,
        day INTEGER NOT NULL,
        counted INTEGER NOT NULL,
        granted INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS window (
        id INTEGER PRIMARY KEY,
        organisation TEXT NOT NULL,
        opened_at INTEGER NOT NULL,
        until INTEGER NOT NULL,
        elements INTEGER NOT NULL,
        remaining INTEGER NOT NULL CHECK (remaining >= 0),
        first_custodian TEXT NOT NULL,
        second_custodian TEXT NOT NULL
    ) STRICT;";

pub(super) struct Store {
    path: PathBuf,
    connection: Connection,
}

impl Store {
    pub(super) fn open(path: &Path) -> Result<Self, QuotaError> {
        let opened = || {
            // SQLite would make it readable for everybody; what it makes beside it takes over this mode.
            let mut options = OpenOptions::new();
            let made = options.append(true).create(true).mode(0o600).open(path);
            made.map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
            let connection = Connection::open(path)?;
            connection.busy_timeout(PATIENCE)?;
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            connection.execute_batch(SCHEMA)?;
            Ok(connection)
        };
        let connection = opened().map_err(|error| QuotaError::Store(path.to_owned(), error))?;
        Ok(Self {
            path: path.to_owned(),
            connection,
        })
    }

    pub(super) fn take(
        &mut self,
        organisation: &str,
        count: u32,
        now: i64,
    ) -> Result<Granted, QuotaError> {
        let path = self.path.clone();
        let failed = |error| QuotaError::Store(path.clone(), error);
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(failed)?;
        let before = account(&transaction, organisation)
            .map_err(failed)?
            .unwrap_or_else(|| Account::new(now));
        let windows = open_at(&transaction, organisation, now).map_err(failed)?;
        let mut from_windows = Vec::new();
        let mut left = count;
        for (id, remaining) in windows {
            let taken = remaining.min(left);
            left -= taken;
            from_windows.push((id, taken));
        }
        let after = before.take(left, count - left, now)?;
        let kept = || {
            keep(&transaction, organisation, &after)?;
            for (id, taken) in from_windows {
                transaction.execute(
                    "UPDATE window SET remaining = remaining - ?2 WHERE id = ?1",
                    params![id, taken],
                )?;
            }
            Ok(())
        };
        kept().map_err(failed)?;
        transaction.commit().map_err(failed)?;
        let same_day = before.day == after.day;
        Ok(Granted {
            day: day_name(after.day),
            on_day: after.granted,
            passed_warning: after.is_nearly_used() && !(same_day && before.is_nearly_used()),
        })
    }

    pub(super) fn open_window(&self, window: &Window) -> Result<(), QuotaError> {
        let [first, second] = &window.custodians;
        let written = self.connection.execute(
            "INSERT INTO window (organisation, opened_at, until, elements, remaining, first_custodian, second_custodian)
             VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6)",
            params![
                window.organisation,
                window.opened_at,
                window.until,
                window.elements,
                first,
                second
            ],
        );
        written
            .map(|_| ())
            .map_err(|error| QuotaError::Store(self.path.clone(), error))
    }
}

fn account(transaction: &Transaction<'_>, organisation: &str) -> rusqlite::Result<Option<Account>> {
    let mut select = transaction.prepare_cached(
        "SELECT level, at, day, counted, granted FROM account WHERE organisation = ?1",
    )?;
    let found = select.query_row([organisation], |row| {
        Ok(Account {
            level: row.get(0)?,
            at: row.get(1)?,
            day: row.get(2)?,
            counted: row.get(3)?,
            granted: row.get(4)?,
        })
    });
    found.optional()
}

/// Returns the windows that are open and not used up, the one that ends first first, with what is left of each.
fn open_at(
    transaction: &Transaction<'_>,
    organisation: &str,
    now: i64,
) -> rusqlite::Result<Vec<(i64, u32)>> {
    let mut select = transaction.prepare_cached(
        "SELECT id, remaining FROM window
         WHERE organisation = ?1 AND opened_at <= ?2 AND ?2 < until AND remaining > 0 ORDER BY until, id",
    )?;
    let found = select.query_map(params![organisation, now], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?;
    found.collect()
}

fn keep(
    transaction: &Transaction<'_>,
    organisation: &str,
    account: &Account,
) -> rusqlite::Result<()> {
    let mut upsert = transaction.prepare_cached(
        "INSERT OR REPLACE INTO account (organisation, level, at, day, counted, granted) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    let Account {
        level,
        at,
        day,
        counted,
        granted,
    } = *account;
    upsert.execute(params![organisation, level, at, day, counted, granted])?;
    Ok(())
}
