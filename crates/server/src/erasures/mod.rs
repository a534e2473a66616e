//! Whether what was erased is gone: looked at beside the processes that have it, by an auditor, and by each node two days
//! after an erasure.

mod find;
mod opened;
#[cfg(test)]
mod tests;
mod verifier;

pub(crate) use find::{Bodies, bodies_in, keys_there, not_named, overdue, shown};
pub(crate) use opened::Opened;
pub(crate) use verifier::spawn;
