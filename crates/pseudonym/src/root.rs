use std::fmt;

use rand_core::{OsRng, RngCore};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The secret of one stage and epoch, from which its keys are derived. Overwritten when it goes.
///
/// Each epoch has a root of its own: one root for all would bring a destroyed epoch back.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Root([u8; 32]);

impl Root {
    /// Draws one from the operating system's source of chance.
    pub fn random() -> Self {
        let mut root = Self([0; 32]);
        OsRng.fill_bytes(&mut root.0);
        root
    }

    /// Takes the bytes of one.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes, to be kept or to derive keys from.
    pub(crate) const fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Shows that there is one, never which.
impl fmt::Debug for Root {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Root(…)")
    }
}
