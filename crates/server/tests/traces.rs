//! A caller's trace goes through the request and the log to the collector. A process has one telemetry: so this is
//! a test program of its own.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::trace::v1::Span;
use proto::capacity::v1::capacity_service_client::CapacityServiceClient;
use proto::capacity::v1::{
    CareType, OfferingDetails, Origin, ProviderKind, PublishOfferingRequest,
};
use server::config::Settings;
use server::telemetry::Telemetry;
use server::{Outside, serve};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tonic::transport::server::TcpIncoming;
use tonic::{Code, Request, Response, Status};

const TRACE_ID: &str = "0af7651916cd43dd8448eb211c80319c";
const LONG: Duration = Duration::from_secs(30);

/// Takes what an OpenTelemetry collector would take.
struct Collector(UnboundedSender<Span>);

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let resources = request.into_inner().resource_spans.into_iter();
        let spans = resources
            .flat_map(|resource| resource.scope_spans)
            .flat_map(|scope| scope.spans);
        for span in spans {
            // The test may have seen enough.
            let _ = self.0.send(span);
        }
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

async fn collector() -> anyhow::Result<(SocketAddr, UnboundedReceiver<Span>)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let (sender, spans) = unbounded_channel();
    let service = TraceServiceServer::new(Collector(sender));
    let serving = tonic::transport::Server::builder()
        .add_service(service)
        .serve_with_incoming(TcpIncoming::from(listener));
    tokio::spawn(serving);
    Ok((address, spans))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callers_trace_goes_through_the_log_to_the_collector() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let (collector, mut spans) = collector().await?;
    let settings = Settings {
        data: folder.path().to_owned(),
        otlp: Some(format!("http://{collector}")),
        ..Settings::default()
    };
    let telemetry = Telemetry::start(&settings)?;
    let shutdown = CancellationToken::new();
    let outside = Outside {
        grpc: TcpListener::bind("127.0.0.1:0").await?,
        http: TcpListener::bind("127.0.0.1:0").await?,
        figures: telemetry.registry().clone(),
        shutdown: shutdown.clone(),
        announcements: Box::new(std::io::sink()),
    };
    let address = outside.grpc.local_addr()?;
    let running = tokio::spawn(async move { serve(&settings, outside).await });

    publish(address).await?;
    shutdown.cancel();
    timeout(LONG, running).await???;
    tokio::task::spawn_blocking(|| telemetry.stop(LONG)).await?;

    let arrived = async {
        while let Some(span) = spans.recv().await {
            if hex(&span.trace_id) == TRACE_ID && span.name.ends_with("/PublishOffering") {
                return Some(span);
            }
        }
        None
    };
    let span = timeout(LONG, arrived)
        .await?
        .context("the collector ended")?;
    assert_eq!(hex(&span.parent_span_id), "b7ad6b7169203331");

    let log = eventlog::EventLog::open_read_only(&folder.path().join("log.db"))?;
    let commits = log
        .topic("demo.capacity")?
        .page(eventlog::Position::START, 10)
        .await?;
    let traceparent = commits[0].commands[0]
        .traceparent
        .clone()
        .context("no traceparent")?;
    assert!(
        traceparent.starts_with(&format!("00-{TRACE_ID}-")),
        "{traceparent}"
    );
    Ok(())
}

async fn publish(address: SocketAddr) -> anyhow::Result<()> {
    let mut client = CapacityServiceClient::connect(format!("http://{address}")).await?;
    let details = OfferingDetails {
        provider_id: "demo:1".to_owned(),
        provider_kind: ProviderKind::Institution.into(),
        municipality_code: "GM0014".to_owned(),
        care_type: CareType::Basic.into(),
        origin: Origin::Demonstration.into(),
        ..OfferingDetails::default()
    };
    loop {
        let mut request = Request::new(PublishOfferingRequest {
            offering_id: "one".to_owned(),
            details: Some(details.clone()),
            ..PublishOfferingRequest::default()
        });
        let traceparent = format!("00-{TRACE_ID}-b7ad6b7169203331-01");
        request
            .metadata_mut()
            .insert("traceparent", traceparent.parse()?);
        match client.publish_offering(request).await {
            Ok(_) => return Ok(()),
            // Not caught up yet.
            Err(status) if status.code() == Code::Unavailable => tokio::task::yield_now().await,
            Err(status) => return Err(status.into()),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
