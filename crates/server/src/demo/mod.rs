//! A demonstration: a few hundred invented offerings of a real region, and reports going on.
//!
//! It is a client like any other: everything goes through the server's own gRPC port.

mod figures;
mod offerings;
mod programmes;
mod random;
mod reports;

use std::collections::HashMap;
use std::convert::Infallible;
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chassis::{Clock, Node, ServiceStatus};
use futures::{TryStreamExt as _, stream};
use proto::capacity::v1::capacity_service_client::CapacityServiceClient;
use proto::capacity::v1::{
    CapacityFilter, FindCapacityRequest, OfferingRow, Origin, PublishOfferingRequest,
};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tonic::transport::{Channel, Endpoint};

use offerings::{Habit, Offering, offerings};
use random::Random;

/// How many publications are under way at once.
const AT_ONCE: usize = 16;
const PAGE: u32 = 500;
const FIRST_FIGURES: u64 = 1;
/// When the server cannot take something, the demonstration tries again after this.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(1);
/// The client's default.
const DEFAULT_SERVER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 50051);

type Client = CapacityServiceClient<Channel>;

/// Says which commands show something.
pub(crate) fn announce(out: &mut dyn Write, grpc: SocketAddr) -> io::Result<()> {
    let client = client_binary();
    let client = client.display();
    let server = match reachable(grpc) {
        DEFAULT_SERVER => String::new(),
        other => format!(" --server http://{other}"),
    };
    writeln!(
        out,
        "doorstroomd: invented offerings around Groningen; three commands to try in another terminal:"
    )?;
    writeln!(
        out,
        "  {client} capacity find{server} --municipality GM0014 --max-distance-km 50"
    )?;
    writeln!(
        out,
        "  {client} capacity watch{server} --municipality GM0014"
    )?;
    writeln!(
        out,
        "  {client} capacity history{server} --offering demo-0001"
    )
}

/// Returns the client beside this program, from the current folder on if it lies below that.
fn client_binary() -> PathBuf {
    let beside = std::env::current_exe()
        .ok()
        .map(|server| server.with_file_name("doorstroom"));
    let Some(path) = beside.filter(|path| path.exists()) else {
        return PathBuf::from("doorstroom");
    };
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here).map(Path::to_owned).unwrap_or(path)
}

/// Returns the address under which this machine reaches a listener.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        other => other,
    };
    SocketAddr::new(ip, address.port())
}

/// Fills the server and keeps it going until `shutdown`.
pub(crate) async fn run(grpc: SocketAddr, node: Node, shutdown: CancellationToken) {
    let Ok(endpoint) = Endpoint::from_shared(format!("http://{}", reachable(grpc))) else {
        return;
    };
    let client = CapacityServiceClient::new(endpoint.connect_lazy());
    let working = async {
        loop {
            caught_up(&node).await;
            // The server may have no room for a while: what is there already stays.
            match work(&client, &node.clock).await {
                Ok(never) => match never {},
                Err(status) => tracing::warn!("the demonstration waits: {}", status.message()),
            }
            sleep(PAUSE_AFTER_FAILURE).await;
        }
    };
    shutdown.run_until_cancelled(working).await;
}

/// Returns how many offerings the demonstration has.
#[cfg(test)]
pub(crate) fn offering_count() -> usize {
    offerings().len()
}

async fn caught_up(node: &Node) {
    let mut health = node.health.watch();
    let serving = health.wait_for(|services| {
        services
            .values()
            .all(|status| *status == ServiceStatus::Serving)
    });
    // When nobody says any more how the services stand, the first call will tell.
    let _ = serving.await;
}

async fn work(client: &Client, clock: &Clock) -> Result<Infallible, Status> {
    let offerings = offerings();
    let known = known(client.clone()).await?;
    let fresh = offerings
        .iter()
        .filter(|offering| !known.contains_key(&offering.id))
        .count();
    publish(client, &offerings, &known, clock).await?;
    let total = offerings.len();
    tracing::info!(
        offerings.total = total,
        offerings.new = fresh,
        "the demonstration has {total} offerings, {fresh} of them new; reports go on"
    );
    let lively: Vec<&Offering> = offerings
        .iter()
        .filter(|offering| offering.habit == Habit::Lively)
        .collect();
    reports::go_on(client.clone(), &lively, &known, clock).await
}

/// Returns what the server has of the demonstration.
async fn known(mut client: Client) -> Result<HashMap<String, OfferingRow>, Status> {
    let mut rows = HashMap::new();
    let mut page_token = String::new();
    loop {
        let request = FindCapacityRequest {
            filter: Some(CapacityFilter {
                origins: vec![Origin::Demonstration.into()],
                ..CapacityFilter::default()
            }),
            page_size: PAGE,
            page_token,
            ..FindCapacityRequest::default()
        };
        let found = client.find_capacity(request).await?.into_inner();
        rows.extend(
            found
                .rows
                .into_iter()
                .map(|row| (row.offering_id.clone(), row)),
        );
        if found.next_page_token.is_empty() {
            return Ok(rows);
        }
        page_token = found.next_page_token;
    }
}

async fn publish(
    client: &Client,
    offerings: &[Offering],
    known: &HashMap<String, OfferingRow>,
    clock: &Clock,
) -> Result<(), Status> {
    let mut random = Random::new(FIRST_FIGURES);
    let now = clock.now();
    let requests: Vec<PublishOfferingRequest> = offerings
        .iter()
        .map(|offering| {
            let mut request = PublishOfferingRequest {
                offering_id: offering.id.clone(),
                details: Some(offering.details.clone()),
                ..PublishOfferingRequest::default()
            };
            // Figures are said once; what was said since stands.
            if !known.contains_key(&offering.id) {
                request.report = figures::first_report(offering, now, &mut random);
                request.replace_pauses = offering.paused;
                if offering.paused {
                    request.pauses = vec![figures::first_pause(offering, now, &mut random)];
                }
            }
            request
        })
        .collect();
    stream::iter(requests.into_iter().map(Ok))
        .try_for_each_concurrent(AT_ONCE, |request| {
            let mut client = client.clone();
            async move { client.publish_offering(request).await.map(drop) }
        })
        .await
}
