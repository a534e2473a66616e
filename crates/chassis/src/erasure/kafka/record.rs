use prost::Message;
use pseudonym::vault::{KekId, Kid, Quarter};
use zeroize::Zeroizing;

/// `proto/doorstroom/log/v1/vault.proto`.
#[derive(Clone, PartialEq, Message)]
struct VaultKeyMessage {
    #[prost(string, tag = "1")]
    quarter: String,
    #[prost(bytes = "vec", tag = "2")]
    kek_id: Vec<u8>,
    #[prost(bytes = "vec", tag = "3")]
    wrapped: Vec<u8>,
}

/// A data key as it lies in the topic.
#[derive(Clone)]
pub(super) struct Wrapped {
    pub(super) quarter: Quarter,
    pub(super) kek: KekId,
    pub(super) bytes: Zeroizing<Vec<u8>>,
}

/// What a record says.
pub(super) enum Said {
    /// This key is there.
    Made(Kid, Wrapped),
    /// It was destroyed by itself.
    Shredded(Kid),
    /// It was destroyed with its quarter.
    GoneWith(Quarter, Kid),
    /// The quarter's key is destroyed.
    Over(Quarter),
}

/// A key and its value, as the topic takes them.
pub(super) type Pair = (Vec<u8>, Option<Vec<u8>>);

impl Said {
    /// Reads a record; none if it is not one of ours.
    pub(super) fn read(key: &[u8], value: Option<&[u8]>) -> Option<Self> {
        let key = std::str::from_utf8(key).ok()?;
        let message = value.map(VaultKeyMessage::decode).transpose().ok()?;
        if let Ok(quarter) = key.parse() {
            return message.map(|_| Self::Over(quarter));
        }
        let kid = Kid::parse(key)?;
        let Some(message) = message else {
            return Some(Self::Shredded(kid));
        };
        let quarter = message.quarter.parse().ok()?;
        if message.wrapped.is_empty() {
            return Some(Self::GoneWith(quarter, kid));
        }
        let wrapped = Wrapped {
            quarter,
            kek: KekId::from_slice(&message.kek_id)?,
            bytes: Zeroizing::new(message.wrapped),
        };
        Some(Self::Made(kid, wrapped))
    }

    pub(super) fn pair(&self) -> Pair {
        let of = |quarter: &Quarter| VaultKeyMessage {
            quarter: quarter.to_string(),
            kek_id: Vec::new(),
            wrapped: Vec::new(),
        };
        let (key, message) = match self {
            Self::Made(kid, wrapped) => {
                let mut message = of(&wrapped.quarter);
                message.kek_id = wrapped.kek.as_bytes().to_vec();
                message.wrapped = wrapped.bytes.to_vec();
                (kid.to_string(), Some(message))
            }
            Self::Shredded(kid) => (kid.to_string(), None),
            Self::GoneWith(quarter, kid) => (kid.to_string(), Some(of(quarter))),
            Self::Over(quarter) => (quarter.to_string(), Some(of(quarter))),
        };
        let value = message.map(|message| message.encode_to_vec());
        (key.into_bytes(), value)
    }
}
