use std::fmt;

use data_encoding::HEXLOWER;
use rand_core::{OsRng, RngCore as _};

const KID_BYTES: usize = 16;

/// Names a data key. Random: it says nothing of the entry, and is never given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kid([u8; KID_BYTES]);

impl Kid {
    /// Makes a new one.
    pub fn random() -> Self {
        let mut bytes = [0; KID_BYTES];
        OsRng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// Reads what `as_bytes` gave.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Reads its thirty-two hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = HEXLOWER.decode(text.as_bytes()).ok()?;
        Self::from_slice(&bytes)
    }

    /// Its sixteen bytes.
    pub fn as_bytes(&self) -> &[u8; KID_BYTES] {
        &self.0
    }
}

/// Thirty-two hexadecimal digits.
impl fmt::Display for Kid {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}
