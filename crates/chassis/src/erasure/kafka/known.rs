use std::collections::{HashMap, HashSet};

use eventlog::kafka::{Heard, KeyedRecord};
use pseudonym::vault::{KekId, Kid, Quarter, VaultError};

use super::record::{Said, Wrapped};

/// What the topic has been read to say, and what is destroyed whatever it says.
#[derive(Default)]
pub(super) struct Known {
    /// The keys that have a value in the topic.
    pub(super) there: HashMap<Kid, Wrapped>,
    pub(super) destroyed: HashSet<Kid>,
    /// In the order in which they were made.
    made: HashMap<Quarter, Vec<Kid>>,
    /// Those that are in `made`.
    noted: HashSet<Kid>,
    /// Quarters whose key is destroyed, whether or not the topic says so.
    pub(super) over: HashSet<Quarter>,
    /// Those of which it does.
    pub(super) said_over: HashSet<Quarter>,
    /// Which key wraps a quarter's keys: the one that did so first.
    pub(super) keks: HashMap<Quarter, KekId>,
}

impl Known {
    /// Takes in what a record says.
    pub(super) fn hear(&mut self, record: &KeyedRecord) -> Heard {
        let Some(said) = Said::read(&record.key, record.value.as_deref()) else {
            tracing::error!(
                "a record among the keys of persons cannot be read: its key is not known"
            );
            return Heard::Noted;
        };
        match said {
            Said::Made(kid, wrapped) => {
                let quarter = wrapped.quarter;
                self.note_made(quarter, kid);
                self.keks.entry(quarter).or_insert(wrapped.kek);
                self.there.insert(kid, wrapped);
                let is_over = self.over.contains(&quarter);
                if is_over || self.destroyed.contains(&kid) {
                    self.destroyed.insert(kid);
                    // The ledger names a quarter, and not its keys: that it had this one must stay known.
                    let gone = is_over.then_some(Said::GoneWith(quarter, kid));
                    let (_, instead) = gone.unwrap_or(Said::Shredded(kid)).pair();
                    return Heard::Revived(instead);
                }
            }
            Said::Shredded(kid) => self.note_gone(kid),
            Said::GoneWith(quarter, kid) => {
                self.note_made(quarter, kid);
                self.note_gone(kid);
            }
            Said::Over(quarter) => {
                self.over.insert(quarter);
                self.said_over.insert(quarter);
            }
        }
        Heard::Noted
    }

    /// What the topic has of a key.
    pub(super) fn find(&self, kid: Kid) -> Result<&Wrapped, VaultError> {
        if self.destroyed.contains(&kid) {
            return Err(VaultError::Erased);
        }
        let wrapped = self.there.get(&kid).ok_or(VaultError::Unknown)?;
        if self.over.contains(&wrapped.quarter) {
            return Err(VaultError::Erased);
        }
        Ok(wrapped)
    }

    pub(super) fn made_in(&self, quarter: Quarter) -> Vec<Kid> {
        self.made.get(&quarter).cloned().unwrap_or_default()
    }

    fn note_made(&mut self, quarter: Quarter, kid: Kid) {
        if self.noted.insert(kid) {
            self.made.entry(quarter).or_default().push(kid);
        }
    }

    fn note_gone(&mut self, kid: Kid) {
        self.there.remove(&kid);
        self.destroyed.insert(kid);
    }
}
