use chassis::erasure::{Ground, SigningKey, Subject, VERIFIED_AFTER, check};
use domain::Timestamp;
use pseudonym::envelope::Audience;
use pseudonym::vault::{KeyVault, Kid, Quarter, VaultError};

use crate::region::{Node, Region, eventually};

fn quarter() -> Quarter {
    "2026q4".parse().expect("a quarter")
}

async fn make(node: &Node, count: usize) -> Vec<Kid> {
    let vault = std::sync::Arc::clone(&node.vault);
    let made = tokio::task::spawn_blocking(move || vault.make(quarter(), count));
    let made = made.await.expect("it ends").expect("they are made");
    made.into_iter().map(|(kid, _)| kid).collect()
}

async fn erase(node: &Node, kids: &[Kid]) {
    for kid in kids {
        let subject = [Subject::Entry(*kid)];
        let now = Timestamp::from_millis(71);
        let erased = node.keyring.erase(&subject, Ground::Objection, now).await;
        erased.expect("it is erased");
    }
}

fn is_destroyed(vault: &dyn KeyVault, kid: Kid) -> bool {
    vault.open(kid, Audience::Region).map(|_| ()) == Err(VaultError::Erased)
}

async fn lines(node: &Node) -> usize {
    let key = SigningKey::from_bytes(&[7; 32]).verifying_key();
    let lines = check(&node.ledger, key).await;
    lines.expect("the chain holds together").len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_that_erase_at_once_make_one_chain_on_kafka() {
    let region = Region::new();
    let (one, two) = (region.node("one"), region.node("two"));
    one.keyring.ready().await.expect("it is read");
    two.keyring.ready().await.expect("it is read");
    let kids = make(&one, 16).await;
    tokio::join!(erase(&one, &kids[..8]), erase(&two, &kids[8..]));
    assert_eq!(lines(&one).await, 16);
    for kid in &kids {
        for node in [&one, &two] {
            eventually("it is destroyed everywhere", || {
                is_destroyed(&*node.vault, *kid)
            });
        }
    }
    one.stop().await;
    two.stop().await;
    let third = region.node("three");
    third.keyring.ready().await.expect("it holds together");
    assert_eq!(lines(&third).await, 16);
    assert!(kids.iter().all(|kid| is_destroyed(&*third.vault, *kid)));
    third.stop().await;
}

/// A key that came back while nobody looked, and whose tombstone is compacted away: the ledger knows it for good.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_ledger_names_and_the_topic_has_is_destroyed_at_the_next_start() {
    let region = Region::new();
    let node = region.node("one");
    node.keyring.ready().await.expect("it is read");
    let kid = make(&node, 1).await.remove(0);
    let raw = region.raw();
    let value = raw.of(kid).remove(0);
    erase(&node, &[kid]).await;
    node.stop().await;
    raw.put(&value);
    assert_eq!(region.seen().find(kid), Ok(()));

    let node = region.node("two");
    node.keyring.ready().await.expect("it is read");
    assert!(is_destroyed(&*node.vault, kid));
    eventually("the topic says so, too", || {
        region.seen().find(kid) == Err(VaultError::Erased)
    });
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_of_a_retention_is_heard_of_by_every_node_and_stays_so() {
    let region = Region::new();
    let (one, two) = (region.node("one"), region.node("two"));
    one.keyring.ready().await.expect("it is read");
    two.keyring.ready().await.expect("it is read");
    let kids = make(&one, 4).await;
    erase(&one, &kids[..1]).await;
    let subject = [Subject::Quarter(quarter())];
    let now = Timestamp::from_millis(71);
    let erased = two.keyring.erase(&subject, Ground::Retention, now).await;
    erased.expect("it is erased");
    for kid in &kids {
        eventually("it is destroyed everywhere", || {
            is_destroyed(&*one.vault, *kid) && is_destroyed(&*two.vault, *kid)
        });
    }
    assert!(!region.shared().join("keks/2026q4.kek").exists());
    one.stop().await;
    two.stop().await;
    let third = region.node("three");
    third.keyring.ready().await.expect("it holds together");
    assert!(kids.iter().all(|kid| is_destroyed(&*third.vault, *kid)));
    third.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_nodes_that_verify_at_once_on_kafka_one_writes_so() {
    let region = Region::new();
    let (one, two) = (region.node("one"), region.node("two"));
    one.keyring.ready().await.expect("it is read");
    two.keyring.ready().await.expect("it is read");
    let kids = make(&one, 2).await;
    erase(&one, &kids).await;
    let two_days = i64::try_from(VERIFIED_AFTER.as_millis()).expect("it fits");
    let now = Timestamp::from_millis(71 + two_days);
    assert_eq!(one.keyring.to_verify(now.plus_millis(-1)), None);
    for node in [&one, &two] {
        eventually("both lines are to be verified", || {
            let due = node.keyring.to_verify(now);
            due.is_some_and(|due| (due.verified, due.due, due.count) == (0, 2, 2))
        });
    }
    let (by_one, by_two) = tokio::join!(
        one.keyring.set_verified(2, now),
        two.keyring.set_verified(2, now)
    );
    by_one.expect("it is written");
    by_two.expect("it is written");
    for node in [&one, &two] {
        assert_eq!(lines(node).await, 3);
        eventually("nothing is to be verified", || {
            node.keyring.to_verify(now).is_none()
        });
    }
    one.stop().await;
    two.stop().await;
}
