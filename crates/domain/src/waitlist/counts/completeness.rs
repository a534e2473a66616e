use std::collections::BTreeMap;

use super::super::Listed;
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

/// Returns what the counts of a day rest on.
pub fn completeness<'a>(entries: impl IntoIterator<Item = &'a Listed>, on: Day) -> Completeness {
    let mut completeness = Completeness::default();
    for listed in entries {
        if listed.waiting_on(on).is_none() {
            continue;
        }
        let reaffirmed_on = listed.reaffirmed_on;
        let provider_id = &listed.registration.provider_id;
        // Most entries are of a provider that is there already.
        let heard = match completeness.providers.get_mut(provider_id) {
            Some(heard) => heard,
            None => completeness
                .providers
                .entry(provider_id.clone())
                .or_insert(Heard {
                    waiting: 0,
                    stale: 0,
                    last_on: reaffirmed_on,
                    complete_until: None,
                }),
        };
        heard.waiting += 1;
        heard.last_on = heard.last_on.max(reaffirmed_on);
        if listed.is_stale_on(on) {
            heard.stale += 1;
        } else {
            let until = heard.complete_until.unwrap_or(reaffirmed_on);
            heard.complete_until = Some(until.min(reaffirmed_on));
        }
    }
    completeness
}
