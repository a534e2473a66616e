//! Capacity: offerings of providers and municipalities, their places, waits and admission pauses, live.

mod calibration;
mod fingerprint;
mod grpc;
mod view;
mod wire;

pub use calibration::{Calibration, kind_name};
pub use grpc::CALLS;
pub use proto::capacity::v1::capacity_service_server::SERVICE_NAME;

use std::time::Duration;

use chassis::{Codec, Context, Node};
use eventlog::LogError;
use proto::capacity::v1::capacity_service_server::CapacityServiceServer;
use tonic::service::RoutesBuilder;

/// A watcher hears something at least this often.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// A larger request is not read: some kinds grow twelvefold in memory.
const MAX_REQUEST_BYTES: usize = 256 << 10;

/// Tells whether this version can read the body of a commit on the capacity topic.
pub fn can_read(body: &[u8]) -> bool {
    wire::Wire::decode(body).is_ok()
}

/// Adds this service to a node.
///
/// # Errors
/// If the log does not have the region's capacity topic.
pub fn mount(node: &Node, routes: &mut RoutesBuilder) -> Result<(), LogError> {
    let context = Context::start(node, &format!("{}.capacity", node.region), SERVICE_NAME)?;
    let api = grpc::Api::new(context, node.clone(), HEARTBEAT);
    let service = CapacityServiceServer::new(api).max_decoding_message_size(MAX_REQUEST_BYTES);
    routes.add_service(service);
    Ok(())
}
