use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use eventlog::Position;
use parking_lot::Mutex;
use prometheus::Registry;
use prost::Message as _;
use proto::access::v1::{AccessLogBlock, AccessLogContent, AccessLogEntry, AccessOutcome};
use proto::capacity::v1::capacity_service_client::CapacityServiceClient;
use proto::capacity::v1::watch_capacity_response::Event;
use proto::capacity::v1::{
    CareType, Counts, FindCapacityRequest, OfferingDetails, Origin, ProviderKind,
    PublishOfferingRequest, Report, ReportCapacityRequest, SourceClass, StreamReportsRequest,
    WatchCapacityRequest,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;
use tonic::{Code, Request};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_types::StatusExt as _;

use super::{Outside, serve};
use crate::config::Settings;

const LONG: Duration = Duration::from_secs(30);

/// A server inside the test.
struct Server {
    grpc: SocketAddr,
    http: SocketAddr,
    shutdown: CancellationToken,
    said: Said,
    running: JoinHandle<anyhow::Result<()>>,
}

#[derive(Clone, Default)]
struct Said(Arc<Mutex<Vec<u8>>>);

impl Write for Said {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Server {
    async fn start(settings: Settings) -> Self {
        let grpc = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let http = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (shutdown, said) = (CancellationToken::new(), Said::default());
        let addresses = (grpc.local_addr().unwrap(), http.local_addr().unwrap());
        let outside = Outside {
            grpc,
            http,
            figures: Registry::new(),
            shutdown: shutdown.clone(),
            announcements: Box::new(said.clone()),
        };
        let running = tokio::spawn(async move { serve(&settings, outside).await });
        let server = Self {
            grpc: addresses.0,
            http: addresses.1,
            shutdown,
            said,
            running,
        };
        server.serving().await;
        server
    }

    async fn channel(&self) -> Channel {
        let endpoint = Channel::from_shared(format!("http://{}", self.grpc)).unwrap();
        endpoint.connect().await.unwrap()
    }

    /// Waits until gRPC's own health service says so.
    async fn serving(&self) {
        let mut health = HealthClient::new(self.channel().await);
        let request = HealthCheckRequest {
            service: String::new(),
        };
        let mut answers = health.watch(request).await.unwrap().into_inner();
        let serving = async { while answers.message().await.unwrap().unwrap().status != 1 {} };
        timeout(LONG, serving).await.unwrap();
    }

    async fn get(&self, path: &str) -> String {
        let mut connection = TcpStream::connect(self.http).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n");
        connection.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await.unwrap();
        answer
    }

    async fn stop(self) {
        self.shutdown.cancel();
        timeout(LONG, self.running).await.unwrap().unwrap().unwrap();
    }
}

fn settings(data: &Path) -> Settings {
    Settings {
        data: data.to_owned(),
        ..Settings::default()
    }
}

fn offering() -> PublishOfferingRequest {
    PublishOfferingRequest {
        offering_id: "one".to_owned(),
        details: Some(OfferingDetails {
            provider_id: "demo:1".to_owned(),
            provider_kind: ProviderKind::Institution.into(),
            municipality_code: "GM0014".to_owned(),
            care_type: CareType::Basic.into(),
            origin: Origin::Declared.into(),
            ..OfferingDetails::default()
        }),
        ..PublishOfferingRequest::default()
    }
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_stop_and_a_start() {
    let folder = tempfile::tempdir().unwrap();
    let first = Server::start(settings(folder.path())).await;
    let mut client = CapacityServiceClient::new(first.channel().await);
    client.publish_offering(offering()).await.unwrap();
    first.stop().await;

    let second = Server::start(settings(folder.path())).await;
    let mut client = CapacityServiceClient::new(second.channel().await);
    let found = client
        .find_capacity(FindCapacityRequest::default())
        .await
        .unwrap();
    assert_eq!(found.into_inner().total, 1);
    second.stop().await;
}

#[tokio::test]
async fn a_watch_ends_with_unavailable_when_the_server_stops() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(settings(folder.path())).await;
    let mut client = CapacityServiceClient::new(server.channel().await);
    let watch = client
        .watch_capacity(WatchCapacityRequest::default())
        .await
        .unwrap();
    let mut watch = watch.into_inner();
    while !matches!(
        watch.message().await.unwrap().unwrap().event,
        Some(Event::Live(_))
    ) {}

    let stopped = tokio::spawn(server.stop());
    let ended = async {
        loop {
            if let Err(status) = watch.message().await {
                return status;
            }
        }
    };
    let status = timeout(LONG, ended).await.unwrap();
    assert_eq!(status.code(), Code::Unavailable);
    stopped.await.unwrap();
}

#[tokio::test]
async fn the_pages_and_the_announcement_say_what_is_where() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(settings(folder.path())).await;
    let page = server.get("/").await;
    assert!(page.contains(&format!("http://{}", server.grpc)), "{page}");
    let health = server.get("/health").await;
    assert!(health.starts_with("HTTP/1.1 200"), "{health}");
    assert!(health.contains(
        r#""doorstroom.capacity.v1.CapacityService":{"reason":null,"status":"serving"}"#
    ));
    assert!(server.get("/metrics").await.contains("text/plain"));
    assert!(server.get("/elsewhere").await.starts_with("HTTP/1.1 404"));

    let said = String::from_utf8(server.said.0.lock().clone()).unwrap();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(
        lines[0],
        format!("doorstroomd: gRPC on http://{}", server.grpc)
    );
    assert_eq!(
        lines[1],
        format!("doorstroomd: HTTP on http://{}", server.http)
    );
    assert_eq!(
        lines[3],
        "doorstroomd: callers are not identified yet: loopback only; who one is (doorstroom --as) is believed from this \
         machine alone, and without it nothing about persons is done"
    );
    server.stop().await;
}

#[tokio::test]
async fn random_bytes_on_the_port_end_that_connection_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(settings(folder.path())).await;
    let mut nonsense = TcpStream::connect(server.grpc).await.unwrap();
    nonsense.write_all(&[0xff; 4096]).await.unwrap();
    let mut heard = Vec::new();
    // Closed, with or without a word about it.
    let _ = timeout(LONG, nonsense.read_to_end(&mut heard))
        .await
        .unwrap();

    let mut client = CapacityServiceClient::new(server.channel().await);
    client
        .find_capacity(FindCapacityRequest::default())
        .await
        .unwrap();
    server.stop().await;
}

