use std::fmt;

const FIRST_YEAR: u16 = 2000;

/// Twelve months of keys, such as `2026a`. The later one is the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch {
    year: u8,
    letter: u8,
}

impl Epoch {
    /// Returns a year's first epoch; none outside 2000 to 2255.
    pub fn first_of(year: u16) -> Option<Self> {
        let year = u8::try_from(year.checked_sub(FIRST_YEAR)?).ok()?;
        Some(Self { year, letter: b'a' })
    }

    /// Accepts a year and a letter.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, letter) = text.split_at_checked(4)?;
        let [letter @ b'a'..=b'z'] = *letter.as_bytes() else {
            return None;
        };
        // A sign would be read as part of the number.
        let is_year = year.bytes().all(|byte| byte.is_ascii_digit());
        let first = Self::first_of(year.parse().ok().filter(|_| is_year)?)?;
        Some(Self { letter, ..first })
    }

    /// Returns the one that follows in `year`: that year's first, or the next letter when this one is of the same
    /// year or later. None after the letter z.
    pub fn after(self, year: u16) -> Option<Self> {
        let first = Self::first_of(year)?;
        if first > self {
            return Some(first);
        }
        let letter = self.letter + 1;
        (letter <= b'z').then_some(Self { letter, ..self })
    }

    /// Returns the two bytes of a label: years since 2000, and the letter.
    pub const fn to_bytes(self) -> [u8; 2] {
        [self.year, self.letter]
    }

    /// Accepts what [`Self::to_bytes`] gave.
    pub fn from_bytes([year, letter]: [u8; 2]) -> Option<Self> {
        letter.is_ascii_lowercase().then_some(Self { year, letter })
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let year = FIRST_YEAR + u16::from(self.year);
        write!(out, "{year}{}", char::from(self.letter))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn epoch(text: &str) -> Epoch {
        Epoch::parse(text).unwrap()
    }

    #[test]
    fn an_epoch_is_a_year_and_a_letter() {
        for text in ["2026a", "2000z", "2255b"] {
            assert_eq!(epoch(text).to_string(), text);
        }
        for text in [
            "", "2026", "2026A", "2026aa", "26a", "1999a", "2256a", "+026a", "202éa",
        ] {
            assert_eq!(Epoch::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_new_year_starts_with_a_and_an_emergency_takes_the_next_letter() {
        assert_eq!(epoch("2026a").after(2027), Some(epoch("2027a")));
        assert_eq!(epoch("2026a").after(2026), Some(epoch("2026b")));
        // A clock that runs behind does not lead back.
        assert_eq!(epoch("2026a").after(2025), Some(epoch("2026b")));
        assert_eq!(epoch("2026z").after(2026), None);
    }

    proptest! {
        #[test]
        fn text_and_bytes_say_the_same(year in 2000_u16..=2255, letter in b'a'..=b'z') {
            let text = format!("{year}{}", char::from(letter));
            let epoch = epoch(&text);
            prop_assert_eq!(Epoch::from_bytes(epoch.to_bytes()), Some(epoch));
            prop_assert_eq!(epoch.to_string(), text);
        }

        #[test]
        fn what_follows_is_later(year in 2000_u16..=2255, letter in b'a'..=b'y', now in 2000_u16..=2255) {
            let before = Epoch::from_bytes([(year - 2000) as u8, letter]).unwrap();
            prop_assert!(before.after(now) > Some(before));
        }
    }
}
