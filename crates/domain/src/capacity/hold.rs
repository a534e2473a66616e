use super::{Counts, Figure, HoldId};
use crate::Timestamp;

/// Of the holds that ended unused, so many are remembered.
const MAX_UNUSED: usize = 64;
/// A count that was taken this long after a place was consumed knows of it, whatever token it names: three days.
///
/// Without this a provider whose system knows no tokens would count every admission twice for ever.
pub(super) const KNOWN_AFTER_MILLIS: i64 = 72 * 3_600_000;

/// A place that is kept for somebody under discussion. Says nothing of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// The id of the command that asked for it.
    pub hold_id: HoldId,
    /// The fencing token: rises by one with every hold of the offering, and is never given again.
    pub token: u64,
    /// A timer ends it after this; until then it counts.
    pub expires_at: Timestamp,
}

/// What the holder of a place shows: the hold, and the fencing token that came with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Which hold.
    pub hold_id: HoldId,
    /// Its token.
    pub token: u64,
}

/// A hold that is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedHold {
    /// Which hold.
    pub hold_id: HoldId,
    /// Its token.
    pub token: u64,
    /// How it ended.
    pub end: HoldEnd,
    /// When that was decided.
    pub ended_at: Timestamp,
}

/// How a hold ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HoldEnd {
    /// Its holder gave the place back.
    Released,
    /// Somebody took the place.
    Consumed,
    /// It ran out.
    Expired,
}

/// The holds of an offering, and what a count may not know yet of those that ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holds {
    last_token: u64,
    active: Vec<Hold>,
    ended: Vec<EndedHold>,
}

/// What is free, once the present counts and the holds are taken together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// Places free now.
    pub available: u32,
    /// Places promised that the counts say are not there. Not zero: the offering is overcommitted.
    pub missing: u32,
    /// Places consumed that the counts do not know of: neither free any more nor among the occupied yet.
    pub consumed: u32,
}

impl Holds {
    /// Returns what a snapshot kept.
    pub fn from_parts(last_token: u64, active: Vec<Hold>, ended: Vec<EndedHold>) -> Self {
        Self {
            last_token,
            active,
            ended,
        }
    }

    /// The highest token given so far; 0: none.
    pub fn last_token(&self) -> u64 {
        self.last_token
    }

    /// The places held now, in the order in which they were given.
    pub fn active(&self) -> &[Hold] {
        &self.active
    }

    /// Those that ended and may still matter, in the order in which they ended.
    pub fn ended(&self) -> &[EndedHold] {
        &self.ended
    }

    pub(super) fn give(&mut self, hold: &Hold) {
        self.last_token = self.last_token.max(hold.token);
        self.active.retain(|other| other.hold_id != hold.hold_id);
        self.active.push(hold.clone());
    }

    pub(super) fn extend(&mut self, hold: &Hold) {
        for active in &mut self.active {
            if active.hold_id == hold.hold_id {
                active.expires_at = hold.expires_at;
            }
        }
    }

    pub(super) fn end(&mut self, ended: &EndedHold) {
        self.active.retain(|hold| hold.hold_id != ended.hold_id);
        self.ended.retain(|other| other.hold_id != ended.hold_id);
        self.ended.push(ended.clone());
        // Without the oldest the offering may seem to have a place less, never one more.
        let unused = |ended: &EndedHold| ended.end != HoldEnd::Consumed;
        if self.ended.iter().filter(|ended| unused(ended)).count() > MAX_UNUSED
            && let Some(oldest) = self.ended.iter().position(unused)
        {
            self.ended.remove(oldest);
        }
    }

    /// Forgets what no longer matters to counts of that moment.
    pub(super) fn settle(&mut self, counted_at: Timestamp) {
        self.ended
            .retain(|ended| !is_long_over(ended.ended_at, counted_at));
    }

    /// Takes counts and holds together.
    fn balance(&self, counts: &Figure<Counts>) -> Balance {
        let known = counts.value.highest_token_counted.unwrap_or(0);
        let counted_at = counts.observed_at;
        let held = self.active.iter().filter(|hold| hold.token > known).count();
        let consumed = self.ended.iter().filter(|ended| {
            ended.end == HoldEnd::Consumed
                && ended.token > known
                && !is_long_over(ended.ended_at, counted_at)
        });
        let consumed = consumed.count();
        // The count took the place off; one that was taken after the end did not.
        let given_back = self.ended.iter().filter(|ended| {
            ended.end != HoldEnd::Consumed && ended.token <= known && ended.ended_at > counted_at
        });
        let there = u64::from(counts.value.available) + as_u64(given_back.count());
        let promised = as_u64(held) + as_u64(consumed);
        Balance {
            available: as_u32(there.saturating_sub(promised)),
            missing: as_u32(promised.saturating_sub(there)),
            consumed: as_u32(as_u64(consumed)),
        }
    }
}

impl Balance {
    /// Returns what is free by these counts and these holds; none: nothing was ever held.
    pub(super) fn of(counts: &Figure<Counts>, holds: Option<&Holds>) -> Self {
        let nothing_held = || Self {
            available: counts.value.available,
            ..Self::default()
        };
        holds.map_or_else(nothing_held, |holds| holds.balance(counts))
    }
}

fn is_long_over(ended_at: Timestamp, counted_at: Timestamp) -> bool {
    counted_at.millis_since(ended_at) > KNOWN_AFTER_MILLIS
}

fn as_u64(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

fn as_u32(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
