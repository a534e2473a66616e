//! Who had access to what about persons: durable before the answer, in an order that cannot be changed unseen.
//!
//! A service about persons asks first, records then, and only then answers:
//!
//! ```ignore
//! let access = Access::of(&request);
//! let allowed = access.may(Action::ReadOwnEntries, Some(owner))?;
//! let entry = Entry::of(&access, allowed.rule, Verb::Read).about("waiting-entry", [entry_id]);
//! node.access_log.record(entry).await?;
//! ```
//!
//! Where it cannot be recorded, nothing is answered: both errors become a status.

mod block;
mod chain;
mod entry;
mod record;
mod signature;
#[cfg(test)]
mod tests;
mod verify;
mod writer;

use std::sync::Arc;

use eventlog::{LogError, Position};
use tokio::sync::{mpsc, oneshot};
use tonic::{Code, Status};

pub use ed25519_dalek::SigningKey;
pub use entry::{Entry, Verb};
pub use signature::{Signer, SignerError};
pub use verify::{Anchor, AnchorError, Problem, Verified, verify};

use crate::access::{Access, Denied};
use crate::status::with_reason;
use crate::{Clock, Node};
use record::Stamp;
use writer::{Pending, Writer};

/// How many entries may wait to be written; more wait outside.
const ENTRIES_WAITING: usize = 1_024;
/// How many things one entry names.
const OBJECTS: usize = 10_000;

/// Name of a region's access log.
pub fn topic_name(region: &str) -> String {
    format!("{region}.access-log")
}

/// The region's access log, as this node writes it. Cheap to clone. By default there is none: nothing can be recorded.
#[derive(Clone, Default)]
pub struct AccessLog(Option<Arc<Shared>>);

struct Shared {
    entries: mpsc::Sender<Pending>,
    clock: Clock,
    region: String,
    node: String,
}

/// Why an access was not recorded. What it was for must not be done.
#[derive(Clone, Debug, thiserror::Error)]
pub enum AccessLogError {
    /// It cannot be written, or nobody knows whether it was.
    #[error("access cannot be recorded at the moment, so nothing about persons is shown: {0}")]
    Unwritable(String),
    /// There is no room for it.
    #[error("access cannot be recorded, so nothing about persons is shown: the disk is full")]
    Full,
    /// More than one entry holds: ask for less at once.
    #[error("more than {OBJECTS} things in one access: ask for fewer at once")]
    TooMuch,
}

impl AccessLog {
    /// Starts writing the access log of a node's region, each block signed with the node's key.
    ///
    /// # Errors
    /// If the log does not have the topic.
    pub fn start(node: &Node, signer: SigningKey) -> Result<Self, LogError> {
        let topic = node.log.topic(&topic_name(&node.region))?;
        let (entries, incoming) = mpsc::channel(ENTRIES_WAITING);
        let writer = Writer::new((topic, signer), incoming);
        node.tasks.spawn(writer.run(node.shutdown.clone()));
        Ok(Self(Some(Arc::new(Shared {
            entries,
            clock: node.clock.clone(),
            region: node.region.clone(),
            node: node.name.clone(),
        }))))
    }

    /// Records an access, and comes back when that is durable: what it is for may be done then, and not before.
    ///
    /// # Errors
    /// If it is not recorded, or nobody knows.
    pub async fn record(&self, entry: Entry) -> Result<Position, AccessLogError> {
        let none = || AccessLogError::Unwritable("this node keeps no access log".to_owned());
        let stopped = || AccessLogError::Unwritable("the node is stopping".to_owned());
        let shared = self.0.as_ref().ok_or_else(none)?;
        if entry.object_count() > OBJECTS {
            return Err(AccessLogError::TooMuch);
        }
        let entry = entry.stamped(&Stamp {
            occurred_at: shared.clock.now(),
            region: &shared.region,
            node: &shared.node,
        });
        let (reply, recorded) = oneshot::channel();
        let pending = Pending { entry, reply };
        shared.entries.send(pending).await.map_err(|_| stopped())?;
        recorded.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// Records that somebody was refused. They are refused whether or not it can be recorded.
    pub async fn denied(&self, access: &Access, denied: &Denied) {
        if let Err(error) = self.record(Entry::denied(access, denied)).await {
            tracing::error!(%error, rule = %denied.rule, "a refusal could not be recorded: {error}");
        }
    }
}

impl From<AccessLogError> for Status {
    fn from(error: AccessLogError) -> Self {
        let message = error.to_string();
        let (code, reason) = match error {
            AccessLogError::Unwritable(_) => (Code::Unavailable, "access-log-unwritable"),
            AccessLogError::Full => (Code::ResourceExhausted, "disk-full"),
            AccessLogError::TooMuch => (Code::InvalidArgument, "too-many-things"),
        };
        with_reason(code, reason, message)
    }
}
