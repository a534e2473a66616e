use super::super::{Clock, EntryId, Listed, Spell};
use crate::Day;

/// Somebody who waits on a day, and counts.
#[derive(Clone, Copy, Debug)]
pub struct Waiting<'a> {
    /// Which entry.
    pub entry_id: EntryId,
    /// The entry as it stands now.
    pub listed: &'a Listed,
    /// The time of waiting, as it was on the day.
    pub spell: Spell,
}

/// Entries that wait and are not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Nobody has said for too long that the person still waits.
    pub stale: u64,
    /// The evaluator never granted the person's pseudonym.
    pub not_granted: u64,
}

/// Returns who waits at the end of a day and counts, by entry, and how many were left out.
pub fn waiting<'a>(
    entries: impl IntoIterator<Item = (EntryId, &'a Listed)>,
    on: Day,
) -> (Vec<Waiting<'a>>, LeftOut) {
    let mut counted = Vec::new();
    let mut left_out = LeftOut::default();
    for (entry_id, listed) in entries {
        let Some(spell) = listed.waiting_on(on) else {
            continue;
        };
        if !listed.person.is_granted() {
            left_out.not_granted += 1;
        } else if listed.is_stale_on(on) {
            left_out.stale += 1;
        } else {
            counted.push(Waiting {
                entry_id,
                listed,
                spell,
            });
        }
    }
    // Whatever order they came in, the answer is the same.
    counted.sort_unstable_by_key(|waiting| waiting.entry_id);
    (counted, left_out)
}

impl Waiting<'_> {
    /// What the person waits for now.
    pub fn clock(&self) -> Clock {
        if self.spell.intake_held_on.is_some() {
            Clock::ToTreatment
        } else {
            Clock::ToIntake
        }
    }

    /// Tells whether a wait has outlasted its norm by a day; none: there is no norm, or the wait has not begun.
    pub fn is_over_norm(&self, clock: Clock, on: Day) -> Option<bool> {
        let wait = self.spell.wait(clock, self.listed.registration.care_type)?;
        wait.is_over_norm(on)
    }

    /// Days since registration or return.
    pub fn days(&self, on: Day) -> u32 {
        on.days_since(self.spell.waiting_since)
    }
}
