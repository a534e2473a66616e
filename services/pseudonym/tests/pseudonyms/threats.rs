//! Threats 1, 3 and 24 on pseudonyms themselves: what an attacker with a copy can do, and what a lost key costs.

use std::collections::{BTreeSet, HashSet};
use std::fs;

use bsn::{Answer, Batch, Bsn};
use pseudonym::ring::{Ring, RingError, Stage};
use pseudonym::{
    Blinded, Custodians, Epoch, Evaluator, National, P1, Recoder, Recoders, Region, Root, Scope,
};

fn epoch(text: &str) -> Epoch {
    Epoch::parse(text).unwrap()
}

/// Citizen numbers of nobody, each time the same ones.
fn numbers(count: usize) -> Vec<Bsn> {
    let texts = (900_000_000_u32..).map(|number| number.to_string());
    texts
        .filter_map(|text| Bsn::parse(&text).ok())
        .take(count)
        .collect()
}

/// What anybody makes of numbers who has a key of the first stage.
fn first_stage(evaluator: &Evaluator, numbers: &[Bsn]) -> Vec<P1> {
    let mut found = Vec::new();
    for numbers in numbers.chunks(1000) {
        let batch = Batch::blind(numbers).unwrap();
        let sent: Vec<Vec<u8>> = batch
            .blinded_elements()
            .iter()
            .map(|element| element.to_vec())
            .collect();
        let evaluated = evaluator.evaluate(&Blinded::parse(&sent).unwrap()).unwrap();
        let answer = Answer {
            elements: &evaluated.elements,
            proof: &evaluated.proof,
        };
        for p1 in batch.finalise(answer, evaluator.public_key()).unwrap() {
            found.push(P1::new(evaluator.epoch(), &*p1.into_bytes()).unwrap());
        }
    }
    found
}

fn evaluator(root: [u8; 32], of: &str) -> Evaluator {
    Evaluator::new(&Root::from_bytes(root), epoch(of)).unwrap()
}

fn recoders(root: [u8; 32], region: &str, of: &str) -> Recoders {
    let region = Region::new(region).unwrap();
    Recoders::derive(&region, [(epoch(of), &Root::from_bytes(root))]).unwrap()
}

/// Every value that a region would keep of these persons.
fn dump(recoders: &Recoders, p1s: &[P1]) -> HashSet<[u8; 32]> {
    let names = p1s.iter().map(|p1| recoders.recode(p1).unwrap());
    names
        .flat_map(|names| [*names.region.value(), *names.national.value()])
        .collect()
}

const FIRST: [u8; 32] = [0x11; 32];
const SECOND: [u8; 32] = [0x22; 32];
/// What an attacker would try who lacks a key.
const GUESSES: [[u8; 32]; 2] = [[0; 32], [0xff; 32]];

/// How many of the waiting an attacker names, who has a dump of the pseudonyms and a list of all citizen numbers.
fn named(with_first: bool, with_second: bool) -> usize {
    let waiting = first_stage(&evaluator(FIRST, "2026a"), &numbers(50));
    let stolen = dump(&recoders(SECOND, "drenthe", "2026a"), &waiting);
    assert_eq!(stolen.len(), 100);

    // The key that was stolen is also tried in the place of the one that was not.
    let guesses = |has: bool, key: [u8; 32], other: [u8; 32]| -> Vec<[u8; 32]> {
        if has {
            vec![key]
        } else {
            [GUESSES.as_slice(), &[other]].concat()
        }
    };
    let everybody = numbers(1000);
    let mut hits = 0;
    for first in guesses(with_first, FIRST, SECOND) {
        let p1s = first_stage(&evaluator(first, "2026a"), &everybody);
        for second in guesses(with_second, SECOND, FIRST) {
            hits += dump(&recoders(second, "drenthe", "2026a"), &p1s)
                .intersection(&stolen)
                .count();
        }
        // The first stage alone, cut to the length of a pseudonym.
        hits += p1s
            .iter()
            .filter(|p1| {
                p1.expose()
                    .first_chunk()
                    .is_some_and(|start: &[u8; 32]| stolen.contains(start))
            })
            .count();
    }
    hits
}

