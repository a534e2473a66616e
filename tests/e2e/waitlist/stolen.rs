use std::collections::BTreeMap;

use pseudonym::{Epoch, Evaluator, Root};
use tempfile::tempdir;

use super::attacker::{Attacker, Loot, Named, roots};
use super::regions::{receipt_key, region};
use super::rows::{Rows, numbers};
use super::*;

/// The attacker's list: everybody who waits, and so many altogether.
const NUMBERS: usize = 3_000;

/// Which entry is whose, by region.
type Truth = BTreeMap<(&'static str, String), String>;

/// Brings one list into both regions, and returns of each region which entry is whose.
fn both_take(servers: [&Server; 2], caller: &str, rows: &Rows) -> Truth {
    let folder = tempdir().unwrap();
    let file = folder.path().join("list.csv");
    std::fs::write(&file, rows.csv()).unwrap();
    let mut truth = BTreeMap::new();
    for (server, region) in servers.into_iter().zip(["drenthe", "twente"]) {
        let entries = folder.path().join(region);
        let (file, kept) = (file.display().to_string(), entries.display().to_string());
        let evaluator = ["--evaluator", servers[0].grpc(), "--entries", &kept];
        let args = [&["import", file.as_str()][..], &evaluator].concat();
        waitlist(server.grpc(), caller, &args).expect_done();
        for line in std::fs::read_to_string(entries).unwrap().lines().skip(1) {
            let [reference, entry, _] = line.split(',').collect::<Vec<_>>()[..] else {
                panic!("{line}");
            };
            let (_, row) = reference.split_once('-').unwrap();
            let person = row.parse::<usize>().unwrap() % rows.persons.len();
            truth.insert((region, entry.to_owned()), rows.persons[person].clone());
        }
    }
    truth
}

/// Two regions take the same persons, and everything is stolen when their servers are killed.
fn robbed(here: &Path, there: &Path) -> (Truth, [Loot; 2]) {
    let mut drenthe = region(here, "drenthe", &[]);
    let key = receipt_key(here);
    let services = ["--services", "capacity,waitlist", "--receipt-key", &key];
    let mut twente = region(there, "twente", &services.map(str::to_owned));
    let one = Rows::new("a", 60, 0..40);
    let mut truth = both_take([&drenthe, &twente], PROVIDER, &one);
    // A stop writes snapshots; what comes afterwards is in the write-ahead logs.
    drenthe.restart();
    twente.restart();
    let other = Rows::new("b", 30, 20..50);
    truth.extend(both_take([&drenthe, &twente], OTHER_PROVIDER, &other));
    assert_eq!(truth.len(), 2 * 90);
    for server in [&mut drenthe, &mut twente] {
        assert_eq!(counted(server.grpc(), TEAM), (50, 90));
        server.kill9();
    }
    let loot = [Loot::of(here, "drenthe"), Loot::of(there, "twente")];
    for name in ["log.db-wal", "keys.db", "erasures.db", ".kek", "snapshots/"] {
        for stolen in &loot {
            let files = stolen.files();
            let mut names = files.iter().map(|path| path.to_string_lossy());
            assert!(names.any(|path| path.contains(name)), "{name}: {files:?}");
        }
    }
    (truth, loot)
}

#[test]
fn threat_1_both_logs_and_one_key_name_nobody_and_both_keys_everybody() {
    let (here, there) = (tempdir().unwrap(), tempdir().unwrap());
    let (truth, loot) = robbed(here.path(), there.path());
    let first = roots(here.path(), "evaluator");
    let second = [here.path(), there.path()].map(|data| roots(data, "recoder"));
    let second = second.concat();
    assert_eq!((first.len(), second.len()), (1, 2));
    let epoch = Epoch::parse(&format!("{}a", &rows::day(0)[..4])).unwrap();
    let evaluator = Evaluator::new(&Root::from_bytes(first[0]), epoch).unwrap();
    let numbers = numbers(0..NUMBERS);
    let values = |first: &[[u8; 32]], second: &[[u8; 32]]| {
        let attacker = Attacker {
            numbers: &numbers,
            epoch,
            public_key: *evaluator.public_key(),
            first: first.to_vec(),
            second: second.to_vec(),
        };
        attacker.values(&loot)
    };

    let nobody = Named::default();
    let named = values(&first, &[]).names(&loot);
    assert_eq!(named, nobody, "with the evaluator's key");
    let named = values(&[], &second).names(&loot);
    assert_eq!(named, nobody, "with the recoders' keys");

    let both = values(&first, &second);
    let named = both.names(&loot);
    assert_eq!(named.entries, truth);
    assert!(named.in_files.is_empty(), "in clear: {:?}", named.in_files);
    // The same search finds a name that does lie in clear.
    let person = loot[1].leave_one_open();
    let named = both.names(&loot);
    assert_eq!(named.in_files, [truth[&person].clone()].into());
}
