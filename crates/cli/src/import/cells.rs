//! The cells of one row; whatever is wrong with any of them is kept.

use prost_types::Timestamp;

use crate::args::parse_offering_id;
use crate::import::columns::Row;
use crate::import::refusal::{Wrong, reason};
use crate::moments;
use crate::words::{Word, value_of};

/// Divides the parts of a list.
const DIVIDER: char = '|';

#[derive(Debug)]
pub(super) struct Cells<'a> {
    row: &'a Row<'a>,
    pub(super) wrongs: Vec<Wrong>,
}

impl<'a> Cells<'a> {
    pub(super) fn new(row: &'a Row<'a>) -> Self {
        Self {
            row,
            wrongs: Vec::new(),
        }
    }

    /// Notes that a cell cannot be used.
    pub(super) fn wrong(&mut self, column: &str, reason: &str) {
        self.wrongs
            .push(Wrong::new(column, self.row.get(column), reason));
    }

    pub(super) fn text(&self, column: &str) -> &'a str {
        self.row.get(column)
    }

    pub(super) fn is_empty(&self, column: &str) -> bool {
        self.text(column).is_empty()
    }

    pub(super) fn required(&mut self, column: &str) -> String {
        if self.is_empty(column) {
            self.wrong(column, reason::MISSING);
        }
        self.text(column).to_owned()
    }

    pub(super) fn offering_id(&mut self) -> String {
        let id = self.required("offering_id");
        if !id.is_empty() && parse_offering_id(&id).is_err() {
            self.wrong("offering_id", reason::NOT_A_CODE);
        }
        id
    }

    /// A word of the contract; 0 if there is none.
    pub(super) fn word<W: Word>(&mut self, column: &str) -> i32 {
        let text = self.text(column);
        match value_of::<W>(text) {
            Some(value) => value.into(),
            None => {
                if !text.is_empty() {
                    self.wrong(column, reason::UNKNOWN_WORD);
                }
                0
            }
        }
    }

    pub(super) fn required_word<W: Word>(&mut self, column: &str) -> i32 {
        if self.is_empty(column) {
            self.wrong(column, reason::MISSING);
        }
        self.word::<W>(column)
    }

    pub(super) fn words<W: Word>(&mut self, column: &str) -> Vec<i32> {
        let values: Vec<Option<i32>> = self
            .list(column)
            .iter()
            .map(|text| value_of::<W>(text).map(Into::into))
            .collect();
        if values.contains(&None) {
            self.wrong(column, reason::UNKNOWN_WORD);
        }
        values.into_iter().flatten().collect()
    }

    pub(super) fn list(&self, column: &str) -> Vec<String> {
        let parts = self.text(column).split(DIVIDER).map(str::trim);
        parts
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// A list of codes that a table knows.
    pub(super) fn codes(&mut self, column: &str, is_known: impl Fn(&str) -> bool) -> Vec<String> {
        let codes = self.list(column);
        if !codes.iter().all(|code| is_known(code)) {
            self.wrong(column, reason::NOT_A_CODE);
        }
        codes
    }

    /// A list of values of several parts, in their notation.
    pub(super) fn noted<T>(
        &mut self,
        column: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Vec<T> {
        let parts = self.text(column).split(DIVIDER).map(str::trim);
        let read: Vec<_> = parts
            .filter(|part| !part.is_empty())
            .map(|part| read(part).ok())
            .collect();
        if read.iter().any(Option::is_none) {
            self.wrong(column, reason::UNKNOWN_WORD);
        }
        read.into_iter().flatten().collect()
    }

    pub(super) fn number(&mut self, column: &str) -> Option<u32> {
        self.parsed(column, reason::NOT_A_NUMBER, |text| text.parse().ok())
    }

    pub(super) fn long_number(&mut self, column: &str) -> Option<u64> {
        self.parsed(column, reason::NOT_A_NUMBER, |text| text.parse().ok())
    }

    pub(super) fn moment(&mut self, column: &str) -> Option<Timestamp> {
        self.parsed(column, reason::DATE_UNREADABLE, |text| {
            moments::parse(text).ok()
        })
    }

    pub(super) fn yes(&mut self, column: &str) -> bool {
        let read = |text: &str| match text.to_ascii_lowercase().as_str() {
            "yes" | "true" | "1" | "ja" => Some(true),
            "no" | "false" | "0" | "nee" => Some(false),
            _ => None,
        };
        self.parsed(column, reason::UNKNOWN_WORD, read)
            .unwrap_or_default()
    }

    fn parsed<T>(
        &mut self,
        column: &str,
        reason: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(column);
        if text.is_empty() {
            return None;
        }
        let value = parse(text);
        if value.is_none() {
            self.wrong(column, reason);
        }
        value
    }
}
