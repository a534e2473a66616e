//! A provider's whole list as CSV, end to end through the client's binary.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use bsn::Bsn;
use e2e::{Server, ServerOptions, doorstroomd};

use crate::disk;
use crate::reports;
use crate::table::{Rate, Table};
use crate::workload::{offering_id, setting, text_of_now};

const LISTED: &str = "agb:06011009";
const EVALUATED: &str = "agb:06011010";
const OFFERINGS: usize = 5_000;

pub(crate) async fn run() -> anyhow::Result<Table> {
    let rows = setting("BENCH_ROWS", 100_000)?;
    let mut table = Table::new("a waiting list from CSV");
    table.note(format!(
        "{rows} rows of as many persons, by the client's binary against one server; {}",
        disk::fdatasync()?
    ));
    let server = Server::start(ServerOptions::default());
    let folder = tempfile::tempdir()?;
    for organisation in [LISTED, EVALUATED] {
        open_window(server.data(), organisation, rows)?;
    }
    let numbers = numbers(rows)?;
    let file = folder.path().join("list.csv");
    std::fs::write(&file, csv(&numbers))?;
    let first = imported(&server, &file, rows)?;
    let again = imported(&server, &file, rows)?;

    let evaluating = evaluated(&server, &numbers).await?;
    let reports = reported(&server, folder.path(), rows).await?;
    table.add("imported: evaluated, registered, durable", |row| {
        row.rate(first).beside(format!(
            "{:.2} × evaluations alone, {:.2} × reports",
            first.times(evaluating),
            first.times(reports)
        ))
    });
    table.add("the same file once more: nobody is evaluated", |row| {
        row.rate(again)
    });
    table.add("the same persons evaluated alone, by one client", |row| {
        row.rate(evaluating)
    });
    table.add(
        "as many reports of capacity, by the client's binary",
        |row| row.rate(reports),
    );
    Ok(table)
}

fn open_window(data: &Path, organisation: &str, elements: usize) -> anyhow::Result<()> {
    let data = data.to_str().context("a path that is text")?;
    let elements = elements.to_string();
    let line = [
        "quota",
        "open",
        "--data",
        data,
        "--organisation",
        organisation,
        "--elements",
        &elements,
        "--days",
        "1",
        "--custodian",
        "a.ahmed@notary",
        "--custodian",
        "b.bakker@zorgring",
    ];
    doorstroomd(&line).expect_done();
    Ok(())
}

/// Citizen numbers of nobody, as a file has them.
fn numbers(count: usize) -> anyhow::Result<Vec<String>> {
    let texts = (900_000_000_u32..).map(|number| number.to_string());
    let numbers: Vec<String> = texts
        .filter(|text| Bsn::parse(text).is_ok())
        .take(count)
        .collect();
    ensure!(numbers.len() == count, "not enough citizen numbers");
    Ok(numbers)
}

fn csv(numbers: &[String]) -> String {
    let mut out =
        "reference,bsn,care_type,registered_on,age_band,municipality,gp_practice,diagnosis_group\n"
            .to_owned();
    for (at, number) in numbers.iter().enumerate() {
        let practice = 1_000_000 + at % 5_000;
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "P{at},{number},specialised,2026-09-01,25-44,GM0014,{practice:08},05"
        );
    }
    out
}

fn imported(server: &Server, file: &Path, rows: usize) -> anyhow::Result<Rate> {
    let caller = format!("epd:provider-system@{LISTED}");
    let path = file.to_str().context("a path that is text")?;
    timed(server, rows, &["--as", &caller, "waitlist", "import", path])
}

async fn evaluated(server: &Server, numbers: &[String]) -> anyhow::Result<Rate> {
    let caller = format!("epd:provider-system@{EVALUATED}").parse()?;
    let parsed: Result<Vec<Bsn>, _> = numbers.iter().map(|text| Bsn::parse(text)).collect();
    let parsed = parsed?;
    let began = Instant::now();
    let done = cli::pseudonyms::evaluate(server.channel(), caller, &[], parsed).await?;
    ensure!(done.persons.len() == numbers.len(), "not all came back");
    Ok(Rate::of(numbers.len(), began.elapsed()))
}

async fn reported(server: &Server, folder: &Path, rows: usize) -> anyhow::Result<Rate> {
    reports::publish(server, OFFERINGS).await?;
    let file: PathBuf = folder.join("reports.jsonl");
    let mut lines = String::new();
    let at = text_of_now();
    for number in 0..rows {
        let id = offering_id(number % OFFERINGS);
        let sequence = number / OFFERINGS + 1;
        let _ = writeln!(
            lines,
            r#"{{"offering_id":"{id}","sequence":{sequence},"observed_at":"{at}","operational":20,"occupied":17,"available":3}}"#
        );
    }
    std::fs::write(&file, lines)?;
    let path = file.to_str().context("a path that is text")?;
    timed(server, rows, &["capacity", "report", "--file", path])
}

fn timed(server: &Server, rows: usize, line: &[&str]) -> anyhow::Result<Rate> {
    let began = Instant::now();
    server.doorstroom(line).expect_done();
    let took: Duration = began.elapsed();
    Ok(Rate::of(rows, took))
}
