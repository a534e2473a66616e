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

/// Leaves out the zeros behind: a broker lays out its index files in advance, ten megabytes each.
fn without_room(mut bytes: &[u8]) -> &[u8] {
    while let Some(rest) = bytes.strip_suffix(&[0; 4096]) {
        bytes = rest;
    }
    bytes
}

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
            .or_else(|| self.encoded_in(bytes, &HEX))
            .or_else(|| self.encoded_in(bytes, &BASE64))
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
                let found = self.found_in(without_room(&bytes));
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

    fn encoded_in(&self, bytes: &[u8], encoding: &Encoding) -> Option<String> {
        let mut decoded = Vec::new();
        let runs = bytes.split(|byte| encoding.values[usize::from(*byte)] == NO_LETTER);
        for run in runs.filter(|run| run.len() >= encoding.shortest) {
            for offset in 0..encoding.offsets {
                encoding.decode(&run[offset..], &mut decoded);
                // Most of what looks encoded is not, and has no nine digits.
                let digits = decoded.iter().filter(|byte| byte.is_ascii_digit());
                if digits.count() >= 9
                    && let Some(found) = self.plainly_in(&decoded)
                {
                    return Some(format!("{found} in {}", encoding.name));
                }
            }
        }
        None
    }
}

/// Reads base64, up to what is no letter of it.
pub fn decoded(text: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::new();
    BASE64.decode(text, &mut decoded);
    decoded
}

/// A way to write bytes as letters.
struct Encoding {
    name: &'static str,
    /// What each byte stands for.
    values: [u8; 256],
    bits_each: u32,
    /// A shorter run holds no number.
    shortest: usize,
    /// At so many letters of a run its first byte may begin.
    offsets: usize,
}

const NO_LETTER: u8 = 0xff;

static HEX: Encoding = Encoding {
    name: "hex",
    values: values(&[b"0123456789abcdef", b"0123456789ABCDEF"]),
    bits_each: 4,
    shortest: 18,
    offsets: 2,
};

static BASE64: Encoding = Encoding {
    name: "base64",
    values: values(&[
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
    ]),
    bits_each: 6,
    shortest: 12,
    offsets: 4,
};

const fn values(alphabets: &[&[u8]]) -> [u8; 256] {
    let mut values = [NO_LETTER; 256];
    let mut which = 0;
    while which < alphabets.len() {
        let mut value = 0;
        while value < alphabets[which].len() {
            values[alphabets[which][value] as usize] = value as u8;
            value += 1;
        }
        which += 1;
    }
    values
}

impl Encoding {
    fn decode(&self, text: &[u8], decoded: &mut Vec<u8>) {
        decoded.clear();
        let (mut bits, mut count) = (0_u32, 0);
        for letter in text {
            let value = self.values[usize::from(*letter)];
            if value == NO_LETTER {
                return;
            }
            bits = bits << self.bits_each | u32::from(value);
            count += self.bits_each;
            if count >= 8 {
                count -= 8;
                decoded.push((bits >> count) as u8);
            }
        }
    }
}
