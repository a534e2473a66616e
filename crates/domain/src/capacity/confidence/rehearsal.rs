use std::collections::BTreeMap;

use super::{Experience, Kind};
use crate::capacity::{Event, Offering, Report, SourceClass, UncheckedCounts};
use crate::{Aggregate, Timestamp};

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
    NothingPromised {
        /// What it is like.
        kind: Kind,
    },
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

    /// Takes in a bare count of a unit of which nothing else is known, and tells what was promised before it.
    pub fn count(&mut self, unit: &str, observed_at: Timestamp, available: u32) -> Heard {
        let unchecked = UncheckedCounts {
            available,
            ..UncheckedCounts::default()
        };
        let report = Report {
            sequence: None,
            observed_at,
            effective_at: None,
            valid_until: None,
            source_class: SourceClass::Derived,
            reporter_role: None,
            // Free places alone always agree with each other.
            counts: unchecked.check(0).ok(),
            waits: Vec::new(),
        };
        let number = self.number_of(unit);
        let event = if self.units[number].is_news(&report) {
            Event::CapacityReported {
                report,
                received_at: observed_at,
            }
        } else {
            Event::LateReportKept(report)
        };
        self.hear(unit, &event)
    }

    fn judge(&self, offering: &Offering, event: &Event) -> Heard {
        let Some(case) = offering.case_in(event) else {
            return Heard::NotACase;
        };
        let kind = Kind::of(offering.details.as_ref());
        let confidence = self.experience.confidence(offering, case.until);
        confidence.map_or(Heard::NothingPromised { kind }, |confidence| {
            Heard::Promised {
                kind,
                chance: confidence.chance,
                kept: case.kept,
            }
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
