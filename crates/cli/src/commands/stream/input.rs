//! Lines of reports, read on a thread of its own: standard input cannot be waited for in any other way.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use proto::capacity::v1::ReportCapacityRequest;
use tokio::sync::mpsc;

use crate::failure::{Failure, Refusal};
use crate::flight::BATCH;
use crate::record::{self, ReportLine};

/// Batches that may wait: reading runs only a little ahead of sending.
const AHEAD: usize = 4;
const BUFFER_BYTES: usize = 256 * 1024;
/// A report is a few hundred bytes; nobody may fill the memory with one.
const LONGEST_LINE_BYTES: u64 = 1024 * 1024;

/// A line of the input.
#[derive(Debug)]
pub(super) struct Line {
    /// From 1.
    pub(super) number: u64,
    /// What to send, or why it cannot be sent.
    pub(super) report: Result<ReportCapacityRequest, Refusal>,
}

/// Lines, a few hundred at a time, and why reading stopped if it was not the end.
pub(super) type Batches = mpsc::Receiver<io::Result<Vec<Line>>>;

/// Opens a file of reports; "-" is standard input.
///
/// # Errors
/// If it cannot be opened.
pub(super) fn open(file: &Path) -> Result<Box<dyn Read + Send>, Failure> {
    if file == Path::new("-") {
        return Ok(Box::new(io::stdin()));
    }
    let opened = File::open(file)
        .map_err(|error| Failure::Usage(format!("{} cannot be read: {error}", file.display())))?;
    Ok(Box::new(opened))
}

/// Reads lines until the end or until nobody takes them.
pub(super) fn read(source: Box<dyn Read + Send>) -> Batches {
    let (batches, receiver) = mpsc::channel(AHEAD);
    std::thread::spawn(move || {
        let mut lines = Lines::new(source);
        while let Some(batch) = lines.next_batch().transpose() {
            let failed = batch.is_err();
            if batches.blocking_send(batch).is_err() || failed {
                return;
            }
        }
    });
    receiver
}

struct Lines<R> {
    reader: BufReader<R>,
    number: u64,
}

impl<R: Read> Lines<R> {
    fn new(source: R) -> Self {
        Self {
            reader: BufReader::with_capacity(BUFFER_BYTES, source),
            number: 0,
        }
    }

    /// Returns what is there, up to a full batch, and waits only if nothing is; none at the end.
    fn next_batch(&mut self) -> io::Result<Option<Vec<Line>>> {
        let mut batch = Vec::new();
        while batch.len() < BATCH {
            if !batch.is_empty() && !self.reader.buffer().contains(&b'\n') {
                break;
            }
            match self.next_line()? {
                Some(line) => batch.extend(line),
                None => break,
            }
        }
        Ok((!batch.is_empty()).then_some(batch))
    }

    /// Returns the next line, `Some(None)` for an empty one; none at the end.
    fn next_line(&mut self) -> io::Result<Option<Option<Line>>> {
        let mut bytes = Vec::new();
        let read = (&mut self.reader)
            .take(LONGEST_LINE_BYTES)
            .read_until(b'\n', &mut bytes)?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        if !bytes.ends_with(b"\n")
            && u64::try_from(read).is_ok_and(|read| read == LONGEST_LINE_BYTES)
        {
            self.reader.skip_until(b'\n')?;
            let report = Err(invalid("the line is longer than a megabyte".to_owned()));
            return Ok(Some(Some(Line {
                number: self.number,
                report,
            })));
        }
        if bytes.trim_ascii().is_empty() {
            return Ok(Some(None));
        }
        Ok(Some(Some(Line {
            number: self.number,
            report: parse(&bytes),
        })))
    }
}

fn parse(bytes: &[u8]) -> Result<ReportCapacityRequest, Refusal> {
    let line: ReportLine =
        record::read(bytes).map_err(|error| invalid(format!("not a report: {error}")))?;
    line.request()
}

fn invalid(message: String) -> Refusal {
    Refusal {
        reason: "invalid-argument".to_owned(),
        message,
        violations: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str =
        r#"{"offering_id":"o","observed_at":"2026-03-01","available":1,"occupied":2}"#;

    fn all_of(text: &str) -> Vec<(u64, bool)> {
        let mut lines = Lines::new(text.as_bytes());
        let mut all = Vec::new();
        while let Some(batch) = lines.next_batch().unwrap() {
            assert!(!batch.is_empty() && batch.len() <= BATCH);
            all.extend(
                batch
                    .into_iter()
                    .map(|line| (line.number, line.report.is_ok())),
            );
        }
        all
    }

    #[test]
    fn lines_are_numbered_as_in_the_file_and_empty_ones_left_out() {
        let text = format!("\u{feff}{REPORT}\r\n\n  \nnonsense\n[\"o\"]\n{REPORT}");
        assert_eq!(
            all_of(&text),
            [(1, true), (4, false), (5, false), (6, true)]
        );
    }

    #[test]
    fn a_long_file_comes_in_batches() {
        let text = format!("{REPORT}\n").repeat(1_234);
        let all = all_of(&text);
        assert_eq!(all.len(), 1_234);
        assert!(all.iter().all(|(_, fits)| *fits));
        assert_eq!(all.last(), Some(&(1_234, true)));
    }

    #[test]
    fn a_line_without_end_is_refused_and_the_next_one_read() {
        let text = format!("{}\n{REPORT}\n", "x".repeat(3 * 1024 * 1024));
        assert_eq!(all_of(&text), [(1, false), (2, true)]);
    }

    #[test]
    fn an_empty_file_has_no_lines() {
        assert_eq!(all_of(""), []);
        assert_eq!(all_of("\n\n"), []);
    }

    #[test]
    fn a_file_that_is_not_there_is_wrong_use() {
        let Err(failure) = open(Path::new("/nowhere/reports.jsonl")) else {
            panic!("it opened");
        };
        assert_eq!(failure.exit_code(), 2);
    }
}
