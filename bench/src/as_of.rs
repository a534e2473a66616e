//! How long it takes to look back at any moment of a long log, two at once.

use std::time::{Duration, Instant};

use e2e::{Server, ServerOptions};
use proto::capacity::v1::FindCapacityRequest;

use crate::table::{Table, Times};
use crate::workload::{CapacityClient, Workload, millis_now, setting};
use crate::{disk, history, replay};

/// Each of the two asks about so many.
const MOMENTS: u64 = 20;
const AT_ONCE: u64 = 2;

/// What is more recent may still change, and is not answered.
const SETTLES_WITHIN: Duration = Duration::from_secs(6);

/// Writes a log of `BENCH_COMMITS` commits, lets a server catch up with it, and asks about scattered moments.
pub(crate) async fn run() -> anyhow::Result<Table> {
    let Workload { offerings, .. } = Workload::from_env()?;
    let commits: usize = setting("BENCH_COMMITS", 10_000_000)?;
    let folder = tempfile::tempdir()?;
    let began = millis_now();
    history::write(folder.path(), offerings, commits)?;
    let ended = millis_now();
    let server = Server::start(ServerOptions {
        data: Some(folder.path().to_owned()),
        ..ServerOptions::default()
    });
    replay::answered(&server, commits).await?;
    tokio::time::sleep(SETTLES_WITHIN).await;
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
    let mut table = Table::new("looking back at any moment");
    table.note(format!(
        "{commits} commits on {offerings} offerings, {AT_ONCE} questions at once; {}",
        disk::fdatasync()?
    ));
    table.add(format!("{} scattered moments", took.len()), |row| {
        row.times(&Times::of(took))
    });
    Ok(table)
}

async fn ask(mut client: CapacityClient, moments: Vec<i64>) -> anyhow::Result<Vec<Duration>> {
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
