use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use eventlog::{Position, StreamId};

use super::block::Hash;

/// What is signed begins with this: no other signature of the same key can be taken for one of these.
const LABEL: &str = "doorstroom/access-log/v1";
const KEY_DIGITS: usize = 64;

/// Where a block belongs: elsewhere its signature is wrong.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) topic: &'a str,
    pub(super) stream: &'a StreamId,
}

/// Whose signature blocks must have, and from which position on, written `POSITION:KEY`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signer {
    /// Blocks from here on are signed.
    pub since: Position,
    key: VerifyingKey,
}

/// A text that is no signer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a signer is a position and 64 hexadecimal digits of a public key, with a colon between")]
pub struct SignerError;

impl Signer {
    /// Who has this key, and signs what comes from a position on.
    pub fn of(key: &SigningKey, since: Position) -> Self {
        Self {
            since,
            key: key.verifying_key(),
        }
    }

    /// Tells whether a block's signature is this one's, for just this place.
    pub(super) fn has_signed(&self, place: Place<'_>, hash: &Hash, signature: &[u8]) -> bool {
        Signature::from_slice(signature).is_ok_and(|signature| {
            self.key
                .verify_strict(&signed(place, hash), &signature)
                .is_ok()
        })
    }
}

impl fmt::Display for Signer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:", self.since)?;
        let mut bytes = self.key.as_bytes().iter();
        bytes.try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl FromStr for Signer {
    type Err = SignerError;

    fn from_str(text: &str) -> Result<Self, SignerError> {
        let (position, digits) = text.split_once(':').ok_or(SignerError)?;
        if digits.len() != KEY_DIGITS || !digits.is_ascii() {
            return Err(SignerError);
        }
        let mut key = [0; KEY_DIGITS / 2];
        for (byte, at) in key.iter_mut().zip((0..KEY_DIGITS).step_by(2)) {
            *byte = u8::from_str_radix(&digits[at..at + 2], 16).map_err(|_| SignerError)?;
        }
        Ok(Self {
            since: Position::new(position.parse().map_err(|_| SignerError)?),
            key: VerifyingKey::from_bytes(&key).map_err(|_| SignerError)?,
        })
    }
}

/// Returns the signature of a block with this hash, for this place.
pub(super) fn sign(signer: &SigningKey, place: Place<'_>, hash: &Hash) -> Vec<u8> {
    signer.sign(&signed(place, hash)).to_bytes().to_vec()
}

fn signed(place: Place<'_>, hash: &Hash) -> Vec<u8> {
    let Place { topic, stream } = place;
    let mut signed = format!("{LABEL}\0{topic}\0{}\0", stream.as_str()).into_bytes();
    signed.extend(hash);
    signed
}
