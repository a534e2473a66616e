use std::fmt;
use std::marker::PhantomData;

use data_encoding::{BASE32_NOPAD, Specification};

use crate::{Epoch, Scope};

/// The one way of making pseudonyms that there is.
pub(crate) const SCHEME: u8 = 1;
/// Scheme, scope and epoch: what a value is made under, and what stands before it.
pub(crate) const HEAD_BYTES: usize = 5;
/// Length of a pseudonym with its head.
pub const LABEL_BYTES: usize = HEAD_BYTES + 32;

/// A person's name in one scope and epoch. Equal for the same person, and comparable with nothing else.
///
/// ```compile_fail
/// fn count(_: pseudonym::Pseudonym<pseudonym::National>) {}
/// fn leak(regional: pseudonym::Pseudonym<pseudonym::Region>) {
///     count(regional);
/// }
/// ```
pub struct Pseudonym<S> {
    epoch: Epoch,
    value: [u8; 32],
    scope: PhantomData<fn() -> S>,
}

impl<S: Scope> Pseudonym<S> {
    pub(crate) const fn new(epoch: Epoch, value: [u8; 32]) -> Self {
        Self {
            epoch,
            value,
            scope: PhantomData,
        }
    }

    /// Returns the epoch of the keys that it was made with.
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// Returns the 32 bytes that tell persons apart within scope and epoch.
    pub fn value(&self) -> &[u8; 32] {
        &self.value
    }

    /// Returns scheme (1), scope (2), epoch (2) and value (32).
    pub fn to_bytes(&self) -> [u8; LABEL_BYTES] {
        let mut label = [0; LABEL_BYTES];
        label[..HEAD_BYTES].copy_from_slice(&head::<S>(self.epoch));
        label[HEAD_BYTES..].copy_from_slice(&self.value);
        label
    }

    /// Accepts what [`Self::to_bytes`] gave, of the same scope.
    pub fn from_bytes(label: &[u8]) -> Result<Self, LabelError> {
        let label: &[u8; LABEL_BYTES] = label.try_into().map_err(|_| LabelError::Length)?;
        let [scheme, scope @ .., year, letter] = label
            .first_chunk::<HEAD_BYTES>()
            .ok_or(LabelError::Length)?;
        if *scheme != SCHEME {
            return Err(LabelError::Scheme);
        }
        if *scope != S::CODE {
            return Err(LabelError::Scope);
        }
        let epoch = Epoch::from_bytes([*year, *letter]).ok_or(LabelError::Epoch)?;
        let value = label.last_chunk::<32>().ok_or(LabelError::Length)?;
        Ok(Self::new(epoch, *value))
    }

    /// Returns the text form, such as `p1.nat.2026a.` and 52 letters of base32.
    pub fn to_text(&self) -> String {
        let value = base32().encode(&self.value);
        format!("p{SCHEME}.{}.{}.{value}", S::WORD, self.epoch)
    }

    /// Accepts what [`Self::to_text`] gave, of the same scope.
    pub fn from_text(text: &str) -> Result<Self, LabelError> {
        let mut parts = text.split('.');
        let mut part = || parts.next().ok_or(LabelError::Length);
        let (scheme, scope, epoch, value) = (part()?, part()?, part()?, part()?);
        if parts.next().is_some() {
            return Err(LabelError::Length);
        }
        if scheme != format!("p{SCHEME}") {
            return Err(LabelError::Scheme);
        }
        if scope != S::WORD {
            return Err(LabelError::Scope);
        }
        let epoch = Epoch::parse(epoch).ok_or(LabelError::Epoch)?;
        let value = base32().decode(value.as_bytes());
        let value = value.ok().and_then(|value| value.try_into().ok());
        value
            .map(|value| Self::new(epoch, value))
            .ok_or(LabelError::Length)
    }
}

/// Returns what a value is made under.
pub(crate) fn head<S: Scope>(epoch: Epoch) -> [u8; HEAD_BYTES] {
    let ([kind, of], [year, letter]) = (S::CODE, epoch.to_bytes());
    [SCHEME, kind, of, year, letter]
}

