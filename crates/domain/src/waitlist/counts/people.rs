//! Entries joined to persons.

use super::counted::Counted;
use super::row::Keys;
use crate::Day;

/// One person, with the entries on all lists.
#[derive(Clone, Copy, Debug)]
pub(super) struct Person {
    /// How many entries count.
    pub(super) lists: u32,
    /// The place of the last of them; `People::entries_of` goes on from there.
    last: u32,
    /// The place of the entry that stands for the person.
    pub(super) preferred: u32,
    rank: Rank,
    pub(super) has_number: bool,
}

/// Which entry stands for a person: the one that the person prefers, else all; of these who waits longest; at last the
/// smallest id.
type Rank = (bool, Day);

/// Who waits, by person.
#[derive(Clone, Debug, Default)]
pub(super) struct People {
    pub(super) persons: Vec<Person>,
    /// For each entry the one before it that is of the same person.
    before: Vec<Option<u32>>,
}

impl People {
    /// Joins entries that share a key of any epoch.
    ///
    /// While keys rotate, entries that carry both epochs join those that carry either. Who has no citizen number is joined
    /// with nobody.
    pub(super) fn of(counted: &[Counted<'_>], mut keys: JoinedKeys) -> Self {
        let mut people = Self::default();
        people.before.reserve(counted.len());
        let mut with_key: Vec<Option<u32>> = vec![None; keys.0.len()];
        for entry in counted {
            let person = entry.row.person;
            let key = person.map(|person| keys.first_of(person.numbers[0]));
            let known = key.and_then(|key| with_key[key as usize]);
            if let Some(person) = known {
                people.add(person, counted);
            } else {
                people.meet(entry);
            }
            if let Some(key) = key {
                with_key[key as usize] = known.or_else(|| people.newest());
            }
        }
        people
    }

    /// Returns the places of a person's entries, the last first.
    pub(super) fn entries_of(&self, person: &Person) -> impl Iterator<Item = u32> {
        let before = |place: &u32| self.before[*place as usize];
        std::iter::successors(Some(person.last), before)
    }

    fn newest(&self) -> Option<u32> {
        u32::try_from(self.persons.len().checked_sub(1)?).ok()
    }

    fn next_place(&self) -> u32 {
        u32::try_from(self.before.len()).unwrap_or(u32::MAX)
    }

    /// The next entry is of somebody new.
    fn meet(&mut self, entry: &Counted<'_>) {
        let place = self.next_place();
        self.before.push(None);
        self.persons.push(Person {
            lists: 1,
            last: place,
            preferred: place,
            rank: entry.rank(),
            has_number: entry.row.person.is_some(),
        });
    }

    /// The next entry is of somebody who is there already.
    fn add(&mut self, person: u32, counted: &[Counted<'_>]) {
        let place = self.next_place();
        let person = &mut self.persons[person as usize];
        self.before.push(Some(person.last));
        person.last = place;
        person.lists += 1;
        let id = |place: u32| counted[place as usize].row.entry_id;
        let rank = counted[place as usize].rank();
        // Ids lie far apart in memory, and are looked at only when they decide.
        if rank < person.rank || (rank == person.rank && id(place) < id(person.preferred)) {
            (person.rank, person.preferred) = (rank, place);
        }
    }
}

impl Counted<'_> {
    fn rank(&self) -> Rank {
        (!self.row.is_preferred, self.stay.since)
    }
}

/// Sets of keys that are of one person, each named by its smallest number.
pub(super) struct JoinedKeys(Vec<u32>);

impl JoinedKeys {
    /// So many keys, each of somebody else.
    pub(super) fn apart(keys: usize) -> Self {
        Self((0..).take(keys).collect())
    }

    /// An entry carries these.
    pub(super) fn join(&mut self, keys: &Keys) {
        let [one, other] = keys.numbers;
        if one != other {
            let (one, other) = (self.first_of(one), self.first_of(other));
            self.0[one.max(other) as usize] = one.min(other);
        }
    }

    fn first_of(&mut self, key: u32) -> u32 {
        let mut first = key;
        loop {
            let next = self.0[first as usize];
            if next == first {
                return first;
            }
            // Halves the way for whoever comes next.
            self.0[first as usize] = self.0[next as usize];
            first = next;
        }
    }
}
