//! The vault on Kafka: data keys, wrapped, in a compacted topic that all nodes of a region read and write. The keys that
//! wrap them are files: nothing in the topic opens anything.

mod known;
mod record;
mod seen;

use std::sync::Arc;
use std::time::Duration;

use eventlog::LogError;
use eventlog::kafka::{KafkaSettings, KeyedTopic};
use parking_lot::Mutex;
use pseudonym::envelope::{Audience, DataKey, SubKey};
use pseudonym::vault::{KekId, Keks, KeyVault, Kid, Quarter, VaultError};
use zeroize::Zeroizing;

use known::Known;
use record::{Said, Wrapped};
pub use seen::KeysSeen;

/// How long a key is waited for that another node may have made just now. A log about persons stands still meanwhile.
const OPEN_WITHIN: Duration = Duration::from_millis(500);
/// How long whoever makes or destroys keys waits for what others have done.
const READ_WITHIN: Duration = Duration::from_secs(5);

/// A vault in a compacted topic.
pub struct KafkaVault {
    topic: KeyedTopic,
    known: Arc<Mutex<Known>>,
    keks: Keks,
}

impl KafkaVault {
    /// Begins to read a region's keys; the topic is made if it is missing. Returns at once.
    ///
    /// # Errors
    /// If no thread can be started.
    pub fn open(settings: &KafkaSettings, region: &str, keks: Keks) -> Result<Self, VaultError> {
        let known = Arc::<Mutex<Known>>::default();
        let hearing = Arc::clone(&known);
        let topic = KeyedTopic::follow(settings, &super::key_topic_name(region), move |record| {
            hearing.lock().hear(&record)
        });
        Ok(Self {
            topic: topic.map_err(not_now)?,
            known,
            keks,
        })
    }

    /// Checks that every key is there that wraps one in the topic. Blocks until the topic is read.
    ///
    /// # Errors
    /// `Damaged` if one is missing or another one; `Storage` if Kafka does not answer in time: then nothing is known.
    pub fn check(&self) -> Result<(), VaultError> {
        self.read()?;
        let named: Vec<_> = {
            let known = self.known.lock();
            let named = known.keks.iter().map(|(quarter, id)| (*quarter, *id));
            named
                .filter(|(quarter, _)| !known.over.contains(quarter))
                .collect()
        };
        named
            .into_iter()
            .try_for_each(|(quarter, id)| self.check_kek(quarter, id))
    }

    /// Checks that this node wraps under the same key as the topic's keys are.
    fn check_kek(&self, quarter: Quarter, named: KekId) -> Result<(), VaultError> {
        if self.keks.id(quarter, false)? == named {
            return Ok(());
        }
        let (topic, folder) = (self.topic.name(), self.keks.folder().display());
        Err(VaultError::Damaged(format!(
            "the key of {quarter} in {folder} is another than the one that {topic} names"
        )))
    }

    fn read(&self) -> Result<(), VaultError> {
        self.topic.wait_for_end(READ_WITHIN).map_err(not_now)
    }

    fn find(&self, kid: Kid) -> Result<Wrapped, VaultError> {
        self.known.lock().find(kid).cloned()
    }

    fn unwrap(&self, kid: Kid, wrapped: &Wrapped) -> Result<DataKey, VaultError> {
        self.check_kek(wrapped.quarter, wrapped.kek)?;
        self.keks.unwrap((kid, wrapped.quarter), &wrapped.bytes)
    }

    fn put(&self, said: impl IntoIterator<Item = Said>) -> Result<(), VaultError> {
        let pairs: Vec<_> = said.into_iter().map(|said| said.pair()).collect();
        self.topic.put(&pairs).map_err(not_now)
    }

