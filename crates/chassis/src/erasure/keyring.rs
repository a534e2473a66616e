use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::Timestamp;
use ed25519_dalek::SigningKey;
use eventlog::{Position, Topic};
use parking_lot::Mutex;
use pseudonym::envelope::{Audience, DataKey, SubKey};
use pseudonym::vault::{KeyVault, Kid, Quarter, VaultError};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::chain::Chain;
use super::follow;
use super::standing::{Erased, Erasures};

/// How long a key is held after it was read from the vault.
const HELD_FOR: Duration = Duration::from_secs(5 * 60);
/// For how long nothing opens after the ledger's end was last heard of.
pub(super) const CONFIRMED_FOR: Duration = Duration::from_secs(if cfg!(test) { 2 } else { 600 });
/// Keys are made so many at a time: one write for all.
const MADE_AT_ONCE: usize = 256;
/// When so few are left, further ones are made meanwhile: nobody waits for them.
const FEW: usize = MADE_AT_ONCE / 2;

/// Gives and destroys the keys of entries about persons on this node. Cheap to clone.
#[derive(Clone)]
pub struct Keyring {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) vault: Arc<dyn KeyVault>,
    pub(super) ledger: Topic,
    /// Signs the ledger's lines; by its other half everybody can check them.
    pub(super) signer: SigningKey,
    pub(super) erased: Arc<Erased>,
    /// When the ledger was last known to be read to its end.
    pub(super) confirmed: Mutex<Option<Instant>>,
    /// Made, durable, and not used yet.
    spare: Mutex<Spare>,
    held: Mutex<HashMap<(Kid, Audience), (SubKey, Instant)>>,
    /// Keys of no entry, to be destroyed; and word that there are some.
    pub(super) unused: Mutex<Vec<Kid>>,
    pub(super) has_unused: Notify,
    tasks: TaskTracker,
}

#[derive(Default)]
struct Spare {
    quarter: Option<Quarter>,
    keys: Vec<(Kid, DataKey)>,
    /// Further ones are being made.
    is_refilled: bool,
}

/// Why a key is not to be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KeyError {
    /// It was destroyed.
    #[error("the content was erased")]
    Erased,
    /// There is no such key, or it is damaged: that will not change.
    #[error("{0}")]
    Lost(String),
    /// There is no room to make one.
    #[error("the disk is full")]
    Full,
    /// Not at the moment.
    #[error("{0}")]
    NotNow(String),
}

impl Keyring {
    /// Starts reading the ledger, as a task of the node. Until that is done, no key is given.
    pub fn start(
        (vault, signer): (Arc<dyn KeyVault>, SigningKey),
        ledger: Topic,
        tasks: &TaskTracker,
        shutdown: &CancellationToken,
    ) -> Self {
        let chain = Chain::new(signer.verifying_key());
        let inner = Arc::new(Inner {
            vault,
            ledger,
            signer,
            erased: Arc::new(Erased::new(chain)),
            confirmed: Mutex::default(),
            spare: Mutex::default(),
            held: Mutex::default(),
            unused: Mutex::default(),
            has_unused: Notify::default(),
            tasks: tasks.clone(),
        });
        let keyring = Self { inner };
        let following = follow::follow(keyring.clone());
        let shutdown = shutdown.clone();
        tasks.spawn(async move {
            // Cut off anywhere it has done nothing by half: the next start reads the ledger again.
            let _ = shutdown.run_until_cancelled(following).await;
        });
        keyring
    }

    /// Waits until the ledger was read to its end.
    ///
    /// # Errors
    /// Why it cannot be relied on.
    pub async fn ready(&self) -> Result<(), String> {
        self.erasures().catch_up().await
    }

    /// Why nothing can be opened at the moment, if so.
    pub(crate) fn fault(&self) -> Option<String> {
        if let Some(fault) = self.inner.erased.now().fault.clone() {
            return Some(fault);
        }
        let confirmed = *self.inner.confirmed.lock();
        match confirmed {
            None => Some("the erasure ledger is being read".to_owned()),
            Some(at) if at.elapsed() > CONFIRMED_FOR => {
                Some("it is not known how the erasure ledger ends".to_owned())
            }
            Some(_) => None,
        }
    }

