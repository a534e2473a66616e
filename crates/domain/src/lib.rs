//! The rules, as pure functions: no clock, no input or output, nothing that waits.
//!
//! Every context has one shape: `Command → decide → Event → evolve → State`.
#![warn(missing_docs)]
#![warn(
    clippy::wildcard_enum_match_arm,
    clippy::match_wildcard_for_single_variants
)]

pub mod access;
mod aggregate;
pub mod capacity;
mod day;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod timestamp;
mod vocabulary;
pub mod waitlist;

pub use aggregate::{Aggregate, Timer, replay};
pub use day::{Day, Month};
pub use timestamp::Timestamp;
pub use vocabulary::{CareType, DiagnosisGroup, MunicipalityCode, ProviderId};
