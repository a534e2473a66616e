//! Recognises a citizen number (BSN) that slipped into a text: it must not travel (privacy rule 2).

const DIGITS: usize = 9;
const WEIGHTS: [i32; DIGITS] = [9, 8, 7, 6, 5, 4, 3, 2, -1];

/// Returns whether nine digits in a row, also with points, spaces or dashes between them, pass the eleven-test.
pub(crate) fn appears_in(text: &str) -> bool {
    // By far most texts hold fewer than nine digits.
    if text.bytes().filter(u8::is_ascii_digit).count() < DIGITS {
        return false;
    }
    runs(text, |_| false)
        .chain(runs(text, |letter| matches!(letter, '.' | ' ' | '-')))
        .any(|run| passes(&run))
}

/// Returns the runs of digits, with letters that `joins` accepts standing between digits of one run.
fn runs(text: &str, joins: fn(char) -> bool) -> impl Iterator<Item = Vec<i32>> {
    text.split(move |letter: char| !letter.is_ascii_digit() && !joins(letter))
        .map(|run| {
            run.bytes()
                .filter(u8::is_ascii_digit)
                .map(|digit| i32::from(digit - b'0'))
                .collect()
        })
}

fn passes(digits: &[i32]) -> bool {
    let sum: i32 = digits
        .iter()
        .zip(WEIGHTS)
        .map(|(digit, weight)| digit * weight)
        .sum();
    digits.len() == DIGITS && digits.iter().any(|digit| *digit != 0) && sum % 11 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_citizen_number_is_found_however_it_is_written() {
        for text in [
            "111222333",
            "dhr. 123456782 (ggz)",
            "1112.22.333",
            "999 911 120",
            "999-990-019",
        ] {
            assert!(appears_in(text), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_left_alone() {
        for text in [
            "",
            "Polikliniek Emmen",
            "000000000",
            "123456789",
            "999940003",
            "1112223330",
            "0592 334800",
            "06011009",
            "9401 KB 12",
        ] {
            assert!(!appears_in(text), "{text}");
        }
    }
}
