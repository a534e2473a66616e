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

/// One line of the ledger. Nothing in it is about a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasureRecord {
    /// 1, 2, 3, …
    pub number: u64,
    /// What was erased.
    pub subject: Subject,
    /// When that was decided, in milliseconds since 1970.
    pub at_millis: i64,
    /// Why.
    pub ground: Ground,
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
        let (kid, quarter) = match self.subject {
            Subject::Entry(kid) => (kid.as_bytes().to_vec(), String::new()),
            Subject::Quarter(quarter) => (Vec::new(), quarter.to_string()),
        };
        let record = RecordMessage {
            number: self.number,
            kid,
            quarter,
            at_millis: self.at_millis,
            ground: self.ground.code().to_owned(),
            previous: self.previous.to_vec(),
        }
        .encode_to_vec();
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
        let subject = match (Kid::from_slice(&record.kid), record.quarter.parse()) {
            (Some(kid), Err(_)) => Subject::Entry(kid),
            (None, Ok(quarter)) => Subject::Quarter(quarter),
            (Some(_), Ok(_)) | (None, Err(_)) => return Err(unknown),
        };
        Ok(Self {
            number: record.number,
            subject,
            at_millis: record.at_millis,
            ground: Ground::parse(&record.ground).ok_or(unknown)?,
            previous: record.previous[..].try_into().map_err(|_| unknown)?,
        })
    }
}

/// The hash by which the next line names this one.
pub(super) fn hash(line: &[u8]) -> [u8; 32] {
    Sha256::digest(line).into()
}

fn signed(record: &[u8]) -> Vec<u8> {
    [LABEL, record].concat()
}
