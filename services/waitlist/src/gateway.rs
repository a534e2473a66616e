//! What turns a first-stage pseudonym into the region's and the nation's, and tells what the evaluator signed.

use domain::Day;
use domain::waitlist::{Epoch, EpochKeys, PersonKey};
use proto::pseudonym::v1::GrantReceipt;
use proto::waitlist::v1;
use pseudonym::receipt::{Receipt, ReceiptVerifier};
use pseudonym::{Names, P1, Recoders};

/// The keys of the second stage, and those that the evaluator's receipts are verified with.
pub struct Gateway {
    recoders: Recoders,
    verifiers: Vec<(String, ReceiptVerifier)>,
}

/// How many elements the evaluator granted an organisation on a day, as it signed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Granted {
    pub(crate) day: Day,
    pub(crate) count: u32,
}

impl Gateway {
    /// The gateway with these keys; receipts are verified by the name of the key that signed them.
    pub fn new(recoders: Recoders, verifiers: Vec<(String, ReceiptVerifier)>) -> Self {
        Self {
            recoders,
            verifiers,
        }
    }

    /// What the region and the nation call a person. The first stage's value is dropped here.
    pub(crate) fn keys(&self, person: &v1::FirstStage) -> Result<EpochKeys, String> {
        let epoch = pseudonym::Epoch::parse(&person.epoch)
            .ok_or("its epoch must be a year and a letter, such as 2026a")?;
        let p1 = P1::new(epoch, &person.p1).ok_or("its P1 must be 64 bytes")?;
        let names = self
            .recoders
            .recode(&p1)
            .map_err(|error| error.to_string())?;
        let Names { region, national } = names;
        Ok(EpochKeys {
            epoch: Epoch(u16::from_be_bytes(epoch.to_bytes())),
            region: PersonKey::from_bytes(*region.value()),
            national: Some(PersonKey::from_bytes(*national.value())),
        })
    }

    /// What an organisation was granted, if the evaluator signed just that.
    pub(crate) fn granted(
        &self,
        organisation: &str,
        said: &GrantReceipt,
    ) -> Result<Granted, &'static str> {
        let mut known = self.verifiers.iter();
        let (_, verifier) = known
            .find(|(key_id, _)| *key_id == said.key_id)
            .ok_or("is signed with a key that this gateway was not told to trust")?;
        let receipt = Receipt {
            organisation: said.organisation.clone(),
            day: said.day.clone(),
            granted: said.granted,
        };
        verifier
            .verify(&receipt, &said.signature)
            .map_err(|_| "was not signed by the evaluator")?;
        if receipt.organisation != organisation {
            return Err("belongs to another organisation");
        }
        Ok(Granted {
            day: Day::parse(&receipt.day).ok_or("has no day")?,
            count: receipt.granted,
        })
    }
}

/// The text of an epoch, such as `2026a`.
pub(crate) fn epoch_text(epoch: Epoch) -> String {
    pseudonym::Epoch::from_bytes(epoch.0.to_be_bytes())
        .map(|epoch| epoch.to_string())
        .unwrap_or_default()
}
