use std::collections::{BTreeMap, HashMap};

use super::people::Person;
use super::{AgainstNorm, Counts, Dimension, Value};

/// Who waits, in one cell of a table or in all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Waiting places.
    pub entries: u64,
    /// Persons with a waiting place here; each counts once in every cell that it has one in.
    pub persons: u64,
    /// Those of them who have no citizen number, and are counted once for each entry.
    pub persons_without_number: u64,
    /// Persons whose preferred place is here: over all cells they add up to all persons.
    pub preferring: u64,
    /// Entries that wait for an intake.
    pub for_intake: AgainstNorm,
    /// Entries that wait for treatment.
    pub for_treatment: AgainstNorm,
    /// All entries, from registration on.
    pub total_wait: AgainstNorm,
}

/// Counts, split by some dimensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// What they are split by.
    pub by: Vec<Dimension>,
    /// Only those in which somebody waits.
    pub cells: BTreeMap<Vec<Value>, Cell>,
    /// All of them.
    pub total: Cell,
}

impl Counts<'_> {
    /// Returns the counts split by these dimensions; none: the total alone.
    pub fn table(&self, by: &[Dimension]) -> Table {
        let mut cells = Cells::default();
        let mut total = Cell::default();
        let cell_of: Vec<usize> = self
            .counted
            .iter()
            .map(|entry| {
                let mut values = [0; Dimension::ALL];
                for dimension in by {
                    values[*dimension as usize] = entry.value(*dimension, self.on);
                }
                let number = cells.number(values);
                entry.stay.add_to(&mut cells.cells[number], self.on);
                entry.stay.add_to(&mut total, self.on);
                number
            })
            .collect();
        // The last person that each cell was given.
        let mut given = vec![None; cells.cells.len()];
        for (number, person) in self.people.persons.iter().enumerate() {
            for place in self.people.entries_of(person) {
                let cell = cell_of[place as usize];
                if given[cell].replace(number) != Some(number) {
                    cells.cells[cell].add_person(person);
                }
            }
            cells.cells[cell_of[person.preferred as usize]].preferring += 1;
            total.add_person(person);
            total.preferring += 1;
        }
        let value = |values: &[u32], dimension: &Dimension| {
            self.rows.value(*dimension, values[*dimension as usize])
        };
        let named = cells.numbers.iter().filter_map(|(values, number)| {
            let values: Option<Vec<Value>> = by
                .iter()
                .map(|dimension| value(values, dimension))
                .collect();
            Some((values?, cells.cells[*number]))
        });
        Table {
            by: by.to_vec(),
            cells: named.collect(),
            total,
        }
    }
}

/// Cells while they are added to, by the numbers of their values: zero in every dimension that is not split by.
#[derive(Default)]
struct Cells {
    numbers: HashMap<[u32; Dimension::ALL], usize>,
    cells: Vec<Cell>,
}

impl Cells {
    fn number(&mut self, values: [u32; Dimension::ALL]) -> usize {
        let number = *self.numbers.entry(values).or_insert(self.cells.len());
        if number == self.cells.len() {
            self.cells.push(Cell::default());
        }
        number
    }
}

impl Cell {
    fn add_person(&mut self, person: &Person) {
        self.persons += 1;
        self.persons_without_number += u64::from(!person.has_number);
    }
}
