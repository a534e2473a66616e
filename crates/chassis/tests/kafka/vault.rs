use std::time::Duration;

use pseudonym::envelope::{Audience, Binding, open, seal};
use pseudonym::vault::{KeyVault, Kid, Quarter, VaultError};

use crate::region::{Region, eventually};

const OTHERS: usize = 100_000;
const MOMENTS: u64 = 100;

mod conforms {
    pseudonym::vault_conforms! { crate::region::Region::new() }
}

fn quarter() -> Quarter {
    "2026q4".parse().expect("a quarter")
}

fn make(vault: &dyn KeyVault, count: usize) -> Vec<Kid> {
    let made = vault.make(quarter(), count).expect("they are made");
    made.into_iter().map(|(kid, _)| kid).collect()
}

fn opened(vault: &dyn KeyVault, kid: Kid) -> Result<(), VaultError> {
    vault.open(kid, Audience::Region).map(|_| ())
}

#[test]
fn a_key_that_one_node_makes_opens_on_the_other() {
    let region = Region::new();
    let (one, two) = (region.open(), region.open());
    let place = Binding::to("test");
    for _ in 0..3 {
        let (kid, key) = one.make(quarter(), 1).expect("it is made").remove(0);
        let sealed = seal(&key.sub_key(Audience::National), &place, b"clear");
        let again = two.open(kid, Audience::National).expect("it is there");
        assert!(open(&again, &place, &sealed).is_ok());
        let (kid, key) = two.make(quarter(), 1).expect("it is made").remove(0);
        let sealed = seal(&key.sub_key(Audience::Region), &place, b"clear");
        let again = one.open(kid, Audience::Region).expect("it is there");
        assert!(open(&again, &place, &sealed).is_ok());
    }
}

#[test]
fn a_key_that_one_node_destroys_is_destroyed_on_the_other() {
    let region = Region::new();
    let (one, two) = (region.open(), region.open());
    let kids = make(&one, 2);
    assert_eq!(opened(&two, kids[0]), Ok(()));
    one.shred(&kids[..1]).expect("it is destroyed");
    eventually("two hears of it", || {
        opened(&two, kids[0]) == Err(VaultError::Erased)
    });
    assert_eq!(opened(&two, kids[1]), Ok(()));
    two.destroy(quarter()).expect("it is destroyed");
    eventually("one hears of it", || {
        opened(&one, kids[1]) == Err(VaultError::Erased)
    });
    assert_eq!(
        one.make(quarter(), 1).map(|_| ()),
        Err(VaultError::Erased),
        "nothing is made in it any more"
    );
}

/// As a producer does that sends again what it had sent before.
#[test]
fn a_late_put_after_a_destruction_never_brings_a_key_back() {
    let region = Region::new();
    let kid = make(&region.open(), 1).remove(0);
    let raw = region.raw();
    let value = raw.of(kid).remove(0);
    {
        let vault = region.open();
        vault.shred(&[kid]).expect("it is destroyed");
        raw.put(&value);
        assert_eq!(opened(&vault, kid), Err(VaultError::Erased));
        eventually("it is deleted again", || {
            raw.of(kid).last().is_some_and(|(_, value)| value.is_none())
        });
        assert_eq!(opened(&vault, kid), Err(VaultError::Erased));
    }
    // While no node runs: the next one deletes it.
    raw.put(&value);
    assert_eq!(region.seen().find(kid), Ok(()), "an auditor sees it");
    let vault = region.open();
    assert_eq!(opened(&vault, kid), Err(VaultError::Erased));
    eventually("it is deleted again", || {
        region.seen().find(kid) == Err(VaultError::Erased)
    });
}

/// The ledger names the quarter alone: which keys it had is known by what the topic keeps of them.
#[test]
fn a_late_put_after_the_destruction_of_its_quarter_leaves_a_key_that_is_known_to_be_gone_with_it() {
    let region = Region::new();
    let vault = region.open();
    let kid = make(&vault, 1).remove(0);
    let raw = region.raw();
    let value = raw.of(kid).remove(0);
    vault.destroy(quarter()).expect("it is destroyed");
    let gone = raw.of(kid).pop();
    raw.put(&value);
    eventually("it is destroyed again", || {
        raw.of(kid).last() != Some(&value)
    });
    assert_eq!(raw.of(kid).pop(), gone);
}

#[test]
fn destructions_and_late_puts_that_race_leave_no_key() {
    let region = Region::new();
    let (one, two) = (region.open(), region.open());
    let kids = make(&one, 16);
    let raw = region.raw();
    std::thread::scope(|scope| {
        for kid in &kids {
            let value = raw.of(*kid).remove(0);
            scope.spawn({
                let raw = &raw;
                move || (0..3).for_each(|_| raw.put(&value))
            });
        }
        scope.spawn(|| one.shred(&kids).expect("they are destroyed"));
        scope.spawn(|| two.shred(&kids).expect("they are destroyed"));
    });
    for kid in &kids {
        assert_eq!(opened(&one, *kid), Err(VaultError::Erased));
        assert_eq!(opened(&two, *kid), Err(VaultError::Erased));
    }
    eventually("none has a value", || {
        let seen = region.seen();
        kids.iter()
            .all(|kid| seen.find(*kid) == Err(VaultError::Erased))
    });
}

