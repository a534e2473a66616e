//! Holds: 32 callers for the last five places, a node that is killed on the way, and an end that nobody looks for.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use e2e::{Server, ServerOptions, clock_ahead, get, now, publish, shared_kafka};
use prost_types::Timestamp;
use proto::capacity::v1::capacity_service_client::CapacityServiceClient;
use proto::capacity::v1::watch_capacity_response::Event;
use proto::capacity::v1::{
    CommandContext, Counts, GetOfferingRequest, GetOfferingResponse, HoldPlaceRequest,
    HoldPlaceResponse, OfferingRow, Report, ReportCapacityRequest, SourceClass,
    WatchCapacityRequest,
};
use tonic::{Code, Status, Streaming};
use tonic_types::StatusExt;
use uuid::Uuid;

const CALLERS: usize = 32;
const PLACES: u32 = 5;
const FINISH: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(50);

/// Where the nodes are now: after a restart somewhere else.
type Addresses = Arc<Mutex<Vec<String>>>;

fn node(region: &str, args: &[&str]) -> ServerOptions {
    ServerOptions {
        kafka: Some(shared_kafka().bootstrap().to_owned()),
        region: Some(region.to_owned()),
        args: args.iter().map(|arg| (*arg).to_owned()).collect(),
        ..ServerOptions::default()
    }
}

/// An offering with so many places free.
async fn offering(server: &Server, name: &str, available: u32) -> String {
    let mut client = server.client();
    let id = publish(&mut client, name, 1).await.unwrap().remove(0);
    let counts = Counts {
        occupied: 3,
        available,
        ..Counts::default()
    };
    let report = Report {
        observed_at: Some(now()),
        source_class: SourceClass::RecordSystem.into(),
        counts: Some(counts),
        ..Report::default()
    };
    let request = ReportCapacityRequest {
        offering_id: id.clone(),
        report: Some(report),
        ..ReportCapacityRequest::default()
    };
    client.report_capacity(request).await.unwrap();
    id
}

fn in_seconds(seconds: i64) -> Timestamp {
    let now = now();
    Timestamp {
        seconds: now.seconds + seconds,
        ..now
    }
}

/// One who wants a place, and asks until there is a definite answer.
#[derive(Clone)]
struct Caller {
    wish: HoldPlaceRequest,
    node: usize,
}

impl Caller {
    fn of(offering: &str, node: usize, expires_at: Timestamp) -> Self {
        let context = CommandContext {
            command_id: Uuid::now_v7().to_string(),
            ..CommandContext::default()
        };
        let wish = HoldPlaceRequest {
            context: Some(context),
            offering_id: offering.to_owned(),
            expires_at: Some(expires_at),
        };
        Self { wish, node }
    }

