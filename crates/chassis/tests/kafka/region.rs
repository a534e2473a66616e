use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use chassis::erasure::{KafkaVault, Keyring, KeysSeen, SigningKey, key_topic_name, topic_name};
use e2e::{Cluster, shared_kafka};
use eventlog::kafka::{Heard, KafkaSettings, KeyedTopic, let_keyed_topic_take};
use eventlog::{EventLog, Topic};
use pseudonym::envelope::{Audience, DataKey, SubKey};
use pseudonym::vault::conformance::Place;
use pseudonym::vault::{Keks, KeyVault, Kid, Quarter, VaultError};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// A region of its own, on the broker that all cases share unless another is named.
pub(crate) struct Region {
    pub(crate) name: String,
    bootstrap: String,
    /// What the nodes share, and what each has for itself.
    folder: TempDir,
}

impl Region {
    pub(crate) fn new() -> Self {
        Self::on(shared_kafka())
    }

    pub(crate) fn on(cluster: &Cluster) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Self {
            name: format!("case-{number}"),
            bootstrap: cluster.bootstrap().to_owned(),
            folder: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    pub(crate) fn settings(&self) -> KafkaSettings {
        KafkaSettings {
            bootstrap: self.bootstrap.clone(),
            options: Vec::new(),
        }
    }

    pub(crate) fn shared(&self) -> &Path {
        self.folder.path()
    }

    /// The vault as a node has it that uses this folder.
    pub(crate) fn vault_in(&self, folder: &Path) -> Patient {
        let keks = Keks::open(folder).expect("it can be made");
        Patient(KafkaVault::open(&self.settings(), &self.name, keks).expect("it starts"))
    }

    pub(crate) fn open(&self) -> Patient {
        self.vault_in(self.shared())
    }

    /// What an auditor sees.
    pub(crate) fn seen(&self) -> KeysSeen {
        let keks = Keks::beside(self.shared());
        let read = || KeysSeen::read(&self.settings(), &self.name, keks);
        // Apart from the runtime that a case may have.
        let seen = std::thread::scope(|scope| scope.spawn(read).join());
        seen.expect("it ends").expect("it can be read")
    }

    /// The topic itself, for who writes past the vault; with every value that it ever had.
    pub(crate) fn raw(&self) -> Raw {
        let values = Arc::<parking_lot::Mutex<Vec<Pair>>>::default();
        let heard = Arc::clone(&values);
        let name = key_topic_name(&self.name);
        let topic = KeyedTopic::follow(&self.settings(), &name, move |record| {
            heard.lock().push((record.key, record.value));
            Heard::Noted
        });
        Raw {
            topic: topic.expect("it starts"),
            values,
        }
    }

    /// Makes its keys take nothing any more, or everything again.
    pub(crate) fn let_keys_take(&self, takes: bool) {
        let raw = self.raw();
        let name = key_topic_name(&self.name);
        let set = || let_keyed_topic_take(&self.settings(), &name, takes);
        let set = std::thread::scope(|scope| scope.spawn(set).join());
        set.expect("it ends").expect("it is set");
        // Of a key that is none.
        let nothing = (b"nothing".to_vec(), None);
        eventually("the broker goes by it", || {
            raw.topic.put(std::slice::from_ref(&nothing)).is_ok() == takes
        });
    }

    /// A node of the region.
    pub(crate) fn node(&self, name: &str) -> Node {
        let replica = self.folder.path().join(format!("{name}.db"));
        let ledger = topic_name(&self.name);
        let log = EventLog::kafka(&self.settings(), &replica, &[&ledger]).expect("it opens");
        let vault: Arc<dyn KeyVault> = Arc::new(self.open());
        let (tasks, shutdown) = (TaskTracker::new(), CancellationToken::new());
        let signer = SigningKey::from_bytes(&[7; 32]);
        let ledger = log.topic(&ledger).expect("the topic");
        let keys = (Arc::clone(&vault), signer);
        let keyring = Keyring::start(keys, ledger.clone(), &tasks, &shutdown);
        Node {
            log,
            ledger,
            vault,
            keyring,
            tasks,
            shutdown,
        }
    }
}

/// A vault that is asked again while it says "not now", as whoever uses one does.
pub(crate) struct Patient(pub(crate) KafkaVault);

impl Patient {
    pub(crate) fn check(&self) -> Result<(), VaultError> {
        patiently(|| self.0.check())
    }
}

impl KeyVault for Patient {
    fn make(&self, quarter: Quarter, count: usize) -> Result<Vec<(Kid, DataKey)>, VaultError> {
        patiently(|| self.0.make(quarter, count))
    }

    fn open(&self, kid: Kid, audience: Audience) -> Result<SubKey, VaultError> {
        patiently(|| self.0.open(kid, audience))
    }

    fn shred(&self, kids: &[Kid]) -> Result<(), VaultError> {
        patiently(|| self.0.shred(kids))
    }

    fn made_in(&self, quarter: Quarter) -> Result<Vec<Kid>, VaultError> {
        patiently(|| self.0.made_in(quarter))
    }

    fn destroy(&self, quarter: Quarter) -> Result<(), VaultError> {
        patiently(|| self.0.destroy(quarter))
    }
}

fn patiently<R>(ask: impl Fn() -> Result<R, VaultError>) -> Result<R, VaultError> {
    let until = Instant::now() + DEADLINE;
    loop {
        match ask() {
            Err(VaultError::Storage(_)) if Instant::now() < until => {}
            answer => return answer,
        }
    }
}

impl Place for Region {
    fn vault(&self) -> Box<dyn KeyVault> {
        Box::new(self.open())
    }

    fn keks(&self) -> PathBuf {
        self.shared().join("keks")
    }
}

type Pair = (Vec<u8>, Option<Vec<u8>>);

pub(crate) struct Raw {
    topic: KeyedTopic,
    values: Arc<parking_lot::Mutex<Vec<Pair>>>,
}

impl Raw {
    pub(crate) fn put(&self, pair: &Pair) {
        self.put_all(std::slice::from_ref(pair));
    }

    pub(crate) fn put_all(&self, pairs: &[Pair]) {
        self.topic.put(pairs).expect("it is durable");
    }

    /// What was written of a key, in order.
    pub(crate) fn of(&self, kid: Kid) -> Vec<Pair> {
        self.topic.wait_for_end(DEADLINE).expect("it is read");
        let values = self.values.lock();
        let of = |(key, _): &&Pair| *key == kid.to_string().into_bytes();
        values.iter().filter(of).cloned().collect()
    }
}

pub(crate) struct Node {
    log: EventLog,
    pub(crate) ledger: Topic,
    pub(crate) vault: Arc<dyn KeyVault>,
    pub(crate) keyring: Keyring,
    tasks: TaskTracker,
    shutdown: CancellationToken,
}

impl Node {
    pub(crate) async fn stop(self) {
        self.shutdown.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        drop(self.keyring);
        let (log, vault) = (self.log, self.vault);
        let closed = tokio::task::spawn_blocking(move || {
            log.close();
            drop(vault);
        });
        closed.await.expect("it closes");
    }
}

/// Asks until it is so.
pub(crate) fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let until = Instant::now() + DEADLINE;
    while !is_so() {
        assert!(Instant::now() < until, "not within the deadline: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
