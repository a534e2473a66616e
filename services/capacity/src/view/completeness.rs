//! Which of the providers that should have reported have done so.

use domain::Timestamp;
use domain::capacity::Offering;
use eventlog::StreamId;

use super::facts::Facts;
use super::practices::FEWEST;
use super::{CapacityView, Filter, RowNumber};

/// Silent providers that are listed.
const MAX_LISTED: usize = 100;

/// How complete an answer is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Completeness {
    /// Providers of which counts are expected.
    pub(crate) expected: u32,
    /// Of these: none of their offerings is overdue.
    pub(crate) reported: u32,
    /// The oldest of the latest counts of those that reported.
    pub(crate) complete_up_to: Option<Timestamp>,
    /// The others, the longest silent first, at most so many.
    pub(crate) silent: Vec<Silent>,
    /// All others.
    pub(crate) silent_total: u32,
    /// Of these: must not be named.
    pub(crate) unlisted: u32,
}

/// A provider whose counts are overdue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Silent {
    /// One of its offerings: says who it is.
    pub(crate) row: RowNumber,
    /// The newest of its counts that are overdue; none: never counted.
    pub(crate) last_observed_at: Option<Timestamp>,
    pub(crate) expected_offerings: u32,
    pub(crate) overdue_offerings: u32,
}

/// What is known of one provider so far.
#[derive(Clone, Copy)]
struct Tally {
    row: RowNumber,
    practice: bool,
    expected: u32,
    overdue: u32,
    oldest: Timestamp,
    last_overdue: Option<Timestamp>,
}

impl Tally {
    const NONE: Self = Self {
        row: 0,
        practice: false,
        expected: 0,
        overdue: 0,
        oldest: Timestamp::from_millis(i64::MAX),
        last_overdue: None,
    };

    fn note(&mut self, number: RowNumber, facts: &Facts, is_overdue: bool) {
        let observed_at = facts.counts.map(|counts| counts.observed_at);
        self.row = number;
        self.practice |= facts.practice;
        self.expected += 1;
        self.oldest = self.oldest.min(observed_at.unwrap_or_default());
        if is_overdue {
            self.overdue += 1;
            self.last_overdue = self.last_overdue.max(observed_at);
        }
    }
}

impl CapacityView {
    /// Says how complete an answer is that is given at `now` to what the filter asks of the offerings themselves.
    pub(crate) fn completeness<'a>(
        &'a self,
        filter: &Filter,
        now: Timestamp,
        state_of: impl Fn(&StreamId) -> Option<&'a Offering>,
    ) -> Completeness {
        let mut tallies = vec![Tally::NONE; self.providers.count()];
        let question = self.question(filter);
        self.for_candidates(filter, |number, facts| {
            let Some(is_overdue) = facts.promised.map(|promised| promised.is_broken(now)) else {
                return;
            };
            let state = || state_of(&self.row(number)?.stream);
            if question.is_about(facts, now, state)
                && let Some(tally) = tallies.get_mut(facts.provider as usize)
            {
                tally.note(number, facts, is_overdue);
            }
        });
        let practices = tallies.iter().filter(|tally| tally.practice).count();
        // Of one or two, numbers and moments would be a practice's own.
        if filter.provider.is_some() || practices < FEWEST {
            for tally in tallies.iter_mut().filter(|tally| tally.practice) {
                *tally = Tally::NONE;
            }
        }
        self.summed_up(&tallies)
    }

    fn summed_up(&self, tallies: &[Tally]) -> Completeness {
        let mut summed_up = Completeness::default();
        let mut silent = Vec::new();
        let expected = tallies.iter().zip(0..);
        for (tally, provider) in expected.filter(|(tally, _)| tally.expected > 0) {
            summed_up.expected += 1;
            if tally.overdue == 0 {
                summed_up.reported += 1;
                let others = summed_up.complete_up_to.unwrap_or(tally.oldest);
                summed_up.complete_up_to = Some(others.min(tally.oldest));
                continue;
            }
            summed_up.silent_total += 1;
            if tally.practice {
                summed_up.unlisted += 1;
            } else {
                silent.push((tally.last_overdue, self.providers.id(provider), tally));
            }
        }
        silent.sort_unstable_by_key(|(last, id, _)| (*last, *id));
        silent.truncate(MAX_LISTED);
        summed_up.silent = silent
            .into_iter()
            .map(|(last_observed_at, _, tally)| Silent {
                row: tally.row,
                last_observed_at,
                expected_offerings: tally.expected,
                overdue_offerings: tally.overdue,
            })
            .collect();
        summed_up
    }
}
