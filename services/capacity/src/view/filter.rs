//! Which offerings a question is about.

use domain::Timestamp;
use domain::capacity::{DiagnosisGroup, InsurerName, LanguageCode, Offering, ProviderId, Wait};

use super::facts::{Bits, Facts, Pauses, group_number, trace};
use super::places::{Distances, Places};

/// All that is set must hold. Default: every offering.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    /// Only in these municipalities.
    pub(crate) within: Option<Places>,
    /// Says how far a row lies; shuts nothing out.
    pub(crate) distances: Option<Distances>,
    pub(crate) care_types: Bits,
    pub(crate) circuits: Bits,
    pub(crate) settings: Bits,
    pub(crate) origins: Bits,
    pub(crate) age_years: Option<u32>,
    pub(crate) group: Option<DiagnosisGroup>,
    pub(crate) insurer: Option<InsurerName>,
    pub(crate) language: Option<LanguageCode>,
    pub(crate) max_wait_days: Option<u32>,
    pub(crate) only_available: bool,
    pub(crate) only_current: bool,
    pub(crate) pause: Option<Pausing>,
    pub(crate) provider: Option<ProviderId>,
}

/// Whether admissions are to be paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pausing {
    /// Nothing stops the person that is asked for.
    NotPaused,
    /// Something stops the person that is asked for, or some of those whom the question leaves open.
    Paused,
}

impl Filter {
    /// Whether the offering is one that is asked for. The small facts decide first; `state` is for what they leave open.
    pub(crate) fn matches<'a>(
        &self,
        facts: &Facts,
        now: Timestamp,
        state: impl FnOnce() -> Option<&'a Offering>,
    ) -> bool {
        if !self.fits_facts(facts, now) {
            return false;
        }
        if !self.needs_state(facts) {
            return true;
        }
        state().is_some_and(|offering| self.fits_state(offering, now))
    }

    fn fits_facts(&self, facts: &Facts, now: Timestamp) -> bool {
        facts.offered
            && self.fits_place(facts)
            && (self.care_types.is_empty() || self.care_types.meets(facts.care_type))
            && (self.circuits.is_empty() || self.circuits.meets(facts.circuits))
            && (self.settings.is_empty() || self.settings.meets(facts.settings))
            && (self.origins.is_empty() || self.origins.meets(facts.origin))
            && self
                .age_years
                .is_none_or(|age| (facts.ages.0..=facts.ages.1).contains(&age))
            && self.fits_group(facts)
            && self
                .language
                .as_ref()
                .is_none_or(|language| facts.languages.meets(Bits::of([trace(language.as_str())])))
            && self.fits_insurer(facts)
            && (!self.only_current || facts.has_current(now))
            && (!self.only_available || facts.available(now).is_some_and(|places| places > 0))
            && (!self.wants_unpaused() || facts.pauses != Pauses::Whole)
            && (self.pause != Some(Pausing::Paused) || facts.pauses != Pauses::None)
            && self.fits_shortest_wait(facts, now)
    }

    fn fits_place(&self, facts: &Facts) -> bool {
        match &self.within {
            Some(within) => facts.place.is_some_and(|place| within.contains(place)),
            None => true,
        }
    }

    fn fits_group(&self, facts: &Facts) -> bool {
        match &self.group {
            Some(group) => {
                facts.groups.is_empty() || facts.groups.meets(Bits::of([group_number(group)]))
            }
            None => true,
        }
    }

    fn fits_insurer(&self, facts: &Facts) -> bool {
        match &self.insurer {
            Some(insurer) => {
                facts.insurers.is_empty()
                    || facts.insurers.meets(Bits::of([trace(insurer.as_str())]))
            }
            None => true,
        }
    }

    fn fits_shortest_wait(&self, facts: &Facts, now: Timestamp) -> bool {
        self.max_wait_days.is_none_or(|most| {
            let waits = facts.current_waits(now);
            waits
                .and_then(|waits| waits.shortest_days)
                .is_some_and(|shortest| shortest <= most)
        })
    }

    fn wants_unpaused(&self) -> bool {
        self.only_available || self.pause == Some(Pausing::NotPaused)
    }

    fn needs_state(&self, facts: &Facts) -> bool {
        let asks_for_somebody = self.group.is_some() || self.insurer.is_some();
        self.language.is_some()
            || (self.insurer.is_some() && !facts.insurers.is_empty())
            || (facts.pauses == Pauses::Depends && (self.wants_unpaused() || self.pause.is_some()))
            || (self.max_wait_days.is_some()
                && asks_for_somebody
                && facts.waits.is_some_and(|waits| waits.depends))
    }

    fn fits_state(&self, offering: &Offering, now: Timestamp) -> bool {
        let Some(details) = &offering.details else {
            return false;
        };
        let group = self.group.as_ref();
        let insurer = self.insurer.as_ref();
        self.language
            .as_ref()
            .is_none_or(|language| details.languages.contains(language))
            && insurer.is_none_or(|insurer| {
                details.insurers.is_empty()
                    || details.insurers.iter().any(|own| own.is_same(insurer))
            })
            && !(self.wants_unpaused() && offering.is_paused_for(group, insurer, now))
            && (self.pause != Some(Pausing::Paused) || self.is_paused_for_some(offering, now))
            && self.max_wait_days.is_none_or(|most| {
                offering.waits.as_ref().is_some_and(|waits| {
                    self.wait_days(&waits.value)
                        .is_some_and(|days| days <= most)
                })
            })
    }

    /// Whether a pause stops any of the people that the question may be about.
    fn is_paused_for_some(&self, offering: &Offering, now: Timestamp) -> bool {
        offering
            .pauses
            .iter()
            .filter(|pause| pause.is_in_force(now))
            .any(|pause| {
                let scope = &pause.scope;
                let group = self.group.as_ref().or(scope.diagnosis_groups.first());
                let insurer = self.insurer.as_ref().or(scope.insurers.first());
                scope.covers(group, insurer)
            })
    }

    /// Returns the total wait of the person that is asked for: from the figures that name the person's diagnosis
    /// group and insurer most closely, the shortest. What the question leaves open, anything may fill.
    pub(crate) fn wait_days(&self, waits: &[Wait]) -> Option<u32> {
        let fitting = waits
            .iter()
            .filter_map(|wait| Some((self.closeness(wait)?, wait.total_wait_days())));
        let mut closest: Option<(u8, Option<u32>)> = None;
        for (closeness, days) in fitting {
            closest = match closest {
                Some((best, _)) if closeness < best => closest,
                Some((best, shortest)) if closeness == best => {
                    Some((best, shortest.into_iter().chain(days).min()))
                }
                Some(_) | None => Some((closeness, days)),
            };
        }
        closest?.1
    }

    /// How closely a figure names the person that is asked for; none: it is about others.
    fn closeness(&self, wait: &Wait) -> Option<u8> {
        let group = match (&self.group, &wait.diagnosis_group) {
            (Some(asked), Some(own)) if asked == own => 2,
            (Some(_), Some(_)) => return None,
            (Some(_) | None, None) | (None, Some(_)) => 0,
        };
        let insurer = match &self.insurer {
            Some(_) if wait.insurers.is_empty() => 0,
            Some(asked) if wait.insurers.iter().any(|own| own.is_same(asked)) => 1,
            Some(_) => return None,
            None => 0,
        };
        Some(group + insurer)
    }
}
