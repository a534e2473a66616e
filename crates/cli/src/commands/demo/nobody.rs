//! Citizen numbers of nobody, for persons who do not exist.

use bsn::Bsn;

/// Of these numbers, 9999 and five digits, none is given to anybody: they are for tests.
const FIRST: u32 = 999_900_000;
/// In each hundred, at least so many numbers pass the eleven-test; in the last, one of them is a placeholder.
const PER_HUNDRED: u32 = 9;

/// Returns the number of an invented person, the same every time; none beyond the last one.
pub(super) fn number(person: u32) -> Option<Bsn> {
    let hundred = FIRST.checked_add((person / PER_HUNDRED).checked_mul(100)?)?;
    let mut numbers =
        (hundred..hundred + 100).filter_map(|number| Bsn::parse(&number.to_string()).ok());
    numbers.nth((person % PER_HUNDRED) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    use bsn::Marks;

    #[test]
    fn everybody_has_a_number_and_nobody_has_anothers() {
        let marks = Marks::default();
        let numbers = (0..8_999).map(|person| marks.of(&number(person).unwrap()));
        assert_eq!(numbers.collect::<HashSet<u64>>().len(), 8_999);
        assert!(number(9_000).is_none());
    }
}
