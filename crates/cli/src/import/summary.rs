//! What came of an import: every refused row, then the sum.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::refusal::Refusal;
use super::stage::Stage;
use crate::args::OutputFormat;
use crate::failure::{Failure, one_line};
use crate::output::Output;

/// So many refused rows are shown to people.
const MOST_SHOWN: u64 = 20;

/// What came of all rows: taken, unchanged and refused make rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Summary {
    kind: &'static str,
    /// Rows of the file, the header apart.
    pub(crate) rows: u64,
    /// They changed what the server says.
    pub(crate) taken: u64,
    /// The server, or an earlier row, said so already.
    pub(crate) unchanged: u64,
    /// They cannot be used.
    pub(crate) refused: u64,
    /// The same, by reason.
    pub(crate) refused_by_reason: BTreeMap<String, u64>,
    /// Offerings that the server has now, and
    pub(crate) offerings: u64,
    /// how many of them have admissions paused.
    pub(crate) paused: u64,
}

#[derive(Serialize)]
struct RefusedObject<'a> {
    kind: &'static str,
    line: u64,
    #[serde(flatten)]
    refusal: &'a Refusal,
}

impl Summary {
    pub(super) fn new(
        rows: u64,
        (taken, unchanged): (u64, u64),
        by_reason: Vec<(String, u64)>,
    ) -> Self {
        Self {
            kind: "summary",
            rows,
            taken,
            unchanged,
            refused: by_reason.iter().map(|(_, count)| count).sum(),
            refused_by_reason: by_reason.into_iter().collect(),
            offerings: 0,
            paused: 0,
        }
    }

    fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!(
            "{} rows: {} taken, {} unchanged, {} refused",
            self.rows, self.taken, self.unchanged, self.refused
        )];
        lines.extend(
            self.refused_by_reason
                .iter()
                .map(|(reason, count)| format!("  {count:>7} {reason}")),
        );
        lines.push(format!(
            "There are now {} offerings, {} of them with admissions paused.",
            self.offerings, self.paused
        ));
        lines
    }
}

/// The file for refused rows, one line each.
#[derive(Debug)]
pub(super) struct Rejects(csv::Writer<std::fs::File>);

impl Rejects {
    /// Makes the file.
    pub(super) fn create(path: &Path) -> Result<Self, Failure> {
        let unwritable = |error: &dyn std::fmt::Display| {
            Failure::Usage(format!("cannot write {}: {error}", path.display()))
        };
        let mut writer = csv::Writer::from_path(path).map_err(|error| unwritable(&error))?;
        writer
            .write_record(["line", "column", "value", "reason", "other_line", "also"])
            .map_err(|error| unwritable(&error))?;
        Ok(Self(writer))
    }

    fn write(&mut self, line: u64, refusal: &Refusal) -> Result<(), Failure> {
        let other_line = refusal
            .other_line
            .map(|line| line.to_string())
            .unwrap_or_default();
        let also: Vec<String> = refusal
            .also
            .iter()
            .map(|wrong| format!("{}: {}", wrong.column, wrong.reason))
            .collect();
        let wrong = &refusal.wrong;
        let record = [
            &line.to_string(),
            &wrong.column,
            &wrong.value,
            &wrong.reason,
            &other_line,
            &also.join("; "),
        ];
        self.0
            .write_record(record)
            .map_err(|error| Failure::Output(std::io::Error::other(error)))
    }
}

/// Writes every refused row in the order of the file.
pub(super) fn write_refused(
    stage: &Stage,
    mut rejects: Option<Rejects>,
    output: &mut Output,
) -> Result<(), Failure> {
    let mut count = 0;
    stage.refusals::<Failure>(|line, refusal| {
        count += 1;
        if let Some(rejects) = &mut rejects {
            rejects.write(line, &refusal)?;
        }
        match output.format() {
            OutputFormat::Json => output.object(&RefusedObject {
                kind: "refused",
                line,
                refusal: &refusal,
            })?,
            OutputFormat::Table if count <= MOST_SHOWN => {
                for text in for_people(line, &refusal) {
                    output.line(&text)?;
                }
            }
            OutputFormat::Table => {}
        }
        Ok(())
    })?;
    if output.format() == OutputFormat::Table && count > MOST_SHOWN {
        let where_else = if rejects.is_some() {
            "the rejects file has them all"
        } else {
            "--rejects FILE writes them all"
        };
        output.line(&format!(
            "… and {} more refused rows: {where_else}",
            count - MOST_SHOWN
        ))?;
    }
    if let Some(rejects) = &mut rejects {
        rejects.0.flush().map_err(Failure::Output)?;
    }
    Ok(())
}

fn for_people(line: u64, refusal: &Refusal) -> Vec<String> {
    let other = refusal
        .other_line
        .map(|other| format!(" (line {other})"))
        .unwrap_or_default();
    std::iter::once(&refusal.wrong)
        .chain(&refusal.also)
        .map(|wrong| {
            let column = if wrong.column.is_empty() {
                "row"
            } else {
                &wrong.column
            };
            one_line(&format!(
                "line {line}: {column}: {}{other}: {}",
                wrong.reason, wrong.value
            ))
        })
        .collect()
}

/// Writes the sum.
pub(super) fn write(summary: &Summary, output: &mut Output) -> Result<(), Failure> {
    match output.format() {
        OutputFormat::Json => output.object(summary)?,
        OutputFormat::Table => {
            for line in summary.lines() {
                output.line(&line)?;
            }
        }
    }
    output.flush()
}