#[tokio::test]
async fn the_demonstration_fills_the_server_and_goes_on_after_a_stop() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        demo: true,
        ..settings(folder.path())
    };
    let first = Server::start(settings.clone()).await;
    let total = demonstrated(&first, 1).await;
    first.stop().await;
    assert!(total >= 250, "{total}");

    let second = Server::start(settings).await;
    assert_eq!(demonstrated(&second, 2).await, total);
    second.stop().await;
}

/// Waits until so many reports were made since the present state, and returns how many offerings there are.
async fn demonstrated(server: &Server, reports: usize) -> usize {
    let mut client = CapacityServiceClient::new(server.channel().await);
    let world = demo::World::new(demo::Scale::Region, demo::SEED);
    // No watcher sees a practice of one person by itself.
    let shown = |number: &u32| {
        let details = world.offering(*number).unwrap().details;
        details.provider_kind() != ProviderKind::IndependentPractice
    };
    let expected = (0..world.size()).filter(shown).count();
    let watch = client
        .watch_capacity(WatchCapacityRequest::default())
        .await
        .unwrap();
    let mut watch = watch.into_inner();
    let mut seen = std::collections::HashSet::new();
    let mut again = 0;
    let enough = async {
        while seen.len() < expected || again < reports {
            if let Some(Event::Offering(row)) = watch.message().await.unwrap().unwrap().event {
                again += usize::from(!seen.insert(row.offering_id));
            }
        }
    };
    timeout(LONG, enough).await.unwrap();
    seen.len()
}

/// The entries of the access log of a server that has stopped, as the contract reads them.
async fn access_log(settings: &Settings) -> Vec<AccessLogEntry> {
    let log = crate::storage::open_to_read(settings).unwrap();
    let topic = log.topic("demo.access-log").unwrap();
    let commits = topic.page(Position::START, 100).await.unwrap();
    let entries = commits.iter().flat_map(|commit| {
        let block = AccessLogBlock::decode(commit.body.clone()).unwrap();
        let content = AccessLogContent::decode(&block.content[..]).unwrap();
        // The contract knows every field: nothing is lost by writing it again.
        assert_eq!(content.encode_to_vec(), block.content);
        content.entries
    });
    entries.collect()
}

fn report_of(offering_id: &str) -> ReportCapacityRequest {
    let now = std::time::SystemTime::now();
    let counts = Counts {
        occupied: 1,
        available: 1,
        ..Counts::default()
    };
    ReportCapacityRequest {
        offering_id: offering_id.to_owned(),
        report: Some(Report {
            observed_at: Some(now.into()),
            source_class: SourceClass::Typed.into(),
            counts: Some(counts),
            ..Report::default()
        }),
        ..ReportCapacityRequest::default()
    }
}

fn by<T>(caller: &'static str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    let metadata = request.metadata_mut();
    metadata.insert(proto::caller::CALLER, caller.parse().unwrap());
    request
}

#[tokio::test]
async fn threats_9_and_18_who_is_refused_is_told_by_which_rule_and_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    let server = Server::start(settings.clone()).await;
    let mut client = CapacityServiceClient::new(server.channel().await);
    client.publish_offering(offering()).await.unwrap();

    let auditor = "eye:auditor@kvk:01234567";
    let find = by(auditor, FindCapacityRequest::default());
    let refused = client.find_capacity(find).await.unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied);
    let info = refused.get_details_error_info().unwrap();
    assert_eq!(
        info.metadata["rule"],
        "auditor/read-region-capacity/CAPACITY"
    );
    // Another organisation's offering, whatever the request says.
    let other = by("his:provider-system@demo:2", offering());
    let refused = client.publish_offering(other).await.unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied);
    let own = by("his:provider-system@demo:1", offering());
    client.publish_offering(own).await.unwrap();
    // Many of one message are recorded once.
    let reports = StreamReportsRequest {
        reports: vec![report_of("one"); 3],
    };
    let messages = futures::stream::iter([reports]);
    let stream = by("feed:provider-system@demo:2", messages);
    let mut answers = client.stream_reports(stream).await.unwrap().into_inner();
    let answer = answers.message().await.unwrap().unwrap();
    assert_eq!(answer.acknowledgements.len(), 3);
    server.stop().await;

    let entries = access_log(&settings).await;
    let said: Vec<_> = entries
        .iter()
        .map(|entry| {
            (
                entry.user_id.as_str(),
                entry.outcome(),
                entry.denial.as_str(),
            )
        })
        .collect();
    let denied = AccessOutcome::Denied;
    let expected = [
        ("eye", denied, "role-may-not"),
        ("his", denied, "other-organisation"),
        ("feed", denied, "other-organisation"),
    ];
    assert_eq!(said, expected);
    assert!(
        entries[0]
            .event_code
            .ends_with("CapacityService/FindCapacity")
    );
    assert!(entries[0].network_point.starts_with("127.0.0.1:"));
}
