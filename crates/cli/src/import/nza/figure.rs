//! The wait cells of a row: in weeks, and in words.

use super::cells::Wrongs;
use super::remark::{self, About, Stopped};
use super::row::not_an_offering;
use super::wait::{self, Clock, Read};
use crate::import::refusal::{Refusal, Wrong, reason};

/// What both cells of a wait say together.
pub(super) struct Figure<'a> {
    pub(super) days: Option<u32>,
    pub(super) stops: bool,
    /// Text of a cell that speaks of a stop.
    pub(super) text: &'a str,
    /// The column that counts, and what it holds.
    pub(super) cell: (&'static str, &'a str),
}

impl<'a> Wrongs<'_, 'a> {
    /// The text is what the provider wrote, the weeks were computed from it: where both are there, the text counts.
    pub(super) fn figure(
        &mut self,
        weeks: &'static str,
        literal: &'static str,
        clock: Clock,
        about: &About<'_>,
    ) -> Result<Figure<'a>, Refusal> {
        let in_weeks = self.cell(weeks, clock, about)?;
        let in_words = self.cell(literal, clock, about)?;
        let (weeks_value, literal_value) = (self.row.get(weeks), self.row.get(literal));
        let days = match (in_weeks, in_words) {
            (Cell::Days(in_weeks), Cell::Days(in_words)) => {
                if !in_words.agrees_with(in_weeks) {
                    let value = format!("{weeks_value} / {literal_value}");
                    self.found
                        .push(Wrong::new(weeks, &value, reason::WAIT_MISMATCH));
                }
                Some(in_words.at_most)
            }
            (_, Cell::Days(span)) | (Cell::Days(span), _) => Some(span.at_most),
            _ => None,
        };
        let words_stop = in_words == Cell::Stop;
        let stops = words_stop || in_weeks == Cell::Stop;
        Ok(Figure {
            days,
            stops,
            text: if words_stop {
                literal_value
            } else if stops {
                weeks_value
            } else {
                ""
            },
            cell: if literal_value.is_empty() {
                (weeks, weeks_value)
            } else {
                (literal, literal_value)
            },
        })
    }

    fn cell(&mut self, column: &str, clock: Clock, about: &About<'_>) -> Result<Cell, Refusal> {
        let value = self.row.get(column);
        match wait::read(value, clock) {
            Read::Unknown => return Ok(Cell::Unknown),
            Read::Days(span) => return Ok(Cell::Days(span)),
            Read::Implausible => {
                self.add(column, reason::WAIT_IMPLAUSIBLE);
                return Ok(Cell::Unknown);
            }
            Read::NotCertain => {}
        }
        let remark = remark::read(value, about, false);
        not_an_offering(column, value, remark.offer)?;
        match remark.stopped {
            Stopped::InForce(_) | Stopped::Ended => Ok(Cell::Stop),
            Stopped::NotCertain => {
                self.add(column, reason::STOP_UNCERTAIN);
                Ok(Cell::Unknown)
            }
            Stopped::No => {
                self.add(column, reason::WAIT_UNCERTAIN);
                Ok(Cell::Unknown)
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Cell {
    Unknown,
    Days(wait::Span),
    Stop,
}
