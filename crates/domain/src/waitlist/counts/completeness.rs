use std::collections::BTreeMap;

use super::{Rows, Value};
use crate::{Day, ProviderId};

/// What a provider's list rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Entries that wait.
    pub waiting: u64,
    /// Those of them that are stale.
    pub stale: u64,
    /// The last day on which it said of anybody that the person still waits.
    pub last_on: Day,
    /// The day up to which it has said so of everybody who is not stale; none: of nobody.
    pub complete_until: Option<Day>,
}

/// What counts rest on: who has been heard, and up to when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completeness {
    /// Every provider with somebody who waits. One that is missing said nothing: that is not a zero.
    pub providers: BTreeMap<ProviderId, Heard>,
}

impl Completeness {
    /// By the numbers of the providers.
    pub(super) fn of(heard: &[Option<Heard>], rows: &Rows) -> Self {
        let by_number = heard.iter().zip(&rows.values);
        let providers = by_number.filter_map(|(heard, value)| match value {
            Some(Value::Provider(provider_id)) => Some((provider_id.clone(), (*heard)?)),
            Some(
                Value::DiagnosisGroup(_)
                | Value::Municipality(_)
                | Value::GpPractice(_)
                | Value::Priority(_)
                | Value::WaitBand(_),
            )
            | None => None,
        });
        Self {
            providers: providers.collect(),
        }
    }

    /// Returns the day up to which everybody who counts was heard of; none: nobody counts.
    pub fn complete_until(&self) -> Option<Day> {
        let days = self.providers.values();
        days.filter_map(|heard| heard.complete_until).min()
    }

    /// Returns the providers all of whose entries are stale: they have fallen silent.
    pub fn silent(&self) -> impl Iterator<Item = &ProviderId> {
        let silent = self.providers.iter();
        silent
            .filter(|(_, heard)| heard.complete_until.is_none())
            .map(|(provider_id, _)| provider_id)
    }
}

impl Heard {
    pub(super) fn of(reaffirmed_on: Day) -> Self {
        Self {
            waiting: 0,
            stale: 0,
            last_on: reaffirmed_on,
            complete_until: None,
        }
    }

    pub(super) fn add(&mut self, reaffirmed_on: Day, is_stale: bool) {
        self.waiting += 1;
        self.last_on = self.last_on.max(reaffirmed_on);
        if is_stale {
            self.stale += 1;
        } else {
            let until = self.complete_until.unwrap_or(reaffirmed_on);
            self.complete_until = Some(until.min(reaffirmed_on));
        }
    }
}
