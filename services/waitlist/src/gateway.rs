//! What turns a first-stage pseudonym into the region's and the nation's, and tells what the evaluator signed.

use domain::Day;
use domain::waitlist::{EntryId, Epoch, EpochKeys, Key, PersonKey};
use proto::pseudonym::v1::GrantReceipt;
use proto::waitlist::v1;
use pseudonym::envelope::Binding;
use pseudonym::receipt::{Receipt, ReceiptError, ReceiptVerifier};
use pseudonym::{Names, P1, Recoders};
use uuid::Uuid;

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

    /// What tells the keys of each epoch apart from others.
    pub(crate) fn fingerprints(&self) -> impl Iterator<Item = (Epoch, [u8; 8])> {
        let known = self.recoders.fingerprints();
        known.map(|(epoch, fingerprint)| {
            let epoch = Epoch(u16::from_be_bytes(epoch.to_bytes()));
            (epoch, fingerprint)
        })
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
        let verified = verifier.verify_of(organisation, &receipt, &said.signature);
        verified.map_err(|error| match error {
            ReceiptError::Organisation => "belongs to another organisation",
            ReceiptError::Signature | ReceiptError::Key => "was not signed by the evaluator",
        })?;
        Ok(Granted {
            day: Day::parse(&receipt.day).ok_or("has no day")?,
            count: receipt.granted,
        })
    }
}

/// What an erasure is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// These entries.
    Entries(Vec<EntryId>),
    /// Everything of a person, on all lists of the region.
    Person(Vec<Key>),
}

/// A sealed subject is as long as this, or a multiple: its length says little.
const SEALED_TOGETHER: usize = 512;
const ENTRIES: u8 = 0;
const PERSON: u8 = 1;

impl Gateway {
    /// Seals what an erasure is about, for gateways of the region.
    pub(crate) fn seal(&self, erasure_id: Uuid, subject: &Subject) -> Option<Vec<u8>> {
        let (kind, count) = match subject {
            Subject::Entries(ids) => (ENTRIES, ids.len()),
            Subject::Person(keys) => (PERSON, keys.len()),
        };
        let mut clear = vec![kind];
        clear.extend(u32::try_from(count).ok()?.to_be_bytes());
        match subject {
            Subject::Entries(ids) => clear.extend(ids.iter().flat_map(EntryId::as_bytes)),
            Subject::Person(keys) => clear.extend(keys.iter().flat_map(|(epoch, key)| {
                let epoch = epoch.0.to_be_bytes();
                epoch.into_iter().chain(*key.as_bytes())
            })),
        }
        clear.resize(clear.len().next_multiple_of(SEALED_TOGETHER), 0);
        self.recoders.seal(&place(erasure_id), &clear)
    }

    /// The epoch whose keys open what was sealed for this erasure; none: it is lost.
    pub(crate) fn sealed_in(&self, erasure_id: Uuid, sealed: &[u8]) -> Option<Epoch> {
        let epoch = self.recoders.sealed_in(&place(erasure_id), sealed)?;
        Some(Epoch(u16::from_be_bytes(epoch.to_bytes())))
    }

    /// Opens what was sealed for this erasure.
    pub(crate) fn unseal(&self, erasure_id: Uuid, sealed: &[u8]) -> Option<Subject> {
        let clear = self.recoders.open(&place(erasure_id), sealed)?;
        let (kind, rest) = clear.split_first()?;
        let (count, rest) = rest.split_first_chunk::<4>()?;
        let count = usize::try_from(u32::from_be_bytes(*count)).ok()?;
        match *kind {
            ENTRIES => {
                let (ids, _) = rest.as_chunks::<16>();
                let ids = ids.get(..count)?.iter();
                let ids = ids.map(|id| EntryId::from_bytes(*id));
                Some(Subject::Entries(ids.collect()))
            }
            PERSON => {
                let (keys, _) = rest.as_chunks::<34>();
                let keys = keys.get(..count)?.iter().map(|key| {
                    let epoch = Epoch(u16::from_be_bytes(*key.first_chunk::<2>()?));
                    Some((epoch, PersonKey::from_bytes(*key.last_chunk::<32>()?)))
                });
                keys.collect::<Option<_>>().map(Subject::Person)
            }
            _ => None,
        }
    }
}

fn place(erasure_id: Uuid) -> Binding {
    Binding::to("doorstroom/erasure/v1").and(erasure_id.as_bytes())
}

/// Reads the text of an epoch, such as `2026a`.
pub(crate) fn parsed_epoch(text: &str) -> Option<Epoch> {
    let epoch = pseudonym::Epoch::parse(text)?;
    Some(Epoch(u16::from_be_bytes(epoch.to_bytes())))
}

/// The text of an epoch, such as `2026a`.
pub(crate) fn epoch_text(epoch: Epoch) -> String {
    pseudonym::Epoch::from_bytes(epoch.0.to_be_bytes())
        .map(|epoch| epoch.to_string())
        .unwrap_or_default()
}
