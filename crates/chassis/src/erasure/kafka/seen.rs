use std::collections::HashMap;
use std::time::Duration;

use eventlog::LogError;
use eventlog::kafka::{KafkaSettings, scan_keyed};
use pseudonym::envelope::{Audience, SubKey};
use pseudonym::vault::{Keks, Kid, Quarter, VaultError};

use super::known::Known;
use super::record::{Said, Wrapped};

/// A region's keys as they lie on Kafka, read once from the start, with everything that is still to be compacted.
pub struct KeysSeen {
    known: Known,
    /// Keys that are destroyed and lie there still, wrapped; and when they were destroyed.
    leftover: HashMap<Kid, (Wrapped, i64)>,
    /// What differs from how the topic must be set up.
    pub differences: Vec<String>,
    compacted_within: Duration,
    keks: Keks,
}

impl KeysSeen {
    /// Reads the topic. Nothing is made or changed. Blocks.
    ///
    /// # Errors
    /// If the cluster does not answer, or there is no such topic.
    pub fn read(settings: &KafkaSettings, region: &str, keks: Keks) -> Result<Self, LogError> {
        let name = super::super::key_topic_name(region);
        let mut known = Known::default();
        let mut leftover = HashMap::new();
        let report = scan_keyed(settings, &name, |record| {
            let gone = match Said::read(&record.key, record.value.as_deref()) {
                Some(Said::Shredded(kid) | Said::GoneWith(_, kid)) => Some(kid),
                Some(Said::Made(..) | Said::Over(_)) | None => None,
            };
            if let Some(kid) = gone
                && let Some(wrapped) = known.there.get(&kid)
            {
                leftover.insert(kid, (wrapped.clone(), record.append_time_millis));
            }
            let _ = known.hear(&record);
        })?;
        let report = report.ok_or_else(|| LogError::Topic(format!("there is no topic {name}")))?;
        Ok(Self {
            known,
            leftover,
            differences: report.differences,
            compacted_within: report.compacted_within,
            keks,
        })
    }

    /// Whether a key is destroyed, there, or not known.
    ///
    /// # Errors
    /// `Erased` or `Unknown` if it is not there.
    pub fn find(&self, kid: Kid) -> Result<(), VaultError> {
        if self.known.there.contains_key(&kid) {
            return Ok(());
        }
        self.known.find(kid).map(|_| ())
    }

    /// The keys that were made in a quarter and not destroyed by themselves.
    pub fn made_in(&self, quarter: Quarter) -> Vec<Kid> {
        self.known.made_in(quarter)
    }

    /// The keys of which the topic still says that they are destroyed.
    pub fn destroyed(&self) -> impl Iterator<Item = Kid> {
        self.known.destroyed.iter().copied()
    }

    /// The keys that are destroyed and not compacted away, and until when at the latest, in milliseconds since 1970.
    pub fn leftover(&self) -> impl Iterator<Item = (Kid, i64)> {
        let within = i64::try_from(self.compacted_within.as_millis()).unwrap_or(i64::MAX);
        let leftover = self.leftover.iter();
        leftover.map(move |(kid, (_, at))| (*kid, at.saturating_add(within)))
    }

    /// Tries to open a destroyed key with what still lies there.
    pub fn recover(&self, kid: Kid, audience: Audience) -> Option<SubKey> {
        let (wrapped, _) = self.leftover.get(&kid)?;
        let key = self.keks.unwrap((kid, wrapped.quarter), &wrapped.bytes);
        key.ok().map(|key| key.sub_key(audience))
    }
}
