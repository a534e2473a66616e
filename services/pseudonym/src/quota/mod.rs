//! How many elements an organisation may have evaluated: a dictionary of all citizen numbers would take 18,000 days.
//!
//! Counted in elements, not calls; kept on the disk before it is used, so that no restart forgives.

mod account;
mod store;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use parking_lot::Mutex;

use account::Account;
pub(crate) use account::Shortage;
pub use account::{BURST, DAILY};
use store::Store;

/// What was granted, and what may be.
pub(crate) struct Quota(Mutex<Store>);

/// A grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Granted {
    /// Which day it counts for, in UTC.
    pub(crate) day: String,
    /// How many were granted on that day with this.
    pub(crate) on_day: u32,
    /// With this, four fifths of the day's quota are used.
    pub(crate) passed_warning: bool,
}

/// A first-load window: elements beside the quota, so that a list that exists can come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Whose.
    pub organisation: String,
    /// How many elements, once.
    pub elements: u32,
    /// From when on, in milliseconds since 1970.
    pub opened_at: i64,
    /// Until when, in milliseconds since 1970.
    pub until: i64,
    /// By whom.
    pub custodians: [String; 2],
}

/// Why nothing was granted.
#[derive(Debug, thiserror::Error)]
pub enum QuotaError {
    /// The quota does not reach.
    #[error("{0}")]
    Short(#[from] Shortage),
    /// The file cannot be read or written.
    #[error("{path}: {1}", path = .0.display())]
    Store(PathBuf, rusqlite::Error),
}

impl Quota {
    /// Opens the file, or makes it; only its owner may read it.
    pub(crate) fn open(path: &Path) -> Result<Self, QuotaError> {
        Store::open(path).map(|store| Self(Mutex::new(store)))
    }

    /// Grants all of `count` elements or none. Blocks until that is on the disk.
    pub(crate) fn take(
        &self,
        organisation: &str,
        count: u32,
        now: i64,
    ) -> Result<Granted, QuotaError> {
        self.0.lock().take(organisation, count, now)
    }
}

/// Opens a first-load window, also beside a server that runs.
pub fn open_window(path: &Path, window: &Window) -> Result<(), QuotaError> {
    Store::open(path)?.open_window(window)
}

/// Returns the day of a moment in UTC, such as `2026-11-25`.
fn day_name(day: i64) -> String {
    let moment = jiff::Timestamp::from_second(day.saturating_mul(24 * 60 * 60));
    let moment = moment.unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    moment.strftime("%Y-%m-%d").to_string()
}
