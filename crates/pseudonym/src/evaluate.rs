//! The evaluator's side of RFC 9497, VOPRF mode, ristretto255-SHA512: blinded elements in, evaluated ones out.

use data_encoding::HEXLOWER;
use rand_core::{CryptoRngCore, OsRng};
use sha2::{Digest, Sha256};
use voprf::{BlindedElement, Group, Ristretto255, VoprfServer};

use crate::{Epoch, Root};

/// The one population that there are keys for: everybody in the country.
pub const DOMAIN: &str = "nat";
/// At most so many elements are evaluated at once.
pub const MAX_BATCH: usize = 1000;

/// One epoch's key of the first stage.
pub struct Evaluator {
    epoch: Epoch,
    server: VoprfServer<Ristretto255>,
    public_key: [u8; 32],
}

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
        let public_key = Ristretto255::serialize_elem(server.get_public_key()).into();
        Some(Self {
            epoch,
            server,
            public_key,
        })
    }

    /// Returns the epoch that the key belongs to.
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// Returns what clients verify proofs with.
    pub fn public_key(&self) -> &[u8; 32] {
        &self.public_key
    }

    /// Evaluates blinded elements.
    pub fn evaluate(&self, blinded: &[Vec<u8>]) -> Result<Evaluated, EvaluateError> {
        self.evaluate_with(blinded, &mut OsRng)
    }

    fn evaluate_with(
        &self,
        blinded: &[Vec<u8>],
        chance: &mut impl CryptoRngCore,
    ) -> Result<Evaluated, EvaluateError> {
        let points = decode(blinded)?;
        let prepared: Vec<_> = self
            .server
            .batch_blind_evaluate_prepare(points.iter())
            .collect();
        let result = self
            .server
            .batch_blind_evaluate_finish(chance, points.iter(), &prepared)
            .map_err(|_| EvaluateError::Failed)?;
        Ok(Evaluated {
            elements: result
                .messages
                .map(|element| element.serialize().to_vec())
                .collect(),
            proof: result.proof.serialize().to_vec(),
        })
    }
}

fn decode(blinded: &[Vec<u8>]) -> Result<Vec<BlindedElement<Ristretto255>>, EvaluateError> {
    if !(1..=MAX_BATCH).contains(&blinded.len()) {
        return Err(EvaluateError::Size(blinded.len()));
    }
    let mut points = Vec::with_capacity(blinded.len());
    for (index, element) in blinded.iter().enumerate() {
        // The library reads a prefix of what is too long.
        let whole = (element.len() == 32).then(|| BlindedElement::deserialize(element));
        points.push(
            whole
                .and_then(Result::ok)
                .ok_or(EvaluateError::Element(index))?,
        );
    }
    Ok(points)
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
        let evaluated = evaluator.evaluate_with(blinded, chance).unwrap();
        (evaluator.public_key, evaluated)
    }

    fn evaluator() -> Evaluator {
        Evaluator::new(&Root::from_bytes([7; 32]), Epoch::parse("2026a").unwrap()).unwrap()
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
            let refused = evaluator().evaluate(&[good.clone(), wrong]);
            assert_eq!(refused, Err(EvaluateError::Element(1)));
        }
        let mut long = good.clone();
        long.push(0);
        assert_eq!(
            evaluator().evaluate(&[long]),
            Err(EvaluateError::Element(0))
        );
    }

    #[test]
    fn one_to_a_thousand_elements_are_evaluated_at_once() {
        let good = evaluator().public_key().to_vec();
        assert_eq!(evaluator().evaluate(&[]), Err(EvaluateError::Size(0)));
        let many = vec![good; MAX_BATCH + 1];
        assert_eq!(
            evaluator().evaluate(&many),
            Err(EvaluateError::Size(MAX_BATCH + 1))
        );
    }

    #[test]
    fn every_epoch_has_a_key_of_its_own_from_the_same_root() {
        let other =
            Evaluator::new(&Root::from_bytes([7; 32]), Epoch::parse("2026b").unwrap()).unwrap();
        assert_ne!(evaluator().public_key(), other.public_key());
    }
}
