//! Searching: what matches, in the order that is asked for, a page at a time.

use std::cmp::Ordering;

use domain::Timestamp;
use domain::capacity::Offering;
use eventlog::StreamId;

use super::facts::Facts;
use super::{CapacityView, Filter, Practices, Row, RowNumber};

/// What rows are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Nearest first.
    Distance,
    /// Shortest known and current wait first.
    Wait,
    /// Most known and current free places first.
    Available,
    /// Newest figures first.
    Freshness,
    /// By the names of provider, location and programme.
    Name,
    /// Places that most likely still exist first; those that nothing is known of last.
    Confidence,
    /// Fewest refusals that contradict what is declared first, then fewest refusals.
    Practised,
}

impl Order {
    /// How many there are: no order is named twice.
    pub(crate) const COUNT: usize = 7;
}

/// One page of a search.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    /// The first decides, the next break ties; at the end the offering's id.
    pub(crate) orders: Vec<Order>,
    pub(crate) size: usize,
    /// The last row of the page before.
    pub(crate) after: Option<Mark>,
}

/// Where a row stands in the order; smaller is earlier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// One number for each order.
    pub(crate) numbers: [u64; Order::COUNT],
    pub(crate) name: String,
    pub(crate) id: String,
}

/// What a search found.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// The page's rows, in order.
    pub(crate) rows: Vec<RowNumber>,
    /// Whether more follow.
    pub(crate) has_more: bool,
    /// All that match and are shown by themselves, on every page.
    pub(crate) total: u64,
    /// Free places in current counts of all that match.
    pub(crate) available_total: u64,
    /// How many of all that match have no current counts.
    pub(crate) unknown_count: u64,
    /// Those that are not shown by themselves.
    pub(crate) practices: Practices,
}

/// Like a [`Mark`], of a row in the view. Most comparisons are decided by numbers: texts are looked at when they are not.
#[derive(Clone, Copy)]
struct Standing<'a> {
    number: RowNumber,
    numbers: [u64; Order::COUNT],
    texts: Texts<'a>,
}

#[derive(Clone, Copy)]
enum Texts<'a> {
    Row(&'a Row),
    Mark(&'a Mark),
}

impl<'a> Texts<'a> {
    fn name(self) -> &'a str {
        match self {
            Self::Row(row) => &row.name,
            Self::Mark(mark) => &mark.name,
        }
    }

    fn id(self) -> &'a str {
        match self {
            Self::Row(row) => row.id.as_str(),
            Self::Mark(mark) => &mark.id,
        }
    }
}

impl Standing<'_> {
    fn cmp(&self, other: &Self, orders: &[Order]) -> Ordering {
        for (order, (own, others)) in orders.iter().zip(self.numbers.iter().zip(&other.numbers)) {
            let ordering = match order {
                Order::Name => self.texts.name().cmp(other.texts.name()),
                Order::Distance
                | Order::Wait
                | Order::Available
                | Order::Freshness
                | Order::Confidence
                | Order::Practised => own.cmp(others),
            };
            if ordering.is_ne() {
                return ordering;
            }
        }
        self.texts.id().cmp(other.texts.id())
    }

    fn mark(&self) -> Mark {
        Mark {
            numbers: self.numbers,
            name: self.texts.name().to_owned(),
            id: self.texts.id().to_owned(),
        }
    }
}

