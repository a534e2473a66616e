//! The raw citizen number (BSN) and its blinding. For the provider's own process alone: no server may depend on this.
//!
//! A number goes in as text and comes out as a [`P1`], which only the evaluator's key can make. On the way out go
//! [blinded elements](Batch::blinded_elements), which say nothing about the numbers, not even to the evaluator.
//! `docs/pseudonyms.md` describes the protocol.
#![warn(missing_docs)]

mod blind;
mod marks;
mod number;
mod p1;
#[cfg(test)]
mod vectors;

pub use blind::{Answer, Batch, BlindError, FinaliseError, MAX_BATCH};
pub use marks::Marks;
pub use number::{Bsn, ParseBsnError};
pub use p1::P1;
