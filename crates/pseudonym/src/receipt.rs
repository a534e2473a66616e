//! What the evaluator granted, signed: a provider brings it to the gateway, which has no way to the evaluator itself.
//! Pseudonyms beyond what was granted are invented.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::{Epoch, Root};

const CONTEXT: &[u8] = b"ggz-receipt/v1";

/// How many elements an organisation was granted on a day, so far. A later receipt of the same day says more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Which organisation.
    pub organisation: String,
    /// Which day in UTC, such as `2026-11-25`.
    pub day: String,
    /// How many elements, first-load windows included.
    pub granted: u32,
}

/// What the evaluator signs receipts with.
pub struct ReceiptSigner(SigningKey);

/// What a gateway verifies receipts with.
#[derive(Clone, Debug)]
pub struct ReceiptVerifier(VerifyingKey);

/// Why a receipt proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// Not 32 bytes of a public key.
    #[error("not a key that receipts are verified with")]
    Key,
    /// Not signed by the evaluator, or changed since.
    #[error("the receipt was not signed by the evaluator")]
    Signature,
    /// Somebody else's.
    #[error("the receipt belongs to another organisation")]
    Organisation,
}

impl Receipt {
    /// What is signed: no two receipts give the same bytes, because the length of the name stands before it.
    fn message(&self) -> Vec<u8> {
        let length = u32::try_from(self.organisation.len()).unwrap_or(u32::MAX);
        [
            CONTEXT,
            &length.to_be_bytes(),
            self.organisation.as_bytes(),
            self.day.as_bytes(),
            &self.granted.to_be_bytes(),
        ]
        .concat()
    }
}

impl ReceiptSigner {
    /// Derives the key of an epoch from the evaluator's root.
    pub fn new(root: &Root, epoch: Epoch) -> Self {
        let mut secret = Zeroizing::new([0; 32]);
        // Fails for outputs of more than 8 kilobytes only.
        let _ = Hkdf::<Sha256>::new(Some(CONTEXT), root.expose())
            .expand(format!("epoch={epoch}").as_bytes(), &mut *secret);
        Self(SigningKey::from_bytes(&secret))
    }

    /// Signs, in 64 bytes (Ed25519, RFC 8032).
    pub fn sign(&self, receipt: &Receipt) -> Vec<u8> {
        self.0.sign(&receipt.message()).to_bytes().to_vec()
    }

    /// Returns the public key, 32 bytes.
    pub fn public_key(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }
}

impl ReceiptVerifier {
    /// Takes the evaluator's public key.
    pub fn new(key: &[u8]) -> Result<Self, ReceiptError> {
        let key = key.try_into().map_err(|_| ReceiptError::Key)?;
        let key = VerifyingKey::from_bytes(key).map_err(|_| ReceiptError::Key)?;
        Ok(Self(key))
    }

    /// Says whether the evaluator signed this, for the organisation that brings it.
    pub fn verify_of(
        &self,
        organisation: &str,
        receipt: &Receipt,
        signature: &[u8],
    ) -> Result<(), ReceiptError> {
        self.verify(receipt, signature)?;
        if receipt.organisation != organisation {
            return Err(ReceiptError::Organisation);
        }
        Ok(())
    }

    /// Says whether the evaluator signed this.
    pub fn verify(&self, receipt: &Receipt, signature: &[u8]) -> Result<(), ReceiptError> {
        let signature = Signature::from_slice(signature).map_err(|_| ReceiptError::Signature)?;
        self.0
            .verify_strict(&receipt.message(), &signature)
            .map_err(|_| ReceiptError::Signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer() -> ReceiptSigner {
        signer_of([5; 32])
    }

    fn signer_of(root: [u8; 32]) -> ReceiptSigner {
        ReceiptSigner::new(&Root::from_bytes(root), Epoch::parse("2026a").unwrap())
    }

    fn verifier() -> ReceiptVerifier {
        ReceiptVerifier::new(&signer().public_key()).unwrap()
    }

    fn receipt(day: &str, granted: u32) -> Receipt {
        Receipt {
            organisation: "ggz-drenthe".into(),
            day: day.into(),
            granted,
        }
    }

    #[test]
    fn threat_26_a_receipt_that_was_changed_or_forged_proves_nothing() {
        let signed = receipt("2026-11-25", 100);
        let signature = signer().sign(&signed);
        assert_eq!(verifier().verify(&signed, &signature), Ok(()));
        let forged = Err(ReceiptError::Signature);
        let more = Receipt {
            granted: 101,
            ..signed.clone()
        };
        let other_day = Receipt {
            day: "2026-11-26".into(),
            ..signed.clone()
        };
        let other = Receipt {
            organisation: "ggz-twente".into(),
            ..signed.clone()
        };
        for changed in [more, other_day, other] {
            assert_eq!(verifier().verify(&changed, &signature), forged);
        }
        let stranger = signer_of([6; 32]);
        assert_eq!(verifier().verify(&signed, &stranger.sign(&signed)), forged);
        assert_eq!(verifier().verify(&signed, &signature[..63]), forged);
    }

    #[test]
    fn threat_26_somebody_elses_receipt_grants_nothing() {
        let theirs = receipt("2026-11-25", 100);
        let signature = signer().sign(&theirs);
        let verify = |organisation| verifier().verify_of(organisation, &theirs, &signature);
        assert_eq!(verify("ggz-twente"), Err(ReceiptError::Organisation));
        assert_eq!(verify("ggz-drenthe"), Ok(()));
    }
}
