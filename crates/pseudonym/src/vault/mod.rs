//! Where data keys are kept, wrapped, until they are destroyed.

#[cfg(any(test, feature = "testing"))]
pub mod conformance;
#[cfg(feature = "vault-file")]
mod file;
#[cfg(feature = "vault-keks")]
mod kek;
#[cfg(feature = "vault-keks")]
pub mod key_file;
mod kid;
mod quarter;

#[cfg(feature = "vault-file")]
pub use file::FileVault;
#[cfg(feature = "vault-keks")]
pub use kek::{KekId, Keks};
pub use kid::Kid;
pub use quarter::Quarter;

use crate::envelope::{Audience, DataKey, SubKey};

/// Keeps data keys. Every call may block.
pub trait KeyVault: Send + Sync {
    /// Makes keys that are wrapped under the quarter's key. They are durable when this returns.
    ///
    /// # Errors
    /// If they cannot be written, or the quarter's key was destroyed.
    fn make(&self, quarter: Quarter, count: usize) -> Result<Vec<(Kid, DataKey)>, VaultError>;

    /// Hands out what one audience may have of a key.
    ///
    /// # Errors
    /// `Erased` if it was destroyed, `Unknown` if it was never there.
    fn open(&self, kid: Kid, audience: Audience) -> Result<SubKey, VaultError>;

    /// Destroys keys for good: their bytes are gone when this returns, and their ids are never given again. What was
    /// destroyed before stays so; an id that is not known yet is not known afterwards, but taken.
    ///
    /// # Errors
    /// If that cannot be written: to be repeated until it can.
    fn shred(&self, kids: &[Kid]) -> Result<(), VaultError>;

    /// The keys that were made in a quarter, those too that were destroyed with it. One that was destroyed by itself may
    /// be left out.
    ///
    /// # Errors
    /// If they cannot be read.
    fn made_in(&self, quarter: Quarter) -> Result<Vec<Kid>, VaultError>;

    /// Destroys a quarter's key, and with it every key that was wrapped under it.
    ///
    /// # Errors
    /// If that cannot be written: to be repeated until it can.
    fn destroy(&self, quarter: Quarter) -> Result<(), VaultError>;
}

/// Why a key was not handed out, made or destroyed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// It was destroyed.
    #[error("the key was destroyed")]
    Erased,
    /// It was never here.
    #[error("there is no such key")]
    Unknown,
    /// There is no room.
    #[error("the disk is full")]
    Full,
    /// It is here and cannot be read.
    #[error("{0}")]
    Damaged(String),
    /// The vault cannot be read or written.
    #[error("{0}")]
    Storage(String),
}
