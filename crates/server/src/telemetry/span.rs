use http::{HeaderMap, Request};
use opentelemetry::global;
use opentelemetry::propagation::Extractor;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

const MAX_PATH_BYTES: usize = 100;

/// Returns the span of one call; its parent is what the caller's `traceparent` says.
pub(crate) fn request(request: &Request<()>) -> Span {
    // A caller may write anything here: enough of it is shown to recognise a method.
    let path = request.uri().path().trim_start_matches('/');
    let path = path.get(..MAX_PATH_BYTES).unwrap_or(path);
    let span = tracing::info_span!(
        "request",
        otel.name = path,
        otel.kind = "server",
        rpc.system = "grpc",
        rpc.method = path
    );
    let parent = global::get_text_map_propagator(|propagator| {
        propagator.extract(&Headers(request.headers()))
    });
    // Without OpenTelemetry's layer there is nothing that could have a parent.
    let _ = span.set_parent(parent);
    span
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(http::HeaderName::as_str).collect()
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::propagation::TextMapPropagator as _;
    use opentelemetry::trace::TraceContextExt as _;
    use opentelemetry_sdk::propagation::TraceContextPropagator;

    use super::*;

    #[test]
    fn the_parent_is_what_traceparent_says() {
        let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let mut headers = HeaderMap::new();
        headers.insert("traceparent", traceparent.parse().unwrap());
        let context = TraceContextPropagator::new().extract(&Headers(&headers));
        let parent = context.span().span_context().clone();
        assert_eq!(
            parent.trace_id().to_string(),
            "0af7651916cd43dd8448eb211c80319c"
        );
        assert!(parent.is_remote());
    }
}
