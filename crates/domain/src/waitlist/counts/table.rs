use std::collections::{BTreeMap, HashMap};

use super::super::{Clock, GpPractice, Listed, PriorityCategory, WaitBand};
use super::{AgainstNorm, LeftOut, Waiting, join, waiting};
use crate::waitlist::EntryId;
use crate::{Day, DiagnosisGroup, MunicipalityCode, ProviderId};

/// What counts may be split by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Dimension {
    Provider,
    DiagnosisGroup,
    Municipality,
    GpPractice,
    Priority,
    WaitBand,
}

/// One value of a dimension.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// Where people wait.
    Provider(ProviderId),
    /// What for.
    DiagnosisGroup(DiagnosisGroup),
    /// Where they live.
    Municipality(MunicipalityCode),
    /// Where they are enrolled; none: not known.
    GpPractice(Option<GpPractice>),
    /// How urgent it is; none: nobody has said.
    Priority(Option<PriorityCategory>),
    /// How long they have waited, from the first registration.
    WaitBand(WaitBand),
}

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

/// Everybody who waits on a day, joined once for as many tables as are asked for.
#[derive(Clone, Debug)]
pub struct Counts<'a> {
    on: Day,
    waiting: Vec<Waiting<'a>>,
    people: Vec<super::Person>,
    left_out: LeftOut,
}

impl<'a> Counts<'a> {
    /// Counts who waits at the end of a day.
    pub fn on(day: Day, entries: impl IntoIterator<Item = (EntryId, &'a Listed)>) -> Self {
        let (waiting, left_out) = waiting(entries, day);
        Self {
            on: day,
            people: join(&waiting),
            waiting,
            left_out,
        }
    }

    /// Who waits, by entry.
    pub fn waiting(&self) -> &[Waiting<'a>] {
        &self.waiting
    }

    /// Returns the persons, each with its entries as places among those waiting.
    pub fn people(&self) -> &[super::Person] {
        &self.people
    }

    /// Entries that wait and are not counted.
    pub fn left_out(&self) -> LeftOut {
        self.left_out
    }

    /// Returns how many persons stand on so many lists.
    pub fn persons_by_lists(&self) -> BTreeMap<usize, u64> {
        let mut by_lists = BTreeMap::new();
        for person in &self.people {
            *by_lists.entry(person.entries.len()).or_default() += 1;
        }
        by_lists
    }

    /// Returns how many persons stand on more than one list.
    pub fn persons_on_several_lists(&self) -> u64 {
        let several = self.people.iter().filter(|person| person.entries.len() > 1);
        several.map(|_| 1).sum()
    }

    /// Returns the counts split by these dimensions; none: the total alone.
    pub fn table(&self, by: &[Dimension]) -> Table {
        // Every cell has a number while it is added to: that is quicker to find than its values.
        let mut numbers: HashMap<Vec<Value>, usize> = HashMap::new();
        let mut cells: Vec<Cell> = Vec::new();
        let mut total = Cell::default();
        let mut cell_of = Vec::with_capacity(self.waiting.len());
        for entry in &self.waiting {
            total.add_entry(entry, self.on);
            let values = by.iter().map(|dimension| entry.value(*dimension, self.on));
            let number = *numbers.entry(values.collect()).or_insert(cells.len());
            if number == cells.len() {
                cells.push(Cell::default());
            }
            cells[number].add_entry(entry, self.on);
            cell_of.push(number);
        }
        let mut touched = Vec::new();
        for person in &self.people {
            let is_without_number = person
                .entries
                .iter()
                .all(|place| self.waiting[*place].listed.person.keys().is_empty());
            total.add_person(is_without_number);
            total.preferring += 1;
            touched.clear();
            touched.extend(person.entries.iter().map(|place| cell_of[*place]));
            touched.sort_unstable();
            touched.dedup();
            for number in &touched {
                cells[*number].add_person(is_without_number);
            }
            cells[cell_of[person.preferred]].preferring += 1;
        }
        let cells = numbers
            .into_iter()
            .map(|(values, number)| (values, cells[number]));
        Table {
            by: by.to_vec(),
            cells: cells.collect(),
            total,
        }
    }
}

impl Cell {
    fn add_entry(&mut self, entry: &Waiting<'_>, on: Day) {
        self.entries += 1;
        let waits_for = match entry.clock() {
            Clock::ToIntake => &mut self.for_intake,
            Clock::ToTreatment | Clock::Total => &mut self.for_treatment,
        };
        waits_for.add(entry.is_over_norm(entry.clock(), on));
        self.total_wait.add(entry.is_over_norm(Clock::Total, on));
    }

    fn add_person(&mut self, is_without_number: bool) {
        self.persons += 1;
        self.persons_without_number += u64::from(is_without_number);
    }
}

impl Waiting<'_> {
    /// Returns where the entry stands in a dimension.
    pub fn value(&self, dimension: Dimension, on: Day) -> Value {
        let profile = &self.listed.profile;
        match dimension {
            Dimension::Provider => Value::Provider(self.listed.registration.provider_id.clone()),
            Dimension::DiagnosisGroup => Value::DiagnosisGroup(profile.diagnosis_group.clone()),
            Dimension::Municipality => Value::Municipality(profile.municipality_code.clone()),
            Dimension::GpPractice => Value::GpPractice(profile.gp_practice.clone()),
            Dimension::Priority => {
                let priority = self.listed.priority.as_ref();
                Value::Priority(priority.map(|priority| priority.category.clone()))
            }
            Dimension::WaitBand => Value::WaitBand(WaitBand::of(self.days(on))),
        }
    }
}
