mod access;
mod as_of;
mod commands;
mod confidence;
mod hold;
mod practices;
mod reads;
mod skipped;
mod stream;
mod watch;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chassis::{Clock, Context, Node};
use domain::Timestamp;
use eventlog::EventLog;
use proto::capacity::v1;
use proto::capacity::v1::capacity_service_server::CapacityService;
use tonic::{Request, Status};

use super::Api;
use crate::wire::timestamp;

const HOUR: i64 = 3_600_000;
/// Nothing that a test waits for takes this long.
const PATIENCE: Duration = Duration::from_secs(20);

/// The service on a log in memory, with a clock that the test moves.
struct World {
    api: Api,
    node: Node,
    clock: Arc<AtomicI64>,
}

impl World {
    fn start() -> Self {
        let log = EventLog::in_memory(&["demo.capacity", "demo.control"]).unwrap();
        let clock = Arc::new(AtomicI64::new(Clock::system().now().as_millis()));
        Self::on(log, clock)
    }

    fn on(log: EventLog, clock: Arc<AtomicI64>) -> Self {
        let hand = Arc::clone(&clock);
        let node = Node {
            clock: Clock::new(move || Timestamp::from_millis(hand.load(Ordering::Relaxed))),
            ..Node::new("test", log, "demo")
        };
        let context = Context::start(&node, "demo.capacity", "test").unwrap();
        let api = Api::new(context, node.clone(), Duration::from_millis(50));
        Self { api, node, clock }
    }

    fn now(&self) -> Timestamp {
        self.node.clock.now()
    }

    fn later(&self, millis: i64) {
        self.clock.fetch_add(millis, Ordering::Relaxed);
    }

    /// The service is up once it can be read.
    async fn ready(self) -> Self {
        let mut status = self.api.0.context.status();
        let up = status.wait_for(|status| *status == chassis::ServiceStatus::Serving);
        tokio::time::timeout(PATIENCE, up).await.unwrap().unwrap();
        self
    }

    async fn publish(&self, id: &str, details: v1::OfferingDetails) -> v1::Receipt {
        let request = v1::PublishOfferingRequest {
            offering_id: id.to_owned(),
            details: Some(details),
            ..Default::default()
        };
        let response = self
            .api
            .publish_offering(Request::new(request))
            .await
            .unwrap();
        response.into_inner().receipt.unwrap()
    }

    async fn report(&self, id: &str, report: v1::Report) -> Result<v1::Receipt, Status> {
        let request = v1::ReportCapacityRequest {
            offering_id: id.to_owned(),
            report: Some(report),
            ..Default::default()
        };
        let response = self.api.report_capacity(Request::new(request)).await?;
        Ok(response.into_inner().receipt.unwrap())
    }

    /// A report of free places, counted now.
    fn free(&self, available: u32) -> v1::Report {
        self.free_at(available, self.now())
    }

    fn free_at(&self, available: u32, observed_at: Timestamp) -> v1::Report {
        v1::Report {
            observed_at: Some(timestamp(observed_at)),
            source_class: v1::SourceClass::Typed.into(),
            counts: Some(v1::Counts {
                occupied: 5,
                available,
                ..Default::default()
            }),
            ..Default::default()
        }
    }
}

fn details() -> v1::OfferingDetails {
    v1::OfferingDetails {
        provider_id: "agb:06011009".into(),
        provider_name: "GGZ Noord".into(),
        provider_kind: v1::ProviderKind::Institution.into(),
        municipality_code: "GM0014".into(),
        care_type: v1::CareType::Specialised.into(),
        origin: v1::Origin::Declared.into(),
        ..Default::default()
    }
}

/// The stable word of a status.
fn reason(status: &Status) -> String {
    use tonic_types::StatusExt;
    status
        .get_details_error_info()
        .map(|info| info.reason)
        .unwrap_or_default()
}
