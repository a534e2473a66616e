//! Rows, read on a thread of their own, a thousand at a time.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::BufReader;

use bsn::{MAX_BATCH, Marks};
use jiff::civil::Date;
use tokio::sync::mpsc;
use zeroize::Zeroize;

use super::guard;
use super::row::{self, Stated, Who};
use crate::failure::{self, Failure};
use crate::import::columns::Columns;
use crate::import::pipeline::Input;
use crate::import::record::Records;
use crate::import::refusal::{Refusal, Wrong};

/// Batches that may wait: numbers are in memory no longer than they must.
const AHEAD: usize = 1;
/// More open entries of one person are more likely somebody else's number.
const MOST_OPEN: usize = 5;
/// Why a row is refused that has the reference of an earlier one.
const DOUBLED: &str = "reference-doubled";

/// Rows that follow one another.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) rows: Vec<(u64, Stated)>,
    pub(super) refused: Vec<(u64, Refusal)>,
    /// Bytes of the file so far.
    pub(super) bytes: u64,
    /// With the last batch: lines that are about one person, where they are too many.
    pub(super) crowded: Vec<Vec<u64>>,
}

/// Which lines of a file are read.
#[derive(Debug)]
pub(super) enum Lines {
    /// All.
    All,
    /// These, once more.
    Again(HashSet<u64>),
}

/// Reads a file until its end, or until nobody takes the rows.
pub(super) fn read(
    input: Input,
    lines: Lines,
    today: Date,
) -> mpsc::Receiver<Result<Batch, Failure>> {
    let (batches, receiver) = mpsc::channel(AHEAD);
    std::thread::spawn(move || {
        let mut reader = Reader {
            records: input.records,
            columns: input.columns,
            lines,
            today,
            seen: HashMap::new(),
            marks: Marks::default(),
            open: HashMap::new(),
        };
        while let Some(batch) = reader.next_batch().transpose() {
            let failed = batch.is_err();
            if batches.blocking_send(batch).is_err() || failed {
                return;
            }
        }
    });
    receiver
}

struct Reader {
    records: Records<BufReader<File>>,
    columns: Columns,
    lines: Lines,
    today: Date,
    /// On which line a reference stood first.
    seen: HashMap<String, u64>,
    marks: Marks,
    /// Lines of open entries, by the mark of the number.
    open: HashMap<u64, Vec<u64>>,
}

impl Reader {
    /// Returns the next rows; none at the end.
    fn next_batch(&mut self) -> Result<Option<Batch>, Failure> {
        let mut batch = Batch::default();
        while batch.rows.len() < MAX_BATCH && batch.refused.len() < MAX_BATCH {
            let Some(record) = self.records.next().map_err(unreadable)? else {
                batch.crowded = self.crowded();
                break;
            };
            if matches!(&self.lines, Lines::Again(lines) if !lines.contains(&record.line)) {
                continue;
            }
            match self.row(record.line, record.fields) {
                Ok(stated) => batch.rows.push((record.line, stated)),
                Err(refusal) => batch.refused.push((record.line, refusal)),
            }
        }
        batch.bytes = self.records.bytes();
        let is_empty =
            batch.rows.is_empty() && batch.refused.is_empty() && batch.crowded.is_empty();
        Ok((!is_empty).then_some(batch))
    }

    fn row(&mut self, line: u64, fields: Result<Vec<String>, Wrong>) -> Result<Stated, Refusal> {
        let mut fields = fields.map_err(|wrong| guard::hidden(wrong.into()))?;
        let row = self.columns.row(&fields);
        let reference = row.get("reference").to_owned();
        let stated = row::read(&row, self.today);
        fields.iter_mut().for_each(Zeroize::zeroize);
        if !reference.is_empty() {
            match self.seen.entry(reference) {
                Entry::Vacant(first) => {
                    first.insert(line);
                }
                Entry::Occupied(first) => return Err(doubled(first.key(), *first.get())),
            }
        }
        let stated = stated?;
        if let Who::Number(number) = &stated.who
            && stated.is_open()
            && matches!(self.lines, Lines::All)
        {
            let mark = self.marks.of(number);
            self.open.entry(mark).or_default().push(line);
        }
        Ok(stated)
    }

    /// Once, at the end.
    fn crowded(&mut self) -> Vec<Vec<u64>> {
        let open = std::mem::take(&mut self.open).into_values();
        let mut crowded: Vec<Vec<u64>> = open.filter(|lines| lines.len() > MOST_OPEN).collect();
        crowded.sort_unstable();
        crowded
    }
}

fn doubled(reference: &str, first: u64) -> Refusal {
    guard::hidden(Refusal {
        wrong: Wrong::new("reference", reference, DOUBLED),
        other_line: Some(first),
        also: Vec::new(),
    })
}

fn unreadable(error: std::io::Error) -> Failure {
    Failure::Refused(failure::Refusal {
        reason: "file-unreadable".to_owned(),
        message: format!("the file cannot be read to its end: {error}"),
        violations: Vec::new(),
    })
}
