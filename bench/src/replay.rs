//! How long a start takes: from a snapshot, and from everything that the log holds.

use std::time::{Duration, Instant};

use anyhow::bail;
use e2e::Server;
use proto::capacity::v1::{FindCapacityRequest, FindCapacityResponse};

use crate::table::Rate;

const DEADLINE: Duration = Duration::from_secs(120);

pub(crate) struct Starts {
    pub(crate) with_snapshot: Duration,
    pub(crate) refolded: Rate,
}

/// Stops the server and starts it, first as it is, then without its caches.
pub(crate) async fn measure(server: &mut Server) -> anyhow::Result<Starts> {
    let with_snapshot = start(server).await?.0;
    server.stop();
    let data = server.data().to_owned();
    for cache in [
        "snapshots",
        "replica.db",
        "replica.db-wal",
        "replica.db-shm",
    ] {
        let path = data.join(cache);
        if path.is_dir() {
            std::fs::remove_dir_all(path)?;
        } else if path.exists() {
            std::fs::remove_file(path)?;
        }
    }
    let began = Instant::now();
    server.restart();
    let answer = answered(server).await?;
    let took = began.elapsed();
    let token = eventlog::PositionToken::parse(&answer.position)?;
    let commits = usize::try_from(token.position.get())?;
    Ok(Starts {
        with_snapshot,
        refolded: Rate::of(commits, took),
    })
}

async fn start(server: &mut Server) -> anyhow::Result<(Duration, FindCapacityResponse)> {
    server.stop();
    let began = Instant::now();
    server.restart();
    let answer = answered(server).await?;
    Ok((began.elapsed(), answer))
}

/// Asks until the server answers: it does so only when it has caught up.
async fn answered(server: &Server) -> anyhow::Result<FindCapacityResponse> {
    let mut client = server.client();
    let until = Instant::now() + DEADLINE;
    while Instant::now() < until {
        let request = FindCapacityRequest {
            page_size: 1,
            ..FindCapacityRequest::default()
        };
        if let Ok(answer) = client.find_capacity(request).await {
            return Ok(answer.into_inner());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    bail!("the server did not catch up within {DEADLINE:?}")
}
