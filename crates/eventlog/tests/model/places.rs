//! A tiny aggregate with one of each: a command that is always taken, one that may be refused, and one that may
//! find nothing to do.

/// A request to change the number of places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Command {
    /// Adds a place.
    Give,
    /// Takes a place; refused when there is none.
    Take,
    /// Removes all places; there may be none.
    Empty,
}

/// What a decision came to: the same three as in `commit.proto`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Outcome {
    Taken,
    Refused,
    Unchanged,
}

impl Command {
    pub(crate) fn decide(self, places: i8) -> Outcome {
        match self {
            Self::Take if places <= 0 => Outcome::Refused,
            Self::Empty if places <= 0 => Outcome::Unchanged,
            Self::Give | Self::Take | Self::Empty => Outcome::Taken,
        }
    }

    /// Returns the places after this command took effect. Below zero, a place was taken that was not there.
    pub(crate) fn evolve(self, places: i8) -> i8 {
        match self {
            Self::Give => places + 1,
            Self::Take => places - 1,
            Self::Empty => 0,
        }
    }
}
