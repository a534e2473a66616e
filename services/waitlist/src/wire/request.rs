//! Commands: contract → domain, with every violation at once.

use chassis::access::Access;
use chassis::{Call, Path, Violations};
use domain::waitlist::{
    Actor, Command, ContentHash, EntryId, Grant, PersonKeys, PriorityCategory, Reaffirmation,
    UserId,
};
use domain::{Day, ProviderId, Timestamp};
use eventlog::{CommandId, StreamId};
use proto::pseudonym::v1::GrantReceipt;
use proto::waitlist::v1;
use proto::waitlist::v1::record_step_request::Step;

use super::checks::Checks;
use super::stated;
use crate::gateway::{Gateway, Granted};
use crate::view::stream_of;

pub(crate) const MAX_TOKENS: usize = 16;

/// What stands around a request.
pub(crate) struct Asking<'a> {
    /// Who makes it.
    pub(crate) access: &'a Access,
    /// It was sent before, by a proxy or a retrying client.
    pub(crate) retried: bool,
    /// W3C trace context.
    pub(crate) traceparent: Option<String>,
    pub(crate) gateway: &'a Gateway,
    pub(crate) now: Timestamp,
}

/// A command that was understood.
pub(crate) struct Order {
    pub(crate) entry_id: EntryId,
    pub(crate) stream: StreamId,
    pub(crate) call: Call<Command>,
    pub(crate) at_least: Vec<String>,
    /// What the evaluator granted, where a person came with it.
    pub(crate) granted: Option<Granted>,
}

/// What goes with every command, understood so far.
pub(crate) struct Envelope {
    call: Call<()>,
    at_least: Vec<String>,
}

impl Envelope {
    /// The command in it, and the tokens that it waits for.
    pub(crate) fn with<C>(self, command: C) -> (Call<C>, Vec<String>) {
        (self.call.with(command), self.at_least)
    }
}

/// Reads a registration.
pub(crate) fn register(
    request: &v1::RegisterEntryRequest,
    asking: &Asking<'_>,
) -> Result<Order, Violations> {
    let mut checks = Checks::default();
    let envelope = envelope(request.context.as_ref(), asking, &mut checks);
    let id = checks.entry_id(Path::root("entry_id"), &request.entry_id);
    let person = person(
        request.person.as_ref(),
        Path::root("person"),
        asking,
        &mut checks,
    );
    let grant = (request.grant.as_ref(), Path::root("grant"));
    let granted = granted(grant, asking, &mut checks);
    let path = Path::root("registration");
    let registration = stated::check_registration(
        (request.registration.as_ref(), asking.access),
        path,
        &mut checks,
    );
    let command = registration.zip(person).map(|(registration, person)| {
        Command::Register(Box::new(registration.with_person(person)))
    });
    order(checks, (envelope, id), command, granted)
}

/// Reads one step of an entry.
pub(crate) fn step(
    request: &v1::RecordStepRequest,
    asking: &Asking<'_>,
) -> Result<Order, Violations> {
    let mut checks = Checks::default();
    let envelope = envelope(request.context.as_ref(), asking, &mut checks);
    let id = checks.entry_id(Path::root("entry_id"), &request.entry_id);
    let mut grant = None;
    let command = match &request.step {
        None => {
            checks.refuse(Path::root("step"), "must be given");
            None
        }
        Some(Step::StillWaits(said)) => {
            let path = Path::root("still_waits");
            let on = checks.day_if_any(path.field("on"), &said.on);
            let stated = said
                .person
                .as_ref()
                .map(|stated| person(Some(stated), path.field("person"), asking, &mut checks));
            let profile = said.profile.as_ref().map(|profile| {
                stated::check_profile(Some(profile), path.field("profile"), &mut checks)
            });
            let brought = (said.grant.as_ref(), path.field("grant"));
            grant = granted(brought, asking, &mut checks);
            Some(Command::Reaffirm(Box::new(Reaffirmation {
                on: on.unwrap_or_else(|| Day::at(asking.now)),
                person: stated.flatten(),
                profile: profile.flatten(),
            })))
        }
        Some(Step::IntakePlanned(said)) => {
            let path = Path::root("intake_planned");
            let planned_for = checks.day(path.field("planned_for"), &said.planned_for);
            planned_for.map(|planned_for| Command::PlanIntake { planned_for })
        }
        Some(Step::IntakeHeld(said)) => {
            let held_on = checks.day(Path::root("intake_held").field("held_on"), &said.held_on);
            held_on.map(|held_on| Command::HoldIntake { held_on })
        }
        Some(Step::TreatmentStarted(said)) => {
            let path = Path::root("treatment_started");
            let started_on = checks.day(path.field("started_on"), &said.started_on);
            started_on.map(|started_on| Command::StartTreatment { started_on })
        }
        Some(Step::Withdrawn(said)) => {
            stated::check_withdrawal(said, Path::root("withdrawn"), &mut checks)
        }
        Some(Step::TreatmentEnded(said)) => {
            stated::check_end(said, Path::root("treatment_ended"), &mut checks)
        }
        Some(Step::Returned(said)) => {
            let path = Path::root("returned");
            let returned_on = checks.day(path.field("returned_on"), &said.returned_on);
            returned_on.map(|returned_on| Command::Return { returned_on })
        }
    };
    order(checks, (envelope, id), command, grant)
}

/// Reads a request for a screening.
pub(crate) fn request_screening(
    request: &v1::RequestScreeningRequest,
    asking: &Asking<'_>,
) -> Result<Order, Violations> {
    let mut checks = Checks::default();
    let envelope = envelope(request.context.as_ref(), asking, &mut checks);
    let id = checks.entry_id(Path::root("entry_id"), &request.entry_id);
    let by = actor(asking.access, &mut checks);
    order(
        checks,
        (envelope, id),
        by.map(Command::RequestScreening),
        None,
    )
}

