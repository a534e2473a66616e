//! The waiting list: who waits, for what and how long, counted once.
//!
//! A person comes in as what the evaluator made of a blinded citizen number, is recoded here, and is on the log under the
//! key of each entry alone. Every access is recorded before it is answered.

mod books;
mod gateway;
mod grpc;
mod hold;
mod react;
mod view;
mod wire;

pub use gateway::Gateway;
pub use grpc::CALLS;
pub use hold::ErasureHold;
pub use proto::waitlist::v1::waitlist_service_server::SERVICE_NAME;

use chassis::{Codec, Context, Node, StartError};
use proto::waitlist::v1::waitlist_service_server::WaitlistServiceServer;
use tonic::service::RoutesBuilder;

/// Whether the books can be relied on is told apart from the list.
const BOOKS: &str = "doorstroom.waitlist.v1.Books";
/// A larger request is not read. Five hundred declarations take two thirds of this.
const MAX_REQUEST_BYTES: usize = 256 << 10;

/// Tells whether this version can read the body of a commit on the topic of the books.
pub fn can_read_books(body: &[u8]) -> bool {
    books::BooksWire::decode(body).is_ok()
}

/// Adds this service to a node.
///
/// # Errors
/// If the log does not have the region's topics, or the node keeps no keys of persons.
pub fn mount(
    node: &Node,
    routes: &mut RoutesBuilder,
    (gateway, erasure_hold): (Gateway, ErasureHold),
) -> Result<(), StartError> {
    let topic = format!("{}.waitlist", node.region);
    let context = Context::start_about_persons(node, &topic, SERVICE_NAME)?;
    let books = Context::start(node, &format!("{topic}-books"), BOOKS)?;
    react::spawn(node, context.clone(), books.clone());
    let api = grpc::Api::new((context, books), node.clone(), (gateway, erasure_hold));
    node.tasks.spawn(api.clone().finish_erasures());
    let service = WaitlistServiceServer::new(api).max_decoding_message_size(MAX_REQUEST_BYTES);
    routes.add_service(service);
    Ok(())
}
