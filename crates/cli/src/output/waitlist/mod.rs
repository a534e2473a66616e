//! What is said about the waiting list. The names of the objects are a contract: scripts depend on them.

mod counts;
mod counts_text;
mod entry;
mod entry_text;
mod erasure;
mod flows;
mod names;
mod protect;
mod receipt;
mod returns;
#[cfg(test)]
mod tests;

pub(crate) use counts::{CellObject, CountsSummary};
pub(crate) use counts_text::counts_text;
pub(crate) use entry::{EntryObject, HeldObject, ListSummary, PersonSummary};
pub(crate) use entry_text::{entries_table, held_text, list_summary, person_heading};
pub(crate) use erasure::{ErasureObject, erasure};
pub(crate) use flows::{FlowObject, flows_text};
pub(crate) use protect::{ProtectedObject, ProtectedSummary, protected_text};
pub(crate) use receipt::{ReceiptObject, write_refused};
pub(crate) use returns::{ReturnLineObject, ReturnSummary, complete_until, return_csv};

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, presets};

use super::table::WIDTH;
use crate::failure::one_line;

/// Returns rows as a table without lines; the columns from `numbers_from` on hold numbers.
fn table(
    header: Vec<String>,
    rows: impl Iterator<Item = Vec<String>>,
    numbers_from: usize,
) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(WIDTH);
    let columns = header.len();
    table.set_header(header);
    for row in rows {
        table.add_row(row.iter().map(|cell| one_line(cell)).collect::<Vec<_>>());
    }
    // What is copied from it, such as an id, is in one piece.
    if let Some(first) = table.column_mut(0) {
        first.set_constraint(ColumnConstraint::ContentWidth);
    }
    for number in numbers_from..columns {
        if let Some(column) = table.column_mut(number) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}
