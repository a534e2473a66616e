//! The read model: what searches and watchers need, kept beside the offerings' states.

mod completeness;
mod facts;
mod filter;
mod find;
mod missed;
mod places;
mod practices;
mod providers;
mod shelves;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use chassis::View;
use domain::Timestamp;
use domain::capacity::confidence::{Confidence, Experience};
use domain::capacity::{Details, Offering, OfferingId};
use eventlog::{IdMap, Position, StreamId};

pub(crate) use completeness::Completeness;
pub(crate) use facts::{Bits, Facts};
use filter::Question;
pub(crate) use filter::{Filter, Needs, Pausing, Ready};
pub(crate) use find::{Mark, Order, Page};
pub(crate) use places::{Distances, Places};
pub(crate) use practices::{Group, Practices};
use providers::{ProviderNumber, Providers};
use shelves::Shelves;

const STREAM_PREFIX: &str = "capacity-";

/// Names the stream of an offering.
pub(crate) fn stream_of(id: &OfferingId) -> Option<StreamId> {
    StreamId::parse(&format!("{STREAM_PREFIX}{}", id.as_str()))
}

/// An offering's number in this process: offerings are never forgotten, so numbers have no gaps.
pub(crate) type RowNumber = u32;

/// One offering in the view.
pub(crate) struct Row {
    pub(crate) id: OfferingId,
    pub(crate) stream: StreamId,
    pub(crate) changed_at: Position,
    /// It was shown by itself at some time since this node began to fold.
    pub(crate) was_shown: bool,
    /// For sorting by name: lower case.
    name: String,
    /// When an answer about it changes without a commit.
    moments: Vec<Timestamp>,
}

/// All offerings, with indices.
#[derive(Default)]
pub(crate) struct CapacityView {
    rows: Vec<Row>,
    facts: Shelves,
    by_stream: IdMap<StreamId, RowNumber>,
    providers: Providers,
    /// In the order of their last change, each once.
    changes: BTreeMap<Position, RowNumber>,
    /// What expires or begins, when.
    moments: BTreeSet<(Timestamp, RowNumber)>,
    /// What the past reports of all add up to.
    experience: Experience,
    /// Those that are not to be believed any more, in the order in which that was heard.
    unusable: Vec<RowNumber>,
}

impl View<Offering> for CapacityView {
    fn set(&mut self, stream: &StreamId, state: &Offering, position: Position, _: Timestamp) {
        let Some(number) = self.number_of(stream) else {
            return;
        };
        let facts = self.facts_of(number, state);
        self.set_facts(number, facts);
        self.set_moments(number, state);
        self.experience.set(number as usize, state);
        let facts = self.facts.get(number);
        let is_shown = facts.is_some_and(|facts| !facts.practice);
        let row = &mut self.rows[number as usize];
        row.was_shown |= is_shown;
        self.changes.remove(&row.changed_at);
        self.changes.insert(position, number);
        row.changed_at = position;
    }

    fn set_unusable(&mut self, stream: &StreamId, state: &Offering) {
        let Some(number) = self.number_of(stream) else {
            return;
        };
        let facts = self.facts_of(number, state);
        self.set_facts(number, facts.map(Facts::unbelieved));
        // Nothing of it is current, so nothing expires.
        self.set_moments(number, &Offering::default());
        self.experience.set(number as usize, state);
        self.unusable.push(number);
    }

    /// Offerings are of organisations: their bodies are in clear, and there is no key to destroy.
    fn on_erased(&mut self, _: &StreamId) {}
}

impl CapacityView {
    /// The offerings that changed after `position`, in the order of their last change.
    pub(crate) fn changed_after(
        &self,
        position: Position,
    ) -> impl Iterator<Item = (Position, RowNumber)> {
        let from = Position::new(position.get().saturating_add(1));
        self.changes
            .range(from..)
            .map(|(position, number)| (*position, *number))
    }

    /// What expired or began after one moment up to another; `after` names the last one that is known already.
    pub(crate) fn moments(
        &self,
        after: (Timestamp, RowNumber),
        until: Timestamp,
    ) -> impl Iterator<Item = (Timestamp, RowNumber)> {
        let from = std::ops::Bound::Excluded(after);
        let to = std::ops::Bound::Included((until, RowNumber::MAX));
        // A range that ends before it begins is empty, not a mistake.
        let is_empty = after >= (until, RowNumber::MAX);
        (!is_empty)
            .then(|| self.moments.range((from, to)).copied())
            .into_iter()
            .flatten()
    }

