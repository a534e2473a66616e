//! Opens what services about persons need besides the log: the keys of their entries, and the ledger of what was
//! erased. Neither comes back with an older copy of the log: beside the embedded one they lie in files of their own, on
//! Kafka in topics of their own.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use chassis::erasure::{KafkaVault, Keyring, SigningKey, key_topic_name, topic_name};
use eventlog::kafka::KafkaSettings;
use eventlog::{EventLog, Status, Topic};
use pseudonym::vault::{FileVault, Keks, KeyVault, VaultError, key_file};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Settings;
use crate::storage;

/// How long a start waits for Kafka to say whether there is a ledger already.
const LEDGER_WITHIN: Duration = Duration::from_secs(15);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// The keys and the ledger of a region.
pub(crate) struct Persons {
    pub(crate) vault: Arc<dyn KeyVault>,
    signer: SigningKey,
    ledger: Topic,
    /// The ledger's log, where it is not the node's.
    pub(crate) own_log: Option<EventLog>,
}

/// Tells whether the settings name a service about persons.
pub(crate) fn are_served(settings: &Settings) -> bool {
    let services = &mut settings.services.iter();
    services.any(|service| service.is_about_persons())
}

/// Opens the keys and the ledger, if a service needs them. Blocks.
pub(crate) fn open_if_served(
    settings: &Settings,
    log: &EventLog,
) -> anyhow::Result<Option<Persons>> {
    if !are_served(settings) {
        return Ok(None);
    }
    let persons = match storage::kafka(settings) {
        Some(kafka) => on_kafka(settings, &kafka, log)?,
        None => {
            let keys = settings.person_keys().join("keys.db");
            ensure!(
                keys.exists() || !crate::keys::has_entries(log, &settings.region),
                "the keys of persons, {}, are missing: without them nobody on the list can be read. Put the newest copy back",
                keys.display()
            );
            open(settings)?
        }
    };
    Ok(Some(persons))
}

/// Opens the keys and the ledger beside the embedded log, made if they are not there. Blocks.
pub(crate) fn open(settings: &Settings) -> anyhow::Result<Persons> {
    let folder = settings.person_keys();
    make_folder(folder)?;
    let shown = folder.display();
    let vault = FileVault::open(folder)
        .with_context(|| format!("the keys of persons in {shown} cannot be opened"))?;
    let (path, name) = (ledger_path(settings), topic_name(&settings.region));
    let log = EventLog::open(&path, &[&name])
        .with_context(|| format!("the erasure ledger {} cannot be opened", path.display()))?;
    let ledger = log.topic(&name)?;
    let signer = signer(folder, || Ok(ledger.end().get() == 0))?;
    Ok(Persons {
        vault: Arc::new(vault),
        signer,
        ledger,
        own_log: Some(log),
    })
}

/// Opens the keys and the ledger on Kafka, which the log follows; made if they are not there. Blocks.
pub(crate) fn on_kafka(
    settings: &Settings,
    kafka: &KafkaSettings,
    log: &EventLog,
) -> anyhow::Result<Persons> {
    let folder = settings.person_keys();
    make_folder(folder)?;
    let vault = KafkaVault::open(kafka, &settings.region, Keks::open(folder)?)?;
    match vault.check() {
        Ok(()) => {}
        // Each key is checked again when it is used.
        Err(VaultError::Storage(reason)) => tracing::warn!(
            reason,
            "it is not known yet whether this node has the keys of its region: {reason}"
        ),
        Err(other) => bail!(
            "the keys of persons cannot be used: {other} (the nodes of a region share that folder: person-keys)"
        ),
    }
    let ledger = log.topic(&topic_name(&settings.region))?;
    let signer = signer(folder, || is_empty(&ledger))?;
    Ok(Persons {
        vault: Arc::new(vault),
        signer,
        ledger,
        own_log: None,
    })
}

/// The key that signs the ledger. One that vanished is not made anew: nobody could tell what it signed.
fn signer(
    folder: &Path,
    is_first: impl FnOnce() -> anyhow::Result<bool>,
) -> anyhow::Result<SigningKey> {
    let path = folder.join("erasures.key");
    let key = match key_file::read(&path)? {
        Some(key) => key,
        None => {
            ensure!(
                is_first()?,
                "the key that signs the erasure ledger, {}, is missing",
                path.display()
            );
            key_file::make(&path)?
        }
    };
    Ok(SigningKey::from_bytes(&key))
}

/// Whether a ledger on Kafka has no line yet.
fn is_empty(ledger: &Topic) -> anyhow::Result<bool> {
    let until = Instant::now() + LEDGER_WITHIN;
    let status = ledger.status();
    while *status.borrow() == Status::Starting && Instant::now() < until {
        std::thread::sleep(LOOK_AGAIN);
    }
    match &*status.borrow() {
        Status::Serving => Ok(ledger.end().get() == 0),
        Status::Starting => bail!(
            "there is no key that signs the erasure ledger, and Kafka does not say whether there is a ledger"
        ),
        Status::NotServing(reason) => bail!("the erasure ledger cannot be read: {reason}"),
    }
}

/// Says where keys lie that do not lie well.
pub(crate) fn announce(out: &mut dyn Write, settings: &Settings) -> io::Result<()> {
    if !are_served(settings) {
        return Ok(());
    }
    let folder = settings.person_keys().display();
    let topic = key_topic_name(&settings.region);
    match &settings.kafka {
        Some(_) => writeln!(
            out,
            "doorstroomd: keys of persons are in {topic} on Kafka, wrapped under files in {folder}, which the nodes of \
             the region share: for trying out, not for earnest"
        ),
        None => writeln!(
            out,
            "doorstroomd: keys of persons are files in {folder}: for trying out, not for earnest"
        ),
    }
}

impl Persons {
    /// Starts giving keys, as a task.
    pub(crate) fn start(self, tasks: &TaskTracker, shutdown: &CancellationToken) -> Keyring {
        Keyring::start((self.vault, self.signer), self.ledger, tasks, shutdown)
    }
}

/// Where the ledger lies beside the embedded log.
pub(crate) fn ledger_path(settings: &Settings) -> std::path::PathBuf {
    settings.data.join("erasures.db")
}

fn make_folder(folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))
}
