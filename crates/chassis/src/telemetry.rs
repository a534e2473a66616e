//! Figures and traces that every service has.

use std::sync::LazyLock;
use std::time::Duration;

use eventlog::Position;
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Gauge, Histogram};
use tonic::metadata::MetadataMap;

struct Instruments {
    append_seconds: Histogram<f64>,
    position: Gauge<u64>,
    voids: Gauge<u64>,
    lag: Gauge<u64>,
    as_of_seconds: Histogram<f64>,
}

static INSTRUMENTS: LazyLock<Instruments> = LazyLock::new(|| {
    let meter = opentelemetry::global::meter("doorstroom");
    Instruments {
        append_seconds: meter
            .f64_histogram("doorstroom_append_seconds")
            .with_description("From sending a commit until it is folded on this node")
            .with_boundaries(vec![
                0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0, 10.0,
            ])
            .build(),
        position: meter
            .u64_gauge("doorstroom_folded_position")
            .with_description("Position of the last folded commit")
            .build(),
        voids: meter
            .u64_gauge("doorstroom_void_commits")
            .with_description("Commits without effect seen since the start")
            .build(),
        lag: meter
            .u64_gauge("doorstroom_folding_lag_positions")
            .with_description("Positions between what the log has here and what is folded")
            .build(),
        as_of_seconds: meter
            .f64_histogram("doorstroom_as_of_seconds")
            .with_description("From asking for a past state until it is folded")
            .with_boundaries(vec![
                0.001, 0.01, 0.1, 0.2, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 7.0, 9.0,
            ])
            .build(),
    }
});

/// A topic's figures.
pub(crate) struct Figures {
    labels: [KeyValue; 1],
}

impl Figures {
    pub(crate) fn of(topic: &str) -> Self {
        Self {
            labels: [KeyValue::new("topic", topic.to_owned())],
        }
    }

    pub(crate) fn appended(&self, took: Duration) {
        INSTRUMENTS
            .append_seconds
            .record(took.as_secs_f64(), &self.labels);
    }

    pub(crate) fn folded(&self, position: Position, end: Position, voids: u64) {
        INSTRUMENTS.position.record(position.get(), &self.labels);
        INSTRUMENTS.voids.record(voids, &self.labels);
        let lag = end.get().saturating_sub(position.get());
        INSTRUMENTS.lag.record(lag, &self.labels);
    }
}

/// Notes how long a look at the past took.
pub(crate) fn looked_back(topic: &str, took: Duration) {
    INSTRUMENTS.as_of_seconds.record(
        took.as_secs_f64(),
        &[KeyValue::new("topic", topic.to_owned())],
    );
}

/// The trace context of a request: this node's own, or the caller's where this node traces nothing.
pub fn traceparent_of(metadata: &MetadataMap) -> Option<String> {
    let callers = || checked_traceparent(metadata.get("traceparent")?.to_str().ok()?);
    current_traceparent().or_else(callers)
}

/// A trace context as callers send it, if it is written as one: `00-`, 32 hexadecimal digits, `-`, 16, `-`, 2. It is stored:
/// anything else goes no further.
fn checked_traceparent(text: &str) -> Option<String> {
    let is_hex = |part: &str, digits: usize| {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        part.len() == digits && part.bytes().all(is_digit)
    };
    let parts: Vec<&str> = text.split('-').collect();
    let [version, trace, span, flags] = parts[..] else {
        return None;
    };
    let fits = is_hex(version, 2) && is_hex(trace, 32) && is_hex(span, 16) && is_hex(flags, 2);
    fits.then(|| text.to_owned())
}

/// The W3C trace context of the current span, if there is one that is recorded.
pub fn current_traceparent() -> Option<String> {
    use opentelemetry::trace::TraceContextExt;
    use tracing_opentelemetry::OpenTelemetrySpanExt;
    let context = tracing::Span::current().context();
    let span = context.span().span_context().clone();
    span.is_valid().then(|| {
        format!(
            "00-{}-{}-{:02x}",
            span.trace_id(),
            span.span_id(),
            span.trace_flags().to_u8()
        )
    })
}
