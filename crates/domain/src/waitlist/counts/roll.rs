use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::{EntryId, Key, Listed};
use super::numbers::Numbers;
use super::pages::Pages;
use super::row::{Keys, Row};
use super::{Dimension, Rows, Value};

/// Everybody on the list, by entry, by person, and as counts need them: kept as entries come, change and go.
#[derive(Debug, Default)]
pub struct Roll {
    entries: BTreeMap<EntryId, (Arc<Listed>, u32)>,
    keys: Numbers<Key>,
    /// Whose each key is, by its number.
    entries_with: Vec<Vec<EntryId>>,
    values: Numbers<Value>,
    pages: Pages,
}

impl Roll {
    /// Puts an entry on the roll, or as it now stands.
    pub fn put(&mut self, id: EntryId, listed: Arc<Listed>) {
        // Numbers are taken before the old ones are given back: most stay the same.
        let person = self.take_keys(id, listed.person.keys());
        let values = Dimension::kept_of(&listed).map(|value| self.values.take(value));
        let row = Row::of(id, &listed, (person, values));
        let place = match self.entries.get(&id).map(|(_, place)| *place) {
            Some(place) => {
                let old = self.pages.replace(place, row);
                self.give_back(old);
                place
            }
            None => self.pages.add(row),
        };
        self.entries.insert(id, (listed, place));
    }

    /// Takes an entry off the roll, with everything that only it said.
    pub fn remove(&mut self, id: EntryId) {
        if let Some((_, place)) = self.entries.remove(&id) {
            let old = self.pages.remove(place);
            self.give_back(old);
        }
    }

    /// Returns an entry.
    pub fn get(&self, id: EntryId) -> Option<&Arc<Listed>> {
        self.entries.get(&id).map(|(listed, _)| listed)
    }

    /// Returns all entries, by id.
    pub fn entries(&self) -> impl Iterator<Item = (EntryId, &Arc<Listed>)> {
        let entries = self.entries.iter();
        entries.map(|(id, (listed, _))| (*id, listed))
    }

    /// Returns the entries with a person's key, in no order.
    pub fn entries_with(&self, key: &Key) -> &[EntryId] {
        let number = self.keys.get(key);
        let entries = number.and_then(|number| self.entries_with.get(number as usize));
        entries.map_or(&[], Vec::as_slice)
    }

    /// Returns what there is to count now: cheap, so that who counts keeps nobody waiting.
    pub fn rows(&self) -> Rows {
        Rows {
            pages: self.pages.clone(),
            values: self.values.things().to_vec(),
            keys: self.keys.things().len(),
        }
    }

    /// Tells whether nothing of anybody is left.
    #[cfg(test)]
    pub(in crate::waitlist) fn is_blank(&self) -> bool {
        let is_held = self.entries_with.iter().any(|ids| !ids.is_empty());
        let things = (self.keys.things(), self.values.things());
        self.entries.is_empty()
            && !is_held
            && self.pages.rows().next().is_none()
            && things.0.iter().all(Option::is_none)
            && things.1.iter().all(Option::is_none)
    }

    fn take_keys(&mut self, id: EntryId, keys: &[Key]) -> Option<Keys> {
        // There are two at most.
        let (older, newer) = (keys.first()?, keys.last()?);
        let first = self.take_key(id, *older);
        let last = if keys.len() == 1 {
            first
        } else {
            self.take_key(id, *newer)
        };
        Some(Keys {
            numbers: [first, last],
            epochs: [older.0, newer.0],
        })
    }

    fn take_key(&mut self, id: EntryId, key: Key) -> u32 {
        let number = self.keys.take(key);
        self.entries_with
            .resize_with(self.keys.things().len(), Vec::new);
        self.entries_with[number as usize].push(id);
        number
    }

    fn give_back(&mut self, old: Option<Row>) {
        let Some(row) = old else {
            return;
        };
        for number in row.person.iter().flat_map(Keys::different) {
            let ids = &mut self.entries_with[number as usize];
            if let Some(place) = ids.iter().position(|id| *id == row.entry_id) {
                ids.swap_remove(place);
            }
            self.keys.give_back(number);
        }
        for number in row.values {
            self.values.give_back(number);
        }
    }
}
