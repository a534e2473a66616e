//! What an offering lacks that fails one condition only.

use domain::Timestamp;
use domain::capacity::Offering;

use super::super::facts::Facts;
use super::Question;
use super::condition::{Condition, Verdict};

/// How far off it is where no number says so: as far as twice what was asked, or further.
const AS_MUCH_AGAIN: u64 = 1_000;
const ANOTHER_KIND: u64 = 2_000;
/// Distances are compared as if at least this was asked: the next town is near.
const LEAST_KM: f64 = 10.0;

/// The one condition that an offering fails.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Miss {
    /// A stable word for it.
    pub(crate) filter: &'static str,
    /// The value of that filter that would have let it in, where that is a number.
    pub(crate) would_fit_at: Option<f64>,
    /// How far off, in thousandths of what was asked.
    pub(crate) gap: u64,
}

impl Question<'_> {
    /// Returns the condition that the offering fails, if it is the only one and not one that chooses what is looked at.
    pub(crate) fn only_miss<'a>(
        &self,
        facts: &Facts,
        now: Timestamp,
        state: impl FnOnce() -> Option<&'a Offering>,
    ) -> Option<Miss> {
        // Not even as one that was missed is a practice shown by itself.
        if facts.practice {
            return None;
        }
        let mut failed = None;
        let mut is_open = false;
        for condition in facts.offered.then_some(&self.conditions)? {
            match self.by_facts(*condition, facts, now) {
                Verdict::Yes => {}
                Verdict::Open => is_open = true,
                Verdict::No if failed.is_some() || condition.chooses() => return None,
                Verdict::No => failed = Some(*condition),
            }
        }
        // Most have nothing open: their state is not looked at.
        let offering = if is_open || failed == Some(Condition::MaxWait) {
            state()
        } else {
            None
        };
        for condition in self.conditions.iter().filter(|_| is_open) {
            let is_open = self.by_facts(*condition, facts, now) == Verdict::Open;
            if is_open && !self.by_state(*condition, offering?, now) {
                match failed {
                    None => failed = Some(*condition),
                    Some(_) => return None,
                }
            }
        }
        Some(self.miss(failed?, facts, offering, now))
    }

    fn miss(
        &self,
        condition: Condition,
        facts: &Facts,
        offering: Option<&Offering>,
        now: Timestamp,
    ) -> Miss {
        let filter = condition.word(facts);
        let (would_fit_at, gap) = match condition {
            Condition::Place => self.distance(facts),
            Condition::Age => self.age(facts),
            Condition::MaxWait => self.wait(facts, offering, now),
            Condition::Current => (None, age_of_figures(facts, now)),
            Condition::Available | Condition::NotPaused | Condition::Confidence => {
                (None, AS_MUCH_AGAIN)
            }
            Condition::Provider
            | Condition::CareType
            | Condition::Circuit
            | Condition::Setting
            | Condition::Origin
            | Condition::DiagnosisGroup
            | Condition::Insurer
            | Condition::Language
            | Condition::Overdue
            | Condition::Overcommitted
            | Condition::Paused
            | Condition::Term(_) => (None, ANOTHER_KIND),
        };
        Miss {
            filter,
            would_fit_at,
            gap,
        }
    }

    /// In kilometres, where the question measures any.
    fn distance(&self, facts: &Facts) -> (Option<f64>, u64) {
        let filter = self.filter;
        let measured = filter.distances.as_ref().zip(filter.within.as_ref());
        let Some((distances, within)) = measured else {
            return (None, ANOTHER_KIND);
        };
        let reach_km = self
            .reach_km
            .get_or_init(|| distances.reach(within).max(LEAST_KM));
        match facts.place.and_then(|place| distances.to(place)) {
            Some(km) => (Some(km), thousandths(km, *reach_km)),
            None => (None, ANOTHER_KIND),
        }
    }

    /// In years.
    fn age(&self, facts: &Facts) -> (Option<f64>, u64) {
        let (youngest, oldest) = facts.ages;
        let Some(asked) = self.filter.age_years else {
            return (None, ANOTHER_KIND);
        };
        let nearest = asked.clamp(youngest, oldest.max(youngest));
        let gap = u64::from(nearest.abs_diff(asked)) * AS_MUCH_AGAIN;
        (Some(f64::from(nearest)), gap / u64::from(asked.max(1)))
    }

    /// In days.
    fn wait(
        &self,
        facts: &Facts,
        offering: Option<&Offering>,
        now: Timestamp,
    ) -> (Option<f64>, u64) {
        let waits = facts.current_waits(now);
        let days = match offering.and_then(|offering| offering.waits.as_ref()) {
            Some(own) if waits.is_some() => self.filter.wait_days(&own.value),
            Some(_) | None => waits.and_then(|waits| waits.shortest_days),
        };
        let most = f64::from(self.filter.max_wait_days.unwrap_or(0));
        match days.map(f64::from) {
            Some(days) => (Some(days), thousandths(days, most.max(1.0))),
            None => (None, ANOTHER_KIND),
        }
    }
}

/// How far a number is beyond what was asked.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "both are positive and small"
)]
fn thousandths(found: f64, asked: f64) -> u64 {
    ((found - asked).max(0.0) * 1_000.0 / asked) as u64
}

/// How long figures are past their time, against the time for which they could be believed.
fn age_of_figures(facts: &Facts, now: Timestamp) -> u64 {
    let counts = facts
        .counts
        .map(|counts| (counts.observed_at, counts.valid_until));
    let waits = facts
        .waits
        .map(|waits| (waits.observed_at, waits.valid_until));
    let Some((observed_at, valid_until)) = counts.or(waits) else {
        return ANOTHER_KIND;
    };
    let positive = |millis: i64| u64::try_from(millis).unwrap_or(0);
    let late = positive(now.millis_since(valid_until));
    let believed = positive(valid_until.millis_since(observed_at)).max(1);
    late.saturating_mul(AS_MUCH_AGAIN) / believed
}
