//! Threat 14: looks for citizen numbers in bytes, however they are written.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

/// Citizen numbers that must be nowhere.
pub struct Canaries(HashSet<[u8; 9]>);

/// So many of nobody's numbers are looked for wherever a journey has been: the journeys take theirs from the first ones.
const OF_THE_SUITE: std::ops::Range<u32> = 900_000_000..900_030_000;

static SUITE: LazyLock<Canaries> = LazyLock::new(|| {
    let valid = OF_THE_SUITE.filter(|number| passes(*number));
    let numbers: Vec<String> = valid.map(|number| number.to_string()).collect();
    Canaries::new(&numbers)
});

/// The eleven-test.
fn passes(number: u32) -> bool {
    let digits = number.to_string();
    let weights = [9, 8, 7, 6, 5, 4, 3, 2, -1];
    let digits = digits.bytes().map(|digit| i32::from(digit - b'0'));
    let sum: i32 = digits
        .zip(weights)
        .map(|(digit, weight)| digit * weight)
        .sum();
    sum % 11 == 0
}

impl Canaries {
    /// Those that the journeys use, wherever they do.
    pub fn of_the_suite() -> &'static Self {
        &SUITE
    }

    /// These numbers, of nine digits each.
    pub fn new(numbers: &[String]) -> Self {
        let numbers = numbers.iter();
        Self(
            numbers
                .filter_map(|text| text.as_bytes().try_into().ok())
                .collect(),
        )
    }

    /// Returns the first one found, with how it was written. Longer numbers are not looked into: some of them hold one by
    /// chance.
    pub fn found_in(&self, bytes: &[u8]) -> Option<String> {
        let plain = self
            .plainly_in(bytes)
            .map(|number| format!("{number} in clear"));
        plain
            .or_else(|| self.encoded_in(bytes, 18, HEX, &[0, 1]))
            .or_else(|| self.encoded_in(bytes, 12, BASE64, &[0, 1, 2, 3]))
    }

    /// Panics if one stands in any file of a folder; returns how many files there are.
    pub fn are_not_in(&self, folder: &Path) -> usize {
        let mut folders = vec![folder.to_owned()];
        let mut files = 0;
        while let Some(folder) = folders.pop() {
            let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
            for path in entries.map(|entry| entry.path()) {
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                // A server that runs may have removed it since.
                let Ok(bytes) = fs::read(&path) else { continue };
                files += 1;
                let found = self.found_in(&bytes);
                assert_eq!(found, None, "in {}", path.display());
            }
        }
        files
    }

    /// Digits in a row, also with points, spaces or dashes between two of them.
    fn plainly_in(&self, bytes: &[u8]) -> Option<String> {
        let mut run: Vec<u8> = Vec::new();
        let mut joined: Vec<u8> = Vec::new();
        let mut joined_from = 0;
        for place in 0..=bytes.len() {
            let byte = bytes.get(place).copied().unwrap_or(0);
            if byte.is_ascii_digit() {
                if joined.is_empty() {
                    joined_from = place;
                }
                run.push(byte);
                joined.push(byte);
                continue;
            }
            // Ids are written in hexadecimal digits, and some of them hold a number by chance.
            let is_of_an_id = |from: usize| {
                let before = from.checked_sub(1).and_then(|at| bytes.get(at));
                let beside = [before, Some(&byte)].into_iter().flatten();
                beside
                    .into_iter()
                    .any(|letter| (b'a'..=b'f').contains(letter))
            };
            if !is_of_an_id(place - run.len())
                && let Some(found) = self.is(&run)
            {
                return Some(found);
            }
            run.clear();
            let next_is_digit = bytes.get(place + 1).is_some_and(u8::is_ascii_digit);
            if !(matches!(byte, b'.' | b' ' | b'-') && next_is_digit) {
                if !is_of_an_id(joined_from)
                    && let Some(found) = self.is(&joined)
                {
                    return Some(found);
                }
                joined.clear();
            }
        }
        None
    }

    /// A number of its own, or one with zeros before or behind it.
    fn is(&self, digits: &[u8]) -> Option<String> {
        if digits.len() < 9 {
            return None;
        }
        let known = |digits: &[u8]| {
            let digits = <[u8; 9]>::try_from(digits).ok()?;
            let is_known = self.0.contains(&digits);
            is_known.then(|| String::from_utf8_lossy(&digits).into_owned())
        };
        let (first, last) = (digits.len().min(9), digits.len().saturating_sub(9));
        let is_zero = |digits: &[u8]| digits.iter().all(|digit| *digit == b'0');
        let at_end = is_zero(&digits[..last])
            .then(|| known(&digits[last..]))
            .flatten();
        at_end.or_else(|| {
            is_zero(&digits[first..])
                .then(|| known(&digits[..first]))
                .flatten()
        })
    }

    fn encoded_in(
        &self,
        bytes: &[u8],
        shortest: usize,
        (name, is_letter, decode): Encoding,
        offsets: &[usize],
    ) -> Option<String> {
        let runs = bytes.split(|byte| !is_letter(*byte));
        for run in runs.filter(|run| run.len() >= shortest) {
            for offset in offsets {
                let decoded = decode(&run[*offset..]);
                if let Some(found) = self.plainly_in(&decoded) {
                    return Some(format!("{found} in {name}"));
                }
            }
        }
        None
    }
}

/// Reads base64.
pub fn decoded(text: &[u8]) -> Vec<u8> {
    let (_, _, decode) = BASE64;
    decode(text)
}

type Encoding = (&'static str, fn(u8) -> bool, fn(&[u8]) -> Vec<u8>);

const HEX: Encoding = (
    "hex",
    |byte| byte.is_ascii_hexdigit(),
    |text| {
        let value = |byte: u8| char::from(byte).to_digit(16).unwrap_or(0) as u8;
        let pairs = text.chunks_exact(2);
        pairs
            .map(|pair| value(pair[0]) << 4 | value(pair[1]))
            .collect()
    },
);

const BASE64: Encoding = (
    "base64",
    |byte| byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte),
    |text| {
        let value = |byte: u8| match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            _ => 63,
        };
        let groups = text.chunks(4).filter(|group| group.len() > 1);
        let bytes = groups.flat_map(|group| {
            let bits = group
                .iter()
                .fold(0_u32, |bits, byte| bits << 6 | u32::from(value(*byte)));
            let bits = bits << (6 * (4 - group.len()));
            let [_, bytes @ ..] = bits.to_be_bytes();
            bytes.into_iter().take(group.len() - 1)
        });
        bytes.collect()
    },
);
