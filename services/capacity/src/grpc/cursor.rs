//! Where a watcher is, as an opaque text.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Timestamp;
use eventlog::{LogId, Position};
use sha2::{Digest, Sha256};

const FORMAT: u8 = 1;
const BODY_BYTES: usize = 1 + 16 + 8 * 4;
const CHECKSUM_BYTES: usize = 4;

/// Says what a watcher has been told: everything up to `position`, as it was judged at `known_at`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) log_id: LogId,
    /// Fingerprint of the topic's name.
    pub(crate) topic: u64,
    /// Fingerprint of the filter.
    pub(crate) filter: u64,
    pub(crate) position: Position,
    pub(crate) known_at: Timestamp,
}

/// A text that is not a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a cursor")]
pub(crate) struct CursorError;

impl Cursor {
    /// Reads what `encode` wrote.
    pub(crate) fn parse(text: &str) -> Result<Self, CursorError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorError)?;
        if bytes.len() != BODY_BYTES + CHECKSUM_BYTES || bytes[0] != FORMAT {
            return Err(CursorError);
        }
        let (body, sum) = bytes.split_at(BODY_BYTES);
        if sum != checksum(body) {
            return Err(CursorError);
        }
        let number = |at: usize| -> Result<[u8; 8], CursorError> {
            body[at..at + 8].try_into().map_err(|_| CursorError)
        };
        Ok(Self {
            log_id: LogId::from_slice(&body[1..17]).ok_or(CursorError)?,
            topic: u64::from_be_bytes(number(17)?),
            filter: u64::from_be_bytes(number(25)?),
            position: Position::new(u64::from_be_bytes(number(33)?)),
            known_at: Timestamp::from_millis(i64::from_be_bytes(number(41)?)),
        })
    }

    /// Returns the text that goes over the wire.
    pub(crate) fn encode(&self) -> String {
        let mut bytes = Vec::with_capacity(BODY_BYTES + CHECKSUM_BYTES);
        bytes.push(FORMAT);
        bytes.extend_from_slice(self.log_id.as_uuid().as_bytes());
        bytes.extend_from_slice(&self.topic.to_be_bytes());
        bytes.extend_from_slice(&self.filter.to_be_bytes());
        bytes.extend_from_slice(&self.position.get().to_be_bytes());
        bytes.extend_from_slice(&self.known_at.as_millis().to_be_bytes());
        let sum = checksum(&bytes);
        bytes.extend_from_slice(&sum);
        URL_SAFE_NO_PAD.encode(bytes)
    }
}

/// Guards against a cursor that lost or changed a letter on its way, not against forgery.
fn checksum(body: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let hash: [u8; 32] = Sha256::digest(body).into();
    [hash[0], hash[1], hash[2], hash[3]]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor() -> Cursor {
        Cursor {
            log_id: LogId::new_v7(),
            topic: 7,
            filter: u64::MAX,
            position: Position::new(71),
            known_at: Timestamp::from_millis(1_700_000_000_123),
        }
    }

    #[test]
    fn a_cursor_reads_back_as_it_was_written() {
        assert_eq!(
            Cursor::parse(&cursor().encode()).map(|read| read.position),
            Ok(Position::new(71))
        );
        let written = cursor();
        assert_eq!(Cursor::parse(&written.encode()), Ok(written));
    }

    #[test]
    fn a_changed_letter_is_noticed() {
        let text = cursor().encode();
        for at in 0..text.len() {
            let mut changed: Vec<u8> = text.bytes().collect();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(Cursor::parse(&changed), Err(CursorError), "letter {at}");
        }
    }

    #[test]
    fn anything_else_is_not_a_cursor() {
        for text in ["", "71", "%%%", "AAAA"] {
            assert_eq!(Cursor::parse(text), Err(CursorError), "{text}");
        }
    }
}
