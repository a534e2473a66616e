//! Somebody's own series: `reported_at,unit,available`, one row for each count, in the order of time.

use std::fs::File;
use std::io::Write;

use anyhow::{Context as _, bail};
use csv::{ReaderBuilder, StringRecord};
use domain::Timestamp;
use domain::capacity::confidence::Rehearsal;
use serde_json::json;

use super::findings::Findings;
use super::progress::Progress;

const COLUMNS: [&str; 3] = ["reported_at", "unit", "available"];
/// A longer name of a unit is more likely a slip than a name.
const MAX_UNIT_CHARS: usize = 200;
/// How far the reading is shown once in so many rows.
const SHOWN_EVERY: u64 = 1_000;

/// One row that was understood.
#[derive(Debug, PartialEq, Eq)]
struct Count<'r> {
    reported_at: Timestamp,
    unit: &'r str,
    available: u32,
}

/// One value that cannot be used.
#[derive(Debug, PartialEq, Eq)]
struct Wrong<'r> {
    column: &'static str,
    value: &'r str,
    reason: &'static str,
}

/// Where the columns are.
type Places = [usize; 3];

/// Goes through a file row by row; rows that cannot be used are named on `out`, the others count.
pub(super) fn read(
    file: File,
    as_json: bool,
    findings: &mut Findings,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let bytes = file.metadata().map_or(0, |metadata| metadata.len());
    let mut progress = Progress::new("reading the file", bytes);
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(file);
    let places = places(reader.headers().context("the header is not text")?)?;
    let mut rehearsal = Rehearsal::default();
    let mut row = StringRecord::new();
    let (mut rows, mut refused, mut stepped_back) = (0_u64, 0_u64, 0_u64);
    let mut latest: Option<Timestamp> = None;
    loop {
        let line = reader.position().line();
        match reader.read_record(&mut row) {
            Ok(false) => break,
            Ok(true) => {}
            // What is not UTF-8 spoils its row alone.
            Err(error) if matches!(error.kind(), csv::ErrorKind::Utf8 { .. }) => {
                (rows, refused) = (rows + 1, refused + 1);
                let line = error.position().map_or(line, csv::Position::line);
                name(line, &[NOT_TEXT], as_json, out)?;
                continue;
            }
            Err(error) => return Err(error.into()),
        }
        rows += 1;
        let line = row.position().map_or(line, csv::Position::line);
        match count(&row, places) {
            Ok(count) => {
                stepped_back += u64::from(latest.is_some_and(|latest| count.reported_at < latest));
                latest = latest.max(Some(count.reported_at));
                let heard = rehearsal.count(count.unit, count.reported_at, count.available);
                findings.note(&heard);
            }
            Err(wrong) => {
                refused += 1;
                name(line, &wrong, as_json, out)?;
            }
        }
        if rows.is_multiple_of(SHOWN_EVERY) {
            progress.at(reader.position().byte());
        }
    }
    progress.done();
    findings
        .remarks
        .push(format!("{rows} rows, {refused} of them refused"));
    if stepped_back > 0 {
        findings.remarks.push(format!(
            "{stepped_back} rows are older than the row before: a promise may have known what came later; \
             sort the file by reported_at"
        ));
    }
    Ok(())
}

const NOT_TEXT: Wrong<'static> = Wrong {
    column: "",
    value: "",
    reason: "is not UTF-8",
};

fn places(header: &StringRecord) -> anyhow::Result<Places> {
    let place = |column: &str| header.iter().position(|name| name.trim() == column);
    let found = COLUMNS.map(place);
    let missing: Vec<&str> = COLUMNS
        .into_iter()
        .zip(found)
        .filter_map(|(column, place)| place.is_none().then_some(column))
        .collect();
    if !missing.is_empty() {
        bail!(
            "the first line must name the columns {}; missing: {}",
            COLUMNS.join(", "),
            missing.join(", ")
        );
    }
    Ok(found.map(Option::unwrap_or_default))
}

/// Reads a row, with all that is wrong with it.
fn count(row: &StringRecord, places: Places) -> Result<Count<'_>, Vec<Wrong<'_>>> {
    let [reported_at, unit, available] =
        places.map(|place| row.get(place).unwrap_or_default().trim());
    let mut wrong = Vec::new();
    let mut refuse = |column, value, reason| {
        wrong.push(Wrong {
            column,
            value,
            reason,
        });
    };
    let moment = reported_at.parse::<jiff::Timestamp>().ok();
    if moment.is_none() {
        let reason = "is not a moment as RFC 3339 writes it, such as 2026-03-01T08:00:00Z";
        refuse("reported_at", reported_at, reason);
    }
    if unit.is_empty() || unit.chars().count() > MAX_UNIT_CHARS {
        refuse("unit", unit, "is not a name of 1 to 200 characters");
    }
    let places = available.parse::<u32>().ok();
    if places.is_none() {
        refuse("available", available, "is not a number of places");
    }
    match (moment, places) {
        (Some(moment), Some(available)) if wrong.is_empty() => Ok(Count {
            reported_at: Timestamp::from_millis(moment.as_millisecond()),
            unit,
            available,
        }),
        (_, _) => Err(wrong),
    }
}

/// Names a row that cannot be used, with all that is wrong with it.
fn name(line: u64, wrong: &[Wrong<'_>], as_json: bool, out: &mut dyn Write) -> std::io::Result<()> {
    for Wrong {
        column,
        value,
        reason,
    } in wrong
    {
        if as_json {
            let object = json!({
                "kind": "refused", "line": line, "column": column, "value": value, "reason": reason,
            });
            writeln!(out, "{object}")?;
        } else if column.is_empty() {
            writeln!(out, "line {line}: {reason}")?;
        } else {
            writeln!(out, "line {line}: {column} {value:?} {reason}")?;
        }
    }
    Ok(())
}
