//! The read model of the books: what each month ended with.

use std::collections::BTreeMap;

use chassis::View;
use domain::waitlist::Epoch;
use domain::waitlist::books::{Book, Totals};
use domain::waitlist::counts::Dimension;
use domain::{Day, Month, ProviderId, Timestamp};
use eventlog::{Position, StreamId};
use uuid::Uuid;

/// Names the book of what a provider was granted.
pub(crate) fn grants_stream(provider: &ProviderId) -> Option<StreamId> {
    StreamId::parse(&format!("grants-{provider}"))
}

/// Names the book of a month.
pub(crate) fn month_stream(month: Month) -> Option<StreamId> {
    StreamId::parse(&format!("month-{month}"))
}

/// Names the book of an epoch's keys.
pub(crate) fn keys_stream(epoch: Epoch) -> Option<StreamId> {
    StreamId::parse(&format!("keys-{}", epoch.0))
}

/// Names the book of a protected table.
pub(crate) fn table_stream(on: Day, rows: Dimension) -> Option<StreamId> {
    let rows = match rows {
        Dimension::GpPractice => "gp-practice",
        Dimension::Municipality => "municipality",
        Dimension::Provider
        | Dimension::DiagnosisGroup
        | Dimension::Priority
        | Dimension::WaitBand => return None,
    };
    StreamId::parse(&format!("table-{on}-{rows}"))
}

/// Names the book of an erasure.
pub(crate) fn erasure_stream(id: Uuid) -> Option<StreamId> {
    StreamId::parse(&format!("erasure-{}", id.simple()))
}

/// The erasure that a book is of.
pub(crate) fn erasure_of(stream: &StreamId) -> Option<Uuid> {
    Uuid::try_parse(stream.as_str().strip_prefix("erasure-")?).ok()
}

/// What each month ended with.
#[derive(Default)]
pub(crate) struct BooksView {
    months: BTreeMap<Month, Totals>,
}

impl View<Book> for BooksView {
    fn set(&mut self, _: &StreamId, state: &Book, _: Position, _: Timestamp) {
        match state {
            Book::Month(frozen) => {
                self.months.insert(frozen.month, frozen.totals);
            }
            // One is read where it stands.
            Book::Blank | Book::Grants(_) | Book::Erasure(_) | Book::Table(_) | Book::Keys(_) => {}
        }
    }

    /// What a month ended with is said once: a commit that is skipped comes after it, or says nothing.
    fn set_unusable(&mut self, _: &StreamId, _: &Book) {}

    /// The books are about nobody: nothing of them is erased.
    fn on_erased(&mut self, _: &StreamId) {}
}

impl BooksView {
    /// Returns what a month ended with; none: it was not frozen.
    pub(crate) fn month(&self, month: Month) -> Option<Totals> {
        self.months.get(&month).copied()
    }
}

#[cfg(test)]
mod tests {
    use domain::replay;
    use domain::waitlist::books::{BookedReceipt, Event, FrozenMonth};

    use super::*;

    fn set(view: &mut BooksView, stream: Option<StreamId>, event: Event) {
        let state = replay(&[event]);
        view.set(
            &stream.unwrap(),
            &state,
            Position::START,
            Timestamp::default(),
        );
    }

    #[test]
    fn a_month_that_was_frozen_is_found() {
        let october = Month::parse("2026-10").unwrap();
        let totals = Totals {
            entries: 3,
            persons: 2,
            over_norm: 1,
        };
        let mut view = BooksView::default();
        let frozen = FrozenMonth {
            month: october,
            totals,
        };
        set(&mut view, month_stream(october), Event::MonthFrozen(frozen));
        let receipt = BookedReceipt {
            day: october.first_day(),
            granted: 1,
        };
        let provider = ProviderId::parse("agb:06000001").unwrap();
        set(
            &mut view,
            grants_stream(&provider),
            Event::ReceiptBooked(receipt),
        );
        assert_eq!(view.month(october), Some(totals));
        assert_eq!(view.month(october.plus(1)), None);
    }

    #[test]
    fn every_book_has_a_name() {
        let oin = ProviderId::parse("oin:00000001234567890000").unwrap();
        let id = Uuid::from_u128(0xab);
        let named = [
            grants_stream(&oin),
            month_stream(Month::parse("2026-10").unwrap()),
            erasure_stream(id),
        ];
        let names = named.map(|stream| stream.unwrap().to_string());
        let erasure = "erasure-000000000000000000000000000000ab";
        assert_eq!(
            names,
            ["grants-oin:00000001234567890000", "month-2026-10", erasure]
        );
    }
}