    /// Asks one node after the other, always with the same command id.
    async fn ask(mut self, nodes: Addresses) -> Result<HoldPlaceResponse, String> {
        let until = Instant::now() + FINISH;
        while Instant::now() < until {
            let address = {
                let nodes = nodes.lock().unwrap();
                nodes[self.node % nodes.len()].clone()
            };
            match self.ask_at(address).await {
                Ok(held) => return Ok(held),
                Err(status) if status.code() == Code::FailedPrecondition => {
                    let info = status.get_details_error_info();
                    return Err(info.map(|info| info.reason).unwrap_or_default());
                }
                // Nobody knows: the same again, elsewhere.
                Err(_) => {
                    self.node += 1;
                    self.repeat();
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
        panic!("no definite answer within {FINISH:?}");
    }

    async fn ask_at(&self, address: String) -> Result<HoldPlaceResponse, Status> {
        let client = CapacityServiceClient::connect(address).await;
        let mut client = client.map_err(|error| Status::unavailable(error.to_string()))?;
        let held = client.hold_place(self.wish.clone()).await?;
        Ok(held.into_inner())
    }

    fn repeat(&mut self) {
        if let Some(context) = &mut self.wish.context {
            context.repeat = true;
        }
    }
}

/// 32 callers on all nodes want the last five places; the last node is killed once somebody has one.
async fn five_of_thirty_two(mut nodes: Vec<Server>) {
    let offering = offering(&nodes[0], "last", PLACES).await;
    let addresses = nodes.iter().map(|node| node.grpc().to_owned()).collect();
    let addresses: Addresses = Arc::new(Mutex::new(addresses));
    let callers: Vec<_> = (0..CALLERS)
        .map(|number| Caller::of(&offering, number, in_seconds(7_200)))
        .collect();
    let (first, mut has_begun) = tokio::sync::mpsc::unbounded_channel();
    let asking: Vec<_> = callers
        .iter()
        .map(|caller| {
            let (caller, addresses, first) = (caller.clone(), addresses.clone(), first.clone());
            tokio::spawn(async move {
                let answer = caller.ask(addresses).await;
                first.send(()).ok();
                answer
            })
        })
        .collect();
    has_begun.recv().await.unwrap();
    let last = nodes.len() - 1;
    nodes[last].kill9();
    nodes[last].restart();
    nodes[last]
        .grpc()
        .clone_into(&mut addresses.lock().unwrap()[last]);

    let mut tokens = BTreeSet::new();
    let mut winners = Vec::new();
    for (caller, answer) in callers.into_iter().zip(asking) {
        match answer.await.unwrap() {
            Ok(held) => {
                assert!(tokens.insert(held.fencing_token), "a token was given twice");
                winners.push((caller, held));
            }
            Err(reason) => assert_eq!(reason, "no-place-free"),
        }
    }
    assert_eq!(tokens, (1..=u64::from(PLACES)).collect());

    // Whoever asks again, on any node, finds its own hold; nothing more is held for it.
    for (mut caller, held) in winners {
        caller.repeat();
        for number in 0..nodes.len() {
            caller.node = number;
            let again = caller.clone().ask(addresses.clone()).await.unwrap();
            assert_eq!(again.hold_id, held.hold_id);
            assert_eq!(again.fencing_token, held.fencing_token);
        }
    }
    for node in &nodes {
        let row = history(node, &offering, Vec::new()).await.row.unwrap();
        assert_eq!(
            (row.held, row.available, row.highest_token),
            (5, Some(0), 5)
        );
    }
}

async fn history(node: &Server, offering: &str, at_least: Vec<String>) -> GetOfferingResponse {
    let request = GetOfferingRequest {
        offering_id: offering.to_owned(),
        history_limit: 100,
        at_least,
        ..GetOfferingRequest::default()
    };
    node.client()
        .get_offering(request)
        .await
        .unwrap()
        .into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn five_of_thirty_two_get_a_place_though_the_server_is_killed_on_the_embedded_log() {
    five_of_thirty_two(vec![Server::start(ServerOptions::default())]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_of_thirty_two_get_a_place_though_one_of_two_nodes_is_killed_on_kafka() {
    let nodes = (0..2).map(|_| Server::start(node("lastplaces", &[])));
    five_of_thirty_two(nodes.collect()).await;
}

/// A watcher of one offering, as far as it has heard.
struct Watcher(Streaming<proto::capacity::v1::WatchCapacityResponse>);

impl Watcher {
    async fn of(node: &Server) -> Self {
        node.serves().await;
        let request = WatchCapacityRequest::default();
        Self(
            node.client()
                .watch_capacity(request)
                .await
                .unwrap()
                .into_inner(),
        )
    }

    /// The next time that the offering is told of with so many holds.
    async fn until_held(&mut self, held: u32) -> OfferingRow {
        loop {
            let message = tokio::time::timeout(FINISH, self.0.message()).await;
            let message = message.expect("it is told").unwrap().unwrap();
            if let Some(Event::Offering(row)) = message.event
                && row.held == held
            {
                return row;
            }
        }
    }
}

/// A hold of the least length ends by itself, while all nodes are watched.
async fn runs_out(nodes: &[Server], name: &str) {
    let offering = offering(&nodes[0], name, 1).await;
    let due = in_seconds(60);
    let caller = Caller::of(&offering, 0, due);
    let addresses = Arc::new(Mutex::new(vec![nodes[0].grpc().to_owned()]));
    let held = caller.ask(addresses).await.unwrap();
    let mut watchers = Vec::new();
    for node in nodes {
        watchers.push(Watcher::of(node).await);
    }
    for watcher in &mut watchers {
        assert_eq!(watcher.until_held(1).await.available, Some(0));
    }
    for watcher in &mut watchers {
        assert_eq!(watcher.until_held(0).await.available, Some(1));
    }
    let early = due.seconds - now().seconds;
    assert!(early <= 0, "it ended {early} s too early");

    let mut ends = Vec::new();
    for node in nodes {
        ends.push(history(node, &offering, Vec::new()).await);
    }
    for end in &ends {
        let last = &end.history[0];
        assert_eq!(
            (&last.kind[..], &last.reason[..]),
            ("hold-ended", "expired")
        );
        assert_eq!(last.hold.as_ref().unwrap().hold_id, held.hold_id);
        assert_eq!(last.position, ends[0].history[0].position);
        let ended = end
            .history
            .iter()
            .filter(|entry| entry.kind == "hold-ended");
        assert_eq!(ended.count(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_runs_out_while_nobody_looks_and_every_watcher_hears_of_it() {
    let nodes = [0, 1].map(|_| Server::start(node("runsout", &[])));
    // Its clock is two minutes fast: it must not end the hold, and does not serve anybody.
    let fast = Server::start(ServerOptions {
        env: clock_ahead(120),
        ..node("runsout", &[])
    });
    runs_out(&nodes, "runs").await;

    let ready = get(&format!("{}/health", fast.http()));
    assert!(ready.contains("s ahead of the broker's"), "{ready}");
    let request = WatchCapacityRequest::default();
    let refused = fast.client().watch_capacity(request).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unavailable, "{refused}");
    assert!(refused.message().contains("clock"), "{refused}");
}
