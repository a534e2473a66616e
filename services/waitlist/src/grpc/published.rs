//! Tables for everybody: protected, and the same for four weeks.

use chassis::status::refusal;
use chassis::{Call, Path, Violations};
use domain::Day;
use domain::access::Action;
use domain::waitlist::books::{Book, Command as BookCommand, PublishedTable};
use domain::waitlist::counts::{Counts, Dimension, ExactRow, Figures, Protected, Rows, protect};
use eventlog::{Position, StreamId};
use proto::waitlist::v1;
use tonic::{Code, Status};

use super::reads::at_most_tokens;
use super::{Api, Caller};
use crate::books::table_stream;
use crate::wire::{self, Checks};

/// A protected table is the same for so long, for everybody.
const PROTECTED_FOR_DAYS: i32 = 28;
/// Who publishes it.
const PUBLISHER: &str = "timer:table";

impl Api {
    pub(super) async fn protected(
        &self,
        caller: &Caller,
        request: &v1::GetProtectedTableRequest,
    ) -> Result<v1::GetProtectedTableResponse, Status> {
        let mut checks = Checks::default();
        let rows = match v1::ProtectedRows::try_from(request.rows) {
            Ok(v1::ProtectedRows::Municipality) => Some(Dimension::Municipality),
            Ok(v1::ProtectedRows::GpPractice) => Some(Dimension::GpPractice),
            Ok(v1::ProtectedRows::Unspecified) | Err(_) => None,
        };
        if rows.is_none() {
            checks.refuse(Path::root("rows"), "must be municipality or GP practice");
        }
        at_most_tokens(&request.at_least, &mut checks);
        let rows = checks.finish(rows).map_err(Violations::into_status)?;
        self.seen(&request.at_least).await?;
        let decision = caller.access.may(Action::ReadRegionAggregates, None)?;
        self.record_question(caller, decision.rule, request).await?;
        let table = self.published(rows).await?;
        Ok(wire::protected_table(&table))
    }

    /// The table of these four weeks: made when it is first asked for, and the same from then on, whatever is said, erased
    /// or let go of meanwhile.
    async fn published(&self, rows: Dimension) -> Result<PublishedTable, Status> {
        let today = self.today();
        let next = today.plus(-today.number().rem_euclid(PROTECTED_FOR_DAYS));
        let last = next.plus(-1);
        let none = || refusal(Code::Internal, "failed", "the table has no name");
        let stream = table_stream(last, rows).ok_or_else(none)?;
        if let Some(table) = self.table(&stream) {
            return Ok(table);
        }
        let end_of_day = next.begins_at().plus_millis(-1);
        let then = self.0.context.as_of(end_of_day).await?;
        let (listed, on) = if then.position() == Position::START {
            // A young region: nothing was known then.
            (self.0.context.read().view.rows(), today)
        } else {
            (then.view.rows(), last)
        };
        let is_known = !listed.is_empty();
        let shown = self.work(move || protected(listed, on, rows)).await?;
        let table = PublishedTable { on, rows, shown };
        if !is_known {
            // That nobody was ever said to wait is no figure to keep for four weeks.
            return Ok(table);
        }
        let command = BookCommand::Publish(Box::new(table.clone()));
        let call = Call::by_itself(command, PUBLISHER);
        self.0.books.execute(stream.clone(), call).await?;
        // Another node may have been first.
        Ok(self.table(&stream).unwrap_or(table))
    }

    fn table(&self, stream: &StreamId) -> Option<PublishedTable> {
        match &self.0.books.read().get(stream)?.state {
            Book::Table(table) => Some((**table).clone()),
            Book::Blank | Book::Grants(_) | Book::Month(_) | Book::Erasure(_) | Book::Keys(_) => {
                None
            }
        }
    }
}

/// Who has no number was evaluated by nobody: anybody could add such persons, and take them out again to see what is left.
fn protected(listed: Rows, on: Day, rows: Dimension) -> Protected<String, String> {
    let listed = listed.with_number();
    let counts = Counts::on(on, &listed);
    let split = counts.table(&[rows, Dimension::DiagnosisGroup]);
    let by_row = counts.table(&[rows]);
    let exact = by_row.cells.iter().map(|(values, cell)| {
        let kinds = split.cells.iter();
        let of_row = kinds.filter(|(split, _)| split.first() == values.first());
        ExactRow {
            row: wire::first_word(values),
            persons: cell.persons,
            kinds: of_row
                .map(|(split, cell)| (wire::second_word(split), cell.persons))
                .collect(),
        }
    });
    protect(&Figures {
        total: by_row.total.persons,
        rows: exact.collect(),
    })
}
