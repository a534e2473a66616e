//! The last places of one offering, wanted by many at once: who asks first gets one, and nobody one that is not free.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::ensure;
use e2e::{Cluster, Server, ServerOptions};
use proto::capacity::v1::{
    CommandContext, Counts, HoldPlaceRequest, HoldPlaceResponse, ReleaseHoldRequest,
};
use tonic::{Code, Status};

use crate::disk;
use crate::table::{Rate, Table, Times};
use crate::workload::{CapacityClient, context, now, offering_id, publication, report, setting};

const CALLERS: usize = 32;
const PLACES: u32 = 5;
/// How long a place is kept.
const KEPT: Duration = Duration::from_millis(5);
/// A hold is given back long before.
const HOLD_SECONDS: i64 = 3_600;

pub(crate) async fn run() -> anyhow::Result<Table> {
    let lasts = Duration::from_secs(setting("SECONDS", 10)?);
    let mut table = Table::new("the last places, wanted by many");
    table.note(format!(
        "{CALLERS} callers, each on a connection of its own, hold one of {PLACES} places and give it back, for {} s; {}",
        lasts.as_secs(),
        disk::fdatasync()?
    ));
    let embedded = [Server::start(ServerOptions::default())];
    add(&mut table, "embedded log", contend(&embedded, lasts).await?);

    let cluster = Cluster::start(1);
    let nodes = [0, 1].map(|_| {
        Server::start(ServerOptions {
            kafka: Some(cluster.bootstrap().to_owned()),
            ..ServerOptions::default()
        })
    });
    let seen = contend(&nodes, lasts).await?;
    add(&mut table, "Kafka, two nodes", seen);
    Ok(table)
}

fn add(table: &mut Table, log: &str, seen: Seen) {
    let granted = format!(
        "{} holds, never more than {} at once",
        seen.tokens.len(),
        seen.most
    );
    let answered = seen.granted.count() + seen.refused.count();
    table.add(format!("granted, {log}"), |row| {
        row.rate(Rate::of(seen.tokens.len(), seen.took))
            .times(&seen.granted)
            .beside(granted)
    });
    table.add(format!("refused: no place is free, {log}"), |row| {
        row.rate(Rate::of(answered - seen.granted.count(), seen.took))
            .times(&seen.refused)
    });
}

struct Seen {
    granted: Times,
    refused: Times,
    tokens: BTreeSet<u64>,
    /// Holds at one moment.
    most: usize,
    took: Duration,
}

async fn contend(nodes: &[Server], lasts: Duration) -> anyhow::Result<Seen> {
    prepare(nodes).await?;
    let held = Arc::new(Held::default());
    let began = Instant::now();
    let callers: Vec<_> = (0..CALLERS)
        .map(|number| {
            let client = nodes[number % nodes.len()].client();
            tokio::spawn(call(client, Arc::clone(&held), began + lasts))
        })
        .collect();
    let (mut granted, mut refused, mut tokens) = (Vec::new(), Vec::new(), BTreeSet::new());
    for caller in callers {
        for (took, token) in caller.await?? {
            match token {
                None => refused.push(took),
                Some(token) => {
                    granted.push(took);
                    ensure!(tokens.insert(token), "token {token} was given twice");
                }
            }
        }
    }
    let most = held.most.load(Ordering::SeqCst);
    ensure!(
        most <= PLACES as usize,
        "{most} of {PLACES} places were held at once"
    );
    Ok(Seen {
        granted: Times::of(granted),
        refused: Times::of(refused),
        tokens,
        most,
        took: began.elapsed(),
    })
}

async fn prepare(nodes: &[Server]) -> anyhow::Result<()> {
    let mut first = nodes[0].client();
    nodes[0].serves().await;
    first.publish_offering(publication(0)).await?;
    let mut count = report(0, 1);
    if let Some(report) = &mut count.report {
        report.counts = Some(Counts {
            operational: Some(20),
            occupied: 20 - PLACES,
            available: PLACES,
            ..Counts::default()
        });
    }
    let counted = first.report_capacity(count).await?.into_inner();
    let position = counted.receipt.unwrap_or_default().position;
    for node in nodes {
        node.serves().await;
        node.has(&position).await;
    }
    Ok(())
}

/// How many places are held, as those who hold them know.
#[derive(Default)]
struct Held {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Held {
    fn one_more(&self) {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
    }

    fn one_less(&self) {
        self.now.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Asks until then; returns how long each definite answer took, and the token where there was a place.
async fn call(
    mut client: CapacityClient,
    held: Arc<Held>,
    until: Instant,
) -> anyhow::Result<Vec<(Duration, Option<u64>)>> {
    let mut answers = Vec::new();
    while Instant::now() < until {
        let asked = Instant::now();
        let hold = ask(&mut client).await?;
        let token = hold.as_ref().map(|hold| hold.fencing_token);
        answers.push((asked.elapsed(), token));
        if let Some(hold) = hold {
            held.one_more();
            tokio::time::sleep(KEPT).await;
            // From here on it may be somebody else's.
            held.one_less();
            give_back(&mut client, hold).await?;
        }
    }
    Ok(answers)
}

/// Asks for a place until there is a definite answer; none: no place is free.
async fn ask(client: &mut CapacityClient) -> anyhow::Result<Option<HoldPlaceResponse>> {
    let mut ends = now();
    ends.seconds += HOLD_SECONDS;
    let mut wish = HoldPlaceRequest {
        context: Some(context()),
        offering_id: offering_id(0),
        expires_at: Some(ends),
    };
    loop {
        match client.hold_place(wish.clone()).await {
            Ok(answer) => return Ok(Some(answer.into_inner())),
            Err(status) if status.code() == Code::FailedPrecondition => return Ok(None),
            Err(status) => again(&mut wish.context, &status)?,
        }
    }
}

async fn give_back(client: &mut CapacityClient, hold: HoldPlaceResponse) -> anyhow::Result<()> {
    let mut request = ReleaseHoldRequest {
        context: Some(context()),
        offering_id: offering_id(0),
        hold_id: hold.hold_id,
        fencing_token: hold.fencing_token,
    };
    while let Err(status) = client.release_hold(request.clone()).await {
        again(&mut request.context, &status)?;
    }
    Ok(())
}

/// Another node may have written to the same offering all the time: nobody knows, so the same is asked again.
fn again(context: &mut Option<CommandContext>, status: &Status) -> anyhow::Result<()> {
    ensure!(status.code() == Code::Unavailable, "{status}");
    if let Some(context) = context {
        context.repeat = true;
    }
    Ok(())
}
