use super::super::Epoch;
use super::row::Keys;

/// How far the entries that count have come to the newest epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotation {
    from: Epoch,
    /// The newest epoch of which an entry carries a key.
    pub to: Epoch,
    /// Entries with a person's key.
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

    pub(super) fn is_under_way(&self) -> bool {
        self.from != self.to
    }

    /// Tells whether the old keys may be destroyed: 99.5 % of the entries carry the new epoch's.
    pub fn is_complete(&self) -> bool {
        self.carrying * 1_000 >= self.keyed * 995
    }
}
