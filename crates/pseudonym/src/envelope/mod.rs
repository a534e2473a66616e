//! Bodies that only a holder of the entry's key can read: AES-256-GCM under a sub-key of its data key.

use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use hkdf::Hkdf;
use rand_core::{OsRng, RngCore as _};
use sha2::Sha256;
use zeroize::{ZeroizeOnDrop, Zeroizing};

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;
const SUB_KEY_SALT: &[u8] = b"doorstroom/envelope/v1";
#[cfg(feature = "vault-keks")]
const FINGERPRINT_SALT: &[u8] = b"doorstroom/kek-id/v1";

/// How many bytes a sealed text is longer than the clear one.
pub const OVERHEAD_BYTES: usize = NONCE_BYTES + TAG_BYTES;

/// Who is to read what is sealed: each audience has a sub-key of its own, and none leads to another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Audience {
    /// The region's own services.
    Region,
    /// The closed service that counts for the nation.
    National,
}

impl Audience {
    fn info(self) -> &'static [u8] {
        match self {
            Self::Region => b"reg",
            Self::National => b"nat",
        }
    }
}

/// The key of one entry. Whoever destroys it erases everything that was sealed under its sub-keys.
#[derive(ZeroizeOnDrop)]
pub struct DataKey([u8; KEY_BYTES]);

impl DataKey {
    /// Makes a new one.
    pub fn random() -> Self {
        let mut key = [0; KEY_BYTES];
        OsRng.fill_bytes(&mut key);
        Self(key)
    }

    /// Returns what one audience may have of it.
    pub fn sub_key(&self, audience: Audience) -> SubKey {
        let mut key = SubKey([0; KEY_BYTES]);
        let filled =
            Hkdf::<Sha256>::new(Some(SUB_KEY_SALT), &self.0).expand(audience.info(), &mut key.0);
        debug_assert!(filled.is_ok(), "32 bytes are within what HKDF gives");
        key
    }

    /// Seals it under a key that wraps keys.
    #[cfg(feature = "vault-keks")]
    pub(crate) fn wrap(&self, under: &SubKey, binding: &Binding) -> Vec<u8> {
        seal(under, binding, &self.0)
    }

    /// Opens what `wrap` gave.
    #[cfg(feature = "vault-keks")]
    pub(crate) fn unwrap(
        wrapped: &[u8],
        under: &SubKey,
        binding: &Binding,
    ) -> Result<Self, CannotOpen> {
        let clear = open(under, binding, wrapped)?;
        clear[..].try_into().map(Self).map_err(|_| CannotOpen)
    }
}

/// A key that seals and opens. Cannot be printed; gone from memory when it is let go.
#[derive(Clone, ZeroizeOnDrop)]
pub struct SubKey([u8; KEY_BYTES]);

impl SubKey {
    pub(crate) fn from_bytes(bytes: [u8; KEY_BYTES]) -> Self {
        Self(bytes)
    }

    /// Returns what names it and does not give it away.
    #[cfg(feature = "vault-keks")]
    pub(crate) fn fingerprint(&self) -> [u8; 16] {
        let mut print = [0; 16];
        let filled =
            Hkdf::<Sha256>::new(Some(FINGERPRINT_SALT), &self.0).expand(b"name", &mut print);
        debug_assert!(filled.is_ok(), "16 bytes are within what HKDF gives");
        print
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new((&self.0).into())
    }
}

/// What a sealed text belongs to: put anywhere else, it does not open.
#[derive(Clone, Debug)]
pub struct Binding(Vec<u8>);

impl Binding {
    /// Begins with what kind of text it is.
    pub fn to(kind: &str) -> Self {
        Self(Vec::with_capacity(128)).and(kind.as_bytes())
    }

    /// Adds a field. Each stands behind its own length, so that no two lists of fields are the same bytes.
    #[must_use]
    pub fn and(mut self, field: &[u8]) -> Self {
        self.0.extend((field.len() as u64).to_be_bytes());
        self.0.extend(field);
        self
    }
}

/// The bytes are not what was sealed under this key for this place: another key, another place, or damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it does not open with this key in this place")]
pub struct CannotOpen;

/// Returns a random nonce and behind it the sealed text.
///
/// Up to 2³² texts may be sealed under one key.
pub fn seal(key: &SubKey, binding: &Binding, clear: &[u8]) -> Vec<u8> {
    let mut nonce = [0; NONCE_BYTES];
    OsRng.fill_bytes(&mut nonce);
    seal_with(key, nonce, &binding.0, clear)
}

/// Opens what `seal` gave.
///
/// # Errors
/// If a single bit of the text, the key or the binding is another one.
pub fn open(
    key: &SubKey,
    binding: &Binding,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, CannotOpen> {
    let (nonce, text) = sealed.split_at_checked(NONCE_BYTES).ok_or(CannotOpen)?;
    let payload = Payload {
        msg: text,
        aad: &binding.0,
    };
    let clear = key.cipher().decrypt(Nonce::from_slice(nonce), payload);
    clear.map(Zeroizing::new).map_err(|_| CannotOpen)
}

fn seal_with(key: &SubKey, nonce: [u8; NONCE_BYTES], aad: &[u8], clear: &[u8]) -> Vec<u8> {
    let payload = Payload { msg: clear, aad };
    let text = key.cipher().encrypt(&nonce.into(), payload);
    // AES-GCM refuses only texts of more than 64 GiB: what cannot be sealed is left out, never put in clear.
    let text = text.unwrap_or_default();
    [&nonce[..], &text].concat()
}

#[cfg(test)]
mod tests;
