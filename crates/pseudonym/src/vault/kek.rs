//! The keys that wrap data keys: one file for each quarter. In earnest they belong in a key management service; here
//! a folder of the node stands for it.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use super::{Quarter, VaultError, key_file};
use crate::envelope::SubKey;

/// The folder of the keys that wrap keys.
pub(super) struct Keks(PathBuf);

impl Keks {
    /// In a vault's folder, made if it is not there.
    pub(super) fn open(vault: &Path) -> Result<Self, VaultError> {
        let Self(folder) = Self::beside(vault);
        let mut made = DirBuilder::new();
        let made = made.recursive(true).mode(0o700).create(&folder);
        made.map_err(|error| key_file::storage(&folder, &error))?;
        Ok(Self(folder))
    }

    /// In a vault's folder, to be read.
    pub(super) fn beside(vault: &Path) -> Self {
        Self(vault.join("keks"))
    }

    /// The quarter's key; none if there is none.
    pub(super) fn get(&self, quarter: Quarter) -> Result<Option<SubKey>, VaultError> {
        let key = key_file::read(&self.path(quarter))?;
        Ok(key.map(|key| SubKey::from_bytes(*key)))
    }

    /// Makes the quarter's key, durably.
    pub(super) fn make(&self, quarter: Quarter) -> Result<SubKey, VaultError> {
        key_file::make(&self.path(quarter)).map(|key| SubKey::from_bytes(*key))
    }

    /// Overwrites the quarter's key and removes it.
    pub(super) fn destroy(&self, quarter: Quarter) -> Result<(), VaultError> {
        key_file::destroy(&self.path(quarter))
    }

    fn path(&self, quarter: Quarter) -> PathBuf {
        self.0.join(format!("{quarter}.kek"))
    }
}
