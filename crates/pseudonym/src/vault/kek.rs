//! The keys that wrap data keys: one file for each quarter. In earnest they belong in a key management service; here
//! a folder stands for it, which the nodes of a region share.

use std::collections::HashMap;
use std::fmt;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use parking_lot::Mutex;

use super::{Kid, Quarter, VaultError, key_file};
use crate::envelope::{Binding, DataKey, SubKey};

/// Wraps data keys, each under the key of its quarter.
pub struct Keks {
    folder: PathBuf,
    opened: Mutex<HashMap<Quarter, SubKey>>,
}

/// Names a quarter's key, and does not give it away.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KekId([u8; 16]);

impl KekId {
    /// Reads what `as_bytes` gave.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Its sixteen bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// Thirty-two hexadecimal digits.
impl fmt::Debug for KekId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl Keks {
    /// In a vault's folder, made if it is not there; readable for its owner alone.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn open(vault: &Path) -> Result<Self, VaultError> {
        let keks = Self::beside(vault);
        let mut made = DirBuilder::new();
        let made = made.recursive(true).mode(0o700).create(&keks.folder);
        made.map_err(|error| key_file::storage(&keks.folder, &error))?;
        Ok(keks)
    }

    /// In a vault's folder, to be read.
    pub fn beside(vault: &Path) -> Self {
        Self {
            folder: vault.join("keks"),
            opened: Mutex::default(),
        }
    }

    /// Where they are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Which key a quarter has; made if there is none and `or_made` says so.
    ///
    /// # Errors
    /// `Damaged` if it is missing.
    pub fn id(&self, quarter: Quarter, or_made: bool) -> Result<KekId, VaultError> {
        let kek = self.kek(quarter, or_made)?;
        Ok(KekId(kek.fingerprint()))
    }

    /// Wraps a data key under its quarter's.
    ///
    /// # Errors
    /// `Damaged` if that is missing.
    pub fn wrap(
        &self,
        (kid, quarter): (Kid, Quarter),
        key: &DataKey,
    ) -> Result<Vec<u8>, VaultError> {
        Ok(key.wrap(&self.kek(quarter, false)?, &place(kid, quarter)))
    }

    /// Opens what `wrap` gave.
    ///
    /// # Errors
    /// `Damaged` if the quarter's key is missing, or another one.
    pub fn unwrap(
        &self,
        (kid, quarter): (Kid, Quarter),
        wrapped: &[u8],
    ) -> Result<DataKey, VaultError> {
        let kek = self.kek(quarter, false)?;
        DataKey::unwrap(wrapped, &kek, &place(kid, quarter))
            .map_err(|error| VaultError::Damaged(format!("key {kid}: {error}")))
    }

    /// Overwrites a quarter's key and removes it. One that is gone stays gone.
    ///
    /// # Errors
    /// If it cannot be overwritten.
    pub fn destroy(&self, quarter: Quarter) -> Result<(), VaultError> {
        self.opened.lock().remove(&quarter);
        key_file::destroy(&self.path(quarter))
    }

    fn kek(&self, quarter: Quarter, or_made: bool) -> Result<SubKey, VaultError> {
        let mut opened = self.opened.lock();
        if let Some(kek) = opened.get(&quarter) {
            return Ok(kek.clone());
        }
        let path = self.path(quarter);
        let kek = match key_file::read(&path)? {
            Some(kek) => kek,
            None if or_made => key_file::make(&path)?,
            None => {
                let folder = self.folder.display();
                let reason = format!("the key of {quarter} is missing in {folder}");
                return Err(VaultError::Damaged(reason));
            }
        };
        let kek = SubKey::from_bytes(*kek);
        opened.insert(quarter, kek.clone());
        Ok(kek)
    }

    fn path(&self, quarter: Quarter) -> PathBuf {
        self.folder.join(format!("{quarter}.kek"))
    }
}

/// A wrapped key put beside another id or quarter does not open.
fn place(kid: Kid, quarter: Quarter) -> Binding {
    let quarter = quarter.to_string();
    Binding::to("data key")
        .and(kid.as_bytes())
        .and(quarter.as_bytes())
}
