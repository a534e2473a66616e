//! Entries joined to persons.

use std::collections::HashMap;

use super::super::{Epoch, PersonKey, Region};
use super::Waiting;

/// One person, with the entries on all lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Places of the entries among those counted, ascending.
    pub entries: Vec<usize>,
    /// The place of the one that stands for the person: the one that the person prefers, else all; of these who waits
    /// longest; at last the smallest id.
    pub preferred: usize,
}

/// Joins entries that share a key of any epoch, in the order of each person's first entry.
///
/// While keys rotate, entries that carry both epochs join those that carry either. Who has no citizen number is joined
/// with nobody.
pub fn join(waiting: &[Waiting<'_>]) -> Vec<Person> {
    let mut joined = Joined::new(waiting.len());
    let mut first_with: HashMap<&(Epoch, PersonKey<Region>), usize> =
        HashMap::with_capacity(waiting.len());
    for (place, entry) in waiting.iter().enumerate() {
        for key in entry.listed.person.keys() {
            let other = *first_with.entry(key).or_insert(place);
            joined.join(place, other);
        }
    }
    // The first entry of each person stands for it until all are there.
    let mut people: Vec<Person> = Vec::new();
    let mut person_of: Vec<usize> = Vec::with_capacity(waiting.len());
    for place in 0..waiting.len() {
        let first = joined.first_of(place);
        if first == place {
            people.push(Person {
                entries: Vec::with_capacity(1),
                preferred: place,
            });
            person_of.push(people.len() - 1);
        } else {
            person_of.push(person_of[first]);
        }
        people[person_of[place]].entries.push(place);
    }
    for person in &mut people {
        person.preferred = preferred(&person.entries, waiting);
    }
    people
}

fn preferred(entries: &[usize], waiting: &[Waiting<'_>]) -> usize {
    let rank = |place: &usize| {
        let entry = &waiting[*place];
        let is_preferred = entry.listed.profile.is_preferred;
        (!is_preferred, entry.spell.waiting_since, entry.entry_id)
    };
    entries.iter().copied().min_by_key(rank).unwrap_or_default()
}

/// Sets of places, each named by its first.
struct Joined(Vec<usize>);

impl Joined {
    fn new(places: usize) -> Self {
        Self((0..places).collect())
    }

    fn first_of(&mut self, place: usize) -> usize {
        let mut first = place;
        while self.0[first] != first {
            // Halves the way for whoever comes next.
            self.0[first] = self.0[self.0[first]];
            first = self.0[first];
        }
        first
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.first_of(one), self.first_of(other));
        self.0[one.max(other)] = one.min(other);
    }
}
