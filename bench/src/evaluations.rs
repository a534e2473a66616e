//! How many citizen numbers a core evaluates, and how many a provider blinds and verifies.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use bsn::{Answer, Batch, Bsn};
use pseudonym::{Blinded, Epoch, Evaluator, Root};

use crate::table::{Rate, Table};
use crate::workload::setting;

/// As many as one call takes.
const BATCH: usize = 1000;
const GOAL: usize = 15_000;

#[expect(clippy::unused_async, reason = "every scenario is")]
pub(crate) async fn run() -> anyhow::Result<Table> {
    let asked: usize = setting("BENCH_EVALUATIONS", 20_000)?;
    let batches = asked.div_ceil(BATCH).max(1);
    tokio::task::block_in_place(|| measure(batches))
}

/// One thread, so that what is measured is a core.
fn measure(batches: usize) -> anyhow::Result<Table> {
    let mut table = Table::new("pseudonyms");
    let count = batches * BATCH;
    table.note(format!(
        "{count} citizen numbers in batches of {BATCH}, with proofs, on one core; goal: {GOAL} evaluations/s"
    ));
    let epoch = Epoch::parse("2026a").context("an epoch")?;
    let evaluator = Evaluator::new(&Root::from_bytes([7; 32]), epoch).context("a key")?;
    let numbers = numbers(BATCH)?;
    let [mut blinding, mut evaluating, mut finalising] = [Duration::ZERO; 3];
    for _ in 0..batches {
        let began = Instant::now();
        let batch = Batch::blind(&numbers)?;
        blinding += began.elapsed();
        let sent: Vec<Vec<u8>> = batch
            .blinded_elements()
            .iter()
            .map(|e| e.to_vec())
            .collect();

        let began = Instant::now();
        let evaluated = evaluator.evaluate(&Blinded::parse(&sent)?)?;
        evaluating += began.elapsed();

        let began = Instant::now();
        let answer = Answer {
            elements: &evaluated.elements,
            proof: &evaluated.proof,
        };
        let found = batch.finalise(answer, evaluator.public_key())?.len();
        finalising += began.elapsed();
        ensure!(found == BATCH, "{found} of {BATCH} came back");
    }
    table.add("evaluated, the evaluator's side", |row| {
        row.rate(Rate::of(count, evaluating))
    });
    table.add("blinded, the provider's side", |row| {
        row.rate(Rate::of(count, blinding))
    });
    table.add("verified and finalised, the provider's side", |row| {
        row.rate(Rate::of(count, finalising))
    });
    Ok(table)
}

/// Citizen numbers of nobody.
fn numbers(count: usize) -> anyhow::Result<Vec<Bsn>> {
    let texts = (900_000_000_u32..).map(|number| number.to_string());
    let numbers: Vec<Bsn> = texts
        .filter_map(|text| Bsn::parse(&text).ok())
        .take(count)
        .collect();
    ensure!(numbers.len() == count, "not enough citizen numbers");
    Ok(numbers)
}
