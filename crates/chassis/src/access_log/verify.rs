use std::collections::HashMap;
use std::str::FromStr;
use std::sync::Arc;

use eventlog::{Commit, LogError, Position, StreamId, Topic};

use super::block::{self, Block, Hash};
use super::signature::{Place, Signer};

const PAGE: usize = 1_024;

/// What reading a whole access log found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Chains: one for each start of a node, as a rule.
    pub chains: u64,
    /// Blocks that are as they were written.
    pub blocks: u64,
    /// Those of them that are signed, by one of the signers.
    pub signed: u64,
    /// Those of them that were written before blocks were signed.
    pub unsigned: u64,
    /// Those of them whose signature is of none of the signers.
    pub foreign: u64,
    /// Entries in them.
    pub entries: u64,
    /// The last block: kept outside, it shows later that nothing up to here was cut off or replaced.
    pub anchor: Option<Anchor>,
    /// What is wrong, in the order of the log.
    pub problems: Vec<Problem>,
}

/// Something that was altered, dropped or moved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("position {position}: {what}")]
pub struct Problem {
    /// Where.
    pub position: Position,
    /// What.
    pub what: String,
}

/// A block by its place and its hash, written `POSITION:HASH`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    position: Position,
    hash: Hash,
}

/// A text that is no anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an anchor is a position and 64 hexadecimal digits, with a colon between")]
pub struct AnchorError;

impl std::fmt::Display for Anchor {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}:", self.position)?;
        self.hash
            .iter()
            .try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl FromStr for Anchor {
    type Err = AnchorError;

    fn from_str(text: &str) -> Result<Self, AnchorError> {
        let (position, digits) = text.split_once(':').ok_or(AnchorError)?;
        if digits.len() != 64 || !digits.is_ascii() {
            return Err(AnchorError);
        }
        let mut hash = Hash::default();
        for (byte, at) in hash.iter_mut().zip((0..64).step_by(2)) {
            *byte = u8::from_str_radix(&digits[at..at + 2], 16).map_err(|_| AnchorError)?;
        }
        let position = position.parse().map_err(|_| AnchorError)?;
        Ok(Self {
            position: Position::new(position),
            hash,
        })
    }
}

/// Reads an access log from its first block to its last, and names what was altered, dropped or moved, and what none of
/// the signers signed. What was cut off at the very end shows only beside an anchor that was kept.
///
/// # Errors
/// If the log cannot be read at all.
pub async fn verify(
    topic: &Topic,
    kept: Option<Anchor>,
    signers: &[Signer],
) -> Result<Verified, LogError> {
    let mut reading = Reading {
        topic: topic.name(),
        signers,
        signed_since: signers.iter().map(|signer| signer.since).min(),
        found: Verified::default(),
        chains: HashMap::new(),
        blocks: HashMap::new(),
    };
    let mut after = Position::START;
    loop {
        let page = match topic.page(after, PAGE).await {
            Err(LogError::Damaged { .. }) => one(topic, after, &mut reading).await?,
            page => page?,
        };
        let Some(last) = page.last() else { break };
        after = last.position;
        for commit in &page {
            reading.read(commit);
        }
    }
    if let Some(kept) = kept {
        reading.must_have(
            (kept.position, kept.hash),
            kept.position,
            "which was kept as an anchor",
        );
    }
    reading.found.chains = reading.chains.len() as u64;
    Ok(reading.found)
}

/// The next commit that can be read, past records whose checksum does not fit.
async fn one(
    topic: &Topic,
    mut after: Position,
    reading: &mut Reading<'_>,
) -> Result<Vec<Arc<Commit>>, LogError> {
    loop {
        match topic.page(after, 1).await {
            Err(LogError::Damaged {
                position, reason, ..
            }) => {
                reading.wrong(position, reason);
                after = position;
            }
            page => return page,
        }
    }
}

struct Reading<'a> {
    topic: &'a str,
    signers: &'a [Signer],
    /// From here on every block must be signed.
    signed_since: Option<Position>,
    found: Verified,
    /// Of each chain the number of the last block, and the block itself, where it can be read.
    chains: HashMap<StreamId, (u64, Option<(Position, Hash)>)>,
    blocks: HashMap<Position, Hash>,
}

impl Reading<'_> {
    fn wrong(&mut self, position: Position, what: impl Into<String>) {
        let what = what.into();
        self.found.problems.push(Problem { position, what });
    }

    fn read(&mut self, commit: &Commit) {
        let position = commit.position;
        let block = match block::decode(&commit.body) {
            Ok(block) => block,
            Err(none) => {
                let stream = commit.stream.clone();
                let sequence = self
                    .chains
                    .get(&stream)
                    .map_or(0, |(sequence, _)| *sequence);
                self.chains.insert(stream, (sequence + 1, None));
                return self.wrong(position, none.to_string());
            }
        };
        if block.is_altered {
            self.wrong(
                position,
                "it was altered: its hash is not that of its content",
            );
        } else {
            self.follows(commit, &block);
            self.is_signed(commit, &block);
        }
        let head = (block.sequence, Some((position, block.hash)));
        self.chains.insert(commit.stream.clone(), head);
        self.blocks.insert(position, block.hash);
        self.found.blocks += 1;
        self.found.entries += block.entries;
        self.found.anchor = Some(Anchor {
            position,
            hash: block.hash,
        });
    }

    /// Whether a block is the next one of its chain.
    fn follows(&mut self, commit: &Commit, block: &Block) {
        let position = commit.position;
        let before = self.chains.get(&commit.stream).copied();
        let expected = before.map_or(1, |(sequence, _)| sequence + 1);
        if block.sequence != expected {
            let what = format!(
                "block {} of its chain stands where block {expected} belongs",
                block.sequence
            );
            return self.wrong(position, what);
        }
        match (before, block.previous) {
            (None, Some(previous)) => {
                self.must_have(previous, position, "behind which its chain was begun");
            }
            (Some((_, Some(last))), previous) if previous != Some(last) => {
                let (at, _) = last;
                let what = format!(
                    "it does not follow the block at position {at}: one of the two was altered"
                );
                self.wrong(position, what);
            }
            (None, None) | (Some(_), _) => {}
        }
    }

    /// Whether one of the signers signed a block for just this place.
    fn is_signed(&mut self, commit: &Commit, block: &Block) {
        let position = commit.position;
        let place = Place {
            topic: self.topic,
            stream: &commit.stream,
        };
        let mut signers = self.signers.iter();
        if signers.any(|signer| signer.has_signed(place, &block.hash, &block.signature)) {
            self.found.signed += 1;
            // Whoever signs does not stop: what comes without a signature behind it was written by somebody else.
            let since = self.signed_since.unwrap_or(position);
            self.signed_since = Some(since.min(position));
        } else if !block.signature.is_empty() {
            self.found.foreign += 1;
            self.wrong(position, "its signature is not of a key that is known here");
        } else if self.signed_since.is_some_and(|since| since <= position) {
            self.wrong(position, "it is not signed");
        } else {
            self.found.unsigned += 1;
        }
    }

    fn must_have(&mut self, (at, hash): (Position, Hash), position: Position, which: &str) {
        match self.blocks.get(&at) {
            Some(found) if *found == hash => {}
            Some(_) => self.wrong(
                position,
                format!("the block at position {at}, {which}, was altered"),
            ),
            None => self.wrong(
                position,
                format!("the block at position {at}, {which}, is gone"),
            ),
        }
    }
}
