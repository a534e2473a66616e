use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::Epoch;

/// What the evaluator's stage made of a person, under one epoch's key: the recoder's input, held for a moment.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct P1 {
    #[zeroize(skip)]
    pub(crate) epoch: Epoch,
    pub(crate) bytes: [u8; 64],
}

impl P1 {
    /// Takes the bytes; none if they are not 64.
    pub fn new(epoch: Epoch, bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.try_into().ok()?;
        Some(Self { epoch, bytes })
    }

    /// Returns the epoch of the evaluator's key.
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// Returns the bytes, to be sent to the gateway.
    pub fn expose(&self) -> &[u8; 64] {
        &self.bytes
    }
}

/// Shows the epoch, never the person.
impl fmt::Debug for P1 {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "P1({}, …)", self.epoch)
    }
}
