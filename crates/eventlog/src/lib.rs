//! The log: append with the version rule, read, subscribe, positions. Knows bytes, not events.
//!
//! A [`Topic`] is a totally ordered sequence of commits. Order is made by one writer on a SQLite file, or by
//! Apache Kafka; everything that reads, reads the one SQLite schema of `store`.
#![warn(missing_docs)]

mod backend;
mod error;
mod ids;
#[cfg(feature = "kafka")]
pub mod kafka;
mod log;
mod record;
pub mod rule;
mod sqlite;
mod store;
mod subscription;
mod tail;
mod token;
mod topic;
mod verify;

pub use backend::{Clock, system_clock};
pub use error::LogError;
pub use ids::{AttemptId, CommandId, IdMap, LogId, Position, StreamId, Version};
pub use log::EventLog;
pub use record::{CommandNote, Commit, Found, NewCommit, Noted, RawRecord};
pub use subscription::Subscription;
pub use tail::Status;
pub use token::{PositionToken, TokenError};
pub use topic::Topic;
pub use verify::VerifyReport;
