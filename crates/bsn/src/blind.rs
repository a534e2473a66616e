//! Blind, have evaluated, verify, finalise: the client's side of RFC 9497, VOPRF mode, ristretto255-SHA512.

use rand_core::{CryptoRngCore, OsRng};
use voprf::{EvaluationElement, Group, Proof, Ristretto255, VoprfClient};
use zeroize::Zeroizing;

use crate::{Bsn, P1};

/// The evaluator takes at most so many numbers at once.
pub const MAX_BATCH: usize = 1000;

/// An input of its own, wiped when it goes.
type Input = Zeroizing<Vec<u8>>;

/// Citizen numbers on their way through the evaluator, each under a blinding factor of its own.
pub struct Batch {
    inputs: Vec<Input>,
    states: Vec<VoprfClient<Ristretto255>>,
    blinded: Vec<[u8; 32]>,
}

/// What the evaluator answered.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// One element for each blinded one, in their order.
    pub elements: &'a [Vec<u8>],
    /// That all of them were made with one key.
    pub proof: &'a [u8],
}

/// Why a batch is not blinded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlindError {
    /// None, or too many at once.
    #[error("a batch has one to {MAX_BATCH} citizen numbers, not {0}")]
    Size(usize),
    /// The blinding failed: chance would have to hit the one point that has no inverse.
    #[error("a citizen number cannot be blinded; try again")]
    Blinding,
}

/// Why an answer gives no pseudonyms. None of it may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FinaliseError {
    /// The published key is no point of the group.
    #[error("the evaluator's published key is not a key")]
    Key,
    /// Another number of elements than was asked for.
    #[error("the evaluator answered with {got} elements to {asked}")]
    Count {
        /// How many were sent.
        asked: usize,
        /// How many came back.
        got: usize,
    },
    /// An element or the proof is not an encoding of one.
    #[error("the evaluator's answer cannot be read")]
    Encoding,
    /// Evaluated with another key than the published one: the wrong epoch, or an attempt to tag this provider.
    #[error("the evaluator did not use its published key: nothing of its answer may be used")]
    Proof,
}

impl Batch {
    /// Blinds numbers, each with a fresh factor.
    pub fn blind(numbers: &[Bsn]) -> Result<Self, BlindError> {
        let inputs = numbers
            .iter()
            .map(|bsn| Zeroizing::new(bsn.canonical().to_vec()));
        Self::blind_with(inputs.collect(), &mut OsRng)
    }

    /// The same, with the inputs and the chance given: what vectors are checked with.
    pub(crate) fn blind_with(
        inputs: Vec<Input>,
        chance: &mut impl CryptoRngCore,
    ) -> Result<Self, BlindError> {
        if !(1..=MAX_BATCH).contains(&inputs.len()) {
            return Err(BlindError::Size(inputs.len()));
        }
        let mut states = Vec::with_capacity(inputs.len());
        let mut blinded = Vec::with_capacity(inputs.len());
        for input in &inputs {
            let result = VoprfClient::blind(input, chance).map_err(|_| BlindError::Blinding)?;
            states.push(result.state);
            blinded.push(result.message.serialize().into());
        }
        Ok(Self {
            inputs,
            states,
            blinded,
        })
    }

    /// Returns what goes to the evaluator, 32 bytes for each number, in their order.
    pub fn blinded_elements(&self) -> &[[u8; 32]] {
        &self.blinded
    }

    /// Verifies the evaluator's answer against its published key, and returns a [`P1`] for each number.
    pub fn finalise(self, answer: Answer<'_>, key: &[u8]) -> Result<Vec<P1>, FinaliseError> {
        let key = Ristretto255::deserialize_elem(key).map_err(|_| FinaliseError::Key)?;
        if answer.elements.len() != self.inputs.len() {
            return Err(FinaliseError::Count {
                asked: self.inputs.len(),
                got: answer.elements.len(),
            });
        }
        let mut elements = Vec::with_capacity(answer.elements.len());
        for element in answer.elements {
            let element = whole(element, 32).map(EvaluationElement::<Ristretto255>::deserialize);
            elements.push(
                element
                    .and_then(Result::ok)
                    .ok_or(FinaliseError::Encoding)?,
            );
        }
        let proof = whole(answer.proof, 64).map(Proof::<Ristretto255>::deserialize);
        let proof = proof.and_then(Result::ok).ok_or(FinaliseError::Encoding)?;
        let inputs: Vec<&[u8]> = self.inputs.iter().map(|input| input.as_slice()).collect();
        let outputs = VoprfClient::batch_finalize(&inputs, &self.states, &elements, &proof, key)
            .map_err(|_| FinaliseError::Proof)?;
        let mut pseudonyms = Vec::with_capacity(inputs.len());
        for output in outputs {
            let output = output.map_err(|_| FinaliseError::Proof)?;
            pseudonyms.push(P1(output.into()));
        }
        Ok(pseudonyms)
    }
}

/// The library reads a prefix of what is too long: only the whole is an encoding.
fn whole(bytes: &[u8], length: usize) -> Option<&[u8]> {
    (bytes.len() == length).then_some(bytes)
}
