//! Exact counts of everybody who waits, many persons on several lists.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use e2e::{Server, ServerOptions};
use proto::waitlist::v1::{CountWaitingRequest, CountWaitingResponse, Dimension};

use crate::lists::{COUNTS, Grants, ListClient, Lists, client, counted, deduplicated};
use crate::table::{Rate, Table, Times};
use crate::workload::{setting, today};

const EACH: usize = 3;
const GOAL: Duration = Duration::from_millis(70);
const ROUNDS: usize = 15;

pub(crate) async fn run() -> anyhow::Result<Table> {
    let lists = Lists {
        persons: setting("BENCH_PERSONS", 150_000)?,
        each: EACH,
        registered_on: "2026-03-02",
    };
    let server = Server::start(ServerOptions::default());
    counted(&server).await?;
    let grants = Grants::open(server.data(), &today()?)?;
    let mut table = Table::new("exact counts");
    table.note(format!(
        "{} entries of {} persons, each counted once; through gRPC; goal: {GOAL:?} for all persons",
        lists.entries(),
        lists.persons
    ));
    let began = Instant::now();
    lists.declare(&server, Some(&grants), "2026-04-01").await?;
    let loaded = Rate::of(lists.entries(), began.elapsed());
    table.add("entries declared, without evaluations", |row| {
        row.rate(loaded)
    });

    let alone = Times::of(
        (0..ROUNDS)
            .map(|_| dedup(lists))
            .collect::<anyhow::Result<_>>()?,
    );
    let mut asking = client(&server, COUNTS)?;
    let questions: [(&str, &[Dimension]); 3] = [
        ("everybody", &[]),
        ("by provider", &[Dimension::Provider]),
        (
            "by municipality and diagnosis group",
            &[Dimension::Municipality, Dimension::DiagnosisGroup],
        ),
    ];
    for (what, by) in questions {
        let (took, answer) = count(&mut asking, by).await?;
        let total = answer.total.context("no total")?;
        ensure!(
            total.persons == lists.persons as u64 && total.entries == lists.entries() as u64,
            "{} persons and {} entries were counted",
            total.persons,
            total.entries
        );
        let ratio = took.median().as_secs_f64() / alone.median().as_secs_f64();
        table.add(format!("{what}, {} cells", answer.cells.len()), |row| {
            let beside = format!("{ratio:.1} × a map of the same keys alone");
            row.times(&took).beside(beside)
        });
    }
    table.add("a hash map of the same keys alone", |row| row.times(&alone));
    Ok(table)
}

async fn count(
    asking: &mut ListClient,
    by: &[Dimension],
) -> anyhow::Result<(Times, CountWaitingResponse)> {
    let request = CountWaitingRequest {
        by: by.iter().copied().map(i32::from).collect(),
        ..CountWaitingRequest::default()
    };
    let mut took = Vec::with_capacity(ROUNDS);
    let mut last = CountWaitingResponse::default();
    for _ in 0..ROUNDS {
        let began = Instant::now();
        last = asking.count_waiting(request.clone()).await?.into_inner();
        took.push(began.elapsed());
    }
    Ok((Times::of(took), last))
}

fn dedup(lists: Lists) -> anyhow::Result<Duration> {
    let began = Instant::now();
    let persons = deduplicated(lists).len();
    ensure!(persons == lists.persons, "{persons} persons");
    Ok(began.elapsed())
}
