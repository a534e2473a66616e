//! Which action each call is, whose each entry is, and that it is recorded.

use std::sync::Arc;

use chassis::access::{Calls, Denied};
use chassis::access_log::{Entry, Verb};
use chassis::status::refusal;
use domain::access::{Action, Role, RuleId};
use domain::waitlist::counts::Value;
use domain::waitlist::{EntryId, GpPractice, Listed};
use tonic::{Code, Status};
use uuid::Uuid;

use super::{Api, Caller};

const PUBLISH: &[Action] = &[Action::PublishWaitingEntry];
const READ: &[Action] = &[Action::ReadOwnEntries];
const COUNT: &[Action] = &[Action::ReadExactCounts];

/// What each call may be asked as.
pub const CALLS: Calls = &[
    ("RegisterEntry", PUBLISH),
    ("RecordStep", PUBLISH),
    ("DeclareEntries", PUBLISH),
    ("RequestScreening", PUBLISH),
    ("ApproveScreening", &[Action::ScreenEntry]),
    (
        "SetPriority",
        &[Action::ScreenEntry, Action::PublishWaitingEntry],
    ),
    ("ListEntries", READ),
    ("GetEntry", READ),
    ("GetPerson", READ),
    ("CountWaiting", COUNT),
    ("CountFlows", COUNT),
    ("GetMonthlyReturn", COUNT),
    ("GetProtectedTable", &[Action::ReadRegionAggregates]),
    ("RequestErasure", &[Action::RequestErasure]),
    ("ApproveErasure", &[Action::ApproveErasure]),
    ("RevokeErasure", &[Action::RevokeErasure]),
    ("GetKeyRotation", &[Action::DestroyKey]),
];

/// What the access log calls an entry.
pub(super) const ENTRY: &str = "waiting-entry";

/// What is not there, and what is another's: nobody can tell which.
pub(super) fn unknown_entry() -> Status {
    let message = "there is no such entry on a list of this organisation";
    refusal(Code::NotFound, "unknown-entry", message)
}

/// As the rules say it of an id that stands for something else.
pub(super) fn id_reused() -> Status {
    let message = "an entry with this id exists and says something else";
    refusal(Code::FailedPrecondition, "entry-id-reused", message)
}

impl Caller {
    /// The organisation that calls.
    pub(super) fn organisation(&self) -> &str {
        self.access.caller().organisation.as_str()
    }

    /// Asks whether the caller may do something to an entry of its own, and returns the rule.
    pub(super) fn may_own(&self, action: Action, listed: &Listed) -> Result<RuleId, Denied> {
        let owner = if self.owns_by_practice() {
            listed.profile.gp_practice.as_ref().map(agb_of)
        } else {
            Some(listed.registration.provider_id.to_string())
        };
        let decision = self.access.may(action, owner.as_deref())?;
        Ok(decision.rule)
    }

    /// Tells whether entries with a value are the caller's own, and may be counted exactly.
    pub(super) fn may_count_own(&self, value: &Value) -> bool {
        let owner = match value {
            Value::GpPractice(Some(practice)) if self.owns_by_practice() => agb_of(practice),
            Value::Provider(provider_id) if !self.owns_by_practice() => provider_id.to_string(),
            Value::Provider(_)
            | Value::DiagnosisGroup(_)
            | Value::Municipality(_)
            | Value::GpPractice(_)
            | Value::Priority(_)
            | Value::WaitBand(_) => return false,
        };
        let decision = self.access.may(Action::ReadExactCounts, Some(&owner));
        decision.is_ok()
    }

    /// To a GP practice belong the entries of its patients, to others those on their own lists.
    fn owns_by_practice(&self) -> bool {
        self.access.caller().role == Role::ReferrerGp
    }

    /// The rule by which the caller may do something to what is its own.
    pub(super) fn own_rule(&self, action: Action) -> Result<RuleId, Denied> {
        let decision = self.access.may(action, Some(self.organisation()))?;
        Ok(decision.rule)
    }
}

fn agb_of(practice: &GpPractice) -> String {
    format!("agb:{practice}")
}

impl Api {
    /// Records an access to entries, and comes back when that is durable.
    pub(super) async fn record(
        &self,
        caller: &Caller,
        (rule, verb): (RuleId, Verb),
        ids: impl IntoIterator<Item = EntryId>,
    ) -> Result<(), Status> {
        let ids = ids.into_iter().map(|id| Uuid::from_bytes(*id.as_bytes()));
        let entry = Entry::of(&caller.access, rule, verb).about(ENTRY, ids);
        self.0.node.access_log.record(entry).await?;
        Ok(())
    }

    /// Records that somebody was refused something about entries.
    pub(super) async fn deny(
        &self,
        caller: &Caller,
        denied: &Denied,
        ids: impl IntoIterator<Item = EntryId>,
    ) {
        let ids = ids.into_iter().map(|id| Uuid::from_bytes(*id.as_bytes()));
        let entry = Entry::denied(&caller.access, denied).about(ENTRY, ids);
        if let Err(error) = self.0.node.access_log.record(entry).await {
            tracing::error!(%error, rule = %denied.rule, "a refusal could not be recorded: {error}");
        }
    }

    /// Why an id is not the caller's to put somebody on a list under: another organisation has.
    pub(super) fn anothers(&self, caller: &Caller, id: EntryId) -> Option<Denied> {
        let listed = self.0.context.read().view.get(id).map(Arc::clone)?;
        caller.may_own(Action::PublishWaitingEntry, &listed).err()
    }

    /// Returns an entry of the caller's own, once that is recorded. One of others is answered like none.
    pub(super) async fn own(
        &self,
        caller: &Caller,
        (action, verb): (Action, Verb),
        id: EntryId,
    ) -> Result<Arc<Listed>, Status> {
        let listed = self.0.context.read().view.get(id).map(Arc::clone);
        let allowed = match &listed {
            Some(listed) => caller.may_own(action, listed),
            None => caller.own_rule(action),
        };
        match (allowed, listed) {
            (Ok(rule), listed) => {
                self.record(caller, (rule, verb), [id]).await?;
                listed.ok_or_else(unknown_entry)
            }
            (Err(denied), _) => {
                self.deny(caller, &denied, [id]).await;
                Err(unknown_entry())
            }
        }
    }
}
