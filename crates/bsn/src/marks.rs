use std::hash::{BuildHasher, RandomState};

use crate::Bsn;

/// Tells whether numbers that were seen one after the other are the same, without keeping any.
///
/// A mark is keyed by chance that ends with the process: it is never stored, and means nothing elsewhere.
#[derive(Default)]
pub struct Marks(RandomState);

impl Marks {
    /// Returns the mark of a number: equal for equal ones, and for others but once in very many.
    pub fn of(&self, number: &Bsn) -> u64 {
        self.0.hash_one(number.canonical().as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_number_has_the_same_mark_and_only_here() {
        let bsn = |text| Bsn::parse(text).unwrap();
        let marks = Marks::default();
        assert_eq!(marks.of(&bsn("999990019")), marks.of(&bsn("9999.90.019")));
        assert_ne!(marks.of(&bsn("999990019")), marks.of(&bsn("10000008")));
        assert_ne!(
            marks.of(&bsn("999990019")),
            Marks::default().of(&bsn("999990019"))
        );
    }
}
