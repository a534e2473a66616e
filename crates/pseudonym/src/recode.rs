//! The recoder's stage: one [`P1`] in, a pseudonym for each scope out. HKDF (RFC 5869) and HMAC-SHA-256 (RFC 2104).

use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::envelope::{self, Binding, SubKey};
use crate::label::head;
use crate::{Epoch, National, P1, Pseudonym, Region, Root, Scope};

const SALT: &[u8] = b"ggz-recode/v1";
const CONTEXT: &[u8] = b"ggz-pseudo/v1";

/// One scope's key of the second stage, in one epoch.
pub struct Recoder<S> {
    epoch: Epoch,
    keyed: Hmac<Sha256>,
    scope: std::marker::PhantomData<fn() -> S>,
}

/// Why a P1 gets no pseudonym.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecodeError {
    /// Made under a key that there is no second one for: not yet, or no longer.
    #[error("there is no key of epoch {0}")]
    UnknownEpoch(Epoch),
    /// No key can be derived: the name of the scope is far too long.
    #[error("no key can be derived")]
    Derivation,
}

impl<S: Scope> Recoder<S> {
    /// Derives a scope's key from the epoch's root.
    pub fn new(root: &Root, epoch: Epoch, scope: &S) -> Result<Self, RecodeError> {
        let info = format!("scope={}|epoch={epoch}", scope.key_name());
        let key = Zeroizing::new(derived::<32>(root, &info)?);
        let keyed = Hmac::new_from_slice(&*key).map_err(|_| RecodeError::Derivation)?;
        Ok(Self {
            epoch,
            keyed,
            scope: std::marker::PhantomData,
        })
    }

    /// Returns what the person is called in this scope.
    pub fn recode(&self, p1: &P1) -> Result<Pseudonym<S>, RecodeError> {
        if p1.epoch != self.epoch {
            return Err(RecodeError::UnknownEpoch(p1.epoch));
        }
        let mut mac = self.keyed.clone();
        mac.update(CONTEXT);
        mac.update(&head::<S>(self.epoch));
        mac.update(&p1.bytes);
        Ok(Pseudonym::new(
            self.epoch,
            mac.finalize().into_bytes().into(),
        ))
    }
}

/// What follows from an epoch's root, for one purpose.
fn derived<const BYTES: usize>(root: &Root, info: &str) -> Result<[u8; BYTES], RecodeError> {
    let mut bytes = [0; BYTES];
    Hkdf::<Sha256>::new(Some(SALT), root.expose())
        .expand(info.as_bytes(), &mut bytes)
        .map_err(|_| RecodeError::Derivation)?;
    Ok(bytes)
}

/// What a gateway calls one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Names {
    /// Within the region.
    pub region: Pseudonym<Region>,
    /// For counting in the country.
    pub national: Pseudonym<National>,
}

/// A gateway's keys: its region's and the national one, of every epoch that is in use.
pub struct Recoders {
    keys: Vec<(Recoder<Region>, Recoder<National>)>,
    /// For what gateways of one region tell each other over the log.
    notes: Vec<SubKey>,
    fingerprints: Vec<[u8; 8]>,
}

impl Recoders {
    /// Derives the keys of a region from each epoch's root.
    pub fn derive<'a>(
        region: &Region,
        roots: impl IntoIterator<Item = (Epoch, &'a Root)>,
    ) -> Result<Self, RecodeError> {
        let (mut keys, mut notes, mut fingerprints) = (Vec::new(), Vec::new(), Vec::new());
        for (epoch, root) in roots {
            let regional = Recoder::new(root, epoch, region)?;
            keys.push((regional, Recoder::new(root, epoch, &National)?));
            let info = format!("notes={}|epoch={epoch}", region.key_name());
            notes.push(SubKey::from_bytes(derived(root, &info)?));
            let info = format!("fingerprint={}|epoch={epoch}", region.key_name());
            fingerprints.push(derived(root, &info)?);
        }
        Ok(Self {
            keys,
            notes,
            fingerprints,
        })
    }

    /// Returns what tells the keys of each epoch apart from others, and says nothing of either.
    pub fn fingerprints(&self) -> impl Iterator<Item = (Epoch, [u8; 8])> {
        self.epochs().zip(self.fingerprints.iter().copied())
    }

