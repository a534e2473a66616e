use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use prost::Message;

use crate::{LogId, Position};

/// Says how far somebody has seen: a log, a topic, a position. Opaque to callers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PositionToken {
    /// Which log.
    pub log_id: LogId,
    /// Which of its topics.
    pub topic: String,
    /// How far.
    pub position: Position,
}

/// A text that is not a position token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a position token")]
pub struct TokenError;

#[derive(Clone, PartialEq, Message)]
struct Encoded {
    #[prost(bytes = "vec", tag = "1")]
    log_id: Vec<u8>,
    #[prost(string, tag = "2")]
    topic: String,
    #[prost(uint64, tag = "3")]
    position: u64,
}

impl PositionToken {
    /// Reads what `to_string` wrote.
    ///
    /// # Errors
    /// If it is anything else.
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| TokenError)?;
        let encoded = Encoded::decode(&bytes[..]).map_err(|_| TokenError)?;
        Ok(Self {
            log_id: LogId::from_slice(&encoded.log_id).ok_or(TokenError)?,
            topic: encoded.topic,
            position: Position::new(encoded.position),
        })
    }
}

impl fmt::Display for PositionToken {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let encoded = Encoded {
            log_id: self.log_id.as_uuid().as_bytes().to_vec(),
            topic: self.topic.clone(),
            position: self.position.get(),
        };
        out.write_str(&URL_SAFE_NO_PAD.encode(encoded.encode_to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_as_it_was_written() {
        let token = PositionToken {
            log_id: LogId::new_v7(),
            topic: "drenthe.capacity".into(),
            position: Position::new(71),
        };
        assert_eq!(PositionToken::parse(&token.to_string()), Ok(token));
    }

    #[test]
    fn anything_else_is_not_a_token() {
        for text in ["", "71", "%%%", "AAAA", "eyJhIjoxfQ"] {
            assert_eq!(PositionToken::parse(text), Err(TokenError), "{text}");
        }
    }
}
