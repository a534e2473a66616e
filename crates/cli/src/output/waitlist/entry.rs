use proto::waitlist::v1::{
    Actor, Approval, BreachForeseen, Clock, Entry, GetEntryResponse, Happened, Outflow, Phase,
    PriorityChanged, PriorityReason, Screened, Screening, TreatmentEnded, Wait, WithdrawalReason,
    Withdrawn, WithdrawnBy, entry::End,
};
use serde::Serialize;

use crate::record::{moment_text, stated};
use crate::words::{word_of, words_of};

/// An entry as it stands.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct EntryObject {
    kind: &'static str,
    entry_id: String,
    provider_id: Option<String>,
    location_id: Option<String>,
    care_type: Option<String>,
    registered_on: Option<String>,
    age_band: Option<String>,
    municipality_code: Option<String>,
    gp_practice: Option<String>,
    diagnosis_group: Option<String>,
    preferred: bool,
    phase: Option<String>,
    waiting_since: Option<String>,
    intake_planned_for: Option<String>,
    intake_held_on: Option<String>,
    treatment_started_on: Option<String>,
    withdrawn: Option<WithdrawnObject>,
    ended: Option<EndedObject>,
    waits: Vec<WaitObject>,
    reaffirmed_on: Option<String>,
    stale_from: Option<String>,
    stale: bool,
    priority: Option<PriorityObject>,
    screening: ScreeningObject,
    foreseen: Vec<ForeseenObject>,
    exceeded: Vec<String>,
    beyond_grant: bool,
    without_number: bool,
    epochs: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
