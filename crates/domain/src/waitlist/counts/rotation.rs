use super::super::Epoch;
use super::row::Keys;

/// How far the open entries, which wait, are stale or in treatment, have come to the newest epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotation {
    from: Epoch,
    /// The newest epoch of which there is a key.
    pub to: Epoch,
    /// Open entries with a person's key.
    pub keyed: u64,
    /// Those of them that carry the new epoch's.
    pub carrying: u64,
}

impl Rotation {
    pub(super) fn of(keys: &Keys) -> Self {
        let [from, to] = keys.epochs;
        Self {
            from,
            to,
            keyed: 0,
            carrying: 0,
        }
    }

    pub(super) fn add(&mut self, keys: &Keys) {
        let [older, newer] = keys.epochs;
        self.from = self.from.min(older);
        if newer > self.to {
            (self.to, self.carrying) = (newer, 0);
        }
        self.keyed += 1;
        self.carrying += u64::from(newer == self.to);
    }

    /// The same, where there are keys of this epoch: if it is newer than what the entries carry, none of them carries it.
    pub(super) fn towards(self, epoch: Epoch) -> Self {
        if epoch <= self.to {
            return self;
        }
        Self {
            to: epoch,
            carrying: 0,
            ..self
        }
    }

    /// Of no entry.
    pub(super) fn of_none(epoch: Epoch) -> Self {
        Self {
            from: epoch,
            to: epoch,
            keyed: 0,
            carrying: 0,
        }
    }

    /// Tells whether there are keys of more than one epoch.
    pub fn is_under_way(&self) -> bool {
        self.from != self.to
    }

    /// Tells whether the old keys may be destroyed.
    pub fn is_complete(&self) -> bool {
        Self::is_far_enough(self.carrying, self.keyed)
    }

    /// Tells whether so many of the entries carry new keys that the old ones may be destroyed: 99.5 %.
    pub fn is_far_enough(carrying: u64, keyed: u64) -> bool {
        carrying.saturating_mul(1_000) >= keyed.saturating_mul(995)
    }

    /// Counts the entries whose persons nobody could name any more once only the keys of the newest epoch are left.
    pub fn losing(&self) -> u64 {
        self.keyed.saturating_sub(self.carrying)
    }
}
