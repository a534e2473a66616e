mod kafka;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use chassis::erasure::{Ground, Keyring, Says, SigningKey, Subject, check, topic_name};
use chassis::{Clock, Node};
use domain::Timestamp;
use eventlog::EventLog;
use pseudonym::vault::{FileVault, KeyVault, Kid, Quarter, key_file};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::verifier::{Seen, Verifier};
use crate::config::{Service, Settings};
use crate::{persons, storage};

const HOUR_MILLIS: i64 = 3_600_000;

/// So many hours after the first erasure.
fn hour(hours: i64) -> Timestamp {
    let first = Timestamp::from_millis(1_780_000_000_000);
    first.plus_millis(hours * HOUR_MILLIS)
}

/// The files of a region.
struct Region {
    settings: Settings,
    log: EventLog,
    ledger: EventLog,
    _folder: TempDir,
}

impl Region {
    /// On the embedded log, with three keys.
    fn new() -> (Self, Vec<Kid>) {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            data: folder.path().to_owned(),
            services: vec![Service::Waitlist],
            ..Settings::default()
        };
        let log = storage::open(&settings).unwrap();
        let persons = persons::open(&settings).unwrap();
        let made = persons.vault.make(Quarter::of_millis(0), 3).unwrap();
        let region = Self {
            settings,
            log,
            ledger: persons.own_log.clone().unwrap(),
            _folder: folder,
        };
        (region, made.into_iter().map(|(kid, _)| kid).collect())
    }

    fn folder(&self) -> &Path {
        &self.settings.data
    }

    fn vault(&self) -> Arc<dyn KeyVault> {
        Arc::new(FileVault::open(self.folder()).unwrap())
    }

    /// A node with such a vault.
    async fn node(&self, vault: Arc<dyn KeyVault>) -> Verifier {
        let (tasks, shutdown) = (TaskTracker::new(), CancellationToken::new());
        let signer = key_file::read(&self.folder().join("erasures.key"));
        let signer = SigningKey::from_bytes(&signer.unwrap().unwrap());
        let ledger = self.ledger.topic(&topic_name(&self.settings.region));
        let keyring = Keyring::start((vault, signer), ledger.unwrap(), &tasks, &shutdown);
        keyring.ready().await.unwrap();
        Verifier {
            node: Node {
                tasks,
                shutdown,
                keyring: Some(keyring.clone()),
                ..Node::new("one", self.log.clone(), &self.settings.region)
            },
            keyring,
            settings: self.settings.clone(),
        }
    }

    /// What the ledger says, line by line.
    async fn says(&self) -> Vec<Says> {
        let signer = key_file::read(&self.folder().join("erasures.key"));
        let key = SigningKey::from_bytes(&signer.unwrap().unwrap()).verifying_key();
        let ledger = self.ledger.topic(&topic_name(&self.settings.region));
        let lines = check(&ledger.unwrap(), key).await.unwrap();
        lines.into_iter().map(|line| line.says).collect()
    }
}

impl Verifier {
    async fn erase(&self, kid: Kid, now: Timestamp) {
        let subject = [Subject::Entry(kid)];
        let erased = self.keyring.erase(&subject, Ground::Objection, now);
        erased.await.unwrap();
    }

    /// What its task does once an hour; none: there was nothing to look for.
    async fn looks(&self, now: Timestamp) -> Option<Seen> {
        let due = self.keyring.to_verify(now)?;
        Some(self.look(due, now).await.unwrap())
    }

    async fn stop(self) {
        self.node.shutdown.cancel();
        self.node.tasks.close();
        self.node.tasks.wait().await;
    }
}

#[tokio::test]
async fn what_was_erased_is_verified_two_days_later_in_one_line_of_however_many_nodes() {
    let (region, kids) = Region::new();
    let vault = region.vault();
    let one = region.node(Arc::clone(&vault)).await;
    let two = region.node(vault).await;
    one.erase(kids[0], hour(0)).await;
    one.erase(kids[1], hour(1)).await;
    assert_eq!(one.looks(hour(47)).await, None);
    assert_eq!(one.looks(hour(48)).await, Some(Seen::Gone));
    let (by_one, by_two) = tokio::join!(one.looks(hour(49)), two.looks(hour(49)));
    assert_eq!((by_one, by_two), (Some(Seen::Gone), Some(Seen::Gone)));
    let verified = |says: Vec<Says>| -> Vec<(usize, u64)> {
        let lines = (1..).zip(says);
        let lines = lines.filter_map(|(number, says)| match says {
            Says::Verified(up_to) => Some((number, up_to)),
            Says::Erased(..) => None,
        });
        lines.collect()
    };
    assert_eq!(verified(region.says().await), [(3, 1), (4, 2)]);
    assert_eq!(one.looks(hour(900)).await, None);
    // What is said again is done, whatever the ledger's last line is about.
    one.erase(kids[0], hour(900)).await;
    two.erase(kids[2], hour(900)).await;
    assert_eq!(one.looks(hour(947)).await, None);
    assert_eq!(one.looks(hour(948)).await, Some(Seen::Gone));
    assert_eq!(verified(region.says().await), [(3, 1), (4, 2), (6, 5)]);
}

/// What a backup of the keys would do, put in place beside a node that runs.
#[tokio::test]
async fn a_key_that_was_put_back_is_named_and_never_verified_until_it_is_destroyed_again() {
    let (region, kids) = Region::new();
    let keys = region.folder().join("keys.db");
    drop(region.vault());
    let older = fs::read(&keys).unwrap();
    let node = region.node(region.vault()).await;
    node.erase(kids[0], hour(0)).await;
    node.stop().await;
    fs::write(&keys, older).unwrap();

    // Its own vault lies elsewhere: a node destroys at its start what the ledger names.
    let elsewhere = tempfile::tempdir().unwrap();
    let other = Arc::new(FileVault::open(elsewhere.path()).unwrap());
    let node = region.node(other).await;
    let named = format!("line 1: key {}: it is not destroyed", kids[0]);
    for hours in [48, 49] {
        let Some(Seen::Left(left)) = node.looks(hour(hours)).await else {
            panic!("it is taken for gone");
        };
        assert_eq!((left.len(), &left[0].what), (1, &named));
    }
    assert_eq!(region.says().await.len(), 1, "nothing is verified");
    region.vault().shred(&kids[..1]).unwrap();
    assert_eq!(node.looks(hour(50)).await, Some(Seen::Gone));
    assert_eq!(region.says().await.last(), Some(&Says::Verified(1)));
}