struct WithdrawnObject {
    on: Option<String>,
    by: Option<String>,
    reason: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct EndedObject {
    on: Option<String>,
    outflow: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct WaitObject {
    clock: Option<String>,
    since: Option<String>,
    /// Null: it runs.
    until: Option<String>,
    days: u32,
    norm_days: Option<u32>,
}

#[derive(Clone, Debug, Serialize)]
struct PriorityObject {
    category: String,
    reason: Option<String>,
    by: Option<ActorObject>,
    changed_at: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct ActorObject {
    user: String,
    organisation: String,
}

#[derive(Clone, Debug, Default, Serialize)]
struct ScreeningObject {
    requested_by: Option<ActorObject>,
    requested_at: Option<String>,
    /// One pair of eyes, which waits for a second one.
    first: Option<ApprovalObject>,
    counted: Option<CountedObject>,
}

#[derive(Clone, Debug, Serialize)]
struct ApprovalObject {
    by: Option<ActorObject>,
    approved_at: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct CountedObject {
    requested_by: Option<ActorObject>,
    first: Option<ApprovalObject>,
    second: Option<ApprovalObject>,
}

#[derive(Clone, Debug, Serialize)]
struct ForeseenObject {
    clock: Option<String>,
    expected_on: Option<String>,
    norm_ends_on: Option<String>,
}

impl EntryObject {
    pub(crate) fn new(entry: &Entry) -> Self {
        let registration = entry.registration.clone().unwrap_or_default();
        let profile = registration.profile.unwrap_or_default();
        let (withdrawn, ended) = match &entry.end {
            Some(End::Withdrawn(withdrawn)) => (Some(withdrawn.into()), None),
            Some(End::TreatmentEnded(ended)) => (None, Some(ended.into())),
            None => (None, None),
        };
        Self {
            kind: "entry",
            entry_id: entry.entry_id.clone(),
            provider_id: stated(&registration.provider_id),
            location_id: stated(&registration.location_id),
            care_type: stated(&registration.care_type),
            registered_on: stated(&registration.registered_on),
            age_band: stated(&profile.age_band),
            municipality_code: stated(&profile.municipality_code),
            gp_practice: stated(&profile.gp_practice),
            diagnosis_group: stated(&profile.diagnosis_group),
            preferred: profile.preferred,
            phase: word_of::<Phase>(entry.phase),
            waiting_since: stated(&entry.waiting_since),
            intake_planned_for: stated(&entry.intake_planned_for),
            intake_held_on: stated(&entry.intake_held_on),
            treatment_started_on: stated(&entry.treatment_started_on),
            withdrawn,
            ended,
            waits: entry.waits.iter().map(WaitObject::from).collect(),
            reaffirmed_on: stated(&entry.reaffirmed_on),
            stale_from: stated(&entry.stale_from),
            stale: entry.stale,
            priority: entry.priority.as_ref().map(PriorityObject::from),
            screening: entry
                .screening
                .as_ref()
                .map(ScreeningObject::from)
                .unwrap_or_default(),
            foreseen: entry.foreseen.iter().map(ForeseenObject::from).collect(),
            exceeded: words_of::<Clock>(&entry.exceeded),
            beyond_grant: entry.beyond_grant,
            without_number: entry.without_number,
            epochs: entry.epochs.clone(),
        }
    }
}

impl From<&Withdrawn> for WithdrawnObject {
    fn from(withdrawn: &Withdrawn) -> Self {
        Self {
            on: stated(&withdrawn.on),
            by: word_of::<WithdrawnBy>(withdrawn.by),
            reason: word_of::<WithdrawalReason>(withdrawn.reason),
        }
    }
}

impl From<&TreatmentEnded> for EndedObject {
    fn from(ended: &TreatmentEnded) -> Self {
        Self {
            on: stated(&ended.ended_on),
            outflow: word_of::<Outflow>(ended.outflow),
        }
    }
}

impl From<&Wait> for WaitObject {
    fn from(wait: &Wait) -> Self {
        Self {
            clock: word_of::<Clock>(wait.clock),
            since: stated(&wait.since),
            until: stated(&wait.until),
            days: wait.days,
            norm_days: wait.norm_days,
        }
    }
}

impl From<&PriorityChanged> for PriorityObject {
    fn from(priority: &PriorityChanged) -> Self {
        Self {
            category: priority.category.clone(),
            reason: word_of::<PriorityReason>(priority.reason),
            by: priority.by.as_ref().map(ActorObject::from),
            changed_at: moment_text(priority.changed_at.as_ref()),
        }
    }
}

impl From<&Actor> for ActorObject {
    fn from(actor: &Actor) -> Self {
        Self {
            user: actor.user.clone(),
            organisation: actor.organisation.clone(),
        }
    }
}

impl From<&Screening> for ScreeningObject {
    fn from(screening: &Screening) -> Self {
        let request = screening.request.as_ref();
        Self {
            requested_by: request
                .and_then(|request| request.by.as_ref())
                .map(ActorObject::from),
            requested_at: request.and_then(|request| moment_text(request.requested_at.as_ref())),
            first: screening.first.as_ref().map(ApprovalObject::from),
            counted: screening.counted.as_ref().map(CountedObject::from),
        }
    }
}

impl From<&Approval> for ApprovalObject {
    fn from(approval: &Approval) -> Self {
        Self {
            by: approval.by.as_ref().map(ActorObject::from),
            approved_at: moment_text(approval.approved_at.as_ref()),
        }
    }
}

impl From<&Screened> for CountedObject {
    fn from(screened: &Screened) -> Self {
        Self {
            requested_by: screened.requested_by.as_ref().map(ActorObject::from),
            first: screened.first.as_ref().map(ApprovalObject::from),
            second: screened.second.as_ref().map(ApprovalObject::from),
        }
    }
}

impl From<&BreachForeseen> for ForeseenObject {
    fn from(foreseen: &BreachForeseen) -> Self {
        Self {
            clock: word_of::<Clock>(foreseen.clock),
            expected_on: stated(&foreseen.expected_on),
            norm_ends_on: stated(&foreseen.norm_ends_on),
        }
    }
}

/// Everything that is held about one entry.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct HeldObject {
    #[serde(flatten)]
    entry: EntryObject,
    /// Oldest first.
    history: Vec<HappenedObject>,
    position: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct HappenedObject {
    occurred_at: Option<String>,
    what: String,
    on: Option<String>,
    actor: Option<String>,
}

impl HeldObject {
    pub(crate) fn new(held: &GetEntryResponse) -> Self {
        Self {
            entry: EntryObject::new(&held.entry.clone().unwrap_or_default()),
            history: held.history.iter().map(HappenedObject::from).collect(),
            position: stated(&held.position),
        }
    }
}

impl From<&Happened> for HappenedObject {
    fn from(happened: &Happened) -> Self {
        Self {
            occurred_at: moment_text(happened.occurred_at.as_ref()),
            what: happened.what.clone(),
            on: stated(&happened.on),
            actor: stated(&happened.actor),
        }
    }
}

/// How many entries there are in all.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ListSummary {
    kind: &'static str,
    pub(super) total: u64,
    pub(super) shown: u32,
    position: Option<String>,
}

impl ListSummary {
    pub(crate) fn new(total: u64, shown: u32, position: &str) -> Self {
        Self {
            kind: "summary",
            total,
            shown,
            position: stated(position),
        }
    }
}

/// How many entries are about a person.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct PersonSummary {
    kind: &'static str,
    entries: usize,
}

impl PersonSummary {
    pub(crate) fn new(entries: usize) -> Self {
        Self {
            kind: "summary",
            entries,
        }
    }
}
