//! From a report's acknowledgement until each watcher whose filter fits has it; none may miss one.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use e2e::{Cluster, Server, ServerOptions};
use proto::capacity::v1::watch_capacity_response::Event;
use proto::capacity::v1::{CapacityFilter, WatchCapacityRequest};
use tokio::sync::{Barrier, mpsc};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::disk;
use crate::table::{Table, Times};
use crate::workload::{CapacityClient, millis_now, publication, report, setting};

const OFFERINGS: usize = 1_000;
/// Offerings lie in so many municipalities; each watcher looks at one of them, every hundredth at all.
const MUNICIPALITIES: usize = 100;
const WIDE: usize = 100;
const REPORTS_PER_SECOND: u32 = 100;
/// A connection takes a hundred streams.
const PER_CONNECTION: usize = 50;
const DEADLINE: Duration = Duration::from_secs(60);
/// Figures that are not from this scenario end here.
const PAUSE: Duration = Duration::from_millis(500);

pub(crate) async fn run() -> anyhow::Result<Table> {
    let lasts = Duration::from_secs(setting("SECONDS", 10)?);
    let mut table = Table::new("acknowledged to seen");
    table.note(format!(
        "{REPORTS_PER_SECOND} reports a second on {OFFERINGS} offerings for {} s; each watcher has a filter, one in \
         {WIDE} sees all; zero where the watcher had it first; {}",
        lasts.as_secs(),
        disk::fdatasync()?
    ));
    let embedded = Server::start(ServerOptions::default());
    prepare(&embedded).await?;
    let cluster = Cluster::start(1);
    let on_broker = Server::start(ServerOptions {
        kafka: Some(cluster.bootstrap().to_owned()),
        ..ServerOptions::default()
    });
    prepare(&on_broker).await?;
    for (log, server) in [("embedded log", &embedded), ("Kafka", &on_broker)] {
        for watchers in [1, 1_000] {
            let seen = measure(server, watchers, lasts).await?;
            table.add(format!("{watchers} watchers, {log}"), |row| {
                let row = row.times(&seen.times);
                let row = row.text(format!("{} updates seen", seen.times.count()));
                row.beside(format!("{} missed", seen.missed))
            });
        }
    }
    Ok(table)
}

fn municipality(number: usize) -> Option<&'static str> {
    let nth = number % MUNICIPALITIES;
    let place = reference::municipalities().nth(nth)?;
    Some(place.code.as_str())
}

async fn prepare(server: &Server) -> anyhow::Result<()> {
    let mut client = server.client();
    for number in 0..OFFERINGS {
        let mut request = publication(number);
        if let (Some(details), Some(code)) = (&mut request.details, municipality(number)) {
            code.clone_into(&mut details.municipality_code);
        }
        client.publish_offering(request).await?;
    }
    Ok(())
}

struct Seen {
    times: Times,
    missed: usize,
}

/// An offering as a watcher saw it: when it was counted, in milliseconds, and when it came.
type Sights = HashMap<String, Vec<(i64, Instant)>>;

struct Acknowledged {
    offering: usize,
    observed_millis: i64,
    at: Instant,
}

async fn measure(server: &Server, watchers: usize, lasts: Duration) -> anyhow::Result<Seen> {
    let ready = Arc::new(Barrier::new(watchers + 1));
    let (stop, _) = tokio::sync::broadcast::channel::<()>(1);
    let mut tasks: Vec<JoinHandle<anyhow::Result<Sights>>> = Vec::with_capacity(watchers);
    let mut client = server.client();
    for number in 0..watchers {
        if number.is_multiple_of(PER_CONNECTION) {
            client = server.client();
        }
        let watch = watch(client.clone(), number, Arc::clone(&ready), stop.subscribe());
        tasks.push(tokio::spawn(watch));
    }
    timeout(DEADLINE, ready.wait())
        .await
        .context("the watchers do not come up")?;
    let acknowledged = send(server, lasts).await?;
    tokio::time::sleep(PAUSE).await;
    stop.send(())?;
    let mut took = Vec::new();
    let mut missed = 0;
    for (number, task) in tasks.into_iter().enumerate() {
        let sights = timeout(DEADLINE, task).await???;
        for update in acknowledged.iter().filter(|update| sees(number, update)) {
            match first_sight(&sights, update) {
                Some(at) => took.push(at.saturating_duration_since(update.at)),
                None => missed += 1,
            }
        }
    }
    ensure!(!took.is_empty(), "nothing was seen");
    Ok(Seen {
        times: Times::of(took),
        missed,
    })
}

