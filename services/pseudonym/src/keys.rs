use proto::pseudonym::v1::PublishedKey;
use pseudonym::receipt::{Receipt, ReceiptSigner};
use pseudonym::ring::Ring;
use pseudonym::{DOMAIN, Epoch, Evaluator, key_id};

/// The evaluator's keys, of every epoch in use; the oldest first.
pub struct Keys(Vec<Key>);

/// One epoch's.
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) evaluator: Evaluator,
    signer: ReceiptSigner,
}

/// Why there are no keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeysError {
    /// The root is the one in 2^252 that has no key.
    #[error("no key follows from the root of epoch {0}: make another one")]
    Underivable(Epoch),
}

impl Keys {
    /// Derives the keys from their roots.
    pub fn derive(ring: &Ring) -> Result<Self, KeysError> {
        let mut keys = Vec::new();
        for (epoch, root) in ring.roots() {
            let evaluator = Evaluator::new(root, epoch).ok_or(KeysError::Underivable(epoch))?;
            keys.push(Key {
                id: key_id(epoch, evaluator.public_key()),
                evaluator,
                signer: ReceiptSigner::new(root, epoch),
            });
        }
        Ok(Self(keys))
    }

    /// Returns what everybody may know.
    pub fn published(&self) -> Vec<PublishedKey> {
        let keys = self.0.iter().map(|key| PublishedKey {
            key_id: key.id.clone(),
            domain: DOMAIN.to_owned(),
            epoch: key.evaluator.epoch().to_string(),
            public_key: key.evaluator.public_key().to_vec(),
            receipt_key: key.signer.public_key().to_vec(),
        });
        keys.collect()
    }

    /// Returns the key of an epoch.
    pub(crate) fn of(&self, epoch: Epoch) -> Option<&Key> {
        self.0.iter().find(|key| key.evaluator.epoch() == epoch)
    }

    /// Returns the epochs in use.
    pub(crate) fn epochs(&self) -> Vec<String> {
        let epochs = self.0.iter().map(|key| key.evaluator.epoch().to_string());
        epochs.collect()
    }
}

impl Key {
    pub(crate) fn sign(&self, receipt: &Receipt) -> Vec<u8> {
        self.signer.sign(receipt)
    }
}
