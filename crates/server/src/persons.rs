//! Opens what services about persons need besides the log: the keys of their entries, and the ledger of what was
//! erased. Both lie in files of their own, so that neither comes back with an older copy of the log.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use chassis::erasure::{Keyring, SigningKey, VerifyingKey, topic_name};
use eventlog::EventLog;
use pseudonym::vault::{FileVault, key_file};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::{Service, Settings};

/// The keys and the ledger of a region.
pub(crate) struct Persons {
    pub(crate) vault: FileVault,
    signer: SigningKey,
    /// The ledger's own log.
    pub(crate) ledger: EventLog,
}

/// Tells whether the settings name a service about persons.
pub(crate) fn are_served(settings: &Settings) -> bool {
    let services = &mut settings.services.iter();
    services.any(|service| service.is_about_persons())
}

/// Opens the keys and the ledger, if a service needs them. Blocks.
pub(crate) fn open_if_served(settings: &Settings) -> anyhow::Result<Option<Persons>> {
    if !are_served(settings) {
        return Ok(None);
    }
    let about_persons = settings
        .services
        .iter()
        .filter(|service| service.is_about_persons());
    let names: Vec<_> = about_persons
        .map(|service| Service::name(*service))
        .collect();
    ensure!(
        settings.kafka.is_none(),
        "{} is about persons, and keys of persons are kept beside the embedded log only: \
         leave kafka out, or run this service elsewhere",
        names.join(", ")
    );
    open(settings).map(Some)
}

/// Opens the keys and the ledger, made if they are not there. Blocks.
pub(crate) fn open(settings: &Settings) -> anyhow::Result<Persons> {
    let folder = &settings.data;
    let shown = folder.display();
    let vault = FileVault::open(folder)
        .with_context(|| format!("the keys of persons in {shown} cannot be opened"))?;
    let path = ledger_path(folder);
    let ledger = EventLog::open(&path, &[&topic_name(&settings.region)])
        .with_context(|| format!("the erasure ledger {} cannot be opened", path.display()))?;
    let signer = signer(folder, &ledger, &settings.region)?;
    Ok(Persons {
        vault,
        signer,
        ledger,
    })
}

/// The key that signs the ledger. One that vanished is not made anew: nobody could tell what it signed.
fn signer(folder: &Path, ledger: &EventLog, region: &str) -> anyhow::Result<SigningKey> {
    let path = folder.join("erasures.key");
    let key = match key_file::read(&path)? {
        Some(key) => key,
        None => {
            let lines = ledger.topic(&topic_name(region))?.end();
            ensure!(
                lines.get() == 0,
                "the key that signs the erasure ledger, {}, is missing",
                path.display()
            );
            key_file::make(&path)?
        }
    };
    Ok(SigningKey::from_bytes(&key))
}

impl Persons {
    /// Starts giving keys, as a task.
    pub(crate) fn start(
        self,
        region: &str,
        tasks: &TaskTracker,
        shutdown: &CancellationToken,
    ) -> anyhow::Result<Keyring> {
        let ledger = self.ledger.topic(&topic_name(region))?;
        let keys = (Arc::new(self.vault) as Arc<_>, self.signer);
        Ok(Keyring::start(keys, ledger, tasks, shutdown))
    }
}

/// Everything that an auditor looks at, opened beside the process that has it.
pub(crate) struct Opened {
    pub(crate) vault: FileVault,
    pub(crate) ledger: EventLog,
    pub(crate) key: VerifyingKey,
}

/// Opens the keys and the ledger to look into them.
pub(crate) fn open_to_read(settings: &Settings) -> anyhow::Result<Opened> {
    let folder = &settings.data;
    let path = ledger_path(folder);
    ensure!(
        path.exists(),
        "there is no erasure ledger at {}",
        path.display()
    );
    let key = key_file::read(&folder.join("erasures.key"))?;
    let key = key.context("the key that signs the erasure ledger, erasures.key, is missing")?;
    Ok(Opened {
        vault: FileVault::open_read_only(folder)?,
        ledger: EventLog::open_read_only(&path)?,
        key: SigningKey::from_bytes(&key).verifying_key(),
    })
}

fn ledger_path(folder: &Path) -> std::path::PathBuf {
    folder.join("erasures.db")
}