/// Reads what somebody has seen.
pub(crate) fn approve_screening(
    request: &v1::ApproveScreeningRequest,
    asking: &Asking<'_>,
) -> Result<Order, Violations> {
    let mut checks = Checks::default();
    let envelope = envelope(request.context.as_ref(), asking, &mut checks);
    let id = checks.entry_id(Path::root("entry_id"), &request.entry_id);
    let by = actor(asking.access, &mut checks);
    let content = <[u8; 32]>::try_from(&*request.content).ok();
    if content.is_none() {
        checks.refuse(Path::root("content"), "must be a SHA-256, 32 bytes");
    }
    let command = by
        .zip(content)
        .map(|(by, content)| Command::ApproveScreening {
            by,
            content: ContentHash::from_bytes(content),
        });
    order(checks, (envelope, id), command, None)
}

/// Reads how urgent an entry is.
pub(crate) fn set_priority(
    request: &v1::SetPriorityRequest,
    asking: &Asking<'_>,
) -> Result<Order, Violations> {
    let mut checks = Checks::default();
    let envelope = envelope(request.context.as_ref(), asking, &mut checks);
    let id = checks.entry_id(Path::root("entry_id"), &request.entry_id);
    let by = actor(asking.access, &mut checks);
    let known = reference::priority_categories("").into_iter();
    let known: Vec<&str> = known.map(|category| &*category.code).collect();
    let category = checks.parsed(
        Path::root("category"),
        &request.category,
        PriorityCategory::parse,
        &format!("must be a priority category: {}", known.join(", ")),
    );
    let reason = checks.code(Path::root("reason"), request.reason);
    let command = match (by, category, reason) {
        (Some(by), Some(category), Some(reason)) => Some(Command::Prioritise {
            category,
            reason,
            by,
        }),
        _ => None,
    };
    order(checks, (envelope, id), command, None)
}

/// Who calls, as an entry remembers it.
pub(crate) fn actor(access: &Access, checks: &mut Checks) -> Option<Actor> {
    let caller = access.caller();
    let form = "the caller cannot be one who screens or changes";
    let user = UserId::parse(caller.person.as_str());
    let organisation = ProviderId::parse(caller.organisation.as_str());
    let actor = user.zip(organisation);
    if actor.is_none() {
        checks.refuse(Path::root("doorstroom-caller"), form);
    }
    actor.map(|(user, organisation)| Actor { user, organisation })
}

/// Who somebody is: keys under every epoch that was said, or nobody's where there is no number.
pub(crate) fn person(
    said: Option<&v1::Person>,
    path: Path<'_>,
    asking: &Asking<'_>,
    checks: &mut Checks,
) -> Option<PersonKeys> {
    let Some(said) = said else {
        checks.refuse(path, "must be given");
        return None;
    };
    let stages = &said.first_stages;
    if stages.is_empty() != said.without_number {
        let what = "must be either first stages or without_number";
        checks.refuse(path, what);
        return None;
    }
    let stages_path = path.field("first_stages");
    if !checks.at_most(stages_path, stages.len(), 2) {
        return None;
    }
    let mut keys = Vec::with_capacity(stages.len());
    for (index, stage) in stages.iter().enumerate() {
        match asking.gateway.keys(stage) {
            Ok(known) => keys.push(known),
            Err(what) => checks.refuse(stages_path.item(index), what),
        }
    }
    if keys.len() < stages.len() {
        return None;
    }
    let person = PersonKeys::parse(keys, Grant::Covered);
    if person.is_none() {
        checks.refuse(stages_path, "must be of different epochs");
    }
    person
}

/// What the evaluator granted, if that was brought.
pub(crate) fn granted(
    (said, path): (Option<&GrantReceipt>, Path<'_>),
    asking: &Asking<'_>,
    checks: &mut Checks,
) -> Option<Granted> {
    let organisation = asking.access.caller().organisation.as_str();
    let granted = asking.gateway.granted(organisation, said?);
    match granted {
        Ok(granted) => Some(granted),
        Err(what) => {
            checks.refuse(path, what);
            None
        }
    }
}

/// Reads what goes with every command.
pub(crate) fn envelope(
    context: Option<&v1::CommandContext>,
    asking: &Asking<'_>,
    checks: &mut Checks,
) -> Envelope {
    let context = context.cloned().unwrap_or_default();
    let path = Path::root("context");
    let version_7 = |text: &str| CommandId::parse(text).filter(|id| id.made_at_millis().is_some());
    let id = checks.parsed_if_any(
        path.field("command_id"),
        &context.command_id,
        version_7,
        "must be a UUID of version 7",
    );
    checks.at_most(path.field("at_least"), context.at_least.len(), MAX_TOKENS);
    Envelope {
        call: Call {
            command: (),
            id: id.unwrap_or_else(CommandId::new_v7),
            repeat: context.repeat || asking.retried,
            remember: true,
            actor: asking.access.actor(),
            causation_id: None,
            correlation_id: None,
            traceparent: asking.traceparent.clone(),
        },
        at_least: context.at_least,
    }
}

pub(super) fn order(
    checks: Checks,
    (envelope, id): (Envelope, Option<EntryId>),
    command: Option<Command>,
    granted: Option<Granted>,
) -> Result<Order, Violations> {
    let named = id.and_then(|id| Some((id, stream_of(id)?)));
    let ((entry_id, stream), command) = checks.finish(named.zip(command))?;
    let (call, at_least) = envelope.with(command);
    Ok(Order {
        entry_id,
        stream,
        call,
        at_least,
        granted,
    })
}
