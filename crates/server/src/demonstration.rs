//! `serve --demo`: the demonstration of a region, said through the server's own gRPC port.

use std::convert::Infallible;
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chassis::{Clock, Node, ServiceStatus};
use demo::{Client, Pace, Period, SEED, Scale, Tally, World};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tonic::transport::Endpoint;

/// Slow enough to be read as it happens. A stream ends before the server asks its connection to go.
const PACE: Pace = Pace {
    per_second: 3,
    lasts: Some(Duration::from_mins(10)),
};
/// When the server cannot take something, the demonstration tries again after this.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(1);
/// The client's default.
const DEFAULT_SERVER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 50051);

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
pub(crate) fn reachable(address: SocketAddr) -> SocketAddr {
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
    // Not named: it says nothing that a newcomer may not say, and the port need not be on loopback.
    let client = demo::client(endpoint.connect_lazy());
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
    let world = World::new(Scale::Region, SEED);
    let tally = Tally::default();
    let until_millis = clock.now().as_millis();
    let period = Period {
        until_millis,
        days: 0,
    };
    demo::load(client, &world, period, &tally).await?;
    let (total, fresh) = (world.size(), tally.taken());
    tracing::info!(
        offerings.total = total,
        offerings.new = fresh,
        "the demonstration has {total} offerings, {fresh} of them new; reports go on"
    );
    loop {
        demo::go_on(client, &world, PACE, || clock.now().as_millis(), &tally).await?;
    }
}
