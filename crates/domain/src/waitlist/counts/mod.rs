//! What many entries add up to: entries and persons, waits against the norms, flows, returns; and what of it may be shown.
//!
//! `Roll` keeps a compact row of every entry as it changes, `Counts` goes through the rows of a day. What they come to is
//! said plainly in `tests::plain_counts`.

mod completeness;
mod counted;
mod dimension;
mod flows;
mod numbers;
mod pages;
mod people;
mod protect;
mod returns;
mod roll;
mod rotation;
mod row;
mod rows;
mod table;

pub use completeness::{Completeness, Heard};
pub use counted::{Counts, LeftOut};
pub use dimension::{Dimension, Value};
pub use flows::{Flow, flows};
pub use protect::{ExactRow, Figures, Protected, ProtectedRow, SMALLEST_SHOWN, protect};
pub use returns::{MeanWait, ReturnKey, ReturnRow, monthly_return};
pub use roll::Roll;
pub use rotation::Rotation;
pub use rows::Rows;
pub use table::{Cell, Table};

/// How many kept the norm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AgainstNorm {
    /// So many did.
    pub within: u64,
    /// So many did not.
    pub over: u64,
    /// There is no norm for what they waited for.
    pub without_norm: u64,
}

impl AgainstNorm {
    /// All of them.
    pub fn all(&self) -> u64 {
        self.within + self.over + self.without_norm
    }

    fn add(&mut self, is_over: Option<bool>) {
        match is_over {
            Some(false) => self.within += 1,
            Some(true) => self.over += 1,
            None => self.without_norm += 1,
        }
    }
}
