//! Entries as a record system has them now.

use chassis::{Path, Violations};
use domain::waitlist::{Command, Declaration};
use proto::waitlist::v1;
use proto::waitlist::v1::declaration::End;

use super::checks::Checks;
use super::request::{Asking, Order, envelope, order, person};
use super::stated;
use crate::gateway::Granted;

/// Reads a declaration; what the evaluator granted came with the message.
pub(crate) fn declare(
    said: &v1::Declaration,
    granted: Option<Granted>,
    asking: &Asking<'_>,
) -> Result<Order, Violations> {
    let mut checks = Checks::default();
    let envelope = envelope(said.context.as_ref(), asking, &mut checks);
    let id = checks.entry_id(Path::root("entry_id"), &said.entry_id);
    let stated = said
        .person
        .as_ref()
        .map(|stated| person(Some(stated), Path::root("person"), asking, &mut checks));
    let registration = stated::check_registration(
        (said.registration.as_ref(), asking.access),
        Path::root("registration"),
        &mut checks,
    );
    let steps = steps(said, &mut checks);
    let command = registration.map(|registration| {
        Command::Declare(Box::new(Declaration {
            provider_id: registration.provider_id,
            location_id: registration.location_id,
            care_type: registration.care_type,
            registered_on: registration.registered_on,
            profile: registration.profile,
            person: stated.flatten(),
            steps,
        }))
    });
    order(checks, (envelope, id), command, granted)
}

fn steps(said: &v1::Declaration, checks: &mut Checks) -> Vec<Command> {
    let mut day = |name, text: &str| checks.day_if_any(Path::root(name), text);
    let planned_for = day("intake_planned_for", &said.intake_planned_for);
    let held_on = day("intake_held_on", &said.intake_held_on);
    let started_on = day("treatment_started_on", &said.treatment_started_on);
    let end = said.end.as_ref().and_then(|end| match end {
        End::Withdrawn(said) => stated::check_withdrawal(said, Path::root("withdrawn"), checks),
        End::TreatmentEnded(said) => stated::check_end(said, Path::root("treatment_ended"), checks),
    });
    // A plan that was carried out is none any more.
    let planned_for = planned_for.filter(|_| held_on.is_none() && end.is_none());
    let steps = [
        planned_for.map(|planned_for| Command::PlanIntake { planned_for }),
        held_on.map(|held_on| Command::HoldIntake { held_on }),
        started_on.map(|started_on| Command::StartTreatment { started_on }),
        end,
    ];
    steps.into_iter().flatten().collect()
}
