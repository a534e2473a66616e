//! Confidence: the chance that a place that is shown still exists.
//!
//! Whenever a unit that had places free counts again, it shows whether one was left. Such cases are counted by age and
//! by how many were free, for the unit itself, for its provider and for its kind; the chance is read off from them,
//! the narrower leaning on the wider where it has seen little.

mod cases;
mod curve;
mod experience;
mod hours;
mod rehearsal;
mod scores;

pub(super) use cases::Case;
pub use cases::{CaseCell, Cases};
pub use experience::{Experience, Kind};
pub use rehearsal::{Heard, Rehearsal};
pub use scores::{Decile, Scores};

/// With fewer cases than this of its kind nothing is promised.
pub const MIN_CASES_OF_KIND: u32 = 30;
/// With so many cases of its own a unit, or a provider, is said to be what a chance rests on.
pub const MIN_CASES_OF_ITS_OWN: u32 = 20;

/// The chance that a place that is shown still exists, and what it rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Confidence {
    /// From 0.001 to 0.999, to a thousandth.
    pub chance: f64,
    /// The narrowest group with enough cases of its own.
    pub basis: Basis,
    /// How many cases of that group were learnt from.
    pub cases: u32,
}

impl Confidence {
    /// Returns the chance as a whole number, from 1 to 999.
    pub fn thousandths(&self) -> u32 {
        (self.chance * 1_000.0).round() as u32
    }
}

/// Whose past reports a chance rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Basis {
    /// The unit's own.
    Unit,
    /// Those of its provider's units of the same kind.
    Provider,
    /// Those of all units of its kind.
    Kind,
}
