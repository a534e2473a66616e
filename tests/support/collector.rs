use std::collections::HashSet;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};

use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use tokio::runtime::Runtime;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

/// Collectors of all servers work here: tests block.
static WORKS_ON: LazyLock<Runtime> = LazyLock::new(|| {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(1).enable_all().build();
    runtime.unwrap_or_else(|error| panic!("no thread for the collectors: {error}"))
});

/// Takes what a server exports, as an OpenTelemetry collector does, and keeps it.
#[derive(Debug)]
pub struct Collector {
    address: SocketAddr,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    spans: Vec<Span>,
    said: Said,
}

impl Collector {
    /// Starts one on a free port. It takes spans until this process ends.
    pub fn start() -> Self {
        let kept = Arc::new(Mutex::new(Kept::default()));
        let service = TraceServiceServer::new(Taker(Arc::clone(&kept)));
        let listener = TcpListener::bind("127.0.0.1:0").and_then(|listener| {
            listener.set_nonblocking(true)?;
            Ok((listener.local_addr()?, listener))
        });
        let (address, listener) = listener.unwrap_or_else(|error| panic!("no collector: {error}"));
        WORKS_ON.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            let serving = tonic::transport::Server::builder()
                .add_service(service)
                .serve_with_incoming(TcpIncoming::from(listener));
            anyhow::Ok(serving.await?)
        });
        Self { address, kept }
    }

    /// Returns where to export to.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns what `look` finds in the spans that have come so far.
    pub fn look<T>(&self, look: impl Fn(&Span) -> Option<T>) -> Option<T> {
        self.kept().spans.iter().find_map(look)
    }

    /// Returns everything that was said in what has come so far, to be searched.
    pub fn said(&self) -> Vec<u8> {
        let kept = self.kept();
        let said = kept.said.0.iter();
        said.flat_map(|said| [said.as_slice(), b"\n"])
            .flatten()
            .copied()
            .collect()
    }

    /// Exports one span to it, as a server does that says this of a call.
    pub async fn export(&self, key: &str, value: Value) {
        let span = Span {
            name: "request".to_owned(),
            attributes: vec![KeyValue {
                key: key.to_owned(),
                value: Some(AnyValue { value: Some(value) }),
                ..KeyValue::default()
            }],
            ..Span::default()
        };
        let scope_spans = vec![ScopeSpans {
            spans: vec![span],
            ..ScopeSpans::default()
        }];
        let resource_spans = vec![ResourceSpans {
            scope_spans,
            ..ResourceSpans::default()
        }];
        let exported = async {
            let mut client = TraceServiceClient::connect(self.url()).await?;
            let request = ExportTraceServiceRequest { resource_spans };
            anyhow::Ok(client.export(request).await?)
        };
        let exported = exported.await;
        exported.unwrap_or_else(|error| panic!("the span was not taken: {error:#}"));
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        locked(&self.kept)
    }
}

struct Taker(Arc<Mutex<Kept>>);

#[tonic::async_trait]
impl TraceService for Taker {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let mut kept = locked(&self.0);
        for resource in request.into_inner().resource_spans {
            kept.said.resource(&resource);
            let scopes = resource.scope_spans.into_iter();
            kept.spans.extend(scopes.flat_map(|scope| scope.spans));
        }
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

/// Who panicked while holding it has left whole messages behind.
fn locked(kept: &Mutex<Kept>) -> MutexGuard<'_, Kept> {
    kept.lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Every text and number of what was exported, each once: most spans say the same. Ids of traces and moments apart.
#[derive(Debug, Default)]
struct Said(HashSet<Vec<u8>>);

impl Said {
    fn resource(&mut self, resource: &ResourceSpans) {
        let attributes = resource.resource.iter();
        self.attributes(attributes.flat_map(|resource| &resource.attributes));
        for scope in &resource.scope_spans {
            if let Some(named) = &scope.scope {
                self.texts([&named.name, &named.version]);
                self.attributes(&named.attributes);
            }
            scope.spans.iter().for_each(|span| self.span(span));
        }
    }

    fn span(&mut self, span: &Span) {
        self.texts([&span.name, &span.trace_state]);
        self.attributes(&span.attributes);
        self.texts(span.status.iter().map(|status| &status.message));
        for event in &span.events {
            self.texts([&event.name]);
            self.attributes(&event.attributes);
        }
        for link in &span.links {
            self.texts([&link.trace_state]);
            self.attributes(&link.attributes);
        }
    }

    fn attributes<'a>(&mut self, attributes: impl IntoIterator<Item = &'a KeyValue>) {
        for attribute in attributes {
            self.texts([&attribute.key]);
            let value = attribute.value.as_ref();
            match value.and_then(|value| value.value.as_ref()) {
                None => {}
                Some(Value::StringValue(text)) => self.texts([text]),
                Some(Value::BytesValue(bytes)) => self.bytes(bytes),
                Some(Value::IntValue(number)) => self.texts([&number.to_string()]),
                Some(other) => self.texts([&format!("{other:?}")]),
            }
        }
    }

    fn texts<'a>(&mut self, texts: impl IntoIterator<Item = &'a String>) {
        texts
            .into_iter()
            .for_each(|text| self.bytes(text.as_bytes()));
    }

    fn bytes(&mut self, bytes: &[u8]) {
        if !self.0.contains(bytes) {
            self.0.insert(bytes.to_vec());
        }
    }
}
