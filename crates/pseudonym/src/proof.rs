//! That one key made all elements of a batch: RFC 9497, 2.2.1, with the sum over the batch taken at once. The library
//! takes it element by element, which costs as much again as the evaluation itself.

use curve25519_dalek::traits::VartimeMultiscalarMul;
use curve25519_dalek::{RistrettoPoint, Scalar};
use rand_core::CryptoRngCore;
use sha2::{Digest, Sha512};
use voprf::{Group, InternalError, Ristretto255};

const CONTEXT: &[u8] = b"OPRFV1-\x01-ristretto255-SHA512";
/// Every element is as long, and its length stands before it.
const LENGTH: [u8; 2] = [0, 32];

/// An element with its encoding, which the transcript needs again.
pub(crate) struct Point {
    pub(crate) point: RistrettoPoint,
    pub(crate) bytes: [u8; 32],
}

impl Point {
    pub(crate) fn new(point: RistrettoPoint) -> Self {
        let bytes = point.compress().to_bytes();
        Self { point, bytes }
    }
}

/// Returns challenge and response, 32 bytes each.
pub(crate) fn prove(
    key: (&Scalar, &Point),
    blinded: &[Point],
    evaluated: &[Point],
    chance: &mut impl CryptoRngCore,
) -> Result<Vec<u8>, InternalError> {
    let (secret, public) = key;
    let weights = weights(public, blinded, evaluated)?;
    // The time that this takes depends on what everybody sees, not on the key.
    let sum =
        RistrettoPoint::vartime_multiscalar_mul(&weights, blinded.iter().map(|one| one.point));
    let sum = Point::new(sum);
    let keyed = Point::new(sum.point * secret);
    let nonce = zeroize::Zeroizing::new(Scalar::random(chance));
    let first = Point::new(RistrettoPoint::mul_base(&nonce));
    let second = Point::new(sum.point * *nonce);
    let transcript =
        [public, &sum, &keyed, &first, &second].map(|part| [&LENGTH[..], &part.bytes].concat());
    let challenge = hash_to_scalar(&[&transcript.concat(), b"Challenge"])?;
    let response = *nonce - challenge * secret;
    Ok([challenge.to_bytes(), response.to_bytes()].concat())
}

/// What each element counts with: nobody can choose elements so that a fault in one hides a fault in another.
fn weights(
    public: &Point,
    blinded: &[Point],
    evaluated: &[Point],
) -> Result<Vec<Scalar>, InternalError> {
    let name = [b"Seed-", CONTEXT].concat();
    let name_length = u16::try_from(name.len()).map_err(|_| InternalError::Input)?;
    let seed = Sha512::new()
        .chain_update(LENGTH)
        .chain_update(public.bytes)
        .chain_update(name_length.to_be_bytes())
        .chain_update(name)
        .finalize();
    let mut weights = Vec::with_capacity(blinded.len());
    for (index, (one, other)) in (0_u16..).zip(blinded.iter().zip(evaluated)) {
        weights.push(hash_to_scalar(&[
            &[0, 64],
            &seed,
            &index.to_be_bytes(),
            &LENGTH,
            &one.bytes,
            &LENGTH,
            &other.bytes,
            b"Composite",
        ])?);
    }
    Ok(weights)
}

fn hash_to_scalar(input: &[&[u8]]) -> Result<Scalar, InternalError> {
    Ristretto255::hash_to_scalar::<Sha512>(input, &[b"HashToScalar-", CONTEXT])
}
