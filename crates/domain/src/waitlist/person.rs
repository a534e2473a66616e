//! Who waits: keys that say only whether two entries are of the same person.

use std::fmt;
use std::marker::PhantomData;

use super::REAFFIRMED_EVERY_DAYS;
use crate::Day;

/// The keys by which persons are joined within a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Region {}

/// The keys by which persons are counted in the nation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum National {}

/// A person, in one scope and epoch: equal for the same person, and nothing else can be told from it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonKey<Scope> {
    bytes: [u8; 32],
    scope: PhantomData<Scope>,
}

impl<Scope> PersonKey<Scope> {
    /// The key of these bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self {
            bytes,
            scope: PhantomData,
        }
    }

    /// Its bytes, for who encrypts them.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.bytes
    }
}

impl<Scope> fmt::Debug for PersonKey<Scope> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PersonKey(…)")
    }
}

/// The time that a key was made for; later epochs have higher numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch(pub u16);

/// What tells within a region whether two entries are of the same person.
pub type Key = (Epoch, PersonKey<Region>);

/// A person's keys of one epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EpochKeys {
    /// The epoch.
    pub epoch: Epoch,
    /// Joins the person's entries within the region.
    pub region: PersonKey<Region>,
    /// Counts the person in the nation. None where it was read back: nobody reads two scopes.
    pub national: Option<PersonKey<National>>,
}

/// Who waits, as a provider states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonKeys {
    by_epoch: Vec<EpochKeys>,
    grant: Grant,
}

/// Whether the evaluator granted the pseudonym that the keys came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// It did, or there is no number to evaluate.
    Covered,
    /// More came from this provider than was granted: flagged, and not counted.
    Exceeded,
}

impl PersonKeys {
    /// Accepts the keys of at most two epochs, each once; none at all: somebody without a citizen number.
    pub fn parse(mut by_epoch: Vec<EpochKeys>, grant: Grant) -> Option<Self> {
        by_epoch.sort_by_key(|keys| keys.epoch);
        let is_once = by_epoch.is_sorted_by(|one, next| one.epoch < next.epoch);
        (is_once && by_epoch.len() <= 2).then_some(Self { by_epoch, grant })
    }

    /// Nobody's: what stands where an entry's first statement is kept, without who it is of.
    pub(super) fn unsaid() -> Self {
        Self {
            by_epoch: Vec::new(),
            grant: Grant::Covered,
        }
    }

    /// Notes whether the evaluator granted them.
    pub fn set_grant(&mut self, grant: Grant) {
        self.grant = grant;
    }

    /// By epoch, the older first.
    pub fn by_epoch(&self) -> &[EpochKeys] {
        &self.by_epoch
    }

    /// Whether the evaluator granted them.
    pub fn grant(&self) -> Grant {
        self.grant
    }
}

/// Who waits, as an entry knows it: the region's keys alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownPerson {
    /// By epoch, the older first.
    keys: Vec<Key>,
    /// When the newest epoch was first stated.
    newest_since: Day,
    grant: Grant,
}

impl KnownPerson {
    pub(super) fn new(stated: &PersonKeys, on: Day) -> Self {
        Self {
            keys: region_keys(stated).collect(),
            newest_since: on,
            grant: stated.grant,
        }
    }

    /// As it was, from where it was kept: with the keys of at most two epochs.
    pub fn restored(keys: Vec<Key>, newest_since: Day, grant: Grant) -> Option<Self> {
        (keys.len() <= 2).then_some(Self {
            keys,
            newest_since,
            grant,
        })
    }

    /// When the newest epoch was first stated.
    pub fn newest_since(&self) -> Day {
        self.newest_since
    }

    /// The keys of at most two epochs, the older first; none: somebody without a citizen number.
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// Tells whether the entry may be counted: the evaluator granted its person.
    pub fn is_granted(&self) -> bool {
        self.grant == Grant::Covered
    }

    /// Tells whether a key of the same epoch is another one: it is somebody else.
    pub fn contradicts(&self, stated: &PersonKeys) -> bool {
        region_keys(stated).any(|(epoch, key)| {
            let mut of_epoch = self.keys.iter().filter(|(known, _)| *known == epoch);
            of_epoch.any(|(_, known)| *known != key)
        })
    }

    /// With what was stated on a day. The epoch before is kept for one cycle, until everybody has stated the new one.
    pub(super) fn restated(&self, stated: &PersonKeys, on: Day) -> Self {
        let newest = |keys: &[Key]| keys.last().map(|(epoch, _)| *epoch);
        let mut keys = self.keys.clone();
        keys.extend(region_keys(stated));
        keys.sort_unstable();
        keys.dedup();
        let newest_since = if newest(&keys) == newest(&self.keys) {
            self.newest_since
        } else {
            on
        };
        let kept = if on.days_since(newest_since) >= REAFFIRMED_EVERY_DAYS {
            1
        } else {
            2
        };
        Self {
            keys: keys.split_off(keys.len().saturating_sub(kept)),
            newest_since,
            // Who is stated without a key has none that was granted.
            grant: if stated.by_epoch.is_empty() {
                self.grant
            } else {
                stated.grant
            },
        }
    }
}

fn region_keys(stated: &PersonKeys) -> impl Iterator<Item = Key> {
    stated.by_epoch.iter().map(|keys| (keys.epoch, keys.region))
}
