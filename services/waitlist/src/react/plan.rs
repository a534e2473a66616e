//! What is to be done, seen from everybody on the list.

use std::sync::Arc;

use domain::waitlist::books::{FrozenMonth, Totals};
use domain::waitlist::counts::{Counts, Rows};
use domain::waitlist::{
    Command, Entry, EntryId, Expectation, KEPT_AFTER_CLOSING_DAYS, Listed, expectations,
};
use domain::{Aggregate, Day, Month, Timestamp};

/// Everybody, by id.
pub(super) type Entries = [(EntryId, Arc<Listed>)];

/// What a node does now.
pub(super) struct Plan {
    /// What months ended with.
    pub(super) frozen: Vec<FrozenMonth>,
    /// What entries may expect.
    pub(super) foreseen: Vec<(EntryId, Expectation)>,
    /// Whose term is over.
    pub(super) let_go: Vec<EntryId>,
}

impl Plan {
    pub(super) fn new(
        (entries, rows): (&Entries, &Rows),
        months: &[Month],
        now: Timestamp,
    ) -> Self {
        let months = months.iter();
        Self {
            frozen: months.map(|month| freeze(rows, *month)).collect(),
            foreseen: what_to_foresee(entries, now),
            let_go: entries_to_let_go(entries, Day::at(now)),
        }
    }
}

/// Returns what is news to its entry: what would decide nothing is not worth a command.
pub(super) fn what_to_foresee(entries: &Entries, now: Timestamp) -> Vec<(EntryId, Expectation)> {
    let mut expected = expectations(listed(entries), Day::at(now));
    expected.retain(|(id, expectation)| {
        let place = entries.binary_search_by_key(id, |(id, _)| *id);
        place.is_ok_and(|place| is_news(&entries[place].1, *expectation, now))
    });
    expected
}

fn is_news(listed: &Arc<Listed>, expectation: Expectation, now: Timestamp) -> bool {
    let entry = Entry {
        listed: Some(Arc::clone(listed)),
    };
    let decision = entry.decide(&Command::Foresee(expectation), now);
    decision.is_ok_and(|events| !events.is_empty())
}

/// Returns the months that are over and not frozen, the first first. None that ended so long ago that who waited then
/// may have been let go of since.
pub(super) fn months_to_freeze(today: Day, is_frozen: impl Fn(Month) -> bool) -> Vec<Month> {
    let first = today.plus(-KEPT_AFTER_CLOSING_DAYS).month();
    let months = (0..).map(|later| first.plus(later));
    months
        .take_while(|month| month.last_day() < today)
        .filter(|month| !is_frozen(*month))
        .collect()
}

/// Counts who waited at the end of a month.
fn freeze(rows: &Rows, month: Month) -> FrozenMonth {
    let total = Counts::on(month.last_day(), rows).table(&[]).total;
    let totals = Totals {
        entries: total.entries,
        persons: total.persons,
        over_norm: total.total_wait.over,
    };
    FrozenMonth { month, totals }
}

/// Returns those whose term is over.
pub(super) fn entries_to_let_go(entries: &Entries, today: Day) -> Vec<EntryId> {
    let over = entries
        .iter()
        .filter(|(_, listed)| listed.kept_until() < today);
    over.map(|(id, _)| *id).collect()
}

fn listed(entries: &Entries) -> impl Iterator<Item = (EntryId, &Listed)> {
    entries.iter().map(|(id, listed)| (*id, &**listed))
}
