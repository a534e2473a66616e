use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

const DIGITS: usize = 9;
/// Weights of the eleven-test; the last digit counts negatively.
const WEIGHTS: [i32; DIGITS] = [9, 8, 7, 6, 5, 4, 3, 2, -1];
const PREFIX: &[u8] = b"NL:bsn:";
/// Length of what is blinded, in bytes.
const CANONICAL: usize = PREFIX.len() + DIGITS;

/// Pass the eleven-test, and stand in records where nobody knew the number: different people would become one.
const PLACEHOLDERS: [&[u8; DIGITS]; 12] = [
    b"000000000",
    b"111111110",
    b"222222220",
    b"333333330",
    b"444444440",
    b"555555550",
    b"666666660",
    b"777777770",
    b"888888880",
    b"999999990",
    b"123456782",
    b"111222333",
];

/// A citizen number: nine digits that pass the eleven-test and name a person.
///
/// It cannot be shown, copied or stored; its memory is overwritten when it goes.
///
/// ```compile_fail
/// let bsn = bsn::Bsn::parse("999990019").unwrap();
/// println!("{bsn}");
/// ```
/// ```compile_fail
/// let bsn = bsn::Bsn::parse("999990019").unwrap();
/// let copy = bsn.clone();
/// ```
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Bsn([u8; DIGITS]);

impl Bsn {
    /// Accepts eight or nine digits, also with points, spaces or dashes between; eight had a leading zero that a
    /// spreadsheet took.
    pub fn parse(text: &str) -> Result<Self, ParseBsnError> {
        // Right-aligned on zeros; wiped also when the text is refused.
        let mut digits = Zeroizing::new([b'0'; DIGITS]);
        let mut count = 0;
        for letter in text.bytes().rev() {
            match letter {
                b'0'..=b'9' if count == DIGITS => return Err(ParseBsnError::Length),
                b'0'..=b'9' => {
                    digits[DIGITS - 1 - count] = letter;
                    count += 1;
                }
                b'.' | b' ' | b'-' => {}
                _ => return Err(ParseBsnError::Letters),
            }
        }
        if count + 1 < DIGITS {
            return Err(ParseBsnError::Length);
        }
        if PLACEHOLDERS.contains(&&*digits) {
            return Err(ParseBsnError::Placeholder);
        }
        if !passes_eleven_test(&digits) {
            return Err(ParseBsnError::ElevenTest);
        }
        Ok(Self(*digits))
    }

    /// Returns what is blinded: `NL:bsn:` and the nine digits.
    pub(crate) fn canonical(&self) -> Zeroizing<[u8; CANONICAL]> {
        let mut input = Zeroizing::new([0; CANONICAL]);
        input[..PREFIX.len()].copy_from_slice(PREFIX);
        input[PREFIX.len()..].copy_from_slice(&self.0);
        input
    }
}

/// Shows that there is a number, never which.
impl fmt::Debug for Bsn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Bsn(…)")
    }
}

/// Why a text is no citizen number. Says nothing of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseBsnError {
    /// Something else than digits, points, spaces and dashes.
    #[error("a citizen number has digits only")]
    Letters,
    /// Neither eight nor nine digits.
    #[error("a citizen number has nine digits")]
    Length,
    /// No number that was ever issued: a slip of the pen.
    #[error("the citizen number does not pass the eleven-test: a digit is wrong")]
    ElevenTest,
    /// One that stands for "unknown".
    #[error("the citizen number is a placeholder: it stands for nobody")]
    Placeholder,
}

fn passes_eleven_test(digits: &[u8; DIGITS]) -> bool {
    let sum: i32 = digits
        .iter()
        .zip(WEIGHTS)
        .map(|(digit, weight)| i32::from(digit - b'0') * weight)
        .sum();
    sum % 11 == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn canonical(text: &str) -> Vec<u8> {
        Bsn::parse(text).unwrap().canonical().to_vec()
    }

    #[test]
    fn a_number_is_the_same_however_it_is_written() {
        for text in [
            "999990019",
            "9999.90.019",
            "999 990 019",
            "999-990-019",
            " 999990019 ",
        ] {
            assert_eq!(canonical(text), b"NL:bsn:999990019", "{text}");
        }
    }

    #[test]
    fn a_leading_zero_that_was_lost_is_put_back() {
        assert_eq!(canonical("10000008"), b"NL:bsn:010000008");
        assert_eq!(canonical("010000008"), b"NL:bsn:010000008");
    }

    #[test]
    fn what_is_no_number_is_refused_with_its_reason() {
        let cases = [
            ("", ParseBsnError::Length),
            ("1234567", ParseBsnError::Length),
            ("9999900190", ParseBsnError::Length),
            ("99999001x", ParseBsnError::Letters),
            ("٩٩٩٩٩٠٠١٩", ParseBsnError::Letters),
            ("999990018", ParseBsnError::ElevenTest),
        ];
        for (text, reason) in cases {
            assert_eq!(Bsn::parse(text).err(), Some(reason), "{text}");
        }
    }

    /// Threat 27: people without a known number must not become one person.
    #[test]
    fn threat_27_placeholders_that_pass_the_eleven_test_are_refused() {
        for placeholder in PLACEHOLDERS {
            assert!(passes_eleven_test(placeholder), "{placeholder:?}");
            let text = std::str::from_utf8(placeholder).unwrap();
            assert_eq!(
                Bsn::parse(text).err(),
                Some(ParseBsnError::Placeholder),
                "{text}"
            );
        }
        assert_eq!(
            Bsn::parse("1234.56.782").err(),
            Some(ParseBsnError::Placeholder)
        );
        assert_eq!(
            Bsn::parse("00000000").err(),
            Some(ParseBsnError::Placeholder)
        );
    }

    #[test]
    fn nothing_of_a_number_is_shown() {
        let bsn = Bsn::parse("999990019").unwrap();
        assert_eq!(format!("{bsn:?}"), "Bsn(…)");
    }

    proptest! {
        #[test]
        fn of_ten_last_digits_at_most_one_passes(start in 10_000_000_u32..100_000_000) {
            let taken = (0..10).filter(|last| Bsn::parse(&format!("{start}{last}")).is_ok());
            prop_assert!(taken.count() <= 1);
        }

        #[test]
        fn any_text_is_taken_or_refused(text in ".{0,40}") {
            let _ = Bsn::parse(&text);
        }
    }
}
