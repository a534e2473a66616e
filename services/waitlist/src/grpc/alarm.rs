//! Threat 27: a number that is nobody's makes many people one.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use domain::waitlist::{Command, EntryId, Key};
use opentelemetry::metrics::Counter;

use crate::view::WaitlistView;
use crate::wire::Order;

/// Somebody with more open entries may be several people under one number.
const MOST_LISTS: usize = 5;

static RAISED: LazyLock<Counter<u64>> = LazyLock::new(|| {
    opentelemetry::global::meter("doorstroom")
        .u64_counter("doorstroom_crowded_entries")
        .with_description("Commands that bring a person who has more than five open entries")
        .build()
});

/// Shows the figure before there is anything to count: who watches it sees it rise.
pub(super) fn show() {
    RAISED.add(0, &[]);
}

/// Looks at whom the commands of one call bring. The open entries that earlier ones of them brought need not be on the
/// list yet.
#[derive(Default)]
pub(super) struct Alarm(HashMap<Key, BTreeSet<EntryId>>);

impl Alarm {
    /// Raises the alarm over a person with too many open entries. Says which entry, never who.
    pub(super) fn look(&mut self, view: &WaitlistView, order: &Order, keys: &[Key]) {
        let lists = self.lists_with(view, order, keys);
        if lists > MOST_LISTS {
            RAISED.add(1, &[]);
            tracing::warn!(
                entry.id = %order.entry_id,
                person.open_entries = lists,
                "entry {} is of a person with {lists} open entries: is the number a placeholder?",
                order.entry_id
            );
        }
    }

    /// How many open entries the person has with this one.
    fn lists_with(&mut self, view: &WaitlistView, order: &Order, keys: &[Key]) -> usize {
        if !leaves_open(&order.call.command) {
            return 0;
        }
        let waits = |id: &EntryId| {
            view.get(*id)
                .is_some_and(|listed| listed.spell.is_waiting())
        };
        let known = view.of_person(keys.iter().copied()).into_iter();
        let mut open: BTreeSet<EntryId> = known.filter(waits).collect();
        for key in keys {
            let brought = self.0.entry(*key).or_default();
            brought.insert(order.entry_id);
            open.extend(brought.iter().copied());
        }
        open.len()
    }
}

/// Whether somebody waits after a command that brings a person.
fn leaves_open(command: &Command) -> bool {
    let Command::Declare(declaration) = command else {
        return true;
    };
    let is_end =
        |step: &Command| matches!(step, Command::StartTreatment { .. } | Command::Withdraw(_));
    !declaration.steps.iter().any(is_end)
}
