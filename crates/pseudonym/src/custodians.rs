use std::fmt;

/// Somebody who keeps keys: a person of an organisation, written `PERSON@ORGANISATION`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Custodian {
    person: String,
    organisation: String,
}

/// Two persons of two organisations: nobody touches keys or quotas alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Custodians([Custodian; 2]);

/// Why two names are not two custodians.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CustodiansError {
    /// Not a person of an organisation.
    #[error("{0:?} is not a custodian such as j.jansen@notary-one")]
    Name(String),
    /// One or three.
    #[error("two custodians are needed, not {0}")]
    Count(usize),
    /// The same person twice.
    #[error("both custodians are {0}: two different persons are needed")]
    Person(String),
    /// Two of the same organisation.
    #[error("both custodians are of {0}: two different organisations are needed")]
    Organisation(String),
}

impl Custodian {
    fn parse(text: &str) -> Option<Self> {
        let (person, organisation) = text.split_once('@')?;
        let is_name = |name: &str| {
            (1..=64).contains(&name.len())
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
        };
        (is_name(person) && is_name(organisation)).then(|| Self {
            // Not told apart by capitals: they would make two persons of one.
            person: person.to_ascii_lowercase(),
            organisation: organisation.to_ascii_lowercase(),
        })
    }
}

impl Custodians {
    /// Accepts two that are different in person and in organisation.
    pub fn parse(names: &[impl AsRef<str>]) -> Result<Self, CustodiansError> {
        let named = |name: &str| {
            Custodian::parse(name).ok_or_else(|| CustodiansError::Name(name.to_owned()))
        };
        let [first, second] = names else {
            return Err(CustodiansError::Count(names.len()));
        };
        let (first, second) = (named(first.as_ref())?, named(second.as_ref())?);
        if first.person == second.person {
            return Err(CustodiansError::Person(first.person));
        }
        if first.organisation == second.organisation {
            return Err(CustodiansError::Organisation(first.organisation));
        }
        Ok(Self([first, second]))
    }

    /// Tells whether a person is one of them, whichever organisation they are said to be of.
    pub fn are_joined_by(&self, person: &str) -> bool {
        let is_person = |custodian: &Custodian| custodian.person.eq_ignore_ascii_case(person);
        self.0.iter().any(is_person)
    }

    /// Returns both, as they are written.
    pub fn names(&self) -> [String; 2] {
        self.0.clone().map(|custodian| custodian.to_string())
    }
}

impl fmt::Display for Custodian {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}@{}", self.person, self.organisation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_persons_of_two_organisations_are_two_custodians() {
        let two = Custodians::parse(&["A.Ahmed@notary", "b.bakker@zorgring"]).unwrap();
        assert_eq!(two.names(), ["a.ahmed@notary", "b.bakker@zorgring"]);
    }

    #[test]
    fn one_person_or_one_organisation_is_not_enough() {
        let refused = |names: &[&str]| Custodians::parse(names).unwrap_err();
        assert_eq!(refused(&["a@x"]), CustodiansError::Count(1));
        assert_eq!(refused(&["a@x", "b@y", "c@z"]), CustodiansError::Count(3));
        assert_eq!(
            refused(&["a@x", "A@y"]),
            CustodiansError::Person("a".into())
        );
        assert_eq!(
            refused(&["a@x", "b@X"]),
            CustodiansError::Organisation("x".into())
        );
        for wrong in ["", "a", "@x", "a@", "a b@x", "a@x@y"] {
            assert_eq!(
                refused(&["z@z", wrong]),
                CustodiansError::Name(wrong.into())
            );
        }
    }
}
