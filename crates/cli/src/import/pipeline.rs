//! From file to offerings: rows are read one by one, and put together offering by offering.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use proto::capacity::v1::PublishOfferingRequest;
use serde::Serialize;

use super::columns::{Columns, Row};
use super::record::Records;
use super::refusal::{Refusal, Wrong, reason};
use super::stage::{Said, Stage, StageError, Statement};
use crate::failure::{self, Failure};

/// How a format's rows are read and put together.
pub(super) trait Source {
    /// Reads one row.
    fn read(&self, row: &Row<'_>) -> Result<Staged, Refusal>;

    /// Puts together what is said about one offering.
    fn offered(&self, offering_id: &str, said: &[Statement]) -> Result<Offered, StageError>;

    /// Returns the column that a field of the contract comes from; empty if there is none.
    fn column_of(&self, field: &str) -> &'static str;
}

/// What a row says, and about which offering.
#[derive(Debug)]
pub(super) struct Staged {
    pub(super) offering_id: String,
    body: Vec<u8>,
}

impl Staged {
    pub(super) fn new(offering_id: String, stated: &impl Serialize) -> Result<Self, Refusal> {
        let body = serde_json::to_vec(stated)
            .map_err(|error| Wrong::new("", &error.to_string(), reason::NOT_CONSISTENT))?;
        Ok(Self { offering_id, body })
    }

    #[cfg(test)]
    pub(super) fn body(&self) -> &[u8] {
        &self.body
    }
}

/// What is to be published, and which statements are left out.
#[derive(Debug)]
pub(super) struct Offered {
    pub(super) request: Option<PublishOfferingRequest>,
    /// By their place among the statements.
    pub(super) refused: Vec<(usize, Refusal)>,
}

/// One offering, ready to be sent, with the number of rows that it stands for.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) request: PublishOfferingRequest,
    /// Rows that say something of their own.
    pub(super) rows: u64,
    /// Rows that repeat one of them.
    pub(super) repeats: u64,
}

/// A file whose header has been read.
#[derive(Debug)]
pub(super) struct Input {
    pub(super) records: Records<BufReader<File>>,
    pub(super) columns: Columns,
    pub(super) bytes: u64,
}

impl Input {
    /// Opens the file and finds its columns.
    ///
    /// # Errors
    /// [`Failure::Usage`] if it cannot be read, or is of another format.
    pub(super) fn open(
        path: &Path,
        comments: bool,
        find: impl FnOnce(&[String]) -> Result<Columns, Failure>,
    ) -> Result<Self, Failure> {
        let unreadable = |error: std::io::Error| {
            Failure::Usage(format!("cannot read {}: {error}", path.display()))
        };
        let file = File::open(path).map_err(unreadable)?;
        let bytes = file.metadata().map_err(unreadable)?.len();
        let mut records = Records::new(BufReader::with_capacity(256 * 1024, file), comments);
        let header = match records.header().map_err(unreadable)? {
            None => Err(format!(
                "{} is empty: it should begin with a header",
                path.display()
            )),
            Some(Err(wrong)) => Err(format!(
                "the header of {} cannot be read: {}",
                path.display(),
                wrong.reason
            )),
            Some(Ok(header)) => Ok(header),
        };
        let columns = find(&header.map_err(Failure::Usage)?)?;
        Ok(Self {
            records,
            columns,
            bytes,
        })
    }
}

/// Reads every row into the stage; returns how many there are. `at` hears how many bytes have been read.
pub(super) fn read_records(
    records: &mut Records<impl BufRead>,
    columns: &Columns,
    (source, stage): (&impl Source, &Stage),
    mut at: impl FnMut(u64),
) -> Result<u64, Failure> {
    let mut rows = 0;
    while let Some(record) = records.next().map_err(unreadable_later)? {
        rows += 1;
        let fields = record.fields.map_err(Refusal::from);
        match fields.and_then(|fields| source.read(&columns.row(&fields))) {
            Ok(staged) => stage.put(record.line, &staged.offering_id, &staged.body)?,
            Err(refusal) => stage.refuse(record.line, &refusal)?,
        }
        at(records.bytes());
    }
    stage.seal()?;
    Ok(rows)
}

fn unreadable_later(error: std::io::Error) -> Failure {
    Failure::Refused(failure::Refusal {
        reason: "file-unreadable".to_owned(),
        message: format!("the file cannot be read to its end: {error}"),
        violations: Vec::new(),
    })
}

/// Puts the next offering together; what cannot be used of it is refused. None: that was the last.
pub(super) fn next_ready(
    source: &impl Source,
    stage: &Stage,
    after: &mut String,
) -> Result<Option<Ready>, StageError> {
    while let Some(offering) = stage.offering_after(after)? {
        after.clone_from(&offering);
        let statements = match stage.said(&offering)? {
            Said::Statements(statements) => statements,
            Said::TooMuch => {
                stage.refuse_offering(
                    &offering,
                    &Wrong::new("", &offering, reason::TOO_MANY_FIGURES).into(),
                )?;
                continue;
            }
        };
        let offered = source.offered(&offering, &statements)?;
        let (mut rows, mut repeats) = (0, 0);
        for (at, statement) in statements.iter().enumerate() {
            match offered.refused.iter().find(|(refused, _)| *refused == at) {
                Some((_, refusal)) => stage.refuse_statement(&offering, statement, refusal)?,
                None => {
                    rows += 1;
                    repeats += statement.repeats;
                }
            }
        }
        if let Some(request) = offered.request {
            return Ok(Some(Ready {
                request,
                rows,
                repeats,
            }));
        }
    }
    Ok(None)
}
