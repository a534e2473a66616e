//! The evaluator's side of RFC 9497, VOPRF mode, ristretto255-SHA512: blinded elements in, evaluated ones out.

use curve25519_dalek::{RistrettoPoint, Scalar};
use data_encoding::HEXLOWER;
use rand_core::{CryptoRngCore, OsRng};
use sha2::{Digest, Sha256};
use voprf::{Group, Ristretto255, VoprfServer};
use zeroize::{Zeroize, Zeroizing};

use crate::proof::{Point, prove};
use crate::{Epoch, Root};

/// The one population that there are keys for: everybody in the country.
pub const DOMAIN: &str = "nat";
/// At most so many elements are evaluated at once.
pub const MAX_BATCH: usize = 1000;

/// One epoch's key of the first stage.
pub struct Evaluator {
    epoch: Epoch,
    secret: Zeroizing<Scalar>,
    public: Point,
}

/// Elements that were found to be points of the group: what can be evaluated.
pub struct Blinded(Vec<Point>);

/// Evaluated elements, in the order of the blinded ones, and the proof that one key made them all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluated {
    /// 32 bytes each.
    pub elements: Vec<Vec<u8>>,
    /// 64 bytes.
    pub proof: Vec<u8>,
}

/// Why nothing is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvaluateError {
    /// None, or too many at once.
    #[error("one to {MAX_BATCH} elements are evaluated at once, not {0}")]
    Size(usize),
    /// Not the encoding of a point, or the one that would tell the key.
    #[error("element {0} is not a blinded element")]
    Element(usize),
    /// The library could not: it takes more elements than we let in.
    #[error("the elements cannot be evaluated")]
    Failed,
}

impl Evaluator {
    /// Derives the key of an epoch; none for the one root in 2^252 that has none.
    pub fn new(root: &Root, epoch: Epoch) -> Option<Self> {
        let info = format!("ggz/ps/v1|{DOMAIN}|{epoch}");
        Self::derive(root.expose(), info.as_bytes(), epoch)
    }

    fn derive(seed: &[u8], info: &[u8], epoch: Epoch) -> Option<Self> {
        let server = VoprfServer::<Ristretto255>::new_from_seed(seed, info).ok()?;
        // The key pair: the secret half is all that is needed.
        let mut pair = server.serialize();
        let secret = Ristretto255::deserialize_scalar(&pair[..32]).map(Zeroizing::new);
        pair.as_mut_slice().zeroize();
        let secret = secret.ok()?;
        Some(Self {
            epoch,
            public: Point::new(RistrettoPoint::mul_base(&secret)),
            secret,
        })
    }

    /// Returns the epoch that the key belongs to.
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// Returns what clients verify proofs with.
    pub fn public_key(&self) -> &[u8; 32] {
        &self.public.bytes
    }

    /// Evaluates blinded elements.
    pub fn evaluate(&self, blinded: &Blinded) -> Result<Evaluated, EvaluateError> {
        self.evaluate_with(blinded, &mut OsRng)
    }

    fn evaluate_with(
        &self,
        Blinded(blinded): &Blinded,
        chance: &mut impl CryptoRngCore,
    ) -> Result<Evaluated, EvaluateError> {
        let keyed = |one: &Point| Point::new(one.point * *self.secret);
        let evaluated: Vec<Point> = blinded.iter().map(keyed).collect();
        let key = (&*self.secret, &self.public);
        let proof = prove(key, blinded, &evaluated, chance).map_err(|_| EvaluateError::Failed)?;
        Ok(Evaluated {
            elements: evaluated.iter().map(|one| one.bytes.to_vec()).collect(),
            proof,
        })
    }
}

impl Blinded {
    /// Accepts one to a thousand elements of 32 bytes.
    pub fn parse(elements: &[Vec<u8>]) -> Result<Self, EvaluateError> {
        if !(1..=MAX_BATCH).contains(&elements.len()) {
            return Err(EvaluateError::Size(elements.len()));
        }
        let mut points = Vec::with_capacity(elements.len());
        for (index, element) in elements.iter().enumerate() {
            let bytes = <[u8; 32]>::try_from(element.as_slice());
            let read = bytes.ok().and_then(|bytes| {
                // Refuses the identity, too.
                let point = Ristretto255::deserialize_elem(&bytes).ok()?;
                Some(Point { point, bytes })
            });
            points.push(read.ok_or(EvaluateError::Element(index))?);
        }
        Ok(Self(points))
    }

    /// Returns how many there are.
    pub fn count(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }
}

/// Returns the name of a public key, such as `nat.2026a.` and 32 hexadecimal digits; whoever trusts it trusts the key.
pub fn key_id(epoch: Epoch, public_key: &[u8]) -> String {
    let digest = Sha256::digest(public_key);
    format!("{DOMAIN}.{epoch}.{}", HEXLOWER.encode(&digest[..16]))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An evaluation with everything given: for vectors.
    pub(crate) fn evaluated(
        (seed, info): (&[u8], &[u8]),
        blinded: &[Vec<u8>],
        chance: &mut impl CryptoRngCore,
    ) -> ([u8; 32], Evaluated) {
        let evaluator = Evaluator::derive(seed, info, Epoch::parse("2026a").unwrap()).unwrap();
        let blinded = Blinded::parse(blinded).unwrap();
        let evaluated = evaluator.evaluate_with(&blinded, chance).unwrap();
        (*evaluator.public_key(), evaluated)
    }

    fn evaluator() -> Evaluator {
        Evaluator::new(&Root::from_bytes([7; 32]), Epoch::parse("2026a").unwrap()).unwrap()
    }

    fn refusal(elements: &[Vec<u8>]) -> Option<EvaluateError> {
        Blinded::parse(elements).err()
    }

    #[test]
    fn what_is_no_blinded_element_is_refused_by_its_place() {
        let good = evaluator().public_key().to_vec();
        for wrong in [
            vec![0; 32],
            vec![0xff; 32],
            vec![1; 31],
            good[..31].to_vec(),
        ] {
            assert_eq!(
                refusal(&[good.clone(), wrong]),
                Some(EvaluateError::Element(1))
            );
        }
        let mut long = good.clone();
        long.push(0);
        assert_eq!(refusal(&[long]), Some(EvaluateError::Element(0)));
    }

    #[test]
    fn one_to_a_thousand_elements_are_evaluated_at_once() {
        let good = evaluator().public_key().to_vec();
        assert_eq!(refusal(&[]), Some(EvaluateError::Size(0)));
        let many = vec![good; MAX_BATCH + 1];
        assert_eq!(refusal(&many), Some(EvaluateError::Size(MAX_BATCH + 1)));
        let most = Blinded::parse(&many[1..]).unwrap();
        assert_eq!(
            evaluator().evaluate(&most).unwrap().elements.len(),
            MAX_BATCH
        );
    }

    #[test]
    fn every_epoch_has_a_key_of_its_own_from_the_same_root() {
        let other =
            Evaluator::new(&Root::from_bytes([7; 32]), Epoch::parse("2026b").unwrap()).unwrap();
        assert_ne!(evaluator().public_key(), other.public_key());
    }
}
