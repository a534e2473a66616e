//! Entries as they are shown to whose they are.

use chassis::{HistoryItem, Path};
use domain::Day;
use domain::waitlist::{Clock, EntryId, Event, Listed, Phase, SpellEnd};
use proto::waitlist::v1;
use proto::waitlist::v1::entry::End;

use super::checks::Checks;
use super::codes::Coded;
use super::parts::{
    encode_approval, encode_foreseen, encode_priority, encode_profile, encode_registration,
    encode_request, encode_screened, encode_withdrawal,
};
use super::unreadable::stamp;
use crate::gateway::epoch_text;

/// An entry as it stands on a day. The person's keys are not in it.
pub(crate) fn entry(id: EntryId, listed: &Listed, today: Day) -> v1::Entry {
    let spell = &listed.spell;
    let day = |day: Option<Day>| day.map(|day| day.to_string()).unwrap_or_default();
    let screening = &listed.screening;
    let keys = listed.person.keys();
    v1::Entry {
        entry_id: id.to_string(),
        registration: Some(v1::Registration {
            profile: Some(encode_profile(&listed.profile)),
            ..encode_registration(&listed.registration)
        }),
        phase: spell.phase().number(),
        waiting_since: spell.waiting_since.to_string(),
        intake_planned_for: day(spell.intake_planned_for),
        intake_held_on: day(spell.intake_held_on),
        treatment_started_on: day(spell.treatment_started_on),
        end: spell.end.map(end),
        waits: waits(listed, today),
        reaffirmed_on: listed.reaffirmed_on.to_string(),
        stale_from: day(spell.is_waiting().then(|| listed.stale_from())),
        stale: listed.is_stale_on(today),
        priority: listed.priority.as_ref().map(encode_priority),
        screening: Some(v1::Screening {
            request: screening.request.as_ref().map(encode_request),
            first: screening.first.as_ref().map(encode_approval),
            counted: screening.counted.as_ref().map(encode_screened),
        }),
        foreseen: listed
            .foreseen
            .iter()
            .copied()
            .map(encode_foreseen)
            .collect(),
        exceeded: listed.exceeded.iter().map(|clock| clock.number()).collect(),
        beyond_grant: !listed.person.is_granted(),
        without_number: keys.is_empty(),
        epochs: keys.iter().map(|(epoch, _)| epoch_text(*epoch)).collect(),
    }
}

fn end(end: SpellEnd) -> End {
    match end {
        SpellEnd::Withdrawn(withdrawal) => End::Withdrawn(encode_withdrawal(withdrawal)),
        SpellEnd::Ended { ended_on, outflow } => End::TreatmentEnded(v1::TreatmentEnded {
            ended_on: ended_on.to_string(),
            outflow: outflow.number(),
        }),
    }
}

fn waits(listed: &Listed, today: Day) -> Vec<v1::Wait> {
    let waits = Clock::ALL
        .into_iter()
        .filter_map(|clock| listed.wait(clock));
    waits
        .map(|wait| v1::Wait {
            clock: wait.clock.number(),
            since: wait.since.to_string(),
            until: wait
                .until
                .map(|until| until.to_string())
                .unwrap_or_default(),
            days: wait.days(today),
            norm_days: wait.norm_days,
        })
        .collect()
}

/// Reads which entries are asked for; none said: all that wait.
pub(crate) fn phases(said: &[i32], checks: &mut Checks) -> Vec<Phase> {
    let path = Path::root("phases");
    if said.is_empty() || !checks.at_most(path, said.len(), 6) {
        return vec![Phase::Registered, Phase::IntakePlanned, Phase::IntakeHeld];
    }
    let phases = said.iter().enumerate();
    phases
        .filter_map(|(index, number)| checks.code(path.item(index), *number))
        .collect()
}

/// Something that happened to an entry; none: it is not to be read.
pub(crate) fn happened(item: &HistoryItem<Event>) -> Option<v1::Happened> {
    let recorded = item.recorded.as_ref()?;
    let (what, on) = told(&recorded.event);
    Some(v1::Happened {
        occurred_at: stamp(recorded.occurred_at),
        actor: recorded.actor.clone(),
        what: what.to_owned(),
        on: on.map(|on| on.to_string()).unwrap_or_default(),
    })
}

fn told(event: &Event) -> (&'static str, Option<Day>) {
    match event {
        Event::Registered { registration, .. } => ("registered", Some(registration.registered_on)),
        Event::Reaffirmed(said) => ("reaffirmed", Some(said.on)),
        Event::WentStale => ("went-stale", None),
        Event::ScreeningRequested(_) => ("screening-requested", None),
        Event::ScreeningApproved(_) => ("screening-approved", None),
        Event::ScreeningApprovalLapsed => ("screening-approval-lapsed", None),
        Event::Screened(_) => ("screened", None),
        Event::PriorityChanged(_) => ("priority-changed", None),
        Event::IntakePlanned { planned_for } => ("intake-planned", Some(*planned_for)),
        Event::IntakeHeld { held_on } => ("intake-held", Some(*held_on)),
        Event::TreatmentStarted { started_on } => ("treatment-started", Some(*started_on)),
        Event::Withdrawn(withdrawal) => ("withdrawn", Some(withdrawal.on)),
        Event::TreatmentEnded { ended_on, .. } => ("treatment-ended", Some(*ended_on)),
        Event::AftercareEnded => ("aftercare-ended", None),
        Event::Returned { returned_on } => ("returned", Some(*returned_on)),
        Event::BreachForeseen(foreseen) => ("breach-foreseen", Some(foreseen.expected_on)),
        Event::BreachAverted(_) => ("breach-averted", None),
        Event::NormExceeded(_) => ("norm-exceeded", None),
    }
}
