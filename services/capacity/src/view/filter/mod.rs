//! Which offerings a question is about.

mod condition;
mod miss;
mod person;
mod term;

use std::cell::OnceCell;

use domain::Timestamp;
use domain::capacity::confidence::Experience;
use domain::capacity::{DiagnosisGroup, InsurerName, LanguageCode, Offering, ProviderId};

use super::ProviderNumber;
use super::facts::{Bits, Facts};
use super::places::{Distances, Places};
use condition::{Condition, Verdict};
pub(super) use miss::Miss;
pub(crate) use term::{Needs, Ready};

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
    /// Places shown that still exist with at least this chance.
    pub(crate) min_confidence: Option<f64>,
    /// Counts are late, or were never there.
    pub(crate) only_overdue: bool,
    /// What is asked of the terms.
    pub(crate) needs: Needs,
    pub(crate) only_overcommitted: bool,
}

/// Whether admissions are to be paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pausing {
    /// Nothing stops the person that is asked for.
    NotPaused,
    /// Something stops the person that is asked for, or some of those whom the question leaves open.
    Paused,
}

/// A filter made ready to look at many offerings: only the conditions that it sets are judged.
pub(super) struct Question<'f> {
    filter: &'f Filter,
    /// The provider that is asked for, as the view numbers it.
    provider: Option<ProviderNumber>,
    experience: &'f Experience,
    /// Those of what an offering is first, then those of how it stands.
    conditions: Vec<Condition>,
    /// How many of them are of what an offering is.
    lasting: usize,
    /// How far the places that are asked for reach from the centre, in kilometres; measured when it is needed.
    reach_km: OnceCell<f64>,
}

impl<'f> Question<'f> {
    /// Asks for what the filter says; `provider` is its provider's number.
    pub(super) fn new(
        filter: &'f Filter,
        provider: Option<ProviderNumber>,
        experience: &'f Experience,
    ) -> Self {
        let is_set = |condition: &Condition| filter.sets(*condition);
        let set = Condition::ALL.into_iter().filter(is_set);
        let (mut conditions, passing): (Vec<_>, Vec<_>) = set.partition(|one| one.is_lasting());
        let lasting = conditions.len();
        conditions.extend(passing);
        Self {
            filter,
            provider,
            experience,
            conditions,
            lasting,
            reach_km: OnceCell::new(),
        }
    }

    /// Whether the offering is one that is asked for. The small facts decide first; `state` is for what they leave open.
    pub(super) fn matches<'a>(
        &self,
        facts: &Facts,
        now: Timestamp,
        state: impl FnOnce() -> Option<&'a Offering>,
    ) -> bool {
        self.hold(&self.conditions, facts, now, state)
    }

    /// Whether the offering would be asked for if its figures and pauses were as one may wish.
    pub(super) fn is_about<'a>(
        &self,
        facts: &Facts,
        now: Timestamp,
        state: impl FnOnce() -> Option<&'a Offering>,
    ) -> bool {
        self.hold(&self.conditions[..self.lasting], facts, now, state)
    }

    fn hold<'a>(
        &self,
        conditions: &[Condition],
        facts: &Facts,
        now: Timestamp,
        state: impl FnOnce() -> Option<&'a Offering>,
    ) -> bool {
        let mut is_open = false;
        let is_possible = facts.offered
            && conditions.iter().all(|condition| {
                let verdict = self.by_facts(*condition, facts, now);
                is_open |= verdict == Verdict::Open;
                verdict != Verdict::No
            });
        if !is_possible || !is_open {
            return is_possible;
        }
        state().is_some_and(|offering| {
            let is_left_open =
                |condition: &Condition| self.by_facts(*condition, facts, now) == Verdict::Open;
            conditions
                .iter()
                .filter(|condition| is_left_open(condition))
                .all(|condition| self.by_state(*condition, offering, now))
        })
    }
}
