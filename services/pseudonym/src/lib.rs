//! The evaluator: the first of the two keyed stages between a citizen number and a pseudonym.
//!
//! It sees blinded elements and who sends them, and keeps how many. It never sees a citizen number, a P1 or a
//! pseudonym, and it does not touch the log.
#![warn(missing_docs)]

mod grpc;
mod keys;
mod quota;
mod wire;

use std::path::Path;

use chassis::access::{Action, Calls};
use chassis::{Node, ServiceStatus};
use proto::pseudonym::v1::evaluator_service_server::EvaluatorServiceServer;
use pseudonym::ring::Ring;
use tonic::service::RoutesBuilder;

pub use keys::{Keys, KeysError};
/// Full name of the service.
pub use proto::pseudonym::v1::evaluator_service_server::SERVICE_NAME;
pub use quota::{BURST, DAILY, QuotaError, Window, open_window};

/// What each call may be asked as.
pub const CALLS: Calls = &[
    ("Evaluate", &[Action::EvaluatePseudonym]),
    ("GetKeys", &[Action::ReadPublicKeys]),
];

/// A thousand elements take a seventh of this.
const MAX_REQUEST_BYTES: usize = 256 << 10;

/// Why the evaluator cannot start.
#[derive(Debug, thiserror::Error)]
pub enum MountError {
    /// The keys cannot be used.
    #[error("the evaluator's keys cannot be used: {0}")]
    Keys(#[from] KeysError),
    /// What was granted is not known, so nothing can be granted.
    #[error("the evaluator's quotas cannot be used: {0}")]
    Quota(#[from] QuotaError),
}

/// Adds the evaluator to a node, with its keys and the file that remembers what was granted.
pub fn mount(
    node: &Node,
    routes: &mut RoutesBuilder,
    ring: &Ring,
    quota: &Path,
) -> Result<(), MountError> {
    let api = grpc::Api::new(
        node.clone(),
        Keys::derive(ring)?,
        quota::Quota::open(quota)?,
    );
    let service = EvaluatorServiceServer::new(api).max_decoding_message_size(MAX_REQUEST_BYTES);
    routes.add_service(service);
    node.health.set(SERVICE_NAME, ServiceStatus::Serving);
    Ok(())
}
