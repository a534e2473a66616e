//! Who may compare a pseudonym with another one. Scopes are types: what takes a national pseudonym cannot be given
//! a regional one.

/// A circle of readers, with keys of its own. Nobody reads two.
pub trait Scope: sealed::Sealed {
    /// The scope in a label.
    const CODE: [u8; 2];
    /// The scope in the text form.
    const WORD: &'static str;

    /// Returns what the scope's key is derived for, such as `reg:012`.
    fn key_name(&self) -> String;
}

/// One region: its waiting list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region(String);

/// The country: for counting alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct National;

/// One recipient of transfers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer(String);

/// A name that no scope can have: one to 64 of a to z, A to Z, 0 to 9, `.`, `_`, `-` and `:`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a scope is named with one to 64 letters, digits, points, dashes, colons and underscores")]
pub struct ScopeError;

impl Region {
    /// The region with this code.
    pub fn new(code: &str) -> Result<Self, ScopeError> {
        named(code).map(Self)
    }
}

impl Transfer {
    /// What this organisation receives.
    pub fn to(recipient: &str) -> Result<Self, ScopeError> {
        named(recipient).map(Self)
    }
}

impl Scope for Region {
    const CODE: [u8; 2] = [0, 2];
    const WORD: &'static str = "reg";

    fn key_name(&self) -> String {
        format!("reg:{}", self.0)
    }
}

impl Scope for National {
    const CODE: [u8; 2] = [0, 1];
    const WORD: &'static str = "nat";

    fn key_name(&self) -> String {
        "nat".to_owned()
    }
}

impl Scope for Transfer {
    const CODE: [u8; 2] = [0, 3];
    const WORD: &'static str = "tra";

    fn key_name(&self) -> String {
        format!("tra:{}", self.0)
    }
}

/// Two names must never lead to one key: nothing that separates their parts may stand in them.
fn named(name: &str) -> Result<String, ScopeError> {
    let fits = (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b':'));
    fits.then(|| name.to_owned()).ok_or(ScopeError)
}

mod sealed {
    /// There are three scopes and no more.
    pub trait Sealed {}
    impl Sealed for super::Region {}
    impl Sealed for super::National {}
    impl Sealed for super::Transfer {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_scopes_have_the_same_key() {
        let names = [
            National.key_name(),
            Region::new("nat").unwrap().key_name(),
            Region::new("012").unwrap().key_name(),
            Region::new("tra:012").unwrap().key_name(),
            Transfer::to("012").unwrap().key_name(),
        ];
        for (at, name) in names.iter().enumerate() {
            assert!(!names[..at].contains(name), "{name}");
        }
    }

    #[test]
    fn a_name_that_could_be_taken_for_another_is_refused() {
        for name in [
            "",
            "012|epoch=2026b",
            "a=b",
            "drenthe ",
            "é",
            &"a".repeat(65),
        ] {
            assert_eq!(Region::new(name), Err(ScopeError), "{name:?}");
        }
    }
}
