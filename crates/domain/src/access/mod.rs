//! Who may do what, for which purpose, and whose: one table that every call of every service asks.
//!
//! [`admits`] is asked when a call comes in, [`decide`] about each thing that it touches. Both are pure.

mod caller;
mod decide;
mod table;
#[cfg(test)]
mod tests;
mod words;

pub use caller::{Caller, CallerError, OrganisationId, PersonId, Region};
pub use decide::{Decision, Denial, Outcome, Resource, RuleId, admits, decide, usual_purpose};
pub use words::{Action, Purpose, Role};
