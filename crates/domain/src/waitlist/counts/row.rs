//! An entry as counts need it: what stands in many entries by numbers, days that need no further look.

use super::super::decide::stale_from;
use super::super::{Clock, EntryId, Epoch, Listed, Spell, SpellEnd};
use super::{AgainstNorm, Cell, Dimension};
use crate::{CareType, Day};

/// One entry.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) entry_id: EntryId,
    /// None: somebody without a citizen number.
    pub(super) person: Option<Keys>,
    /// Its values, but for the band of its wait, which depends on the day.
    pub(super) values: [u32; Dimension::KEPT],
    pub(super) reaffirmed_on: Day,
    pub(super) is_granted: bool,
    /// The person waits, stale or not, or is helped.
    pub(super) is_open: bool,
    pub(super) is_preferred: bool,
    stay: Stay,
    earlier: Box<[Stay]>,
}

/// Who it is: the keys by number, the older epoch first. Twice the same where there is but one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keys {
    pub(super) numbers: [u32; 2],
    pub(super) epochs: [Epoch; 2],
}

/// A time of waiting.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stay {
    pub(super) since: Day,
    /// The first day on which the person does not wait any more; none: still does.
    until: Option<Day>,
    intake_held_on: Option<Day>,
    /// The last days that keep the norms, by clock; none: there is no norm, or the wait has not begun.
    norm_ends_on: [Option<Day>; Clock::ALL.len()],
}

impl Keys {
    /// The numbers, each once.
    pub(super) fn different(&self) -> impl Iterator<Item = u32> {
        let [first, last] = self.numbers;
        [Some(first), (last != first).then_some(last)]
            .into_iter()
            .flatten()
    }
}

impl Row {
    pub(super) fn of(
        entry_id: EntryId,
        listed: &Listed,
        (person, values): (Option<Keys>, [u32; Dimension::KEPT]),
    ) -> Self {
        let stay = |spell: &Spell| Stay::of(spell, listed.registration.care_type);
        Self {
            entry_id,
            person,
            values,
            reaffirmed_on: listed.reaffirmed_on,
            is_granted: listed.person.is_granted(),
            is_open: listed.spell.end.is_none(),
            is_preferred: listed.profile.is_preferred,
            stay: stay(&listed.spell),
            earlier: listed.earlier.iter().map(stay).collect(),
        }
    }

    /// Returns the stay in which the person waited at the end of a day.
    pub(super) fn waiting_on(&self, day: Day) -> Option<&Stay> {
        let mut stays = self.earlier.iter().chain([&self.stay]);
        stays.find(|stay| stay.waits_on(day))
    }

    /// Tells whether, on a day, nobody had said for too long that the person still waits.
    pub(super) fn is_stale_on(&self, day: Day) -> bool {
        self.stay.until.is_none() && day >= stale_from(self.reaffirmed_on)
    }
}

impl Stay {
    fn of(spell: &Spell, care_type: CareType) -> Self {
        let ends = [spell.treatment_started_on, spell.end.map(SpellEnd::on)];
        let until = ends.into_iter().flatten().min();
        let norm_ends_on = Clock::ALL.map(|clock| spell.wait(clock, care_type)?.norm_ends_on());
        Self {
            since: spell.waiting_since,
            // What was never true lasted for no day.
            until: if spell.is_in_error() {
                Some(spell.waiting_since)
            } else {
                until
            },
            intake_held_on: spell.intake_held_on,
            norm_ends_on,
        }
    }

    fn waits_on(&self, day: Day) -> bool {
        self.since <= day && self.until.is_none_or(|until| day < until)
    }

    /// Adds it to a cell, as it is at the end of a day.
    pub(super) fn add_to(&self, cell: &mut Cell, on: Day) {
        let is_held = self.intake_held_on.is_some_and(|held_on| held_on <= on);
        let (waits_for, clock): (&mut AgainstNorm, Clock) = if is_held {
            (&mut cell.for_treatment, Clock::ToTreatment)
        } else {
            (&mut cell.for_intake, Clock::ToIntake)
        };
        waits_for.add(self.is_over_norm(clock, on));
        cell.total_wait.add(self.is_over_norm(Clock::Total, on));
        cell.entries += 1;
    }

    fn is_over_norm(&self, clock: Clock, on: Day) -> Option<bool> {
        Some(on > self.norm_ends_on[clock as usize]?)
    }
}
