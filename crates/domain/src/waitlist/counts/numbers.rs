use std::collections::HashMap;
use std::hash::Hash;

/// Numbers, from zero on, for things of which many are alike. What nobody uses any more is forgotten, and its number goes to
/// another.
#[derive(Clone, Debug)]
pub(super) struct Numbers<T> {
    numbers: HashMap<T, u32>,
    things: Vec<Option<T>>,
    uses: Vec<u32>,
    free: Vec<u32>,
}

impl<T> Default for Numbers<T> {
    fn default() -> Self {
        Self {
            numbers: HashMap::new(),
            things: Vec::new(),
            uses: Vec::new(),
            free: Vec::new(),
        }
    }
}

impl<T: Clone + Eq + Hash> Numbers<T> {
    /// Returns the number of a thing, which is used once more.
    pub(super) fn take(&mut self, thing: T) -> u32 {
        let known = self.numbers.get(&thing).copied();
        let number = known.unwrap_or_else(|| self.add(thing));
        self.uses[number as usize] += 1;
        number
    }

    /// Uses a number once less.
    pub(super) fn give_back(&mut self, number: u32) {
        let place = number as usize;
        self.uses[place] -= 1;
        if self.uses[place] == 0
            && let Some(thing) = self.things[place].take()
        {
            self.numbers.remove(&thing);
            self.free.push(number);
        }
    }

    /// Returns the number of a thing that is used.
    pub(super) fn get(&self, thing: &T) -> Option<u32> {
        self.numbers.get(thing).copied()
    }

    /// Returns the things by number.
    pub(super) fn things(&self) -> &[Option<T>] {
        &self.things
    }

    fn add(&mut self, thing: T) -> u32 {
        let number = self.free.pop().unwrap_or_else(|| {
            self.things.push(None);
            self.uses.push(0);
            u32::try_from(self.uses.len() - 1).unwrap_or(u32::MAX)
        });
        self.things[number as usize] = Some(thing.clone());
        self.numbers.insert(thing, number);
        number
    }
}
