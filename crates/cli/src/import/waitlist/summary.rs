//! What came of an import.

use std::collections::BTreeMap;

use serde::Serialize;

use super::prepare::Prepared;
use crate::args::OutputFormat;
use crate::failure::{Failure, Refusal};
use crate::import::stage::Stage;
use crate::output::Output;
use crate::record::stated;

/// What became of the rows so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) rows: u64,
    pub(super) taken: u64,
    pub(super) unchanged: u64,
    pub(super) unknown: u64,
    not_evaluated: u64,
    no_quota: Option<Refusal>,
    crowded: Vec<Vec<u64>>,
    /// Of the last receipt.
    pub(super) position: String,
}

impl Tally {
    /// Counts rows that were read.
    pub(super) fn take(&mut self, prepared: &Prepared) {
        let rows = prepared.declared.len() + prepared.refused.len();
        self.rows +=
            u64::try_from(rows).unwrap_or_default() + prepared.not_evaluated + prepared.let_go;
        self.unchanged += prepared.let_go;
        self.not_evaluated += prepared.not_evaluated;
        if prepared.no_quota.is_some() {
            self.no_quota.clone_from(&prepared.no_quota);
        }
        self.crowded.extend(prepared.crowded.iter().cloned());
    }
}

/// What came of all rows.
#[derive(Debug, Serialize)]
pub(super) struct Summary {
    kind: &'static str,
    /// Rows that were read, the header apart.
    rows: u64,
    /// They changed what the server says.
    taken: u64,
    /// The server said so already.
    unchanged: u64,
    /// They cannot be used.
    refused: u64,
    /// The same, by reason.
    refused_by_reason: BTreeMap<String, u64>,
    /// The server does not say what came of them.
    unknown: u64,
    /// The evaluator's quota did not reach for them.
    not_evaluated: u64,
    position: Option<String>,
}

/// Entries that are about one person, more than are likely.
#[derive(Debug, Serialize)]
struct Warning<'a> {
    kind: &'static str,
    reason: &'static str,
    lines: &'a [u64],
}

/// Writes the sum, and returns what keeps the import from being whole.
pub(super) fn finish(
    tally: &Tally,
    stage: &Stage,
    output: &mut Output,
) -> Result<Result<(), Failure>, Failure> {
    let by_reason = stage.refused_by_reason()?;
    let summary = Summary {
        kind: "summary",
        rows: tally.rows,
        taken: tally.taken,
        unchanged: tally.unchanged,
        refused: by_reason.iter().map(|(_, count)| count).sum(),
        refused_by_reason: by_reason.into_iter().collect(),
        unknown: tally.unknown,
        not_evaluated: tally.not_evaluated,
        position: stated(&tally.position),
    };
    for lines in &tally.crowded {
        warn(lines, output)?;
    }
    match output.format() {
        OutputFormat::Json => output.object(&summary)?,
        OutputFormat::Table => {
            for line in summary.lines() {
                output.line(&line)?;
            }
        }
    }
    output.flush()?;
    Ok(whole(tally, &summary))
}

fn warn(lines: &[u64], output: &mut Output) -> Result<(), Failure> {
    match output.format() {
        OutputFormat::Json => output.object(&Warning {
            kind: "warning",
            reason: "many-entries-of-one-person",
            lines,
        }),
        OutputFormat::Table => {
            let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
            output.line(&format!(
                "warning: lines {} are about one person, who would wait more than five times: is a number somebody else's?",
                lines.join(", ")
            ))
        }
    }
}

fn whole(tally: &Tally, summary: &Summary) -> Result<(), Failure> {
    if let Some(refusal) = &tally.no_quota {
        let done = summary.taken + summary.unchanged;
        return Err(Failure::Refused(Refusal {
            message: format!(
                "the evaluator's quota does not reach ({}): {done} rows are done, {} wait for it; for a whole list \
                 two custodians open a first-load window (doorstroomd quota open); then run this again, it goes on \
                 where it stopped",
                refusal.message, summary.not_evaluated
            ),
            reason: refusal.reason.clone(),
            violations: Vec::new(),
        }));
    }
    if summary.unknown > 0 {
        return Err(Failure::Unreachable(format!(
            "the server does not say what came of {} rows: run this again",
            summary.unknown
        )));
    }
    match summary.refused {
        0 => Ok(()),
        refused => Err(Failure::SomeRefused {
            refused,
            all: summary.rows,
        }),
    }
}

impl Summary {
    fn lines(&self) -> Vec<String> {
        let mut first = format!(
            "{} rows: {} taken, {} unchanged, {} refused",
            self.rows, self.taken, self.unchanged, self.refused
        );
        if self.unknown > 0 {
            first.push_str(&format!(", {} unknown", self.unknown));
        }
        if self.not_evaluated > 0 {
            first.push_str(&format!(", {} not evaluated", self.not_evaluated));
        }
        let reasons = self.refused_by_reason.iter();
        let reasons = reasons.map(|(reason, count)| format!("  {count:>7} {reason}"));
        std::iter::once(first).chain(reasons).collect()
    }
}
