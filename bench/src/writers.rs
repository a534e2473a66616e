//! One report, one durable event and one new state: the embedded log beside PostgreSQL, the same skewed load on both.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, bail, ensure};
use e2e::{Server, ServerOptions};
use prost::Message;
use proto::capacity::v1::report_acknowledgement::Result as Acknowledged;
use proto::capacity::v1::{Outcome, StreamReportsRequest, StreamReportsResponse};
use tokio::sync::mpsc;
use tokio_postgres::{Client, Statement};
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;

use crate::disk;
use crate::postgres::Postgres;
use crate::reports::publish;
use crate::table::{Rate, Table, Times};
use crate::workload::{CapacityClient, report, setting};
use crate::zipf::Zipf;

const UNITS: u32 = 5_000;
const SKEW: f64 = 1.2;
/// Units that most of the load falls on.
const HOT: usize = 10;
/// Writers, each on a connection of its own, and how much each has in flight.
const SHAPES: [(usize, usize); 4] = [(1, 1), (8, 1), (32, 1), (32, 16)];

/// The state before the tables know anything, and one row for each unit. Half a page is left for updates in place.
const TABLES: &str = "
    CREATE TABLE state (
        unit int PRIMARY KEY, version bigint NOT NULL, operational int NOT NULL, occupied int NOT NULL,
        available int NOT NULL, observed_at timestamptz NOT NULL
    ) WITH (fillfactor = 50);
    CREATE TABLE event (
        position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, unit int NOT NULL, version bigint NOT NULL,
        at timestamptz NOT NULL DEFAULT clock_timestamp(), body bytea NOT NULL, UNIQUE (unit, version)
    );
    INSERT INTO state SELECT unit, 0, 0, 0, 0, now() FROM generate_series(0, 4999) AS unit;
    ANALYZE state;
";
/// Both in one transaction and one round trip: the best that its friends would do.
pub(crate) const WRITE: &str = "
    WITH changed AS (
        UPDATE state SET version = version + 1, operational = $2, occupied = $3, available = $4, observed_at = $5
        WHERE unit = $1 RETURNING version
    )
    INSERT INTO event (unit, version, body) SELECT $1, version, $6 FROM changed
";

pub(crate) async fn run() -> anyhow::Result<Table> {
    let seconds = Duration::from_secs(setting("SECONDS", 10)?);
    let mut table = Table::new("one report at a time: the embedded log beside PostgreSQL");
    let server = Server::start(ServerOptions::default());
    publish(&server, UNITS as usize).await?;
    let postgres = Postgres::start().await?;
    postgres.connect().await?.batch_execute(TABLES).await?;
    table.note(format!(
        "{}, default durability, event and state in one statement, prepared; Zipf {SKEW} over {UNITS} units; {} s each",
        postgres.version(),
        seconds.as_secs()
    ));
    let zipf = Zipf::new(UNITS, SKEW);
    for (connections, depth) in SHAPES {
        table.note(disk::fdatasync()?);
        let ours = ours(&server, connections);
        let ours = drive(ours, depth, &zipf, seconds).await?;
        let theirs = theirs(&postgres, connections).await?;
        let theirs = drive(theirs, depth, &zipf, seconds).await?;
        let what = match depth {
            1 => format!("{connections} writers"),
            _ => format!("{connections} writers, {depth} in flight each"),
        };
        let ratio = ours.rate.times(theirs.rate);
        table.add(format!("{what}, embedded log"), |row| {
            let row = row.rate(ours.rate).times(&ours.all);
            row.beside(format!("{ratio:.1} × PostgreSQL"))
        });
        table.add(format!("{what}, PostgreSQL"), |row| {
            row.rate(theirs.rate).times(&theirs.all)
        });
        table.add(
            format!("… on the {HOT} hottest units, embedded log"),
            |row| row.times(&ours.hot),
        );
        table.add(
            format!("… on the {HOT} hottest units, PostgreSQL"),
            |row| row.times(&theirs.hot),
        );
    }
    Ok(table)
}

/// Who can write, on one connection.
#[derive(Clone)]
enum Connected {
    Ours(CapacityClient),
    Theirs(Arc<Client>, Statement),
}

