//! The parts of an offering's terms that hold more than one value.

use std::collections::BTreeSet;

use super::{CatchmentDuty, CatchmentKind, ContactKind, LanguageCode, Weekday};
use crate::capacity::AcuteRegion;

const MINUTES_A_DAY: u16 = 24 * 60;

/// An interpreter as offered, not as possible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Interpreter {
    /// Through a service, for whatever language.
    AnyLanguage,
    /// For these; none: no interpreter is offered.
    Languages(BTreeSet<LanguageCode>),
}

impl Interpreter {
    /// Tells whether somebody who speaks that language is helped.
    pub fn speaks(&self, language: &LanguageCode) -> bool {
        match self {
            Self::AnyLanguage => true,
            Self::Languages(languages) => languages.contains(language),
        }
    }
}

/// Where the people come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catchment {
    kind: CatchmentKind,
    acute_regions: BTreeSet<AcuteRegion>,
    duty: Option<CatchmentDuty>,
}

impl Catchment {
    /// Accepts regions for a regional or supra-regional offering; a regional one must have some.
    pub fn parse(
        kind: CatchmentKind,
        acute_regions: BTreeSet<AcuteRegion>,
        duty: Option<CatchmentDuty>,
    ) -> Option<Self> {
        let fits = match kind {
            CatchmentKind::Regional => !acute_regions.is_empty(),
            CatchmentKind::SupraRegional => true,
            CatchmentKind::National => acute_regions.is_empty(),
        };
        fits.then_some(Self {
            kind,
            acute_regions,
            duty,
        })
    }

    /// How far away people may come from.
    pub fn kind(&self) -> CatchmentKind {
        self.kind
    }

    /// Regions for acute care.
    pub fn acute_regions(&self) -> &BTreeSet<AcuteRegion> {
        &self.acute_regions
    }

    /// What it owes the people of its regions.
    pub fn duty(&self) -> Option<CatchmentDuty> {
        self.duty
    }

    /// Tells whether people of that region may be taken: of its own regions, and of others where it is free to.
    pub fn takes_from(&self, region: &AcuteRegion) -> bool {
        match self.kind {
            CatchmentKind::National => true,
            CatchmentKind::SupraRegional if self.acute_regions.is_empty() => true,
            CatchmentKind::Regional | CatchmentKind::SupraRegional => {
                self.duty == Some(CatchmentDuty::Free) || self.acute_regions.contains(region)
            }
        }
    }
}

/// Hours of some days at which people are admitted, Dutch time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AdmissionHours {
    weekdays: BTreeSet<Weekday>,
    from_minute: u16,
    until_minute: u16,
}

impl AdmissionHours {
    /// Accepts some days, and minutes since midnight of which the first comes before the second; 1440 ends the day.
    pub fn parse(weekdays: BTreeSet<Weekday>, from_minute: u32, until_minute: u32) -> Option<Self> {
        let from_minute = u16::try_from(from_minute).ok()?;
        let until_minute = u16::try_from(until_minute).ok()?;
        let in_order = from_minute < until_minute && until_minute <= MINUTES_A_DAY;
        (in_order && !weekdays.is_empty()).then_some(Self {
            weekdays,
            from_minute,
            until_minute,
        })
    }

    /// On which days.
    pub fn weekdays(&self) -> &BTreeSet<Weekday> {
        &self.weekdays
    }

    /// The first, in minutes since midnight.
    pub fn from_minute(&self) -> u16 {
        self.from_minute
    }

    /// The first that is no longer in it, in minutes since midnight.
    pub fn until_minute(&self) -> u16 {
        self.until_minute
    }
}

/// How an organisation is reached: its own address, never a person's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContactRoute {
    kind: ContactKind,
    address: String,
}

impl ContactRoute {
    /// Accepts an address of the form that its kind has, of at most 200 characters.
    pub fn parse(kind: ContactKind, address: &str) -> Option<Self> {
        let plain = !address.chars().any(char::is_control);
        let fits = plain && (1..=200).contains(&address.chars().count()) && has_form(kind, address);
        fits.then(|| Self {
            kind,
            address: address.to_owned(),
        })
    }

    /// By what means.
    pub fn kind(&self) -> ContactKind {
        self.kind
    }

    /// Where.
    pub fn address(&self) -> &str {
        &self.address
    }
}

fn has_form(kind: ContactKind, address: &str) -> bool {
    match kind {
        ContactKind::Phone => {
            let number = address.strip_prefix('+').unwrap_or(address);
            let digits = number.bytes().filter(u8::is_ascii_digit).count();
            let others = |letter: u8| matches!(letter, b' ' | b'-');
            (3..=15).contains(&digits) && number.bytes().all(|b| b.is_ascii_digit() || others(b))
        }
        ContactKind::Email | ContactKind::SecureEmail => {
            let parts = address.split_once('@');
            parts.is_some_and(|(mailbox, host)| {
                !mailbox.is_empty() && host.contains('.') && !address.contains(' ')
            })
        }
        ContactKind::Website | ContactKind::Endpoint => address
            .strip_prefix("https://")
            .is_some_and(|rest| !rest.is_empty() && !address.contains(' ')),
        ContactKind::ReferralPlatform => true,
    }
}