impl CapacityView {
    /// Searches; figures are judged at `now`, `state_of` gives what the small facts leave open.
    pub(crate) fn find<'a>(
        &'a self,
        filter: &Filter,
        page: &Page,
        now: Timestamp,
        state_of: impl Fn(&StreamId) -> Option<&'a Offering>,
    ) -> Found {
        let after = page.after.as_ref().map(|mark| Standing {
            number: 0,
            numbers: mark.numbers,
            texts: Texts::Mark(mark),
        });
        let mut found = Found {
            rows: Vec::new(),
            has_more: false,
            total: 0,
            available_total: 0,
            unknown_count: 0,
            practices: Practices::default(),
        };
        let mut practices = Vec::new();
        let mut first = First::new(page);
        let question = self.question(filter);
        self.for_candidates(filter, |number, facts| {
            let state = || state_of(&self.row(number)?.stream);
            if !question.matches(facts, now, state) {
                return;
            }
            if facts.practice {
                practices.push(number);
                return;
            }
            found.total += 1;
            match facts.available(now) {
                Some(available) => found.available_total += u64::from(available),
                None => found.unknown_count += 1,
            }
            let standing = self.standing(number, facts, (filter, &page.orders, now), &state_of);
            let is_later = after.is_none_or(|after| standing.cmp(&after, &page.orders).is_gt());
            if is_later {
                first.offer(standing);
            }
        });
        (found.rows, found.has_more) = first.finish();
        found.practices = self.put_together(&practices, filter, now, state_of);
        found
    }

    /// Where an offering stands in the order that was asked for.
    pub(crate) fn mark<'a>(
        &'a self,
        number: RowNumber,
        (filter, orders, now): (&Filter, &[Order], Timestamp),
        state_of: impl Fn(&StreamId) -> Option<&'a Offering>,
    ) -> Option<Mark> {
        let facts = self.facts.get(number)?;
        Some(
            self.standing(number, facts, (filter, orders, now), state_of)
                .mark(),
        )
    }

    /// Looks at the rows that may match: those of a provider or of some municipalities, if that is asked.
    pub(super) fn for_candidates<'a>(
        &'a self,
        filter: &Filter,
        mut look: impl FnMut(RowNumber, &'a Facts),
    ) {
        if let Some(provider) = &filter.provider {
            for number in self.providers.rows(provider) {
                if let Some(facts) = self.facts.get(*number) {
                    look(*number, facts);
                }
            }
        } else if let Some(within) = &filter.within {
            self.facts
                .within(within)
                .for_each(|(number, facts)| look(*number, facts));
        } else {
            self.facts
                .all()
                .for_each(|(number, facts)| look(*number, facts));
        }
    }

    fn standing<'a>(
        &'a self,
        number: RowNumber,
        facts: &Facts,
        (filter, orders, now): (&Filter, &[Order], Timestamp),
        state_of: impl Fn(&StreamId) -> Option<&'a Offering>,
    ) -> Standing<'a> {
        let row = &self.rows[number as usize];
        let mut numbers = [0; Order::COUNT];
        for (order, place) in orders.iter().zip(&mut numbers) {
            *place = match order {
                Order::Distance => facts
                    .place
                    .and_then(|place| filter.distances.as_ref()?.to(place))
                    .map_or(u64::MAX, whole_metres),
                Order::Wait => wait(facts, filter, now, || state_of(&row.stream)),
                Order::Available => !facts
                    .available(now)
                    .map_or(0, |places| u64::from(places) + 1),
                Order::Freshness => !facts
                    .observed_at()
                    .map_or(0, |at| u64::try_from(at.as_millis()).unwrap_or(0)),
                Order::Name => 0,
                Order::Confidence => self.doubt(facts, now, || state_of(&row.stream)),
                Order::Practised if !facts.refused => 0,
                Order::Practised => state_of(&row.stream).map_or(0, |own| refusals(own, now)),
            };
        }
        Standing {
            number,
            numbers,
            texts: Texts::Row(row),
        }
    }
}

impl CapacityView {
    /// How little sure it is that a place that is shown still exists, in thousandths.
    fn doubt<'a>(
        &self,
        facts: &Facts,
        now: Timestamp,
        state: impl FnOnce() -> Option<&'a Offering>,
    ) -> u64 {
        let shows_places = facts.available(now).is_some_and(|free| free > 0);
        let offering = shows_places.then(state).flatten();
        offering
            .and_then(|offering| self.experience.confidence(offering, now))
            .map_or(u64::MAX, |confidence| {
                1_000 - u64::from(confidence.thousandths())
            })
    }
}

fn refusals(offering: &Offering, now: Timestamp) -> u64 {
    let tally = offering.refusals.in_all(now);
    (u64::from(tally.contradicting) << 32) | u64::from(tally.all)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a distance within the country is positive and small"
)]
fn whole_metres(kilometres: f64) -> u64 {
    (kilometres * 1_000.0) as u64
}

fn wait<'a>(
    facts: &Facts,
    filter: &Filter,
    now: Timestamp,
    state: impl FnOnce() -> Option<&'a Offering>,
) -> u64 {
    let Some(waits) = facts.current_waits(now) else {
        return u64::MAX;
    };
    let days = if waits.depends && (filter.group.is_some() || filter.insurer.is_some()) {
        state().and_then(|offering| filter.wait_days(&offering.waits.as_ref()?.value))
    } else {
        waits.shortest_days
    };
    days.map_or(u64::MAX, u64::from)
}

/// Keeps the first so many of what it is offered, and one more to know whether there is more.
struct First<'a, 'p> {
    page: &'p Page,
    kept: Vec<Standing<'a>>,
    /// Whatever stands after it is not among the first.
    last: Option<Standing<'a>>,
}

impl<'a, 'p> First<'a, 'p> {
    fn new(page: &'p Page) -> Self {
        Self {
            page,
            kept: Vec::new(),
            last: None,
        }
    }

    fn offer(&mut self, standing: Standing<'a>) {
        let orders = &self.page.orders;
        if self
            .last
            .is_some_and(|last| standing.cmp(&last, orders).is_gt())
        {
            return;
        }
        self.kept.push(standing);
        let wanted = self.page.size + 1;
        if self.kept.len() >= wanted * 2 {
            self.kept
                .select_nth_unstable_by(wanted - 1, |one, other| one.cmp(other, orders));
            self.kept.truncate(wanted);
            self.last = self.kept.last().copied();
        }
    }

    fn finish(mut self) -> (Vec<RowNumber>, bool) {
        let orders = &self.page.orders;
        self.kept
            .sort_unstable_by(|one, other| one.cmp(other, orders));
        let has_more = self.kept.len() > self.page.size;
        self.kept.truncate(self.page.size);
        (
            self.kept.iter().map(|standing| standing.number).collect(),
            has_more,
        )
    }
}
