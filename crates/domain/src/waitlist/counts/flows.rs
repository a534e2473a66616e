use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::super::{Clock, Listed, Outflow, Spell, SpellEnd};
use super::AgainstNorm;
use crate::{Day, Month};

/// What happened in a month.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    /// People who came onto the list.
    pub registered: u64,
    /// People who came back within the year.
    pub returned: u64,
    /// Intakes held.
    pub intakes: AgainstNorm,
    /// Treatments started.
    pub starts: AgainstNorm,
    /// Waits that ended without treatment.
    pub withdrawn: u64,
    /// Treatments that ended, by where people went.
    pub ended: BTreeMap<Outflow, u64>,
}

/// Returns what happened in each of these months, the quiet ones included.
pub fn flows<'a>(
    entries: impl IntoIterator<Item = &'a Listed>,
    months: RangeInclusive<Month>,
) -> BTreeMap<Month, Flow> {
    let (first, last) = months.into_inner();
    let mut flows = BTreeMap::new();
    let mut month = first;
    while month <= last {
        flows.insert(month, Flow::default());
        month = month.plus(1);
    }
    for listed in entries {
        if listed.person.is_granted() {
            add_entry(&mut flows, listed);
        }
    }
    flows
}

fn add_entry(flows: &mut BTreeMap<Month, Flow>, listed: &Listed) {
    let spells = listed.spells().enumerate();
    for (place, spell) in spells.filter(|(_, spell)| !spell.is_in_error()) {
        let mut in_month = |day: Option<Day>, add: &dyn Fn(&mut Flow)| {
            if let Some(flow) = day.and_then(|day| flows.get_mut(&day.month())) {
                add(flow);
            }
        };
        in_month(Some(spell.waiting_since), &|flow| {
            if place == 0 {
                flow.registered += 1;
            } else {
                flow.returned += 1;
            }
        });
        in_month(spell.intake_held_on, &|flow| {
            flow.intakes
                .add(was_over_norm(spell, listed, Clock::ToIntake));
        });
        in_month(spell.treatment_started_on, &|flow| {
            flow.starts
                .add(was_over_norm(spell, listed, Clock::ToTreatment));
        });
        in_month(spell.end.map(SpellEnd::on), &|flow| match spell.end {
            Some(SpellEnd::Withdrawn(_)) => flow.withdrawn += 1,
            Some(SpellEnd::Ended {
                ended_on: _,
                outflow,
            }) => *flow.ended.entry(outflow).or_default() += 1,
            None => {}
        });
    }
}

/// Whether a wait that is over lasted longer than its norm.
pub(super) fn was_over_norm(spell: &Spell, listed: &Listed, clock: Clock) -> Option<bool> {
    let wait = spell.wait(clock, listed.registration.care_type)?;
    wait.is_over_norm(wait.until?)
}
