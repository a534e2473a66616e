//! The keys of entries about persons, and what becomes of them: given out, held for minutes, destroyed for good.
//!
//! An erasure is a record in the region's ledger first, then the destruction of the key. Whoever was interrupted
//! between the two goes on at the next start; whoever reads asks the ledger first, and reads nothing while it does
//! not know how the ledger ends. Two days later somebody looks whether the keys are gone, and writes that down, too.

mod chain;
mod check;
mod destroy;
mod follow;
mod kafka;
mod keyring;
#[cfg(test)]
mod model;
mod record;
mod standing;
#[cfg(test)]
mod tests;
mod verified;

use eventlog::Commit;
use pseudonym::envelope::{Audience, SubKey};

pub use chain::{Chain, LedgerFault};
pub use check::check;
pub use destroy::EraseError;
pub use ed25519_dalek::{SigningKey, VerifyingKey};
pub use kafka::{KafkaVault, KeysSeen};
pub(crate) use keyring::KeyError;
pub use keyring::Keyring;
pub use record::{ErasureRecord, Ground, Says, Subject};
pub(crate) use standing::Erasures;
pub use verified::{VERIFIED_AFTER, Verification};

/// The key that a body of a commit is sealed under; none if it is not a sealed one.
pub fn kid_of(body: &[u8]) -> Option<pseudonym::vault::Kid> {
    crate::context::SealedBody::parse(body)?.kid()
}

/// Tells whether the part of a commit's body that is for an audience opens with a key: for who checks that none does.
pub fn opens(topic: &str, commit: &Commit, key: (&SubKey, Audience)) -> bool {
    crate::context::SealedBody::parse(&commit.body)
        .is_some_and(|body| body.opens((topic, commit), key))
}

/// Name of a region's ledger of erasures.
pub fn topic_name(region: &str) -> String {
    format!("{region}.erasures")
}

/// Name of the topic of a region's data keys.
pub fn key_topic_name(region: &str) -> String {
    format!("{region}.keys")
}
