use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// What a person is called between the two keyed stages: the evaluator's output, 64 bytes.
///
/// It is a secret of the provider and the gateway: whoever has it and the gateway's key knows the pseudonyms.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct P1(pub(crate) [u8; 64]);

impl P1 {
    /// Hands the bytes over, for the gateway alone.
    pub fn into_bytes(self) -> Zeroizing<[u8; 64]> {
        Zeroizing::new(self.0)
    }
}

/// Shows that there is one, never which.
impl fmt::Debug for P1 {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("P1(…)")
    }
}
