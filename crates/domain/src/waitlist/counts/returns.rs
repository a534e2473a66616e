//! The monthly return that providers owe: who waits at the end of the month, and what two months saw.

use std::collections::BTreeMap;

use super::super::{Clock, Listed, LocationId, Spell};
use super::AgainstNorm;
use super::flows::was_over_norm;
use crate::{CareType, Day, DiagnosisGroup, Month, ProviderId};

/// One line of the return.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReturnKey {
    /// Whose return it is.
    pub provider_id: ProviderId,
    /// At which location; none: not settled.
    pub location_id: Option<LocationId>,
    /// What for.
    pub care_type: CareType,
    /// Main diagnosis group; none for basic care, which is not split.
    pub diagnosis_group: Option<DiagnosisGroup>,
}

/// What a line says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReturnRow {
    /// Who waits for an intake at the end of the month.
    pub waiting_for_intake: AgainstNorm,
    /// Who waits for treatment then.
    pub waiting_for_treatment: AgainstNorm,
    /// Intakes of the last two months.
    pub intakes_held: AgainstNorm,
    /// Treatments started in the last two months.
    pub treatments_started: AgainstNorm,
    /// How long those waited whose intake was held (aanmeldingswachttijd, retrospective).
    pub intake_wait: MeanWait,
    /// How long those waited after it whose treatment began (behandelingswachttijd, retrospective).
    pub treatment_wait: MeanWait,
}

/// A mean over waits that are over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MeanWait {
    days: u64,
    waits: u64,
}

impl MeanWait {
    fn add(&mut self, days: u32) {
        self.days += u64::from(days);
        self.waits += 1;
    }

    /// Returns the mean in tenths of weeks, rounded; none: nobody's wait was over.
    pub fn tenths_of_weeks(&self) -> Option<u64> {
        let weeks = self.waits.checked_mul(7).filter(|weeks| *weeks > 0)?;
        Some((self.days * 10 + weeks / 2) / weeks)
    }
}

/// Returns the lines of a month's return, for every provider among the entries. Care without a norm is not asked for.
///
/// Persons are not joined: the return counts waiting places.
pub fn monthly_return<'a>(
    entries: impl IntoIterator<Item = &'a Listed>,
    month: Month,
) -> BTreeMap<ReturnKey, ReturnRow> {
    let mut rows = BTreeMap::new();
    for listed in entries {
        if listed.person.is_granted() && is_returned(listed) {
            add_entry(&mut rows, listed, month);
        }
    }
    rows
}

fn is_returned(listed: &Listed) -> bool {
    let care_type = listed.registration.care_type.as_str();
    reference::wait_norm(care_type, listed.spell.waiting_since.date()).is_some()
}

fn add_entry(rows: &mut BTreeMap<ReturnKey, ReturnRow>, listed: &Listed, month: Month) {
    let (from, until) = (month.plus(-1).first_day(), month.last_day());
    let in_window = |day: Option<Day>| day.is_some_and(|day| (from..=until).contains(&day));
    let waits = listed
        .waiting_on(until)
        .filter(|_| !listed.is_stale_on(until));
    let spells = || listed.spells().filter(|spell| !spell.is_in_error());
    let is_told = spells()
        .any(|spell| in_window(spell.intake_held_on) || in_window(spell.treatment_started_on));
    if waits.is_none() && !is_told {
        return;
    }
    let row = rows.entry(key(listed)).or_default();
    if let Some(spell) = waits {
        row.add_waiting(&spell, listed, until);
    }
    for spell in spells() {
        if in_window(spell.intake_held_on) {
            row.intakes_held
                .add(was_over_norm(spell, listed, Clock::ToIntake));
            row.intake_wait.add(lasted(spell, listed, Clock::ToIntake));
        }
        if in_window(spell.treatment_started_on) {
            let clock = Clock::ToTreatment;
            row.treatments_started
                .add(was_over_norm(spell, listed, clock));
            row.treatment_wait.add(lasted(spell, listed, clock));
        }
    }
}

fn key(listed: &Listed) -> ReturnKey {
    let registration = &listed.registration;
    let group = &listed.profile.diagnosis_group;
    ReturnKey {
        provider_id: registration.provider_id.clone(),
        location_id: registration.location_id.clone(),
        care_type: registration.care_type,
        diagnosis_group: (registration.care_type != CareType::Basic).then(|| group.clone()),
    }
}

fn lasted(spell: &Spell, listed: &Listed, clock: Clock) -> u32 {
    let wait = spell.wait(clock, listed.registration.care_type);
    wait.and_then(|wait| Some(wait.days(wait.until?)))
        .unwrap_or_default()
}

impl ReturnRow {
    fn add_waiting(&mut self, spell: &Spell, listed: &Listed, on: Day) {
        let (clock, waiting) = if spell.intake_held_on.is_some() {
            (Clock::ToTreatment, &mut self.waiting_for_treatment)
        } else {
            (Clock::ToIntake, &mut self.waiting_for_intake)
        };
        let wait = spell.wait(clock, listed.registration.care_type);
        waiting.add(wait.and_then(|wait| wait.is_over_norm(on)));
    }
}
