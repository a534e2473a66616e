//! What a person is called on the backbone: scopes, epochs, labels, the evaluator's and the recoder's stage, and the
//! keys of both. Knows no citizen number: what comes in is blinded, or a [`P1`] already.
//!
//! `docs/pseudonyms.md` describes the protocol, `docs/vectors/` holds its vectors.
#![warn(missing_docs)]

mod custodians;
pub mod envelope;
mod epoch;
mod evaluate;
mod label;
mod p1;
mod proof;
pub mod receipt;
mod recode;
pub mod ring;
mod root;
mod scope;
pub mod vault;
#[cfg(test)]
mod vectors;

pub use custodians::{Custodian, Custodians, CustodiansError};
pub use epoch::Epoch;
pub use evaluate::{Blinded, DOMAIN, EvaluateError, Evaluated, Evaluator, MAX_BATCH, key_id};
pub use label::{LABEL_BYTES, LabelError, Pseudonym};
pub use p1::P1;
pub use recode::{Names, RecodeError, Recoder, Recoders};
pub use root::Root;
pub use scope::{National, Region, Scope, ScopeError, Transfer};