/// Somebody who writes: as a record system does, over a stream that stays open; one report, and its answer.
enum Writer {
    Ours(
        mpsc::Sender<StreamReportsRequest>,
        Box<Streaming<StreamReportsResponse>>,
    ),
    Theirs(Arc<Client>, Statement),
}

impl Connected {
    async fn writer(self) -> anyhow::Result<Writer> {
        Ok(match self {
            Self::Ours(mut client) => {
                let (reports, sent) = mpsc::channel(1);
                let answers = client.stream_reports(ReceiverStream::new(sent)).await?;
                Writer::Ours(reports, Box::new(answers.into_inner()))
            }
            Self::Theirs(client, statement) => Writer::Theirs(client, statement),
        })
    }
}

impl Writer {
    async fn write(&mut self, unit: usize, sequence: u64) -> anyhow::Result<()> {
        let request = report(unit, sequence);
        match self {
            Self::Ours(reports, answers) => {
                let reports_of_one = StreamReportsRequest {
                    reports: vec![request],
                };
                reports.send(reports_of_one).await?;
                let answer = answers.message().await?.context("the stream ended")?;
                let answer = answer.acknowledgements.into_iter().next();
                let Some(Acknowledged::Receipt(receipt)) = answer.and_then(|it| it.result) else {
                    bail!("a report was refused");
                };
                // Of two that overtake each other the earlier is history; it is as durable as the other.
                let outcome = receipt.outcome();
                ensure!(
                    matches!(outcome, Outcome::Taken | Outcome::Older),
                    "{outcome:?}"
                );
            }
            Self::Theirs(client, statement) => {
                let said = request.report.unwrap_or_default();
                let counts = said.counts.clone().unwrap_or_default();
                let number = |count: u32| i32::try_from(count).unwrap_or(0);
                let unit = i32::try_from(unit)?;
                let rows = client
                    .execute(
                        statement,
                        &[
                            &unit,
                            &number(counts.operational.unwrap_or(0)),
                            &number(counts.occupied),
                            &number(counts.available),
                            &SystemTime::now(),
                            &said.encode_to_vec(),
                        ],
                    )
                    .await?;
                ensure!(rows == 1, "{rows} rows were written");
            }
        }
        Ok(())
    }
}

fn ours(server: &Server, connections: usize) -> Vec<Connected> {
    (0..connections)
        .map(|_| Connected::Ours(server.client()))
        .collect()
}

async fn theirs(postgres: &Postgres, connections: usize) -> anyhow::Result<Vec<Connected>> {
    let mut writers = Vec::with_capacity(connections);
    for _ in 0..connections {
        let client = postgres.connect().await?;
        let statement = client.prepare(WRITE).await?;
        writers.push(Connected::Theirs(Arc::new(client), statement));
    }
    Ok(writers)
}

struct Driven {
    rate: Rate,
    all: Times,
    hot: Times,
}

/// Writes for so long, with `depth` reports in flight on each connection.
async fn drive(
    writers: Vec<Connected>,
    depth: usize,
    zipf: &Zipf,
    lasts: Duration,
) -> anyhow::Result<Driven> {
    let began = Instant::now();
    let until = began + lasts;
    let each = writers
        .iter()
        .flat_map(|writer| std::iter::repeat_n(writer, depth));
    let tasks: Vec<_> = (1..)
        .zip(each.cloned())
        .map(|(seed, writer)| tokio::spawn(work(writer, zipf.seeded(seed), until)))
        .collect();
    let (mut all, mut hot) = (Vec::new(), Vec::new());
    for task in tasks {
        for (unit, took) in task.await?? {
            all.push(took);
            if unit < HOT {
                hot.push(took);
            }
        }
    }
    Ok(Driven {
        rate: Rate::of(all.len(), began.elapsed()),
        all: Times::of(all),
        hot: Times::of(hot),
    })
}

async fn work(
    connected: Connected,
    mut zipf: Zipf,
    until: Instant,
) -> anyhow::Result<Vec<(usize, Duration)>> {
    let mut writer = connected.writer().await?;
    let mut took = Vec::new();
    while Instant::now() < until {
        let unit = zipf.next();
        let began = Instant::now();
        writer.write(unit, sequence()).await?;
        took.push((unit, began.elapsed()));
    }
    Ok(took)
}

/// Rises, and is no other's: nanoseconds since 1970.
fn sequence() -> u64 {
    let since = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
