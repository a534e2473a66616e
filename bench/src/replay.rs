//! How long a start takes: from a snapshot, and from everything that the log holds.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use e2e::{Cluster, Server, ServerOptions};
use proto::capacity::v1::{FindCapacityRequest, FindCapacityResponse};

use crate::disk;
use crate::history;
use crate::reports;
use crate::table::{Rate, Table};
use crate::workload::{Workload, setting};

/// Caches, and what SQLite keeps beside one of them.
const CACHES: [&str; 4] = [
    "snapshots",
    "replica.db",
    "replica.db-wal",
    "replica.db-shm",
];
/// The slowest that a start is waited for.
const COMMITS_PER_SECOND: u64 = 10_000;
const DEADLINE: Duration = Duration::from_secs(60);

pub(crate) async fn run() -> anyhow::Result<Table> {
    let workload = Workload::from_env()?;
    let commits = setting("BENCH_COMMITS", 10_000_000)?;
    let mut table = Table::new("starting");
    table.note(format!(
        "{commits} commits of {} offerings in the file, {} on Kafka; until the first answer; {}",
        workload.offerings,
        workload.reports,
        disk::fdatasync()?
    ));
    let folder = tempfile::tempdir()?;
    let (data, offerings) = (folder.path().to_owned(), workload.offerings);
    let began = Instant::now();
    let writing = data.clone();
    tokio::task::spawn_blocking(move || history::write(&writing, offerings, commits)).await??;
    let written = Rate::of(commits, began.elapsed());
    table.add("written by the log alone, on the disk (commits)", |row| {
        row.rate(written)
    });

    let began = Instant::now();
    let options = ServerOptions {
        data: Some(data),
        ..ServerOptions::default()
    };
    let mut server = Server::start(options);
    answered(&server, commits).await?;
    let took = began.elapsed();
    table.add("from the local file (commits)", |row| {
        row.rate(Rate::of(commits, took))
            .beside(format!("{took:.1?}"))
    });
    let with_snapshot = start(&mut server, commits).await?.0;
    table.add("with a snapshot, embedded log", |row| {
        row.seconds(with_snapshot)
    });
    drop(server);

    let cluster = Cluster::start(1);
    let mut server = Server::start(ServerOptions {
        kafka: Some(cluster.bootstrap().to_owned()),
        ..ServerOptions::default()
    });
    reports::send_all(&server, &workload).await?;
    let with_snapshot = start(&mut server, workload.reports).await?.0;
    forget(&mut server)?;
    let (took, answer) = start(&mut server, workload.reports).await?;
    let token = eventlog::PositionToken::parse(&answer.position)?;
    let commits = usize::try_from(token.position.get())?;
    table.add("first catch-up from Kafka (commits)", |row| {
        row.rate(Rate::of(commits, took))
            .beside(format!("{took:.1?}"))
    });
    table.add("with a snapshot, Kafka", |row| row.seconds(with_snapshot));
    Ok(table)
}

/// Stops the server and throws away everything that it can fill again.
fn forget(server: &mut Server) -> anyhow::Result<()> {
    server.stop();
    for cache in CACHES {
        let path = server.data().join(cache);
        if path.is_dir() {
            std::fs::remove_dir_all(path)?;
        } else if path.exists() {
            std::fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// Stops the server if it runs, and says how long it takes until it answers again.
pub(crate) async fn start(
    server: &mut Server,
    commits: usize,
) -> anyhow::Result<(Duration, FindCapacityResponse)> {
    if server.pid().is_some() {
        server.stop();
    }
    let began = Instant::now();
    server.restart();
    let answer = answered(server, commits).await?;
    Ok((began.elapsed(), answer))
}

/// Asks until the server answers: it does so only when it has caught up.
pub(crate) async fn answered(
    server: &Server,
    commits: usize,
) -> anyhow::Result<FindCapacityResponse> {
    let mut client = server.client();
    let commits = u64::try_from(commits)?;
    let patience = DEADLINE + Duration::from_secs(commits / COMMITS_PER_SECOND);
    let until = Instant::now() + patience;
    let mut last = None;
    while Instant::now() < until {
        let request = FindCapacityRequest {
            page_size: 1,
            ..FindCapacityRequest::default()
        };
        match client.find_capacity(request).await {
            Ok(answer) => return Ok(answer.into_inner()),
            Err(status) => last = Some(status),
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let Some(status) = last else {
        bail!("there was no time to ask");
    };
    Err(status).with_context(|| format!("the server did not catch up within {patience:?}"))
}
