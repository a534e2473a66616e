//! What a browser, a Prometheus and a load balancer ask for.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chassis::{Health, ServiceStatus};
use prometheus::{Registry, TextEncoder};
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::listen::{Door, HELLO_WITHIN, Terms};

const TERMS: Terms = Terms {
    most: 64,
    hello_bytes: 1,
    hello_within: HELLO_WITHIN,
    ends_after: Duration::from_secs(60),
};

/// What the pages are made of.
#[derive(Clone)]
pub(crate) struct Pages {
    pub(crate) grpc: SocketAddr,
    pub(crate) region: String,
    pub(crate) figures: Registry,
    pub(crate) health: Health,
}

/// Serves the pages until `stopping`.
pub(crate) async fn serve(
    listener: TcpListener,
    pages: Pages,
    stopping: CancellationToken,
) -> anyhow::Result<()> {
    let router = Router::new()
        .route("/", get(page))
        .route("/metrics", get(metrics))
        .route("/health", get(health))
        .with_state(pages);
    axum::serve(Door::new(listener, TERMS), router)
        .with_graceful_shutdown(stopping.cancelled_owned())
        .await
        .context("HTTP stopped by itself")
}

async fn page(State(pages): State<Pages>) -> String {
    let mut text = format!(
        "doorstroom {} serves the region {}\n\n\
         gRPC      http://{}  (with reflection and health)\n\
         /metrics  figures for Prometheus\n\
         /health   whether each service can be relied on\n\n",
        env!("CARGO_PKG_VERSION"),
        pages.region,
        pages.grpc
    );
    for (service, status) in pages.health.watch().borrow().iter() {
        text.push_str(&format!("{service}: {}\n", word(status)));
    }
    text
}

async fn metrics(State(pages): State<Pages>) -> Response {
    match TextEncoder::new().encode_to_string(&pages.figures.gather()) {
        Ok(text) => ([(header::CONTENT_TYPE, prometheus::TEXT_FORMAT)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the figures cannot be written: {error}");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

async fn health(State(pages): State<Pages>) -> Response {
    let services = pages.health.watch().borrow().clone();
    let (status, body) = health_of(&services);
    let headers = [(header::CONTENT_TYPE, "application/json")];
    (status, headers, format!("{body}\n")).into_response()
}

fn health_of(services: &BTreeMap<String, ServiceStatus>) -> (StatusCode, serde_json::Value) {
    let all = services
        .values()
        .all(|status| *status == ServiceStatus::Serving);
    let rows: serde_json::Map<_, _> = services
        .iter()
        .map(|(name, status)| {
            let reason = match status {
                ServiceStatus::Starting | ServiceStatus::Serving => None,
                ServiceStatus::NotServing(reason) => Some(reason),
            };
            (
                name.clone(),
                json!({ "status": word(status), "reason": reason }),
            )
        })
        .collect();
    let status = if all {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let overall = if all { "serving" } else { "not-serving" };
    (status, json!({ "status": overall, "services": rows }))
}

const fn word(status: &ServiceStatus) -> &'static str {
    match status {
        ServiceStatus::Starting => "starting",
        ServiceStatus::Serving => "serving",
        ServiceStatus::NotServing(_) => "not-serving",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_service_that_cannot_be_relied_on_makes_the_node_unavailable_and_says_why() {
        let mut services = BTreeMap::from([("capacity".to_owned(), ServiceStatus::Serving)]);
        assert_eq!(health_of(&services).0, StatusCode::OK);

        let stopped = ServiceStatus::NotServing("position 7 cannot be read".to_owned());
        services.insert("intake".to_owned(), stopped);
        let (status, body) = health_of(&services);
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(body["status"], "not-serving");
        assert_eq!(body["services"]["capacity"]["status"], "serving");
        assert_eq!(
            body["services"]["intake"]["reason"],
            "position 7 cannot be read"
        );
    }
}
