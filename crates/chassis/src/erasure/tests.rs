//! The ledger as it lies in its file: one byte, one line, one order changed, and the reader names the place.

use std::path::Path;

use bytes::Bytes;
use ed25519_dalek::SigningKey;
use eventlog::{AttemptId, Commit, EventLog, LogError, NewCommit, Position, Topic, Version};
use pseudonym::vault::{Kid, Quarter};

use super::chain::{Chain, stream};
use super::record::{ErasureRecord, Ground, Says, Subject};
use super::{LedgerFault, check};

const LEDGER: &str = "demo.erasures";
const LINES: u64 = 5;

fn signer() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

/// What the lines say: entries and a quarter are erased, and somebody looked.
fn said() -> Vec<Says> {
    let entries = (2..LINES).map(|_| Subject::Entry(Kid::random()));
    let quarter: Quarter = "2026q4".parse().expect("a quarter");
    let subjects = entries.chain([Subject::Quarter(quarter)]);
    let erased = subjects.map(|subject| Says::Erased(subject, Ground::Objection));
    erased.chain([Says::Verified(LINES - 1)]).collect()
}

/// The lines of a good ledger, as they are signed.
fn lines() -> Vec<Vec<u8>> {
    let mut chain = Chain::new(signer().verifying_key());
    let mut lines = Vec::new();
    for says in said() {
        let (number, line) = chain.next(&signer(), (says, 71));
        chain.read(&placed(number, &line)).expect("it follows");
        lines.push(line);
    }
    lines
}

fn placed(number: u64, line: &[u8]) -> Commit {
    Commit {
        position: Position::new(number),
        log_time_millis: 0,
        stream: stream().expect("a name"),
        version: Version::new(number),
        attempt: AttemptId::new_v7(),
        commands: Vec::new(),
        body: Bytes::copy_from_slice(line),
    }
}

/// Reads lines as they stand, one after the other.
fn read(lines: &[Vec<u8>]) -> Result<Vec<ErasureRecord>, LedgerFault> {
    let mut chain = Chain::new(signer().verifying_key());
    let mut read = Vec::new();
    for (number, line) in (1..).zip(lines) {
        read.push(chain.read(&placed(number, line))?);
    }
    Ok(read)
}

fn place_of(fault: Result<Vec<ErasureRecord>, LedgerFault>) -> u64 {
    fault.expect_err("it is found").position.get()
}

#[test]
fn a_line_says_what_was_erased_when_and_why() {
    let read = read(&lines()).expect("it holds together");
    assert_eq!(read.len() as u64, LINES);
    assert!(read.iter().all(|line| line.at_millis == 71));
    let objection = Ground::Objection;
    assert!(matches!(read[0].says, Says::Erased(Subject::Entry(_), ground) if ground == objection));
    assert!(
        matches!(read[3].says, Says::Erased(Subject::Quarter(_), ground) if ground == objection)
    );
    assert_eq!(read[4].says, Says::Verified(4));
}

/// As it was written before anybody looked. The file is never changed.
#[test]
fn a_line_that_was_written_before_is_read() {
    let line = include_bytes!("../../tests/golden/erasure-1.bin");
    let read = read(&[line.to_vec()]).expect("it holds together");
    let kid = Kid::from_slice(&[9; 16]).expect("a key");
    let expected = ErasureRecord {
        number: 1,
        says: Says::Erased(Subject::Entry(kid), Ground::Objection),
        at_millis: 71,
        previous: [0; 32],
    };
    assert_eq!(read, [expected]);
}

#[test]
fn a_line_verifies_lines_before_it_and_says_nothing_else() {
    let refused = |says: Says, number: u64| {
        let line = ErasureRecord {
            number,
            says,
            at_millis: 71,
            previous: [0; 32],
        };
        ErasureRecord::read(&line.sign(&signer()), &signer().verifying_key())
    };
    let unknown = "it says something that this version does not know";
    assert!(refused(Says::Verified(2), 3).is_ok());
    assert_eq!(refused(Says::Verified(3), 3), Err(unknown));
    assert_eq!(refused(Says::Verified(0), 3), Err(unknown));
}

#[test]
fn every_flipped_byte_is_found_with_its_place() {
    for number in 0..lines().len() {
        let lines = lines();
        for at in 0..lines[number].len() {
            let mut lines = lines.clone();
            lines[number][at] ^= 1;
            assert_eq!(place_of(read(&lines)), number as u64 + 1, "byte {at}");
        }
    }
}

#[test]
fn a_line_that_is_dropped_moved_or_signed_by_another_is_found_with_its_place() {
    let mut dropped = lines();
    dropped.remove(2);
    assert_eq!(place_of(read(&dropped)), 3);
    let mut moved = lines();
    moved.swap(1, 2);
    assert_eq!(place_of(read(&moved)), 2);
    let mut forged = lines();
    let chain = Chain::new(signer().verifying_key());
    let another = SigningKey::from_bytes(&[8; 32]);
    (_, forged[0]) = chain.next(&another, (said()[0], 71));
    assert_eq!(place_of(read(&forged)), 1);
}

/// The same key signs again, so only the chain tells.
#[test]
fn a_line_that_was_written_anew_by_whoever_has_the_key_breaks_the_chain_behind_it() {
    let mut lines = lines();
    let chain = Chain::new(signer().verifying_key());
    (_, lines[0]) = chain.next(&signer(), (said()[0], 71));
    assert_eq!(place_of(read(&lines)), 2);
}

async fn written(path: &Path) -> Vec<Vec<u8>> {
    let log = EventLog::open(path, &[LEDGER]).expect("it opens");
    let topic = log.topic(LEDGER).expect("the topic");
    let lines = lines();
    for (number, line) in (1..).zip(&lines) {
        append(&topic, number, line).await.expect("it is appended");
    }
    log.close();
    lines
}

async fn append(topic: &Topic, number: u64, line: &[u8]) -> Result<Position, LogError> {
    let commit = NewCommit {
        stream: stream().expect("a name"),
        version: Version::new(number),
        attempt: AttemptId::new_v7(),
        commands: Vec::new(),
        body: Bytes::copy_from_slice(line),
    };
    topic.append(commit).await
}

async fn checked(path: &Path) -> Result<u64, LedgerFault> {
    let log = EventLog::open_read_only(path).expect("it opens");
    let topic = log.topic(LEDGER).expect("the topic");
    let lines = check(&topic, signer().verifying_key()).await;
    lines.map(|lines| lines.len() as u64)
}

#[tokio::test]
async fn a_byte_flipped_in_the_file_is_found_with_its_place() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("erasures.db");
    let lines = written(&path).await;
    assert_eq!(checked(&path).await, Ok(LINES));
    let whole = std::fs::read(&path).expect("it is there");
    let line = &lines[2];
    let at = whole.windows(line.len()).position(|window| window == line);
    let at = at.expect("the line stands in the file");
    for byte in [0, line.len() / 2, line.len() - 1] {
        let mut flipped = whole.clone();
        flipped[at + byte] ^= 0x10;
        std::fs::write(&path, flipped).expect("it can be written");
        let fault = checked(&path).await.expect_err("it is found");
        assert_eq!(fault.position.get(), 3, "byte {byte}: {fault}");
    }
}
