use std::borrow::Cow;

use super::Role;
use crate::vocabulary::{
    checked_text, has_digits, is_provider, may_be_citizen_number, without_zeros,
};

/// Somebody who calls: which person, in what capacity, of which organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// On whose behalf.
    pub organisation: OrganisationId,
    /// In what capacity.
    pub role: Role,
    /// Who; a system has an id of its own.
    pub person: PersonId,
    /// Which region the organisation belongs to.
    pub region: Region,
}

/// Why a text does not name a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallerError {
    /// It is not of the form.
    #[error("a caller is PERSON:ROLE@ORGANISATION, such as mdk:screening-member@agb:06011009")]
    Form,
    /// The person's id is none.
    #[error(
        "the person is a letter or digit, then at most 63 letters, digits, dots, dashes or underscores; nothing that may be a \
         citizen number"
    )]
    Person,
    /// There is no such role.
    #[error("there is no such role")]
    Role,
    /// The organisation is none.
    #[error(
        "the organisation is a register and a number in it: agb:, ura: or kvk: and 8 digits, oin: and 20, uzovi: and 4, \
         gm: and a CBS code, nza: or demo: and up to 8"
    )]
    Organisation,
}

impl Caller {
    /// Reads `PERSON:ROLE@ORGANISATION`.
    ///
    /// # Errors
    /// Which part is wrong. `unnamed` is a role that nobody can claim.
    pub fn parse(text: &str, region: Region) -> Result<Self, CallerError> {
        let (who, organisation) = text.split_once('@').ok_or(CallerError::Form)?;
        let (person, role) = who.split_once(':').ok_or(CallerError::Form)?;
        Ok(Self {
            person: PersonId::parse(person).ok_or(CallerError::Person)?,
            role: Role::parse(role)
                .filter(|role| *role != Role::Unnamed)
                .ok_or(CallerError::Role)?,
            organisation: OrganisationId::parse(organisation).ok_or(CallerError::Organisation)?,
            region,
        })
    }

    /// A caller of whom nothing is said. Its organisation owns nothing, and its region is none.
    pub fn unnamed() -> Self {
        Self {
            organisation: OrganisationId("none:0".into()),
            role: Role::Unnamed,
            person: PersonId(Role::Unnamed.word().into()),
            region: Region("".into()),
        }
    }
}

checked_text! {
    /// A registered organisation as register and number, written as the provider of an offering is: `agb:06011009`,
    /// `ura:00015823`, `kvk:01234567`, `oin:` and twenty digits, `uzovi:3311`, `gm:GM0014`, `nza:6000550`, `demo:17`, without
    /// zeros before a number of no fixed length.
    OrganisationId, |text| is_organisation(text).then_some(Cow::Borrowed(text))
}

checked_text! {
    /// A person's or a system's id within its organisation, never a name or a citizen number: a letter or digit, then at
    /// most 63 letters, digits, `.`, `_` or `-`; nothing that may be a citizen number.
    PersonId, |text| is_person(text).then_some(Cow::Borrowed(text))
}

checked_text! {
    /// Code of a region: 1 to 32 of `a` to `z`, `0` to `9` and `-`.
    Region, |text| {
        let is_code = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        let fits = (1..=32).contains(&text.len()) && text.bytes().all(is_code);
        fits.then_some(Cow::Borrowed(text))
    }
}

/// A provider's id, or an insurer's. One organisation has one id: its quota and what it owns go by that.
fn is_organisation(text: &str) -> bool {
    match text.split_once(':') {
        Some(("uzovi", number)) => has_digits(number, 4..=4),
        Some(_) | None => is_provider(text) && without_zeros(text) == text,
    }
}

fn is_person(text: &str) -> bool {
    !may_be_citizen_number(text)
        && text.len() <= 64
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}