    /// Seals a note that only gateways of the region can read, for as long as the newest epoch's keys live.
    pub fn seal(&self, binding: &Binding, clear: &[u8]) -> Option<Vec<u8>> {
        Some(envelope::seal(self.notes.last()?, binding, clear))
    }

    /// Opens what [`Self::seal`] gave, here or at another gateway of the region.
    pub fn open(&self, binding: &Binding, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        self.opened(binding, sealed).map(|(_, clear)| clear)
    }

    /// Returns the epoch whose keys open it; with them it is lost. None: it is lost.
    pub fn sealed_in(&self, binding: &Binding, sealed: &[u8]) -> Option<Epoch> {
        self.opened(binding, sealed).map(|(epoch, _)| epoch)
    }

    fn opened(&self, binding: &Binding, sealed: &[u8]) -> Option<(Epoch, Zeroizing<Vec<u8>>)> {
        // The newest first.
        let keys: Vec<_> = self.epochs().zip(&self.notes).collect();
        keys.into_iter().rev().find_map(|(epoch, key)| {
            let clear = envelope::open(key, binding, sealed).ok()?;
            Some((epoch, clear))
        })
    }

    /// Returns the epochs in use, the oldest first.
    pub fn epochs(&self) -> impl Iterator<Item = Epoch> {
        self.keys.iter().map(|(region, _)| region.epoch)
    }

    /// Returns what the person is called, under the keys of the P1's epoch.
    pub fn recode(&self, p1: &P1) -> Result<Names, RecodeError> {
        let keys = self
            .keys
            .iter()
            .find(|(region, _)| region.epoch == p1.epoch);
        let (region, national) = keys.ok_or(RecodeError::UnknownEpoch(p1.epoch))?;
        Ok(Names {
            region: region.recode(p1)?,
            national: national.recode(p1)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epoch(text: &str) -> Epoch {
        Epoch::parse(text).unwrap()
    }

    #[test]
    fn a_p1_of_an_epoch_without_keys_is_refused() {
        let root = Root::from_bytes([1; 32]);
        let region = Region::new("drenthe").unwrap();
        let recoders = Recoders::derive(&region, [(epoch("2026a"), &root)]).unwrap();
        let late = P1::new(epoch("2025a"), &[9; 64]).unwrap();
        let refused = recoders.recode(&late);
        assert_eq!(refused, Err(RecodeError::UnknownEpoch(epoch("2025a"))));
    }

    #[test]
    fn a_note_is_read_at_gateways_of_the_region_alone() {
        let root = Root::from_bytes([1; 32]);
        let keys = |region: &str| {
            let region = Region::new(region).unwrap();
            Recoders::derive(&region, [(epoch("2026a"), &root)]).unwrap()
        };
        let place = Binding::to("note").and(b"1");
        let note = keys("drenthe").seal(&place, b"these entries").unwrap();
        let read = keys("drenthe").open(&place, &note);
        assert_eq!(read.unwrap().as_slice(), b"these entries");
        assert!(keys("twente").open(&place, &note).is_none());
        let elsewhere = Binding::to("note").and(b"2");
        assert!(keys("drenthe").open(&elsewhere, &note).is_none());
    }

    #[test]
    fn a_person_keeps_the_name_in_a_scope_and_has_another_in_each_other() {
        let (root, p1) = (
            Root::from_bytes([1; 32]),
            P1::new(epoch("2026a"), &[9; 64]).unwrap(),
        );
        let keys = |region: &str| {
            let region = Region::new(region).unwrap();
            Recoders::derive(&region, [(epoch("2026a"), &root)]).unwrap()
        };
        let (here, again, there) = (keys("drenthe"), keys("drenthe"), keys("twente"));
        let names = here.recode(&p1).unwrap();
        assert_eq!(names, again.recode(&p1).unwrap());
        assert_ne!(names.region, there.recode(&p1).unwrap().region);
        assert_eq!(names.national, there.recode(&p1).unwrap().national);
        assert_ne!(names.region.value(), names.national.value());
    }
}