/// RFC 4648 in small letters, without padding.
fn base32() -> data_encoding::Encoding {
    let mut small: Specification = BASE32_NOPAD.specification();
    small.symbols.make_ascii_lowercase();
    small.encoding().unwrap_or(BASE32_NOPAD)
}

/// Why something is no pseudonym of the scope that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LabelError {
    /// Not as long as one, or not written as one.
    #[error("not written as a pseudonym")]
    Length,
    /// Made in a way that this version does not know.
    #[error("a pseudonym of an unknown scheme")]
    Scheme,
    /// Of another scope.
    #[error("a pseudonym of another scope")]
    Scope,
    /// No epoch.
    #[error("a pseudonym without an epoch")]
    Epoch,
}

// Derived ones would ask the same of the scope, which is only a mark.
impl<S> Clone for Pseudonym<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Pseudonym<S> {}

impl<S> PartialEq for Pseudonym<S> {
    fn eq(&self, other: &Self) -> bool {
        (self.epoch, self.value) == (other.epoch, other.value)
    }
}

impl<S> Eq for Pseudonym<S> {}

impl<S> std::hash::Hash for Pseudonym<S> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (self.epoch, self.value).hash(state);
    }
}

impl<S> PartialOrd for Pseudonym<S> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<S> Ord for Pseudonym<S> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.epoch, self.value).cmp(&(other.epoch, other.value))
    }
}

/// Shows scope and epoch, never the person: whoever shows it does so on purpose, with [`Pseudonym::to_text`].
impl<S: Scope> fmt::Debug for Pseudonym<S> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Pseudonym(p{SCHEME}.{}.{}.…)", S::WORD, self.epoch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{National, Region, Transfer};
    use proptest::prelude::*;

    fn pseudonym(value: [u8; 32]) -> Pseudonym<National> {
        Pseudonym::new(Epoch::parse("2026a").unwrap(), value)
    }

    #[test]
    fn a_label_says_scheme_scope_and_epoch() {
        let label = pseudonym([0xff; 32]);
        assert_eq!(label.to_bytes()[..5], [1, 0, 1, 26, b'a']);
        assert_eq!(label.to_text(), format!("p1.nat.2026a.{}q", "7".repeat(51)));
    }

    #[test]
    fn a_pseudonym_of_another_scope_is_refused() {
        let label = pseudonym([7; 32]);
        assert_eq!(
            Pseudonym::<Region>::from_bytes(&label.to_bytes()),
            Err(LabelError::Scope)
        );
        assert_eq!(
            Pseudonym::<Transfer>::from_text(&label.to_text()),
            Err(LabelError::Scope)
        );
    }

    #[test]
    fn nothing_of_the_person_is_shown() {
        assert_eq!(
            format!("{:?}", pseudonym([7; 32])),
            "Pseudonym(p1.nat.2026a.…)"
        );
    }

    #[test]
    fn what_is_no_label_is_refused() {
        let text = pseudonym([7; 32]).to_text();
        for (wrong, reason) in [
            (text.replace("p1", "p2"), LabelError::Scheme),
            (text.replace("2026a", "2026"), LabelError::Epoch),
            (format!("{text}.x"), LabelError::Length),
            (text.to_uppercase(), LabelError::Scheme),
            (text[..text.len() - 1].to_owned(), LabelError::Length),
            (String::new(), LabelError::Length),
        ] {
            assert_eq!(
                Pseudonym::<National>::from_text(&wrong),
                Err(reason),
                "{wrong}"
            );
        }
        assert_eq!(
            Pseudonym::<National>::from_bytes(&[1; 36]),
            Err(LabelError::Length)
        );
    }

    proptest! {
        #[test]
        fn bytes_and_text_come_back(value: [u8; 32]) {
            let label = pseudonym(value);
            prop_assert_eq!(Pseudonym::from_bytes(&label.to_bytes()), Ok(label));
            prop_assert_eq!(Pseudonym::from_text(&label.to_text()), Ok(label));
        }
    }
}
