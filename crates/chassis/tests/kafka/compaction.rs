use std::fs;
use std::path::Path;

use chassis::erasure::key_topic_name;
use e2e::Cluster;
use eventlog::kafka::make_quick_keyed_topic;
use pseudonym::envelope::Audience;
use pseudonym::vault::{KeyVault, Kid, Quarter, VaultError};

use crate::region::{Raw, Region, eventually};

/// A nonce, a key, a tag.
const WRAPPED_BYTES: usize = 12 + 32 + 16;

/// Whether some file beneath a folder has these bytes.
fn holds(folder: &Path, wanted: &[u8]) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).any(|path| {
        if path.is_dir() {
            return holds(&path, wanted);
        }
        // The broker removes files while we look.
        contains(&fs::read(&path).unwrap_or_default(), wanted)
    })
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    // Most of an index is zeros.
    let anchor = wanted.iter().position(|byte| *byte != 0).unwrap_or(0);
    let Some(from) = bytes.get(anchor..) else {
        return false;
    };
    let mut starts = from.iter().enumerate();
    starts.any(|(at, byte)| *byte == wanted[anchor] && bytes[at..].starts_with(wanted))
}

/// A data key as it was put, wrapped: the last field of its value.
fn wrapped(raw: &Raw, kid: Kid) -> Vec<u8> {
    let (_, value) = raw.of(kid).remove(0);
    let value = value.expect("it was put");
    value[value.len() - WRAPPED_BYTES..].to_vec()
}

fn opened(vault: &dyn KeyVault, kid: Kid) -> Result<(), VaultError> {
    vault.open(kid, Audience::Region).map(|_| ())
}

/// Nothing is written behind the destructions but what a node writes for compaction's sake.
#[test]
fn neither_a_key_nor_what_wrapped_it_is_on_the_brokers_disk_after_compaction() {
    // On one that holds little else.
    let cluster = Cluster::start(1);
    let region = Region::on(&cluster);
    let topic = key_topic_name(&region.name);
    make_quick_keyed_topic(&region.settings(), &topic).expect("it is made");
    let quarter: Quarter = "2026q4".parse().expect("a quarter");
    let (vault, folder) = (region.open(), cluster.folder());
    let made = vault.make(quarter, 3).expect("they are made");
    let kids: Vec<Kid> = made.into_iter().map(|(kid, _)| kid).collect();
    let raw = region.raw();
    let bytes: Vec<_> = kids.iter().map(|kid| wrapped(&raw, *kid)).collect();
    drop(raw);
    assert!(
        bytes.iter().all(|bytes| holds(folder, bytes)),
        "the search finds what is there"
    );

    vault.shred(&kids[..1]).expect("it is destroyed");
    eventually("it is compacted away", || !holds(folder, &bytes[0]));
    assert!(holds(folder, &bytes[1]) && holds(folder, &bytes[2]));
    assert_eq!(region.seen().leftover().count(), 0);
    assert_eq!(opened(&region.open(), kids[1]), Ok(()), "as it was");

    vault.destroy(quarter).expect("it is destroyed");
    eventually("they are compacted away", || {
        !bytes.iter().any(|bytes| holds(folder, bytes))
    });
    let again = region.open();
    assert_eq!(again.check(), Ok(()));
    for kid in &kids {
        assert_eq!(opened(&again, *kid), Err(VaultError::Erased));
    }
    let mut known = again.made_in(quarter).expect("it can be read");
    let mut left = kids[1..].to_vec();
    known.sort_unstable();
    left.sort_unstable();
    assert_eq!(known, left, "what went with the quarter stays known");
}
