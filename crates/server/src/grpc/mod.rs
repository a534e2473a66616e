//! The gRPC side: connections, limits, what is mounted.

mod answer;
mod gate;
mod routes;

use std::time::Duration;

use anyhow::Context as _;
use chassis::access::Gate;
use chassis::access_log::AccessLog;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic::transport::Server;

use crate::config::Settings;
use crate::listen::{Door, HELLO_WITHIN, Terms};
use crate::telemetry;

pub(crate) use routes::{gate, mount};

/// Most calls of one connection that are worked on at once; more get RESOURCE_EXHAUSTED.
const CALLS_PER_CONNECTION: usize = 64;
/// Most calls and streams of one connection that are open at once; more wait at the client.
const STREAMS_PER_CONNECTION: u32 = 100;
const MAX_HEADER_BYTES: u32 = 16 * 1024;
const PENDING_RESETS: usize = 20;
const LOCAL_RESETS: usize = 256;
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(30);
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(10);
/// The preface of HTTP/2 and the head of the first frame.
const HELLO_BYTES: usize = 24 + 9;
/// After a connection was asked to end, what is open on it may come to a good end.
const GRACE: Duration = Duration::from_secs(30);

/// Serves until `stopping`: then nothing new is accepted, what runs is finished, and streams end.
pub(crate) async fn serve(
    settings: &Settings,
    listener: TcpListener,
    ((gate, access_log), routes): ((Gate, AccessLog), Routes),
    stopping: CancellationToken,
) -> anyhow::Result<()> {
    let terms = Terms {
        most: settings.max_connections,
        hello_bytes: HELLO_BYTES,
        hello_within: HELLO_WITHIN,
        ends_after: settings.connection_age + GRACE,
    };
    let incoming = Door::new(listener, terms).connections();
    Server::builder()
        .trace_fn(telemetry::request_span)
        .concurrency_limit_per_connection(CALLS_PER_CONNECTION)
        .load_shed(true)
        .max_concurrent_streams(STREAMS_PER_CONNECTION)
        .http2_max_header_list_size(MAX_HEADER_BYTES)
        .http2_max_pending_accept_reset_streams(Some(PENDING_RESETS))
        .http2_max_local_error_reset_streams(Some(LOCAL_RESETS))
        .http2_keepalive_interval(Some(KEEPALIVE_INTERVAL))
        .http2_keepalive_timeout(Some(KEEPALIVE_TIMEOUT))
        // Asks the client to go; tonic's own grace would cut the connection without asking, so the door does that.
        .max_connection_age(settings.connection_age)
        .layer(answer::AnswerLayer::new(
            settings.request_timeout,
            stopping.clone(),
        ))
        .layer(gate::GateLayer::new(gate, access_log))
        .add_routes(routes)
        .serve_with_incoming_shutdown(incoming, stopping.cancelled_owned())
        .await
        .context("gRPC stopped by itself")
}
