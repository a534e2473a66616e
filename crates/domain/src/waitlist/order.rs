use super::{EntryId, Listed};
use crate::Day;

/// Whose turn it is: by priority category, then by time waited. The smaller comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Turn {
    rank: u8,
    waiting_since: Day,
    entry_id: EntryId,
}

impl Turn {
    /// The turn of an entry. One without a category ranks with the default one; who waits equally long comes by id.
    pub fn of(entry_id: EntryId, listed: &Listed) -> Self {
        let category = listed.priority.as_ref().map(|priority| &priority.category);
        Self {
            rank: category
                .map_or_else(reference::default_priority_rank, |category| category.rank()),
            waiting_since: listed.spell.waiting_since,
            entry_id,
        }
    }
}
