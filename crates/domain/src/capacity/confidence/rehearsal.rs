use std::collections::BTreeMap;

use super::{Experience, Kind};
use crate::Aggregate;
use crate::capacity::{Event, Offering};

/// Goes through a history in its order, and promises before each report only what could be known then.
#[derive(Clone, Debug, Default)]
pub struct Rehearsal {
    numbers: BTreeMap<String, usize>,
    units: Vec<Offering>,
    experience: Experience,
}

/// What an event was to a rehearsal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Heard {
    /// It puts nothing to the test.
    NotACase,
    /// A unit counted again, but its kind had too little history for a promise.
    NothingPromised,
    /// A unit counted again that had shown places.
    Promised {
        /// What it is like.
        kind: Kind,
        /// The chance that would have been shown just before.
        chance: f64,
        /// Whether a place was left.
        kept: bool,
    },
}

impl Rehearsal {
    /// Takes in one event of a unit, and tells what was promised before it.
    pub fn hear(&mut self, unit: &str, event: &Event) -> Heard {
        let number = self.number_of(unit);
        let offering = std::mem::take(&mut self.units[number]);
        let heard = self.judge(&offering, event);
        self.units[number] = offering.evolve(event);
        self.experience.set(number, &self.units[number]);
        heard
    }

    fn judge(&self, offering: &Offering, event: &Event) -> Heard {
        let Some(case) = offering.case_in(event) else {
            return Heard::NotACase;
        };
        let confidence = self.experience.confidence(offering, case.until);
        confidence.map_or(Heard::NothingPromised, |confidence| Heard::Promised {
            kind: Kind::of(offering.details.as_ref()),
            chance: confidence.chance,
            kept: case.kept,
        })
    }

    fn number_of(&mut self, unit: &str) -> usize {
        if let Some(number) = self.numbers.get(unit) {
            return *number;
        }
        let number = self.units.len();
        self.numbers.insert(unit.to_owned(), number);
        self.units.push(Offering::default());
        number
    }
}
