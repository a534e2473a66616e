//! How long it takes to look back at any moment of a long log, two at once.

use std::time::{Duration, Instant};

use anyhow::bail;
use e2e::{Server, ServerOptions};
use proto::capacity::v1::FindCapacityRequest;
use proto::capacity::v1::capacity_service_client::CapacityServiceClient;
use tonic::transport::Channel;

use crate::history;
use crate::table::Table;
use crate::workload::{Workload, now, setting};

/// Each of the two asks about so many.
const MOMENTS: u64 = 20;
const AT_ONCE: u64 = 2;
/// The server folds all of the log first.
const CATCH_UP: Duration = Duration::from_secs(600);

/// Writes a log of `COMMITS` commits, lets a server catch up with it, and asks about scattered moments.
pub(crate) async fn measure() -> anyhow::Result<Table> {
    let Workload { offerings, .. } = Workload::from_env()?;
    let commits: usize = setting("COMMITS", 10_000_000)?;
    let folder = tempfile::tempdir()?;
    let began = millis(&now());
    history::write(folder.path(), offerings, commits)?;
    let ended = millis(&now());
    let server = Server::start(ServerOptions {
        data: Some(folder.path().to_owned()),
        ..ServerOptions::default()
    });
    caught_up(&server).await?;
    let mut asking = Vec::new();
    for who in 0..AT_ONCE {
        asking.push(tokio::spawn(ask(
            server.client(),
            moments(who, (began, ended)),
        )));
    }
    let mut took = Vec::new();
    for asked in asking {
        took.extend(asked.await??);
    }
    let mut table = Table::default();
    table.note(&format!("{commits} commits on {offerings} offerings"));
    let what = format!("looking back, {AT_ONCE} at once, {} moments", took.len());
    table.latency(&what, &took);
    Ok(table)
}

async fn ask(
    mut client: CapacityServiceClient<Channel>,
    moments: Vec<i64>,
) -> anyhow::Result<Vec<Duration>> {
    let mut took = Vec::with_capacity(moments.len());
    for millis in moments {
        let request = FindCapacityRequest {
            as_of: Some(prost_types::Timestamp {
                seconds: millis.div_euclid(1_000),
                nanos: i32::try_from(millis.rem_euclid(1_000) * 1_000_000)?,
            }),
            ..FindCapacityRequest::default()
        };
        let asked = Instant::now();
        client.find_capacity(request).await?;
        took.push(asked.elapsed());
    }
    Ok(took)
}

/// Scattered over the history, others for each who asks.
fn moments(who: u64, (began, ended): (i64, i64)) -> Vec<i64> {
    let mut scattered = 0x9E37_79B9_7F4A_7C15 ^ who;
    let moments = (0..MOMENTS).map(|_| {
        scattered ^= scattered << 13;
        scattered ^= scattered >> 7;
        scattered ^= scattered << 17;
        began + (scattered >> 1).cast_signed().rem_euclid(ended - began)
    });
    moments.collect()
}

fn millis(moment: &prost_types::Timestamp) -> i64 {
    moment.seconds * 1_000 + i64::from(moment.nanos / 1_000_000)
}

async fn caught_up(server: &Server) -> anyhow::Result<()> {
    let mut client = server.client();
    let until = Instant::now() + CATCH_UP;
    while Instant::now() < until {
        let request = FindCapacityRequest {
            page_size: 1,
            ..FindCapacityRequest::default()
        };
        if client.find_capacity(request).await.is_ok() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    bail!("the server did not catch up within {CATCH_UP:?}")
}
