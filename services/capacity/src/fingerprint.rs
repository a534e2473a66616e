//! Stands for some bytes, in a cursor or a page token.

use sha2::{Digest, Sha256};

/// Returns the first eight bytes of the hash of `bytes`.
pub(crate) fn fingerprint(bytes: &[u8]) -> u64 {
    let hash: [u8; 32] = Sha256::digest(bytes).into();
    let [a, b, c, d, e, f, g, h, ..] = hash;
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}
