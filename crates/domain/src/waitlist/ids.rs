use std::borrow::Cow;
use std::fmt;

use crate::vocabulary::{
    checked_text, has_digits, holds_nine_digits, is_id, may_be_citizen_number,
};

/// Names an entry: 128 random bits, chosen by who registers it. Says nothing about the person.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId([u8; 16]);

impl EntryId {
    /// The id of these bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Accepts 32 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() != 32 || !text.bytes().all(is_hex) {
            return None;
        }
        u128::from_str_radix(text, 16)
            .ok()
            .map(|number| Self(number.to_be_bytes()))
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for EntryId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "EntryId({self})")
    }
}

checked_text! {
    /// Names a professional or a system account, never somebody who waits: form of an offering's id, but nothing that may
    /// be a citizen number. Upper and lower case do not matter, so that nobody is two people by a capital.
    UserId, |text| {
        let is_user = is_id(text) && !may_be_citizen_number(text);
        is_user.then(|| Cow::Owned(text.to_ascii_lowercase()))
    }
}

checked_text! {
    /// The provider's own id of the location where care is given: form of an offering's id, but no nine digits.
    LocationId, |text| (is_id(text) && !holds_nine_digits(text)).then_some(Cow::Borrowed(text))
}

checked_text! {
    /// A GP practice, AGB code: eight digits, no check digit.
    GpPractice, |text| has_digits(text, 8..=8).then_some(Cow::Borrowed(text))
}

checked_text! {
    /// A code of the table of age bands, such as `25-44`.
    AgeBand, |text| reference::age_band(text).map(|band| Cow::Borrowed(band.code))
}

checked_text! {
    /// A code of the table of priority categories.
    PriorityCategory, |text| {
        reference::priority_category(text).map(|category| Cow::Borrowed(&*category.code))
    }
}

impl PriorityCategory {
    /// 1 comes first.
    pub fn rank(&self) -> u8 {
        reference::priority_category(self.as_str()).map_or(u8::MAX, |category| category.rank)
    }
}

/// Stands for what a screening says: a SHA-256, made where the content is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentHash([u8; 32]);

impl ContentHash {
    /// The hash of these bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second, ..] = self.0;
        write!(formatter, "ContentHash({first:02x}{second:02x}…)")
    }
}