fn sees(watcher: usize, update: &Acknowledged) -> bool {
    watcher.is_multiple_of(WIDE) || watcher % MUNICIPALITIES == update.offering % MUNICIPALITIES
}

/// When the update, or a later one of the same offering, came.
fn first_sight(sights: &Sights, update: &Acknowledged) -> Option<Instant> {
    let of_it = sights.get(&crate::workload::offering_id(update.offering))?;
    let index = of_it.partition_point(|(observed, _)| *observed < update.observed_millis);
    of_it.get(index).map(|(_, at)| *at)
}

async fn watch(
    mut client: CapacityClient,
    number: usize,
    ready: Arc<Barrier>,
    mut stop: tokio::sync::broadcast::Receiver<()>,
) -> anyhow::Result<Sights> {
    let narrow = (!number.is_multiple_of(WIDE))
        .then(|| municipality(number))
        .flatten();
    let request = WatchCapacityRequest {
        filter: Some(CapacityFilter {
            municipality_code: narrow.unwrap_or_default().to_owned(),
            age_years: Some(30),
            ..CapacityFilter::default()
        }),
        ..WatchCapacityRequest::default()
    };
    let mut watch = client.watch_capacity(request).await?.into_inner();
    let mut sights = Sights::new();
    loop {
        let message = tokio::select! {
            message = watch.message() => message?,
            _ = stop.recv() => return Ok(sights),
        };
        let Some(message) = message else {
            bail!("the server ended a watch");
        };
        match message.event {
            Some(Event::Live(_)) => {
                ready.wait().await;
            }
            Some(Event::Offering(row)) => {
                let status = row.counts_status.unwrap_or_default();
                let observed = status.observed_at.unwrap_or_default();
                let millis = observed.seconds * 1_000 + i64::from(observed.nanos) / 1_000_000;
                let sight = (millis, Instant::now());
                sights.entry(row.offering_id).or_default().push(sight);
            }
            Some(Event::Removed(_) | Event::Heartbeat(_) | Event::Practices(_)) | None => {}
        }
    }
}

/// Reports at a steady rate, whatever the answers take, and notes when each was acknowledged.
async fn send(server: &Server, lasts: Duration) -> anyhow::Result<Vec<Acknowledged>> {
    let client = server.client();
    let (acknowledged, mut all) = mpsc::unbounded_channel();
    let mut ticks = interval(Duration::from_secs(1) / REPORTS_PER_SECOND);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let began = Instant::now();
    let mut offering = 0;
    while began.elapsed() < lasts {
        ticks.tick().await;
        offering = (offering + 7) % OFFERINGS;
        let (mut client, acknowledged) = (client.clone(), acknowledged.clone());
        tokio::spawn(async move {
            let observed_millis = millis_now();
            let request = report(offering, u64::try_from(observed_millis).unwrap_or(0));
            let observed = request
                .report
                .as_ref()
                .and_then(|report| report.observed_at);
            let observed = observed.unwrap_or_default();
            let answer = client.report_capacity(request).await.map(|_| Acknowledged {
                offering,
                observed_millis: observed.seconds * 1_000 + i64::from(observed.nanos) / 1_000_000,
                at: Instant::now(),
            });
            acknowledged.send(answer)
        });
    }
    drop(acknowledged);
    let mut answers = Vec::new();
    while let Some(answer) = all.recv().await {
        answers.push(answer?);
    }
    Ok(answers)
}