#[test]
fn threat_1_a_dump_and_all_citizen_numbers_name_nobody_without_both_keys() {
    assert_eq!(named(true, false), 0, "with the evaluator's key");
    assert_eq!(named(false, true), 0, "with the recoder's key");
}

/// Shows that the attack above would find what there is to find.
#[test]
fn threat_1_both_keys_together_name_everybody() {
    assert_eq!(named(true, true), 100);
}

fn windows(values: &HashSet<[u8; 32]>) -> HashSet<[u8; 8]> {
    let all = values.iter().flat_map(|value| value.windows(8));
    all.map(|window| window.try_into().unwrap()).collect()
}

fn values<S: Scope>(recoder: &Recoder<S>, p1s: &[P1]) -> HashSet<[u8; 32]> {
    p1s.iter()
        .map(|p1| *recoder.recode(p1).unwrap().value())
        .collect()
}

#[test]
fn threat_3_the_same_persons_in_two_regions_share_no_eight_bytes() {
    let p1s = first_stage(&evaluator(FIRST, "2026a"), &numbers(200));
    let root = Root::from_bytes(SECOND);
    let regional = |region: &str| {
        let region = Region::new(region).unwrap();
        windows(&values(
            &Recoder::new(&root, epoch("2026a"), &region).unwrap(),
            &p1s,
        ))
    };
    let national = Recoder::new(&root, epoch("2026a"), &National).unwrap();
    let scopes = [
        regional("drenthe"),
        regional("twente"),
        windows(&values(&national, &p1s)),
    ];
    for (at, one) in scopes.iter().enumerate() {
        assert_eq!(one.len(), 200 * 25);
        for other in &scopes[..at] {
            assert!(one.is_disjoint(other));
        }
    }
}

#[test]
fn threat_3_two_epochs_share_no_eight_bytes() {
    let persons = numbers(200);
    let of = |year: &str| {
        let p1s = first_stage(&evaluator(FIRST, year), &persons);
        windows(&dump(&recoders(SECOND, "drenthe", year), &p1s))
    };
    assert!(of("2026a").is_disjoint(&of("2027a")));
}

/// The drill: the second stage's root is lost, everybody is registered again, and is counted as before.
#[test]
fn threat_24_a_lost_root_costs_one_cycle_and_no_count() {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys");
    let by = Custodians::parse(&["a.ahmed@notary", "b.bakker@zorgring"]).unwrap();
    let at = (2026, "2026-11-25");
    for stage in Stage::ALL {
        Ring::init(&keys, stage, (epoch("2026a"), at.1)).unwrap();
    }
    // 300 entries of 200 persons: some wait at two providers.
    let entries = || {
        numbers(200)
            .into_iter()
            .chain(numbers(100))
            .collect::<Vec<Bsn>>()
    };
    let before = counted(&keys, &entries());
    assert_eq!(before.len(), 200);

    fs::remove_file(keys.join("recoder-2026a.key")).unwrap();
    assert!(matches!(
        Ring::open(&keys, Stage::Recoder),
        Err(RingError::Missing(_))
    ));
    for stage in Stage::ALL {
        assert_eq!(
            Ring::leave_behind(&keys, stage, at, &by).unwrap(),
            epoch("2026b")
        );
    }
    let after = counted(&keys, &entries());
    assert_eq!(after.len(), before.len());
    assert!(
        after.is_disjoint(&before),
        "what was named before is linked to nobody"
    );
}

/// Unique persons among entries, under the newest keys.
fn counted(keys: &std::path::Path, entries: &[Bsn]) -> BTreeSet<String> {
    let evaluators = Ring::open(keys, Stage::Evaluator).unwrap();
    let (newest, root) = evaluators.roots().last().unwrap();
    let p1s = first_stage(&Evaluator::new(root, newest).unwrap(), entries);
    let second = Ring::open(keys, Stage::Recoder).unwrap();
    let region = Region::new("drenthe").unwrap();
    let recoders = Recoders::derive(&region, second.roots()).unwrap();
    p1s.iter()
        .map(|p1| recoders.recode(p1).unwrap().national.to_text())
        .collect()
}
