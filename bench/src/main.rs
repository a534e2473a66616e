//! The figures, side by side in one run: `make bench`.
//!
//! Everything is measured from outside, through real processes: what a provider's system would see.
//! Absolute numbers say as much about the machine as about the program; ratios within one run say more.
#![expect(clippy::print_stdout, reason = "the table is what it is for")]

mod as_of;
mod disk;
mod history;
mod peer;
mod replay;
mod reports;
mod seen;
mod table;
mod workload;

use e2e::{Cluster, Server, ServerOptions};

use table::Table;
use workload::Workload;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // By itself: its log takes as long to write as all else to measure.
    if std::env::args().any(|name| name == "as-of") {
        println!("{}", as_of::measure().await?.render());
        return Ok(());
    }
    let workload = Workload::from_env()?;
    let mut table = Table::default();
    let folder = tempfile::tempdir()?;
    table.note(&format!(
        "{} reports on {} offerings, {} connections; fdatasync of 4 KiB: {}",
        workload.reports,
        workload.offerings,
        workload.connections,
        disk::fdatasync(folder.path())?
    ));

    let mut embedded = Server::start(ServerOptions::default());
    let on_file = reports::measure(&embedded, &workload).await?;
    let seen_on_file = seen::measure(&embedded).await?;
    let replayed_file = replay::measure(&mut embedded).await?;
    drop(embedded);

    let cluster = Cluster::start(1);
    let mut on_broker = Server::start(ServerOptions {
        kafka: Some(cluster.bootstrap().to_owned()),
        region: Some("bench".to_owned()),
        ..ServerOptions::default()
    });
    let on_kafka = reports::measure(&on_broker, &workload).await?;
    let seen_on_kafka = seen::measure(&on_broker).await?;
    let replayed_kafka = replay::measure(&mut on_broker).await?;
    drop(on_broker);
    let bytes = peer::record_bytes(cluster.bootstrap(), "bench.capacity")?;
    let raw = peer::produce(cluster.bootstrap(), bytes, workload.reports)?;

    table.rate("reports through gRPC, embedded log", on_file, None);
    table.rate("reports through gRPC, Kafka", on_kafka, Some(raw));
    table.rate(
        &format!("rdkafka's producer alone, {bytes} bytes a record"),
        raw,
        None,
    );
    table.latency("acknowledged to seen, embedded log", &seen_on_file);
    table.latency("acknowledged to seen, Kafka", &seen_on_kafka);
    table.rate(
        "start without snapshot, embedded log (commits)",
        replayed_file.refolded,
        None,
    );
    table.rate(
        "start without snapshot and replica, Kafka (commits)",
        replayed_kafka.refolded,
        None,
    );
    table.seconds(
        "start with snapshot, embedded log",
        replayed_file.with_snapshot,
    );
    table.seconds("start with snapshot, Kafka", replayed_kafka.with_snapshot);
    println!("{}", table.render());
    Ok(())
}
