//! Search over the nation's offerings while reports go on: through gRPC, inside the service, and beside PostgreSQL.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, ensure};
use demo::{Pace, Tally, World};
use e2e::get;
use prost::Message;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};
use tokio_postgres::{Client, Statement};

use crate::disk;
use crate::histogram::Histogram;
use crate::nation::Nation;
use crate::offering_table;
use crate::postgres::Postgres;
use crate::questions::Question;
use crate::table::{Rate, Table, Times};
use crate::workload::{CapacityClient, millis_now, setting};

const UPDATES_PER_SECOND: u32 = 1_000;
/// Connections over which PostgreSQL gets its updates.
const UPDATERS: u64 = 8;
/// Questions whose answers are compared before updates begin.
const COMPARED: usize = 50;
const SETTLING: Duration = Duration::from_secs(2);

pub(crate) async fn run() -> anyhow::Result<Table> {
    let lasts = Duration::from_secs(setting("SECONDS", 10)? * 2);
    let mut table = Table::new("search, with updates going on, beside PostgreSQL");
    let nation = Nation::load().await?;
    let postgres = Postgres::start().await?;
    let client = postgres.connect().await?;
    offering_table::fill(&client, &nation.world, nation.period).await?;
    let statement = offering_table::prepare(&client).await?;
    let questions = Question::many(2_000);
    let peer = Peer { client, statement };
    let same = compare(&nation.server.client(), &peer, &questions).await?;
    table.note(format!(
        "{} offerings; 7 filters and a distance; pages of 20; one question at a time for {} s; {}, indices that fit, \
         prepared, same rows; {same}; {}",
        nation.world.size(),
        lasts.as_secs(),
        postgres.version(),
        disk::fdatasync()?
    ));

    let (ours, inside, our_updates) = ours(&nation, &questions, lasts).await?;
    let world = Arc::new(nation.world);
    let (theirs, their_updates) = theirs(&postgres, &world, &peer, (&questions, lasts)).await?;
    let ratio = theirs.median().as_secs_f64() / ours.median().as_secs_f64();
    let late = theirs.p99().as_secs_f64() / ours.p99().as_secs_f64();
    table.add("through gRPC", |row| {
        let row = row.rate(Rate::of(ours.count(), lasts)).times(&ours);
        row.beside(format!(
            "{ratio:.1} × as quick as PostgreSQL, p99 {late:.1} ×"
        ))
    });
    table.add("inside the service (from its histogram)", |row| {
        row.between(inside.at(50), inside.at(99))
    });
    table.add("PostgreSQL", |row| {
        row.rate(Rate::of(theirs.count(), lasts)).times(&theirs)
    });
    table.add("updates meanwhile, ours", |row| row.rate(our_updates));
    table.add("updates meanwhile, PostgreSQL", |row| {
        row.rate(their_updates)
    });
    Ok(table)
}

struct Peer {
    client: Client,
    statement: Statement,
}

/// Says how often both count the same matches, while nothing changes.
async fn compare(
    ours: &CapacityClient,
    peer: &Peer,
    questions: &[Question],
) -> anyhow::Result<String> {
    let mut client = ours.clone();
    let (mut same, mut matches) = (0, 0);
    for question in questions.iter().take(COMPARED) {
        let found = client.find_capacity(question.request()).await?.into_inner();
        let (_, total) = offering_table::find(&peer.client, &peer.statement, question).await?;
        same += usize::from(found.total == total);
        matches += found.total;
    }
    ensure!(matches > 0, "no question matches anything");
    Ok(format!(
        "{same} of {COMPARED} answers count the same, {matches} matches in all"
    ))
}

async fn ours(
    nation: &Nation,
    questions: &[Question],
    lasts: Duration,
) -> anyhow::Result<(Times, Histogram, Rate)> {
    let mut client = nation.server.client();
    let metrics = format!("{}/metrics", nation.server.http());
    let histogram = || Histogram::parse(&get(&metrics), "doorstroom_search_seconds");
    let updating = demo::client(nation.server.channel());
    let pace = Pace {
        per_second: UPDATES_PER_SECOND,
        lasts: Some(SETTLING + lasts),
    };
    let tally = Tally::default();
    let updates = demo::go_on(&updating, &nation.world, pace, millis_now, &tally);
    let asking = async {
        tokio::time::sleep(SETTLING).await;
        let (before, updated) = (histogram()?, tally.reports());
        let mut took = Vec::new();
        let began = Instant::now();
        for question in questions.iter().cycle() {
            if began.elapsed() >= lasts {
                break;
            }
            let started = Instant::now();
            client.find_capacity(question.request()).await?;
            took.push(started.elapsed());
        }
        let updates = usize::try_from(tally.reports() - updated)?;
        let rate = Rate::of(updates, began.elapsed());
        anyhow::Ok((Times::of(took), histogram()?.since(&before), rate))
    };
    let (updated, asked) = tokio::join!(updates, asking);
    updated.context("updating")?;
    asked
}

async fn theirs(
    postgres: &Postgres,
    world: &Arc<World>,
    peer: &Peer,
    (questions, lasts): (&[Question], Duration),
) -> anyhow::Result<(Times, Rate)> {
    let done = Arc::new(AtomicU64::new(0));
    let mut updaters: Vec<JoinHandle<anyhow::Result<()>>> = Vec::new();
    for number in 0..UPDATERS {
        let client = postgres.connect().await?;
        let statement = client.prepare(offering_table::UPDATE).await?;
        let (world, done) = (Arc::clone(world), Arc::clone(&done));
        updaters.push(tokio::spawn(async move {
            update((client, statement), &world, number, &done).await
        }));
    }
    tokio::time::sleep(SETTLING).await;
    let before = done.load(Ordering::Relaxed);
    let mut took = Vec::new();
    let began = Instant::now();
    for question in questions.iter().cycle() {
        if began.elapsed() >= lasts {
            break;
        }
        let started = Instant::now();
        offering_table::find(&peer.client, &peer.statement, question).await?;
        took.push(started.elapsed());
    }
    let updated = usize::try_from(done.load(Ordering::Relaxed) - before)?;
    let rate = Rate::of(updated, began.elapsed());
    for updater in updaters {
        updater.abort();
        if let Ok(ended) = updater.await {
            ended.context("updating PostgreSQL")?;
        }
    }
    Ok((Times::of(took), rate))
}

/// Updates one offering after another, in step with the other updaters, until it is aborted.
async fn update(
    (client, statement): (Client, Statement),
    world: &World,
    number: u64,
    done: &AtomicU64,
) -> anyhow::Result<()> {
    let period = Duration::from_secs(1) * u32::try_from(UPDATERS)? / UPDATES_PER_SECOND;
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut unit = number;
    loop {
        ticks.tick().await;
        // A prime step goes through all of them.
        unit = (unit + UPDATERS * 7_919) % u64::from(world.size());
        let at = u32::try_from(unit)?;
        let Some(offering) = world.offering(at) else {
            continue;
        };
        let report = offering.counted(millis_now());
        let counts = report.counts.clone().unwrap_or_default();
        let number = |count: u32| i32::try_from(count).unwrap_or(0);
        let (operational, unit) = (number(counts.operational.unwrap_or(0)), i32::try_from(at)?);
        let (occupied, available) = (number(counts.occupied), number(counts.available));
        let (now, body) = (SystemTime::now(), report.encode_to_vec());
        client
            .execute(
                &statement,
                &[&unit, &operational, &occupied, &available, &now, &body],
            )
            .await?;
        done.fetch_add(1, Ordering::Relaxed);
    }
}
