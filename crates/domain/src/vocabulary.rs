//! Words of the field that several contexts use.

use std::borrow::Cow;

/// Defines a text that is checked once, where it comes in, and is cheap to hand on.
macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident, $form:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(std::sync::Arc<str>);

        impl $name {
            /// Accepts a text of the form that the type describes.
            pub fn parse(text: &str) -> Option<Self> {
                let form: fn(&str) -> Option<Cow<'_, str>> = $form;
                form(text).map(|text| Self(std::sync::Arc::from(&*text)))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "{}({})", stringify!($name), self.0)
            }
        }
    };
}
pub(crate) use checked_text;

checked_text! {
    /// A registered organisation as scheme and number: `agb:06011009`, `ura:00015823`, `kvk:01234567`,
    /// `oin:` and twenty digits, `gm:GM0014`, `nza:6000550` (the regulator's data set), `demo:17` (not real).
    /// Zeros before a number of no fixed length are left out: one organisation has one id.
    ProviderId, |text| is_provider(text).then(|| without_zeros(text))
}

checked_text! {
    /// A municipality, CBS code: `GM` and four digits. Form only: whether it exists is for the `reference` tables.
    MunicipalityCode, |text| {
        let digits = text.strip_prefix("GM")?;
        has_digits(digits, 4..=4).then_some(Cow::Borrowed(text))
    }
}

checked_text! {
    /// A code of the table of main diagnosis groups. That table is only ever added to, so what is stored stays readable.
    DiagnosisGroup, |text| reference::diagnosis_group(text).map(|group| Cow::Borrowed(group.code))
}

/// What is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CareType {
    /// Basis-ggz.
    Basic,
    /// Gespecialiseerde ggz.
    Specialised,
    /// Both levels under one figure.
    Combined,
    /// Beschermd wonen.
    ShelteredHousing,
    /// Maatschappelijke opvang.
    Shelter,
    /// Begeleiding.
    Guidance,
    /// Dagbesteding.
    DayActivities,
    /// Inloop, zelfregiecentrum.
    WalkIn,
    /// Schuldhulp.
    DebtAssistance,
    /// Care over the internet.
    Ehealth,
}

pub(crate) fn without_zeros(text: &str) -> Cow<'_, str> {
    match text.split_once(':') {
        Some((register @ ("nza" | "demo"), number))
            if number.len() > 1 && number.starts_with('0') =>
        {
            let number = number.trim_start_matches('0');
            Cow::Owned(format!(
                "{register}:{}",
                if number.is_empty() { "0" } else { number }
            ))
        }
        Some(_) | None => Cow::Borrowed(text),
    }
}

impl CareType {
    /// All kinds of care.
    pub const ALL: [Self; 10] = [
        Self::Basic,
        Self::Specialised,
        Self::Combined,
        Self::ShelteredHousing,
        Self::Shelter,
        Self::Guidance,
        Self::DayActivities,
        Self::WalkIn,
        Self::DebtAssistance,
        Self::Ehealth,
    ];

    /// Accepts the word for it.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|care_type| care_type.as_str() == word)
    }

    /// The word for it in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Specialised => "specialised",
            Self::Combined => "combined",
            Self::ShelteredHousing => "sheltered-housing",
            Self::Shelter => "shelter",
            Self::Guidance => "guidance",
            Self::DayActivities => "day-activities",
            Self::WalkIn => "walk-in",
            Self::DebtAssistance => "debt-assistance",
            Self::Ehealth => "ehealth",
        }
    }
}

/// Eight or nine digits alone, whatever stands between them, or nine in a row would be a citizen number, sooner or later.
pub(crate) fn may_be_citizen_number(text: &str) -> bool {
    is_of_digits(text, 8..=9)
}

/// The same of nine digits alone: registered numbers of eight are no secret where an organisation's place is named.
pub(crate) fn holds_nine_digits(text: &str) -> bool {
    is_of_digits(text, 9..=9)
}

fn is_of_digits(text: &str, alone: std::ops::RangeInclusive<usize>) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let has_letters = text.bytes().any(|byte| byte.is_ascii_alphabetic());
    let mut runs = text.split(|letter: char| !letter.is_ascii_digit());
    (!has_letters && alone.contains(&digits)) || runs.any(|run| run.len() == 9)
}

pub(crate) fn is_id(text: &str) -> bool {
    text.len() <= 64
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._:-".contains(&byte))
}

pub(crate) fn is_provider(text: &str) -> bool {
    let Some((scheme, number)) = text.split_once(':') else {
        return false;
    };
    match scheme {
        "agb" | "ura" | "kvk" => has_digits(number, 8..=8),
        "oin" => has_digits(number, 20..=20),
        "gm" => MunicipalityCode::parse(number).is_some(),
        "nza" | "demo" => has_digits(number, 1..=8),
        _ => false,
    }
}

pub(crate) fn has_digits(text: &str, length: std::ops::RangeInclusive<usize>) -> bool {
    length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}