    /// A key for a new entry, durable already.
    pub(crate) fn issue(&self, now: Timestamp) -> Result<Kid, KeyError> {
        let quarter = Quarter::of_millis(now.as_millis());
        let mut spare = self.inner.spare.lock();
        if spare.quarter != Some(quarter) || spare.keys.is_empty() {
            let made = self.inner.vault.make(quarter, MADE_AT_ONCE);
            spare.keys = made.map_err(|error| match error {
                // The clock has gone back by years.
                VaultError::Erased => KeyError::NotNow(format!("the keys of {quarter} are gone")),
                other => key_error(None, other),
            })?;
            spare.quarter = Some(quarter);
        }
        let made = spare.keys.pop();
        if spare.keys.len() < FEW && !std::mem::replace(&mut spare.is_refilled, true) {
            self.refill(quarter);
        }
        drop(spare);
        let (kid, key) = made.ok_or_else(|| KeyError::NotNow("no key was made".to_owned()))?;
        let mut held = self.inner.held.lock();
        let since = Instant::now();
        for audience in [Audience::Region, Audience::National] {
            held.insert((kid, audience), (key.sub_key(audience), since));
        }
        Ok(kid)
    }

    /// Destroys a key whose only commit did not take effect. Kafka keeps that commit, and who erases the entry would not find
    /// this key: it is no entry's, and in no ledger.
    pub(crate) fn discard(&self, kid: Kid) {
        self.let_go(&[kid]);
        self.inner.unused.lock().push(kid);
        self.inner.has_unused.notify_one();
    }

    /// Makes further keys, without anybody waiting for them.
    fn refill(&self, quarter: Quarter) {
        let keyring = self.clone();
        self.inner.tasks.spawn_blocking(move || {
            let made = keyring.inner.vault.make(quarter, MADE_AT_ONCE);
            let mut spare = keyring.inner.spare.lock();
            spare.is_refilled = false;
            // Whoever finds none hears why.
            if let Ok(made) = made
                && spare.quarter == Some(quarter)
            {
                spare.keys.extend(made);
            }
        });
    }

    /// What an audience may have of an entry's key.
    pub(crate) fn key(&self, kid: Kid, audience: Audience) -> Result<SubKey, KeyError> {
        if let Some(fault) = self.fault() {
            return Err(KeyError::NotNow(fault));
        }
        if self.is_erased(&kid) {
            return Err(KeyError::Erased);
        }
        if let Some((key, since)) = self.inner.held.lock().get(&(kid, audience))
            && since.elapsed() < HELD_FOR
        {
            return Ok(key.clone());
        }
        let key = self.inner.vault.open(kid, audience);
        let key = key.map_err(|error| key_error(Some(kid), error))?;
        let mut held = self.inner.held.lock();
        held.insert((kid, audience), (key.clone(), Instant::now()));
        drop(held);
        // Erased while the vault was asked: what was put back is taken out again.
        if self.is_erased(&kid) {
            self.let_go(&[kid]);
            return Err(KeyError::Erased);
        }
        Ok(key)
    }

    /// Whether the ledger says that the key is destroyed, as far as it has been read.
    pub(crate) fn is_erased(&self, kid: &Kid) -> bool {
        self.inner.erased.contains(kid)
    }

    /// How many keys the ledger says are destroyed.
    pub(crate) fn erased_count(&self) -> usize {
        self.inner.erased.now().kids
    }

    /// How far the ledger has been read.
    pub(crate) fn ledger_position(&self) -> Position {
        self.inner.erased.now().position
    }

    /// What is erased from now on.
    pub(crate) fn erasures(&self) -> Erasures {
        Erasures::of(&self.inner.erased)
    }

    /// Forgets keys.
    pub(super) fn let_go(&self, kids: &[Kid]) {
        let mut held = self.inner.held.lock();
        for kid in kids {
            held.remove(&(*kid, Audience::Region));
            held.remove(&(*kid, Audience::National));
        }
    }

    /// Forgets keys that were held for long enough.
    pub(super) fn tidy(&self) {
        self.inner
            .held
            .lock()
            .retain(|_, (_, since)| since.elapsed() < HELD_FOR);
    }

    /// Forgets the keys that were made and not used.
    pub(super) fn forget_spare(&self) {
        let mut spare = self.inner.spare.lock();
        spare.quarter = None;
        spare.keys.clear();
    }
}

fn key_error(kid: Option<Kid>, error: VaultError) -> KeyError {
    let named = |what: &dyn std::fmt::Display| match kid {
        Some(kid) => format!("key {kid}: {what}"),
        None => what.to_string(),
    };
    match error {
        VaultError::Erased => KeyError::Erased,
        VaultError::Unknown | VaultError::Damaged(_) => KeyError::Lost(named(&error)),
        VaultError::Full => KeyError::Full,
        VaultError::Storage(_) => KeyError::NotNow(named(&error)),
    }
}
