//! Why not: the offerings that one filter shuts out, and nothing else.

use domain::Timestamp;
use domain::capacity::Offering;
use eventlog::StreamId;

use super::filter::Miss;
use super::{CapacityView, Filter, RowNumber};

/// An offering that was just missed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Missed {
    pub(crate) number: RowNumber,
    pub(crate) miss: Miss,
}

impl CapacityView {
    /// Returns the offerings that fail one condition only, nearest to fitting first, at most so many.
    ///
    /// What says whose offering it is, or where its description came from, chooses what is looked at: it is never the
    /// one condition. Practices that are not shown by themselves are not among them.
    pub(crate) fn missed<'a>(
        &'a self,
        filter: &Filter,
        at_most: usize,
        now: Timestamp,
        state_of: impl Fn(&StreamId) -> Option<&'a Offering>,
    ) -> Vec<Missed> {
        let question = self.question(filter);
        let mut missed = Vec::new();
        // What is farther off than all that are kept needs no place among them.
        let mut farthest = u64::MAX;
        let mut look = |number: RowNumber, facts: &super::Facts| {
            let state = || state_of(&self.row(number)?.stream);
            if let Some(miss) = question
                .only_miss(facts, now, state)
                .filter(|miss| !facts.practice && miss.gap <= farthest)
            {
                missed.push(Missed { number, miss });
                if missed.len() >= at_most.saturating_mul(2).max(1_024) {
                    self.keep_nearest(&mut missed, at_most);
                    farthest = missed
                        .last()
                        .map_or(farthest, |last: &Missed| last.miss.gap);
                }
            }
        };
        match &filter.provider {
            Some(provider) => {
                for number in self.providers.rows(provider) {
                    if let Some(facts) = self.facts.get(*number) {
                        look(*number, facts);
                    }
                }
            }
            None => self
                .facts
                .all()
                .for_each(|(number, facts)| look(*number, facts)),
        }
        self.keep_nearest(&mut missed, at_most);
        missed
    }

    fn keep_nearest(&self, missed: &mut Vec<Missed>, at_most: usize) {
        missed.sort_by(|one, other| {
            let id = |missed: &Missed| self.row(missed.number).map(|row| row.id.as_str());
            (one.miss.gap, id(one)).cmp(&(other.miss.gap, id(other)))
        });
        missed.truncate(at_most);
    }
}
