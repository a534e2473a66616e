//! What the server tells about itself: log lines, traces, figures. Set up once per process.

mod panic;
mod span;

use std::io::IsTerminal as _;
use std::time::Duration;

use anyhow::Context as _;
use opentelemetry::global;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::WithExportConfig as _;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use prometheus::Registry;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer};

use crate::config::{LogFormat, Settings};

pub(crate) use span::request as request_span;

/// Keeps log lines, traces and figures going.
pub struct Telemetry {
    registry: Registry,
    traces: Option<SdkTracerProvider>,
}

impl Telemetry {
    /// Starts log lines, traces (when there is somewhere to send them) and figures for this process.
    ///
    /// # Errors
    /// When the process has them already, or the traces' address is of no use. Needs a tokio runtime.
    pub fn start(settings: &Settings) -> anyhow::Result<Self> {
        panic::report_location_only();
        global::set_text_map_propagator(TraceContextPropagator::new());
        let registry = figures()?;
        let traces = settings.otlp.as_deref().map(traces).transpose()?;
        let spans = traces.as_ref().map(|provider| {
            tracing_opentelemetry::layer().with_tracer(provider.tracer("doorstroomd"))
        });
        let filter = EnvFilter::try_new(&settings.log).context("the log filter is of no use")?;
        tracing_subscriber::registry()
            .with(filter)
            .with(spans)
            .with(lines(settings.log_format))
            .try_init()
            .context("log lines cannot be set up")?;
        Ok(Self { registry, traces })
    }

    /// Returns the figures, for `/metrics`.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Sends what has not been sent yet. Blocks for at most `deadline`.
    pub fn stop(self, deadline: Duration) {
        let Some(traces) = self.traces else { return };
        if let Err(error) = traces.shutdown_with_timeout(deadline) {
            tracing::warn!(%error, "the last traces were not sent: {error}");
        }
    }
}

fn lines<S>(format: LogFormat) -> Box<dyn Layer<S> + Send + Sync>
where
    S: tracing::Subscriber + for<'span> tracing_subscriber::registry::LookupSpan<'span>,
{
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match format {
        LogFormat::Human => lines.with_target(false).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    }
}

fn figures() -> anyhow::Result<Registry> {
    let registry = Registry::new();
    let exporter = opentelemetry_prometheus::exporter()
        .with_registry(registry.clone())
        .build()
        .context("figures cannot be set up")?;
    let provider = SdkMeterProvider::builder()
        .with_resource(resource())
        .with_reader(exporter)
        .build();
    global::set_meter_provider(provider);
    Ok(registry)
}

fn traces(url: &str) -> anyhow::Result<SdkTracerProvider> {
    let exporter = opentelemetry_otlp::SpanExporter::builder()
        .with_tonic()
        .with_endpoint(url)
        .build()
        .with_context(|| format!("traces cannot be sent to {url}"))?;
    let provider = SdkTracerProvider::builder()
        .with_resource(resource())
        .with_batch_exporter(exporter)
        .build();
    global::set_tracer_provider(provider.clone());
    Ok(provider)
}

fn resource() -> Resource {
    Resource::builder().with_service_name("doorstroomd").build()
}
