use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use prost::Message;
use pseudonym::vault::{Kid, Quarter};
use sha2::{Digest as _, Sha256};

/// What is signed begins with this: no other signature of the same key can be taken for one of these.
const LABEL: &[u8] = b"doorstroom/erasures/v1";

/// Why something is erased: article 17, first paragraph, of the GDPR, and the end of a retention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ground {
    /// It is not needed any more for what it was collected for (a).
    NoLongerNeeded,
    /// Consent was withdrawn (b).
    ConsentWithdrawn,
    /// The person objects (c).
    Objection,
    /// It should not have been processed (d).
    UnlawfullyProcessed,
    /// The law demands it (e).
    LegalObligation,
    /// The retention term is over.
    Retention,
}

impl Ground {
    /// Every ground there is.
    pub const ALL: [Self; 6] = [
        Self::NoLongerNeeded,
        Self::ConsentWithdrawn,
        Self::Objection,
        Self::UnlawfullyProcessed,
        Self::LegalObligation,
        Self::Retention,
    ];

    /// The stable word for it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoLongerNeeded => "no-longer-needed",
            Self::ConsentWithdrawn => "consent-withdrawn",
            Self::Objection => "objection",
            Self::UnlawfullyProcessed => "unlawfully-processed",
            Self::LegalObligation => "legal-obligation",
            Self::Retention => "retention",
        }
    }

    /// Accepts the stable word.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ground| ground.code() == code)
    }
}

/// What was erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// One entry: its key.
    Entry(Kid),
    /// Everything that was registered in a quarter: the key that wraps its keys.
    Quarter(Quarter),
}

/// What a line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Says {
    /// Something is erased, and why.
    Erased(Subject, Ground),
    /// Somebody looked for what the lines up to this number name, and all of it is gone.
    Verified(u64),
}

/// One line of the ledger. Nothing in it is about a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasureRecord {
    /// 1, 2, 3, …
    pub number: u64,
    /// What it says.
    pub says: Says,
    /// When that was decided, or looked for, in milliseconds since 1970.
    pub at_millis: i64,
    /// The hash of the line before; of the first, zeros.
    pub previous: [u8; 32],
}

/// `proto/doorstroom/log/v1/erasure.proto`.
#[derive(Clone, PartialEq, Message)]
struct RecordMessage {
    #[prost(uint64, tag = "1")]
    number: u64,
    #[prost(bytes = "vec", tag = "2")]
    kid: Vec<u8>,
    #[prost(string, tag = "3")]
    quarter: String,
    #[prost(int64, tag = "4")]
    at_millis: i64,
    #[prost(string, tag = "5")]
    ground: String,
    #[prost(bytes = "vec", tag = "6")]
    previous: Vec<u8>,
    #[prost(uint64, tag = "7")]
    verified: u64,
}

#[derive(Clone, PartialEq, Message)]
struct SignedMessage {
    #[prost(bytes = "vec", tag = "1")]
    record: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    signature: Vec<u8>,
}

impl ErasureRecord {
    /// Returns the line's bytes, signed.
    pub(super) fn sign(&self, key: &SigningKey) -> Vec<u8> {
        let mut record = RecordMessage {
            number: self.number,
            at_millis: self.at_millis,
            previous: self.previous.to_vec(),
            ..RecordMessage::default()
        };
        match self.says {
            Says::Erased(subject, ground) => {
                match subject {
                    Subject::Entry(kid) => record.kid = kid.as_bytes().to_vec(),
                    Subject::Quarter(quarter) => record.quarter = quarter.to_string(),
                }
                ground.code().clone_into(&mut record.ground);
            }
            Says::Verified(number) => record.verified = number,
        }
        let record = record.encode_to_vec();
        let signature = key.sign(&signed(&record)).to_bytes().to_vec();
        SignedMessage { record, signature }.encode_to_vec()
    }

    /// Reads a line, if its signature is good.
    pub(super) fn read(bytes: &[u8], key: &VerifyingKey) -> Result<Self, &'static str> {
        let line = SignedMessage::decode(bytes).map_err(|_| "it is not a signed line")?;
        let signature =
            Signature::from_slice(&line.signature).map_err(|_| "its signature is cut short")?;
        key.verify_strict(&signed(&line.record), &signature)
            .map_err(|_| "its signature is wrong")?;
        // Signed by us: whatever is not understood from here on is of a later version.
        let unknown = "it says something that this version does not know";
        let record = RecordMessage::decode(&line.record[..]).map_err(|_| unknown)?;
        Ok(Self {
            number: record.number,
            says: record.says().ok_or(unknown)?,
            at_millis: record.at_millis,
            previous: record.previous[..].try_into().map_err(|_| unknown)?,
        })
    }
}

impl RecordMessage {
    fn says(&self) -> Option<Says> {
        let quarter = self.quarter.parse().ok();
        let subject = match (Kid::from_slice(&self.kid), quarter) {
            (Some(kid), None) => Some(Subject::Entry(kid)),
            (None, Some(quarter)) => Some(Subject::Quarter(quarter)),
            (Some(_), Some(_)) | (None, None) => None,
        };
        match (subject, Ground::parse(&self.ground), self.verified) {
            (Some(subject), Some(ground), 0) => Some(Says::Erased(subject, ground)),
            // Of lines that are there.
            (None, None, 1..) if self.verified < self.number => Some(Says::Verified(self.verified)),
            (Some(_) | None, Some(_) | None, _) => None,
        }
    }
}

/// The hash by which the next line names this one.
pub(super) fn hash(line: &[u8]) -> [u8; 32] {
    Sha256::digest(line).into()
}

fn signed(record: &[u8]) -> Vec<u8> {
    [LABEL, record].concat()
}
