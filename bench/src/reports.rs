//! Reports per second through gRPC, each acknowledged: durable and folded.

use std::time::Instant;

use anyhow::{Context, ensure};
use e2e::{Cluster, Server, ServerOptions};
use futures::StreamExt;
use proto::capacity::v1::report_acknowledgement::Result as Acknowledged;
use proto::capacity::v1::{Outcome, StreamReportsRequest};

use crate::table::{Rate, Table};
use crate::workload::{Workload, publication, report};
use crate::{disk, peer};

const PER_MESSAGE: usize = 250;
const PUBLISHED_AT_ONCE: usize = 64;

pub(crate) async fn run() -> anyhow::Result<Table> {
    let workload = Workload::from_env()?;
    let mut table = Table::new("reports through gRPC, each acknowledged");
    table.note(format!(
        "{} reports on {} offerings, {} connections, {PER_MESSAGE} in a message",
        workload.reports, workload.offerings, workload.connections,
    ));
    let before = disk::fdatasync()?;
    let embedded = send_all(&Server::start(ServerOptions::default()), &workload).await?;
    table.add("embedded log", |row| row.rate(embedded).beside(before));

    let cluster = Cluster::start(1);
    let before = disk::fdatasync()?;
    let server = Server::start(ServerOptions {
        kafka: Some(cluster.bootstrap().to_owned()),
        region: Some("bench".to_owned()),
        ..ServerOptions::default()
    });
    let kafka = send_all(&server, &workload).await?;
    drop(server);
    let bytes = peer::record_bytes(cluster.bootstrap(), "bench.capacity")?;
    let raw = peer::produce(cluster.bootstrap(), bytes, workload.reports)?;
    let ratio = kafka.times(raw);
    table.add("Kafka", |row| {
        row.rate(kafka)
            .beside(format!("{ratio:.2} × rdkafka alone; {before}"))
    });
    table.add(
        format!("rdkafka's threaded producer alone, {bytes} bytes a record"),
        |row| row.rate(raw),
    );
    Ok(table)
}

/// Publishes the workload's offerings, sends its reports, and returns how many were acknowledged a second.
pub(crate) async fn send_all(server: &Server, workload: &Workload) -> anyhow::Result<Rate> {
    publish(server, workload.offerings).await?;
    let share = workload.reports / workload.connections;
    let started = Instant::now();
    let mut connections = Vec::with_capacity(workload.connections);
    for connection in 0..workload.connections {
        let sent = send(server, workload.offerings, (connection * share, share));
        connections.push(tokio::spawn(sent));
    }
    let mut taken = 0;
    for connection in connections {
        taken += connection.await??;
    }
    let rate = Rate::of(taken, started.elapsed());
    ensure!(
        taken == share * workload.connections,
        "only {taken} were taken"
    );
    Ok(rate)
}

pub(crate) async fn publish(server: &Server, offerings: usize) -> anyhow::Result<()> {
    let client = server.client();
    futures::stream::iter(0..offerings)
        .map(|number| {
            let mut client = client.clone();
            async move { client.publish_offering(publication(number)).await }
        })
        .buffer_unordered(PUBLISHED_AT_ONCE)
        .map(|answer| answer.map(|_| ()).context("publishing"))
        .collect::<Vec<_>>()
        .await
        .into_iter()
        .collect()
}

/// Sends a share of the reports over a connection of its own, and counts those that were taken.
fn send(
    server: &Server,
    offerings: usize,
    (first, count): (usize, usize),
) -> impl Future<Output = anyhow::Result<usize>> + Send + use<> {
    let mut client = server.client();
    async move {
        let messages = (first..first + count)
            .step_by(PER_MESSAGE)
            .map(move |from| {
                let to = (from + PER_MESSAGE).min(first + count);
                let reports = (from..to).map(|n| report(n % offerings, 1 + n as u64));
                StreamReportsRequest {
                    reports: reports.collect(),
                }
            });
        let answer = client
            .stream_reports(futures::stream::iter(messages))
            .await?;
        let mut answers = answer.into_inner();
        let mut taken = 0;
        while let Some(message) = answers.message().await? {
            for acknowledgement in message.acknowledgements {
                match acknowledgement.result {
                    Some(Acknowledged::Receipt(receipt))
                        if receipt.outcome() != Outcome::Unspecified =>
                    {
                        taken += 1;
                    }
                    other => anyhow::bail!("a report was not taken: {other:?}"),
                }
            }
        }
        Ok(taken)
    }
}