    /// The key that wraps a quarter's keys; made for the first of them.
    fn kek(&self, quarter: Quarter) -> Result<KekId, VaultError> {
        self.read()?;
        let named = {
            let known = self.known.lock();
            if known.over.contains(&quarter) {
                return Err(VaultError::Erased);
            }
            known.keks.get(&quarter).copied()
        };
        let Some(named) = named else {
            return self.keks.id(quarter, true);
        };
        // One that vanished is not made anew: what it wrapped would be lost without a word.
        self.check_kek(quarter, named).map(|()| named)
    }
}

impl KeyVault for KafkaVault {
    fn make(&self, quarter: Quarter, count: usize) -> Result<Vec<(Kid, DataKey)>, VaultError> {
        let kek = self.kek(quarter)?;
        let (mut made, mut said) = (Vec::with_capacity(count), Vec::with_capacity(count));
        for _ in 0..count {
            let (kid, key) = (Kid::random(), DataKey::random());
            let bytes = Zeroizing::new(self.keks.wrap((kid, quarter), &key)?);
            let wrapped = Wrapped {
                quarter,
                kek,
                bytes,
            };
            said.push(Said::Made(kid, wrapped));
            made.push((kid, key));
        }
        self.put(said)?;
        // Read back, it shows whether another node had its own key for the quarter, or destroyed it, meanwhile: none of
        // these was used then.
        match self.kek(quarter) {
            Ok(_) => Ok(made),
            // Nobody can say at the moment: they are not used, and nothing is said of them that the ledger does not know.
            Err(unsure @ VaultError::Storage(_)) => Err(unsure),
            Err(refused) => {
                self.put(made.iter().map(|(kid, _)| Said::Shredded(*kid)))?;
                Err(refused)
            }
        }
    }

    fn open(&self, kid: Kid, audience: Audience) -> Result<SubKey, VaultError> {
        let wrapped = match self.find(kid) {
            Err(VaultError::Unknown) => {
                let read = self.topic.wait_for_end(OPEN_WITHIN);
                // That there is none can be said of a topic only that was read to its end.
                match self.find(kid) {
                    Err(VaultError::Unknown) => read.map_err(not_now).and(Err(VaultError::Unknown)),
                    found => found,
                }
            }
            found => found,
        }?;
        let key = self.unwrap(kid, &wrapped).or_else(|error| {
            // Where another node has just destroyed the quarter's key, the topic says so: that it is missing or another
            // one can be said, too, only when that was read to its end.
            self.topic.wait_for_end(OPEN_WITHIN).map_err(not_now)?;
            self.find(kid).and(Err(error))
        })?;
        Ok(key.sub_key(audience))
    }

    fn shred(&self, kids: &[Kid]) -> Result<(), VaultError> {
        // Whatever becomes of the rest: they are not handed out any more.
        self.known.lock().destroyed.extend(kids);
        self.read()?;
        let there: Vec<Kid> = {
            let known = self.known.lock();
            let there = kids.iter().filter(|kid| known.there.contains_key(kid));
            there.copied().collect()
        };
        self.put(there.into_iter().map(Said::Shredded))
    }

    fn made_in(&self, quarter: Quarter) -> Result<Vec<Kid>, VaultError> {
        self.read()?;
        Ok(self.known.lock().made_in(quarter))
    }

    fn destroy(&self, quarter: Quarter) -> Result<(), VaultError> {
        self.read()?;
        let (is_said, there) = {
            let mut known = self.known.lock();
            known.over.insert(quarter);
            let there = known.there.iter();
            let there = there.filter(|(_, wrapped)| wrapped.quarter == quarter);
            let there: Vec<Kid> = there.map(|(kid, _)| *kid).collect();
            (known.said_over.contains(&quarter), there)
        };
        let over = (!is_said).then_some(Said::Over(quarter));
        let gone = there.into_iter().map(|kid| Said::GoneWith(quarter, kid));
        self.put(over.into_iter().chain(gone))?;
        self.keks.destroy(quarter)
    }
}

/// What Kafka does not do now it may do later.
fn not_now(error: LogError) -> VaultError {
    VaultError::Storage(error.to_string())
}
