use ed25519_dalek::{SigningKey, VerifyingKey};
use eventlog::{Commit, Position, StreamId};

use super::record::{self, ErasureRecord, Says};

const STREAM: &str = "erasures";

/// The ledger does not hold together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the erasure ledger does not hold together at position {position}: {reason}")]
pub struct LedgerFault {
    /// Where.
    pub position: Position,
    /// What is wrong.
    pub reason: String,
}

/// Reads the ledger's lines one after the other, each on the ground of those before it.
#[derive(Clone, Debug)]
pub struct Chain {
    key: VerifyingKey,
    number: u64,
    hash: [u8; 32],
}

impl Chain {
    /// Before the first line.
    pub fn new(key: VerifyingKey) -> Self {
        Self {
            key,
            number: 0,
            hash: [0; 32],
        }
    }

    /// How many lines were read.
    pub fn len(&self) -> u64 {
        self.number
    }

    /// Whether none was read.
    pub fn is_empty(&self) -> bool {
        self.number == 0
    }

    /// Reads the next line.
    ///
    /// # Errors
    /// If it is not signed by the ledger's key, or does not follow on the one before.
    pub fn read(&mut self, commit: &Commit) -> Result<ErasureRecord, LedgerFault> {
        let fault = |reason: &str| LedgerFault {
            position: commit.position,
            reason: reason.to_owned(),
        };
        let line = ErasureRecord::read(&commit.body, &self.key).map_err(fault)?;
        if line.number != self.number + 1 || line.number != commit.version.get() {
            return Err(fault("a line before it is missing, or stands elsewhere"));
        }
        if line.previous != self.hash {
            return Err(fault("it does not follow on the line before it"));
        }
        self.number = line.number;
        self.hash = record::hash(&commit.body);
        Ok(line)
    }

    /// Returns the line that follows, with its number.
    pub(super) fn next(
        &self,
        signer: &SigningKey,
        (says, at_millis): (Says, i64),
    ) -> (u64, Vec<u8>) {
        let line = ErasureRecord {
            number: self.number + 1,
            says,
            at_millis,
            previous: self.hash,
        };
        (line.number, line.sign(signer))
    }
}

/// The one stream of the ledger: every line follows on the one before.
pub(super) fn stream() -> Option<StreamId> {
    StreamId::parse(STREAM)
}