#[test]
fn a_node_that_lacks_the_key_of_a_quarter_refuses_and_says_so() {
    let region = Region::new();
    let kid = make(&region.open(), 1).remove(0);
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let other = region.vault_in(elsewhere.path());
    let folder = elsewhere.path().join("keks");
    let missing = format!("the key of 2026q4 is missing in {}", folder.display());
    let missing = Err(VaultError::Damaged(missing));
    assert_eq!(other.check(), missing);
    assert_eq!(opened(&other, kid), missing);
    assert_eq!(other.make(quarter(), 1).map(|_| ()), missing);
    assert!(region.open().check().is_ok(), "where it is all is well");
}

/// A node that hears of it late finds that the quarter's key is missing: that is no damage.
#[test]
fn a_key_whose_quarter_is_destroyed_is_not_damaged_to_a_node_that_has_not_heard_of_it_yet() {
    let region = Region::new();
    let kid = make(&region.open(), 1).remove(0);
    // So much that reading it takes a while.
    let others = (0..OTHERS).map(|_| (Kid::random().to_string().into_bytes(), None));
    region.raw().put_all(&others.collect::<Vec<_>>());
    region.open().destroy(quarter()).expect("it is destroyed");
    let late = region.open();
    std::thread::scope(|scope| {
        for moment in 0..MOMENTS {
            let late = &late.0;
            scope.spawn(move || {
                std::thread::sleep(Duration::from_millis(5 * moment));
                let refused = opened(late, kid).expect_err("it is destroyed");
                let is_right = matches!(refused, VaultError::Erased | VaultError::Storage(_));
                assert!(is_right, "{refused}");
            });
        }
    });
    assert_eq!(opened(&late, kid), Err(VaultError::Erased));
}

#[test]
fn of_two_nodes_that_do_not_share_their_folder_one_refuses() {
    let region = Region::new();
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let (one, two) = (region.open(), region.vault_in(elsewhere.path()));
    let (of_one, of_two) = std::thread::scope(|scope| {
        let one = scope.spawn(|| one.make(quarter(), 1));
        let two = scope.spawn(|| two.make(quarter(), 1));
        (one.join().expect("it ends"), two.join().expect("it ends"))
    });
    let refused = match (of_one, of_two) {
        (Ok(_), Err(refused)) | (Err(refused), Ok(_)) => refused.to_string(),
        (Ok(_), Ok(_)) => panic!("both have made keys, each under its own"),
        (Err(one), Err(two)) => panic!("{one}; {two}"),
    };
    assert!(
        refused.contains("is another than the one that")
            || refused.contains("the key of 2026q4 is missing"),
        "{refused}"
    );
}

/// Whoever is told that it could not be written repeats it: what the first attempt left out must not be lost.
#[test]
fn a_destruction_that_was_not_taken_is_said_to_all_when_it_is_repeated() {
    let region = Region::new();
    let vault = region.open();
    assert_eq!(vault.check(), Ok(()));
    region.let_keys_take(false);
    let not_taken = vault.0.destroy(quarter());
    assert!(matches!(not_taken, Err(VaultError::Storage(_))));
    region.let_keys_take(true);
    vault.destroy(quarter()).expect("it is destroyed");
    let made = region.open().make(quarter(), 1).map(|_| ());
    assert_eq!(made, Err(VaultError::Erased), "another node knows it too");
}

#[test]
fn what_is_destroyed_and_not_compacted_yet_is_named_with_its_end() {
    let region = Region::new();
    let vault = region.open();
    let kids = make(&vault, 3);
    vault.shred(&kids[..2]).expect("they are destroyed");
    let seen = region.seen();
    assert_eq!(seen.differences, Vec::<String>::new());
    let mut leftover: Vec<_> = seen.leftover().map(|(kid, _)| kid).collect();
    leftover.sort();
    let mut shredded = kids[..2].to_vec();
    shredded.sort();
    assert_eq!(leftover, shredded);
    let day = 24 * 3_600_000;
    let now = (eventlog::system_clock())();
    assert!(
        seen.leftover()
            .all(|(_, until)| (until - now - day).abs() < 60_000)
    );
    // Until then, and no longer, who has the quarter's key can open it: the auditor is told.
    assert!(seen.recover(kids[0], Audience::Region).is_some());
    vault.destroy(quarter()).expect("it is destroyed");
    let seen = region.seen();
    assert!(
        kids.iter()
            .all(|kid| seen.recover(*kid, Audience::Region).is_none()),
        "without the quarter's key nobody can"
    );
}
