use ed25519_dalek::SigningKey;
use eventlog::Position;
use prost::Message;
use sha2::{Digest, Sha256};

use super::record::{BlockMessage, ContentMessage, EntryMessage};
use super::signature::{self, Place};

/// SHA-256 of a block's content.
pub(super) type Hash = [u8; 32];

/// A block that was read.
pub(super) struct Block {
    /// As it says itself.
    pub(super) hash: Hash,
    /// That is not the hash of its content.
    pub(super) is_altered: bool,
    pub(super) sequence: u64,
    pub(super) previous: Option<(Position, Hash)>,
    pub(super) entries: u64,
    /// Empty: none.
    pub(super) signature: Vec<u8>,
}

/// What a block says.
pub(super) struct Content {
    pub(super) sequence: u64,
    /// The block before, with its place.
    pub(super) previous: Option<(Position, Hash)>,
    pub(super) entries: Vec<EntryMessage>,
}

/// Bytes that are no block.
#[derive(Debug, thiserror::Error)]
#[error("it is no block of the access log")]
pub(super) struct NoBlock;

/// Returns the bytes of a block, signed for its place, and its hash.
pub(super) fn encode(
    content: Content,
    (signer, place): (&SigningKey, Place<'_>),
) -> (Vec<u8>, Hash) {
    let (position, hash) = content.previous.unzip();
    let content = ContentMessage {
        sequence: content.sequence,
        previous_hash: hash.map(|hash| hash.to_vec()).unwrap_or_default(),
        previous_position: position.unwrap_or_default().get(),
        entries: content.entries,
    };
    let content = content.encode_to_vec();
    let hash: Hash = Sha256::digest(&content).into();
    let block = BlockMessage {
        content,
        hash: hash.to_vec(),
        signature: signature::sign(signer, place, &hash),
    };
    (block.encode_to_vec(), hash)
}

/// Reads a block.
///
/// # Errors
/// If it is none.
pub(super) fn decode(body: &[u8]) -> Result<Block, NoBlock> {
    let block = BlockMessage::decode(body).map_err(|_| NoBlock)?;
    let content = ContentMessage::decode(&block.content[..]).map_err(|_| NoBlock)?;
    let hash = Hash::try_from(block.hash).map_err(|_| NoBlock)?;
    let previous = Hash::try_from(content.previous_hash).ok();
    Ok(Block {
        hash,
        is_altered: Hash::from(Sha256::digest(&block.content)) != hash,
        sequence: content.sequence,
        previous: previous.map(|hash| (Position::new(content.previous_position), hash)),
        entries: content.entries.len() as u64,
        signature: block.signature,
    })
}
