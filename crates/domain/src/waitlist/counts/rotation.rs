use super::super::Epoch;
use super::Waiting;

/// How far the entries that count have come to a new epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// Entries with a person's key.
    pub keyed: u64,
    /// Those of them that carry the new epoch's.
    pub carrying: u64,
}

impl Rotation {
    /// Counts the entries that carry an epoch.
    pub fn to(epoch: Epoch, waiting: &[Waiting<'_>]) -> Self {
        let mut rotation = Self {
            keyed: 0,
            carrying: 0,
        };
        for entry in waiting {
            let keys = entry.listed.person.keys();
            rotation.keyed += u64::from(!keys.is_empty());
            rotation.carrying += u64::from(keys.iter().any(|(known, _)| *known == epoch));
        }
        rotation
    }

    /// Tells whether the old keys may be destroyed: 99.5 % of the entries carry the new epoch's.
    pub fn is_complete(&self) -> bool {
        self.carrying * 1_000 >= self.keyed * 995
    }
}
