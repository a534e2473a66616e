use std::collections::BTreeMap;

use super::{DiagnosisGroup, Event, Offering};
use crate::Timestamp;

const DAY_MILLIS: i64 = 86_400_000;

/// Refusals count for so many days, the day they were recorded on included.
pub const REFUSALS_COUNT_FOR_DAYS: i64 = 90;

/// A "no" to somebody who was asked for, although the offering was shown as fitting. Says nothing about that person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The provider's reason.
    pub reason: RefusalReason,
    /// The main diagnosis group that was asked for, where it matters.
    pub diagnosis_group: Option<DiagnosisGroup>,
    /// Who asked holds that the reason does not agree with what the offering declares.
    pub within_declared: bool,
}

/// Why somebody was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RefusalReason {
    /// The place that was shown as free was not.
    NoPlaceAfterAll,
    /// Too young or too old.
    Age,
    /// Not for this diagnosis group.
    Diagnosis,
    /// Too complex, or too severe.
    Complexity,
    /// Not with this legal title.
    LegalTitle,
    /// Not for this insurer or municipality.
    Insurer,
    /// No language in common.
    Language,
    /// From another region.
    Region,
    /// An exclusion criterion, such as aggression.
    Exclusion,
    /// The free place is meant for something else.
    OtherCapacity,
    /// Nobody answered.
    NoAnswer,
}

/// Refusals of one day for one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefusalsOfDay {
    /// Days since 1970-01-01, UTC.
    pub day: i64,
    /// Why.
    pub reason: RefusalReason,
    /// How many.
    pub tally: RefusalTally,
}

/// How often it was refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct RefusalTally {
    /// Of all: those that contradict what the offering declares.
    pub contradicting: u32,
    /// All.
    pub all: u32,
}

impl RefusalTally {
    fn plus(self, other: Self) -> Self {
        Self {
            contradicting: self.contradicting.saturating_add(other.contradicting),
            all: self.all.saturating_add(other.all),
        }
    }
}

/// The refusals of the last days, by day and reason. Default: none.
///
/// Which days those are follows from when refusals were recorded, not from a clock: equal on every node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusals(Vec<RefusalsOfDay>);

impl Refusals {
    /// Counts one, and forgets those that count no longer.
    pub(super) fn note(&mut self, reason: RefusalReason, contradicts: bool, at: Timestamp) {
        let day = day_of(at);
        let one = RefusalTally {
            contradicting: u32::from(contradicts),
            all: 1,
        };
        match self
            .0
            .iter_mut()
            .find(|known| (known.day, known.reason) == (day, reason))
        {
            Some(known) => known.tally = known.tally.plus(one),
            None => self.0.push(RefusalsOfDay {
                day,
                reason,
                tally: one,
            }),
        }
        // Nodes' clocks differ: the latest day is not always that of the last one.
        let latest = self.0.iter().map(|known| known.day).max().unwrap_or(day);
        self.0
            .retain(|known| known.day > latest - REFUSALS_COUNT_FOR_DAYS);
    }

    /// Returns how often each reason was given in the days that count at `now`.
    pub fn by_reason(&self, now: Timestamp) -> BTreeMap<RefusalReason, RefusalTally> {
        let mut by_reason = BTreeMap::<_, RefusalTally>::new();
        for known in self.counting(now) {
            let tally = by_reason.entry(known.reason).or_default();
            *tally = tally.plus(known.tally);
        }
        by_reason
    }

    /// Returns how often it was refused in the days that count at `now`.
    pub fn in_all(&self, now: Timestamp) -> RefusalTally {
        self.counting(now)
            .fold(RefusalTally::default(), |sum, known| sum.plus(known.tally))
    }

    /// Tells whether none is remembered.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns all that are remembered, in the order in which days and reasons first came.
    pub fn days(&self) -> &[RefusalsOfDay] {
        &self.0
    }

    /// Makes them anew from what was remembered.
    pub fn from_days(days: Vec<RefusalsOfDay>) -> Self {
        Self(days)
    }

    fn counting(&self, now: Timestamp) -> impl Iterator<Item = &RefusalsOfDay> {
        let today = day_of(now);
        self.0
            .iter()
            .filter(move |known| known.day > today - REFUSALS_COUNT_FOR_DAYS)
    }
}

fn day_of(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(DAY_MILLIS)
}

impl Offering {
    pub(super) fn refused(&self, refusal: &Refusal, now: Timestamp) -> Event {
        Event::RefusalRecorded {
            refusal: refusal.clone(),
            contradicts: self.is_contradicted_by(refusal, now),
            recorded_at: now,
        }
    }

    /// Tells whether a refusal contradicts what the offering declares, as it stands at `now`.
    ///
    /// Where the offering itself can tell, it does: places that it counts as free, diagnosis groups that it takes. For
    /// the other reasons the one who asked knows, since nothing about the person comes here.
    fn is_contradicted_by(&self, refusal: &Refusal, now: Timestamp) -> bool {
        match refusal.reason {
            RefusalReason::NoPlaceAfterAll | RefusalReason::OtherCapacity => self
                .current_counts(now)
                .and_then(|_| self.balance())
                .is_some_and(|balance| balance.available > 0),
            RefusalReason::Diagnosis => match &refusal.diagnosis_group {
                Some(group) => self.takes(group),
                None => refusal.within_declared,
            },
            RefusalReason::Age
            | RefusalReason::Complexity
            | RefusalReason::LegalTitle
            | RefusalReason::Insurer
            | RefusalReason::Language
            | RefusalReason::Region
            | RefusalReason::Exclusion => refusal.within_declared,
            // Silence contradicts nothing that is declared.
            RefusalReason::NoAnswer => false,
        }
    }

    fn takes(&self, group: &DiagnosisGroup) -> bool {
        self.details.as_ref().is_some_and(|details| {
            details.diagnosis_groups.is_empty() || details.diagnosis_groups.contains(group)
        })
    }
}
