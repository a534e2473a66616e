//! What every service stands on: the command loop, the folded state, the node, statuses, health.
#![warn(missing_docs)]

pub mod access;
pub mod access_log;
mod call;
mod codec;
mod context;
pub mod control;
pub mod erasure;
mod node;
mod path;
pub mod status;
pub mod telemetry;
mod violations;

pub use call::{Call, Effect, ExecuteError, ReadError, Receipt, StartError};
pub use codec::{Codec, CommandOf, DecodeError, EventOf, Recorded, View};
pub use context::{Context, Folded, HistoryItem, Slot};
pub use node::{Clock, Health, Node, ServiceStatus};
pub use path::Path;
pub use violations::Violations;
