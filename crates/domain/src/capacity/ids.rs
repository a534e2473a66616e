use std::borrow::Cow;

use crate::vocabulary::{checked_text, has_digits, is_id};

checked_text! {
    /// Names an offering: a letter or digit, then at most 63 letters, digits, `.`, `_`, `:` or `-`.
    OfferingId, |text| is_id(text).then_some(Cow::Borrowed(text))
}

checked_text! {
    /// Names a pause within its offering; same form as an [`OfferingId`].
    PauseId, |text| is_id(text).then_some(Cow::Borrowed(text))
}

checked_text! {
    /// Names a hold: the id of the command that asked for it, a UUID as `019d5f33-0000-7000-8000-000000000001`.
    HoldId, |text| is_uuid(text).then_some(Cow::Borrowed(text))
}

checked_text! {
    /// An insurer, as four-digit UZOVI code or by name: 1 to 80 characters, single spaces.
    InsurerName, |text| {
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let printable = !words.chars().any(char::is_control);
        (printable && (1..=80).contains(&words.chars().count())).then_some(Cow::Owned(words))
    }
}

checked_text! {
    /// Who pays: an insurer, as four-digit UZOVI code or by name, or a municipality, as CBS code. Form of an [`InsurerName`].
    PayerName, |text| Some(Cow::Owned(InsurerName::parse(text)?.as_str().to_owned()))
}

checked_text! {
    /// A region for acute care as a word: 1 to 40 lower-case letters, digits and dashes. There is no public table of them.
    AcuteRegion, |text| {
        let is_word = text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        (is_word && (1..=40).contains(&text.len())).then_some(Cow::Borrowed(text))
    }
}

checked_text! {
    /// A language, ISO 639-1: two lower-case letters.
    LanguageCode, |text| {
        let two_letters = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_lowercase());
        two_letters.then_some(Cow::Borrowed(text))
    }
}

checked_text! {
    /// A Dutch postcode: four digits, or four digits and two letters, kept as `9712CP`.
    Postcode, |text| {
        let (digits, letters) = text.trim().split_at_checked(4)?;
        let letters = letters.trim_start();
        let well_formed = has_digits(digits, 4..=4)
            && !digits.starts_with('0')
            && (letters.is_empty() || letters.len() == 2)
            && letters.bytes().all(|byte| byte.is_ascii_alphabetic());
        well_formed.then(|| Cow::Owned(format!("{digits}{}", letters.to_ascii_uppercase())))
    }
}

impl InsurerName {
    /// Tells whether both name the same insurer: upper and lower case do not matter.
    pub fn is_same(&self, other: &Self) -> bool {
        is_same_but_for_case(&self.0, &other.0)
    }
}

impl PayerName {
    /// Tells whether both name the same payer: upper and lower case do not matter.
    pub fn is_same(&self, other: &Self) -> bool {
        is_same_but_for_case(&self.0, &other.0)
    }
}

fn is_same_but_for_case(one: &str, other: &str) -> bool {
    one == other || one.to_lowercase() == other.to_lowercase()
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().zip(0..).all(|(byte, place)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
        })
}
