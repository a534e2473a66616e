//! Everything that an auditor looks at, opened beside the processes that have it.

use anyhow::{Context as _, ensure};
use chassis::erasure::{KeysSeen, SigningKey, VerifyingKey, topic_name};
use eventlog::{EventLog, Topic};
use pseudonym::envelope::{Audience, SubKey};
use pseudonym::vault::{FileVault, Keks, KeyVault as _, Kid, Quarter, VaultError, key_file};
use tempfile::TempDir;

use crate::config::Settings;
use crate::operator::mend::caught_up;
use crate::persons::ledger_path;
use crate::storage;

pub(crate) struct Opened {
    pub(crate) keys: Keys,
    pub(crate) ledger: Topic,
    pub(crate) key: VerifyingKey,
    log: EventLog,
    /// Of a ledger on Kafka: where it is followed, apart from the nodes' own replicas; gone afterwards.
    _folder: Option<TempDir>,
}

/// The keys, where they lie.
pub(crate) enum Keys {
    File(Box<FileVault>),
    Kafka(Box<KeysSeen>),
}

impl Opened {
    /// Opens the keys and the ledger to look into them.
    pub(crate) async fn open(settings: &Settings) -> anyhow::Result<Self> {
        let folder = settings.person_keys();
        let key = key_file::read(&folder.join("erasures.key"))?;
        let name = topic_name(&settings.region);
        let (keys, log, temporary) = match storage::kafka(settings) {
            None => {
                let path = ledger_path(settings);
                let shown = path.display();
                ensure!(path.exists(), "there is no erasure ledger at {shown}");
                let vault = Keys::File(Box::new(FileVault::open_read_only(folder)?));
                (vault, EventLog::open_read_only(&path)?, None)
            }
            Some(kafka) => {
                let (region, keks) = (settings.region.clone(), Keks::beside(folder));
                let reading = tokio::task::spawn_blocking(move || {
                    let seen = KeysSeen::read(&kafka, &region, keks)?;
                    let (log, folder) = storage::open_beside(&kafka, &topic_name(&region))?;
                    anyhow::Ok((Keys::Kafka(Box::new(seen)), log, Some(folder)))
                });
                reading.await??
            }
        };
        let ledger = crate::operator::topic(&log, &name)?;
        if temporary.is_some() {
            caught_up(&ledger).await?;
        }
        let missing = "the key that signs the erasure ledger, erasures.key, is missing";
        let key = SigningKey::from_bytes(&*key.context(missing)?);
        Ok(Self {
            keys,
            ledger,
            key: key.verifying_key(),
            log,
            _folder: temporary,
        })
    }

    pub(crate) fn close(&self) {
        self.log.close();
    }
}

impl Keys {
    /// Refuses with `Erased` what is destroyed.
    pub(crate) fn find(&self, kid: Kid) -> Result<(), VaultError> {
        match self {
            Self::File(vault) => vault.open(kid, Audience::Region).map(|_| ()),
            Self::Kafka(seen) => seen.find(kid),
        }
    }

    pub(crate) fn made_in(&self, quarter: Quarter) -> Result<Vec<Kid>, VaultError> {
        match self {
            Self::File(vault) => vault.made_in(quarter),
            Self::Kafka(seen) => Ok(seen.made_in(quarter)),
        }
    }

    pub(crate) fn destroyed(&self) -> Result<Vec<Kid>, VaultError> {
        match self {
            Self::File(vault) => vault.destroyed(),
            Self::Kafka(seen) => Ok(seen.destroyed().collect()),
        }
    }

    /// The keys that are destroyed and lie there still, and until when at the latest.
    pub(crate) fn leftover(&self) -> Vec<(Kid, i64)> {
        match self {
            Self::File(_) => Vec::new(),
            Self::Kafka(seen) => seen.leftover().collect(),
        }
    }

    /// What differs from how they must be kept.
    pub(crate) fn differences(&self) -> &[String] {
        match self {
            Self::File(_) => &[],
            Self::Kafka(seen) => &seen.differences,
        }
    }

    /// Tries to come by a destroyed key.
    pub(crate) fn recover(&self, kid: Kid, audience: Audience) -> Option<SubKey> {
        match self {
            Self::File(vault) => vault.open(kid, audience).ok(),
            Self::Kafka(seen) => seen.recover(kid, audience),
        }
    }
}