    /// The first moment after `now` at which an answer changes without a commit.
    pub(crate) fn next_moment(&self, now: Timestamp) -> Option<Timestamp> {
        let after = std::ops::Bound::Excluded((now, RowNumber::MAX));
        self.moments
            .range((after, std::ops::Bound::Unbounded))
            .next()
            .map(|(moment, _)| *moment)
    }

    /// The offerings that are not to be believed any more, after so many of them: no position says when that came, for
    /// the decision stands in another topic.
    pub(crate) fn unusable_after(&self, count: usize) -> &[RowNumber] {
        self.unusable.get(count..).unwrap_or_default()
    }

    /// One offering.
    pub(crate) fn row(&self, number: RowNumber) -> Option<&Row> {
        self.rows.get(number as usize)
    }

    /// Whether an offering is one that is asked for.
    pub(crate) fn matches<'a>(
        &self,
        number: RowNumber,
        filter: &Filter,
        now: Timestamp,
        state_of: impl Fn(&StreamId) -> Option<&'a Offering>,
    ) -> bool {
        let state = || state_of(&self.row(number)?.stream);
        let facts = self.facts.get(number);
        facts.is_some_and(|facts| self.question(filter).matches(facts, now, state))
    }

    fn question<'f>(&'f self, filter: &'f Filter) -> Question<'f> {
        let provider = filter.provider.as_ref();
        let provider = provider.and_then(|id| self.providers.find(id));
        Question::new(filter, provider, &self.experience)
    }

    /// The chance that a place that an offering shows still exists.
    pub(crate) fn confidence(&self, offering: &Offering, now: Timestamp) -> Option<Confidence> {
        self.experience.confidence(offering, now)
    }

    /// How far an offering lies from the centre that is asked for.
    pub(crate) fn distance_km(&self, number: RowNumber, filter: &Filter) -> Option<f64> {
        let place = self.facts.get(number)?.place?;
        filter.distances.as_ref()?.to(place)
    }

    fn number_of(&mut self, stream: &StreamId) -> Option<RowNumber> {
        if let Some(number) = self.by_stream.get(stream) {
            return Some(*number);
        }
        let id = OfferingId::parse(stream.as_str().strip_prefix(STREAM_PREFIX)?)?;
        let number = RowNumber::try_from(self.rows.len()).ok()?;
        self.by_stream.insert(stream.clone(), number);
        self.rows.push(Row {
            id,
            stream: stream.clone(),
            changed_at: Position::START,
            was_shown: false,
            name: String::new(),
            moments: Vec::new(),
        });
        Some(number)
    }

    fn facts_of(&mut self, number: RowNumber, state: &Offering) -> Option<Facts> {
        let details = state.details.as_ref()?;
        self.name_anew(number, details);
        let provider = self.providers.number_of(&details.provider_id);
        Facts::of(state, provider)
    }

    fn name_anew(&mut self, number: RowNumber, details: &Details) {
        let row = &mut self.rows[number as usize];
        // Most changes are reports: the name is compared before it is made anew.
        if !row.name.chars().eq(name_of(details)) {
            row.name = name_of(details).collect();
        }
    }

    fn set_facts(&mut self, number: RowNumber, facts: Option<Facts>) {
        let provider_of = |facts: &Facts| facts.provider;
        let old = self.facts.get(number).map(provider_of);
        let new = facts.as_ref().map(provider_of);
        if old != new {
            self.providers.move_row(number, old, new);
        }
        self.facts.set(number, facts);
    }

    fn set_moments(&mut self, number: RowNumber, state: &Offering) {
        let row = &mut self.rows[number as usize];
        for moment in row.moments.drain(..) {
            self.moments.remove(&(moment, number));
        }
        let expiries = [
            state.counts.as_ref().map(|figure| figure.valid_until),
            state.waits.as_ref().map(|figure| figure.valid_until),
            state.report_due_at(),
        ];
        let begins = state.pauses.iter().filter_map(|pause| pause.starts_at);
        row.moments
            .extend(expiries.into_iter().flatten().chain(begins));
        self.moments
            .extend(row.moments.iter().map(|moment| (*moment, number)));
    }
}

/// The letters to sort by.
fn name_of(details: &Details) -> impl Iterator<Item = char> {
    // Those without a name go last.
    let provider = details.provider_name.as_deref().unwrap_or("\u{10ffff}");
    let location = details.location_name.as_deref().unwrap_or_default();
    let programme = details.programme_name.as_deref().unwrap_or_default();
    let parts = [provider, "\u{1}", location, "\u{1}", programme];
    parts
        .into_iter()
        .flat_map(str::chars)
        .flat_map(char::to_lowercase)
}
