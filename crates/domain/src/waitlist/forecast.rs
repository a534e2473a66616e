//! What a provider's own throughput lets expect.

use std::collections::BTreeMap;

use super::{Clock, EntryId, Listed, Turn};
use crate::{CareType, Day, ProviderId};

/// Throughput is counted over this long: eight weeks, as the waiting-time return does with two months.
const WINDOW_DAYS: u32 = 56;

/// When a wait will probably be over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// Which wait.
    pub clock: Clock,
    /// The day.
    pub expected_on: Day,
}

/// One provider's list for one kind of care.
#[derive(Default)]
struct Queue<'a> {
    for_intake: Vec<(Turn, EntryId, &'a Listed)>,
    for_treatment: Vec<(Turn, EntryId, &'a Listed)>,
    intakes: u32,
    starts: u32,
}

/// Returns what everybody who waits may expect, if each provider goes on as in the last eight weeks.
///
/// Stale entries keep nobody waiting. Where nobody was seen in the window nothing is known, and nothing is said.
pub fn expectations<'a>(
    entries: impl IntoIterator<Item = (EntryId, &'a Listed)>,
    on: Day,
) -> Vec<(EntryId, Expectation)> {
    let mut queues: BTreeMap<(&ProviderId, CareType), Queue<'a>> = BTreeMap::new();
    for (entry_id, listed) in entries {
        let registration = &listed.registration;
        let key = (&registration.provider_id, registration.care_type);
        queues.entry(key).or_default().add(entry_id, listed, on);
    }
    queues
        .into_values()
        .flat_map(|queue| queue.expectations(on))
        .collect()
}

impl<'a> Queue<'a> {
    fn add(&mut self, entry_id: EntryId, listed: &'a Listed, on: Day) {
        let recent = |step: Option<Day>| {
            step.is_some_and(|day| day <= on && on.days_since(day) < WINDOW_DAYS)
        };
        for spell in listed.spells().filter(|spell| !spell.is_in_error()) {
            self.intakes += u32::from(recent(spell.intake_held_on));
            self.starts += u32::from(recent(spell.treatment_started_on));
        }
        if !listed.spell.is_waiting() || listed.is_stale_on(on) {
            return;
        }
        let place = (Turn::of(entry_id, listed), entry_id, listed);
        if listed.spell.intake_held_on.is_some() {
            self.for_treatment.push(place);
        } else {
            self.for_intake.push(place);
        }
    }

    fn expectations(mut self, on: Day) -> Vec<(EntryId, Expectation)> {
        self.for_intake.sort_unstable_by_key(|(turn, _, _)| *turn);
        self.for_treatment
            .sort_unstable_by_key(|(turn, _, _)| *turn);
        let mut expected = Vec::new();
        for (place, (_, entry_id, _)) in (1_u32..).zip(&self.for_treatment) {
            let started = served_on(place, self.starts, on);
            expected.extend(expect(*entry_id, Clock::ToTreatment, started));
            expected.extend(expect(*entry_id, Clock::Total, started));
        }
        let ahead = u32::try_from(self.for_treatment.len()).unwrap_or(u32::MAX);
        for (place, (_, entry_id, listed)) in (1_u32..).zip(&self.for_intake) {
            let planned = listed.spell.intake_planned_for.filter(|day| *day >= on);
            let held = planned.or(served_on(place, self.intakes, on));
            expected.extend(expect(*entry_id, Clock::ToIntake, held));
            // Who waits for an intake comes after all who have had theirs.
            let started = served_on(ahead.saturating_add(place), self.starts, on);
            let started = started.map(|started| held.map_or(started, |held| held.max(started)));
            expected.extend(expect(*entry_id, Clock::Total, started));
        }
        expected
    }
}

fn expect(entry_id: EntryId, clock: Clock, on: Option<Day>) -> Option<(EntryId, Expectation)> {
    on.map(|expected_on| (entry_id, Expectation { clock, expected_on }))
}

/// The day on which the so-manieth is served, if so many are in each window.
fn served_on(place: u32, served_in_window: u32, on: Day) -> Option<Day> {
    if served_in_window == 0 {
        return None;
    }
    let days = (u64::from(place) * u64::from(WINDOW_DAYS)).div_ceil(u64::from(served_in_window));
    Some(on.plus(i32::try_from(days).unwrap_or(i32::MAX)))
}
