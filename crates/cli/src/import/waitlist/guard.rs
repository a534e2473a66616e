//! What may be shown of a file in which citizen numbers stand.

use zeroize::Zeroizing;

use crate::import::refusal::{Refusal, Wrong, reason};

/// Why a reference is refused that would tell who it is: it is not shown, however it is written.
pub(super) const THE_NUMBER: &str = "reference-is-the-number";
/// Stands for what is not shown.
const NOT_SHOWN: &str = "(not shown)";

/// Takes out of a refusal whatever may be a citizen number, wherever it came to stand.
pub(super) fn hidden(mut refusal: Refusal) -> Refusal {
    hide(&mut refusal.wrong);
    refusal.also.iter_mut().for_each(hide);
    refusal
}

/// The same of what the server says of a whole row: it never had the number.
pub(super) fn hidden_numbers(mut refusal: Refusal) -> Refusal {
    let all = std::iter::once(&mut refusal.wrong).chain(&mut refusal.also);
    all.filter(|wrong| may_be_number(&wrong.value))
        .for_each(|wrong| NOT_SHOWN.clone_into(&mut wrong.value));
    refusal
}

fn hide(wrong: &mut Wrong) {
    let is_whole_row = wrong.column.is_empty() && wrong.reason != reason::COLUMNS;
    let is_the_number = wrong.reason == THE_NUMBER;
    if wrong.column == "bsn" || is_whole_row || is_the_number || may_be_number(&wrong.value) {
        NOT_SHOWN.clone_into(&mut wrong.value);
    }
}

/// Returns a header as it may be shown: a file without one begins with somebody.
pub(super) fn shown_header(header: &[String]) -> Vec<String> {
    let shown = |name: &String| {
        if may_be_number(name) {
            NOT_SHOWN.to_owned()
        } else {
            name.clone()
        }
    };
    header.iter().map(shown).collect()
}

/// Whether a text may hold a citizen number: eight digits in a row, or with signs between that no date has, or nine with
/// any signs between.
pub(crate) fn may_be_number(text: &str) -> bool {
    let (mut in_a_row, mut in_all, mut is_date) = (0, 0, true);
    for letter in text.chars() {
        if letter.is_numeric() {
            in_a_row += 1;
            in_all += 1;
        } else {
            in_a_row = 0;
            is_date = is_date && letter == '-';
            if letter.is_alphabetic() {
                (in_all, is_date) = (0, true);
            }
        }
        if in_a_row == 8 || in_all == 9 || (in_all == 8 && !is_date) {
            return true;
        }
    }
    false
}

/// Whether a reference of the provider's own holds the very number of its row.
pub(super) fn holds(reference: &str, number: &str) -> bool {
    let digits = |text: &str| -> Zeroizing<String> {
        Zeroizing::new(text.chars().filter(char::is_ascii_digit).collect())
    };
    let number = digits(number);
    let number = number.trim_start_matches('0');
    !number.is_empty() && digits(reference).contains(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dates_and_codes_are_shown_and_numbers_are_not() {
        for text in [
            "2026-01-15",
            "15-01-2026",
            "GM0014",
            "7",
            "",
            "a1b2c3d4e5f6g7h8i9",
        ] {
            assert!(!may_be_number(text), "{text}");
        }
        for text in [
            "999990019",
            "9999.90.019",
            "x 10000008 y",
            "9 9 9 9 9 0 0 1 9",
            "9712/78921",
            "9712_789,21",
            "1000.0045",
            "BSN:999990019",
        ] {
            assert!(may_be_number(text), "{text}");
        }
    }

    #[test]
    fn a_value_of_the_number_s_column_is_never_shown() {
        let refusal = Refusal::of(vec![
            Wrong::new("care_type", "specialist", reason::UNKNOWN_WORD),
            Wrong::new("bsn", "12", "bsn-length"),
            Wrong::new("municipality", "9999.90.019", reason::MUNICIPALITY_UNKNOWN),
        ]);
        let refusal = hidden(refusal.unwrap());
        assert_eq!(refusal.wrong.value, "specialist");
        assert!(refusal.also.iter().all(|wrong| wrong.value == NOT_SHOWN));
        let row = Wrong::new("", "7;ab\"c", reason::QUOTES).into();
        assert_eq!(hidden(row).wrong.value, NOT_SHOWN);
    }

    #[test]
    fn a_reference_that_is_the_number_is_found_out() {
        assert!(holds("P-999990019", "9999.90.019"));
        assert!(holds("010000008", "10000008"));
        assert!(holds("10000008", "010000008"));
        assert!(!holds("123456789", "999990019"));
        assert!(!holds("123", ""));
    }

    proptest! {
        #[test]
        fn nine_digits_are_hidden_however_they_are_written(
            before in "[a-z]{0,5}",
            digits in prop::collection::vec(0..10_u8, 9),
            sign in "[. -]?",
            after in "[a-z]{0,5}",
        ) {
            let digits: Vec<String> = digits.iter().map(u8::to_string).collect();
            let text = format!("{before}{}{after}", digits.join(&sign));
            prop_assert!(may_be_number(&text));
        }
    }
}
