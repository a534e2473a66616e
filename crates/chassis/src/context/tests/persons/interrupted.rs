use pseudonym::envelope::{Audience, DataKey, SubKey};
use pseudonym::vault::{Kid, Quarter, VaultError};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::super::{repeat, settle};
use super::*;
use crate::erasure::Subject;

/// What a vault is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Shred,
    List,
    Destroy,
}

/// A vault whose disk is full for one step.
struct Full {
    vault: FileVault,
    step: Step,
    is_full: AtomicBool,
    has_refused: AtomicBool,
}

impl Full {
    fn ask(&self, step: Step) -> Result<(), VaultError> {
        if step == self.step && self.is_full.load(Ordering::Relaxed) {
            self.has_refused.store(true, Ordering::Relaxed);
            return Err(VaultError::Full);
        }
        Ok(())
    }

    async fn refuses(&self) {
        while !self.has_refused.load(Ordering::Relaxed) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl KeyVault for Full {
    fn make(&self, quarter: Quarter, count: usize) -> Result<Vec<(Kid, DataKey)>, VaultError> {
        self.vault.make(quarter, count)
    }

    fn open(&self, kid: Kid, audience: Audience) -> Result<SubKey, VaultError> {
        self.vault.open(kid, audience)
    }

    fn shred(&self, kids: &[Kid]) -> Result<(), VaultError> {
        self.ask(Step::Shred)?;
        self.vault.shred(kids)
    }

    fn made_in(&self, quarter: Quarter) -> Result<Vec<Kid>, VaultError> {
        self.ask(Step::List)?;
        self.vault.made_in(quarter)
    }

    fn destroy(&self, quarter: Quarter) -> Result<(), VaultError> {
        self.ask(Step::Destroy)?;
        self.vault.destroy(quarter)
    }
}

fn full(disk: &Disk, step: Step) -> Arc<Full> {
    Arc::new(Full {
        vault: FileVault::open(disk.0.path()).expect("it opens"),
        step,
        is_full: AtomicBool::new(true),
        has_refused: AtomicBool::new(false),
    })
}

fn is_destroyed(vault: &dyn KeyVault, kid: Kid) -> bool {
    matches!(
        vault.open(kid, Audience::Region).map(|_| ()),
        Err(VaultError::Erased)
    )
}

#[tokio::test]
async fn between_the_ledger_and_the_destruction_nobody_reads_and_a_restart_finishes_it() {
    let disk = Disk::new();
    let vault = full(&disk, Step::Shred);
    let region = disk.opened_with(Arc::clone(&vault) as Arc<dyn KeyVault>);
    let node = region.node("one").await;
    region.live(&node, "a").await;
    let kid = kid_of(&node, "a");
    let erased = node.erase("a").await;
    assert!(matches!(erased, Err(EraseError::Recorded)), "{erased:?}");
    let again = node.erase("a").await;
    assert!(matches!(again, Err(EraseError::Recorded)), "{again:?}");
    assert!(!is_destroyed(&*vault, kid), "the key is still there");
    node.shows_nothing_of("a").await;
    assert_eq!(
        node.history("a").await,
        0,
        "the ledger is asked before the vault"
    );
    let other = region.node("two").await;
    other.shows_nothing_of("a").await;
    other.stop().await;
    // As after a crash: nothing more is done in this process.
    node.stop().await;
    region.close();
    drop(vault);

    let region = disk.opened();
    let node = region.node("one").await;
    node.shows_nothing_of("a").await;
    assert!(is_destroyed(&*region.vault, kid), "the start has done it");
}

#[tokio::test]
async fn a_destruction_that_failed_is_tried_again_until_it_is_done() {
    let disk = Disk::new();
    let vault = full(&disk, Step::Shred);
    let region = disk.opened_with(Arc::clone(&vault) as Arc<dyn KeyVault>);
    let node = region.node("one").await;
    region.live(&node, "a").await;
    let kid = kid_of(&node, "a");
    let erasing = node.erase("a");
    let making_room = async {
        node.folds("a", |state| *state == Places::default()).await;
        vault.is_full.store(false, Ordering::Relaxed);
    };
    let (erased, ()) = tokio::join!(erasing, making_room);
    erased.expect("it is done in the end");
    assert!(is_destroyed(&*vault, kid));
}

/// As on Kafka, while it is away or the keys are still being read.
#[tokio::test]
async fn a_quarter_whose_keys_cannot_be_listed_yet_is_destroyed_as_soon_as_they_can() {
    let disk = Disk::new();
    let vault = full(&disk, Step::List);
    let region = disk.opened_with(Arc::clone(&vault) as Arc<dyn KeyVault>);
    let node = region.node("one").await;
    let quarter = Quarter::of_millis(region.now());
    region.live(&node, "a").await;
    let kid = kid_of(&node, "a");
    let keyring = node.node.keyring.clone().expect("it has one");
    let subject = [Subject::Quarter(quarter)];
    let erasing = keyring.erase(&subject, Ground::Retention, node.node.clock.now());
    let making_room = async {
        vault.refuses().await;
        vault.is_full.store(false, Ordering::Relaxed);
    };
    let (erased, ()) = within(async { tokio::join!(erasing, making_room) }).await;
    erased.expect("it is done in the end");
    node.folds("a", |state| *state == Places::default()).await;
    assert!(is_destroyed(&*vault, kid));
}

#[tokio::test]
async fn a_quarter_that_cannot_be_destroyed_does_not_hold_up_the_destruction_of_others() {
    let disk = Disk::new();
    let vault = full(&disk, Step::Destroy);
    let region = disk.opened_with(Arc::clone(&vault) as Arc<dyn KeyVault>);
    let node = region.node("one").await;
    region.live(&node, "a").await;
    let kid = kid_of(&node, "a");
    let keyring = node.node.keyring.clone().expect("it has one");
    let subjects = [
        Subject::Quarter("2020q1".parse().expect("a quarter")),
        Subject::Entry(kid),
    ];
    let erased = keyring.erase(&subjects, Ground::Retention, node.node.clock.now());
    let erased = within(erased).await;
    assert!(matches!(erased, Err(EraseError::Recorded)), "{erased:?}");
    assert!(is_destroyed(&*vault, kid));
}

/// The decision is heard of while no key is to be had.
#[tokio::test]
async fn what_an_operator_skips_while_keys_are_not_to_be_had_is_skipped_as_soon_as_they_are() {
    let disk = Disk::new();
    let vault = full(&disk, Step::List);
    let region = disk.opened_with(Arc::clone(&vault) as Arc<dyn KeyVault>);
    let node = region.node("one").await;
    effect(node.execute("a", &region.call(Command::Open(3))).await);
    let taken = node.execute("a", &region.call(Command::Take)).await;
    let taken = taken.expect("in effect").position;
    let keyring = node.node.keyring.clone().expect("it has one");
    let subject = [Subject::Quarter("2020q1".parse().expect("a quarter"))];
    let now = node.node.clock.now();
    let erasing = keyring.erase(&subject, Ground::Retention, now);
    let skipping = async {
        // While its keys cannot be listed it is not known how the ledger ends.
        node.stops_serving().await;
        region.skip(super::super::TOPIC, taken).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        vault.is_full.store(false, Ordering::Relaxed);
    };
    let (_, ()) = within(async { tokio::join!(erasing, skipping) }).await;
    node.serves_again().await;
    let folded = node.context.read();
    let slot = folded.get(&stream("a")).expect("it is there");
    assert_eq!((slot.state.taken, slot.skipped_at), (0, Some(taken)));
}

/// Two nodes are asked to begin the same entry. Kafka keeps what the slower one wrote, and an erasure names one key only.
#[tokio::test]
async fn the_key_of_a_first_commit_that_came_too_late_is_destroyed_at_once() {
    let disk = Disk::new();
    let region = disk.opened();
    let (one, two) = (region.node("one").await, region.node("two").await);
    region.gate.shut();
    let call = region.call(Command::Open(3));
    let by_one = one.submit("a", &call).await;
    let by_two = two.submit("a", &repeat(&call)).await;
    let quarter = Quarter::of_millis(region.now());
    // Each decides, and takes one of those that it has made.
    settle().await;
    let made = region.vault.made_in(quarter).expect("they can be listed");
    region.gate.open();
    effect(within(by_one).await);
    effect(within(by_two).await);
    let in_effect = kid_of(&one, "a");
    let destroyed = || {
        let destroyed = made
            .iter()
            .filter(|kid| is_destroyed(&*region.vault, **kid));
        destroyed.copied().collect::<Vec<_>>()
    };
    let one_is_destroyed = async {
        while destroyed().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    within(one_is_destroyed).await;
    assert_eq!(destroyed().len(), 1, "the other one's");
    assert!(!is_destroyed(&*region.vault, in_effect));
    assert_eq!(two.history("a").await, 1);
}
