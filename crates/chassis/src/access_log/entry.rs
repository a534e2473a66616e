use domain::access::{Role, RuleId};
use uuid::Uuid;

use super::record::{EntryMessage, Stamp};
use crate::access::{Access, Denied};
use crate::telemetry::current_traceparent;

/// A node whose clock is further off its broker's than this does not serve.
const CLOCK_ERROR_MILLIS: u32 = 5_000;
const ALLOWED: i32 = 1;
const DENIED: i32 = 2;
const NOT_NAMED: i32 = 1;
const STATED: i32 = 2;

/// What is done to a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Made.
    Create,
    /// Looked at.
    Read,
    /// Changed.
    Update,
    /// Erased.
    Delete,
    /// Anything else, such as counted.
    Execute,
}

impl Verb {
    const fn code(self) -> i32 {
        match self {
            Self::Create => 1,
            Self::Read => 2,
            Self::Update => 3,
            Self::Delete => 4,
            Self::Execute => 5,
        }
    }
}

/// An access to be recorded: who, what, which things, by which rule.
///
/// Things are named by their random ids alone. Anything else, such as a citizen number or a pseudonym, does not fit in.
#[derive(Clone, Debug)]
pub struct Entry(EntryMessage);

impl Entry {
    /// An access that is allowed by a rule.
    pub fn of(access: &Access, rule: RuleId, verb: Verb) -> Self {
        Self(EntryMessage {
            outcome: ALLOWED,
            verb: verb.code(),
            ..by(access, rule)
        })
    }

    /// An access that is refused.
    pub fn denied(access: &Access, denied: &Denied) -> Self {
        Self(EntryMessage {
            outcome: DENIED,
            denial: denied.denial.word().to_owned(),
            ..by(access, denied.rule)
        })
    }

    /// Names the things: what kind, and their random ids (an entry, a key).
    #[must_use]
    pub fn about(mut self, kind: &'static str, ids: impl IntoIterator<Item = Uuid>) -> Self {
        kind.clone_into(&mut self.0.object_type);
        let ids = ids.into_iter().map(|id| id.as_bytes().to_vec());
        self.0.object_ids.extend(ids);
        self
    }

    /// Names the question, where one was asked and no thing named: SHA-256 of it.
    #[must_use]
    pub fn asking(mut self, question: [u8; 32]) -> Self {
        self.0.query_hash = question.to_vec();
        self
    }

    pub(super) fn object_count(&self) -> usize {
        self.0.object_ids.len()
    }

    pub(super) fn stamped(self, stamp: &Stamp<'_>) -> EntryMessage {
        EntryMessage {
            event_id: Uuid::now_v7().as_bytes().to_vec(),
            occurred_at_ms: stamp.occurred_at.as_millis(),
            clock_error_ms: CLOCK_ERROR_MILLIS,
            gateway_id: stamp.node.to_owned(),
            source_site: stamp.region.to_owned(),
            ..self.0
        }
    }
}

fn by(access: &Access, rule: RuleId) -> EntryMessage {
    let caller = access.caller();
    let peer = access.peer();
    EntryMessage {
        event_code: access.method().to_owned(),
        action_code: rule.action.to_string(),
        user_id: caller.person.to_string(),
        role_code: caller.role.to_string(),
        organisation_id: caller.organisation.to_string(),
        auth_method: if caller.role == Role::Unnamed {
            NOT_NAMED
        } else {
            STATED
        },
        network_point: peer.map(|peer| peer.to_string()).unwrap_or_default(),
        purpose_code: rule.purpose.to_string(),
        policy_rule_id: rule.to_string(),
        trace_id: trace_id().unwrap_or_default(),
        ..EntryMessage::default()
    }
}

/// The trace that the call belongs to, of a context that reads `00-`, 32 hexadecimal digits, and so on.
fn trace_id() -> Option<Vec<u8>> {
    let context = current_traceparent()?;
    let digits = context.split('-').nth(1)?;
    Some(Uuid::try_parse(digits).ok()?.as_bytes().to_vec())
}
