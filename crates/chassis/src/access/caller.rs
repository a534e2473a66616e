use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};

use domain::access::{
    Action, Caller, Decision, Denial, Outcome, Purpose, Region, Resource, Role, RuleId, decide,
    usual_purpose,
};
use tonic::{Code, Status};

use crate::status::with_rule;

/// Who makes a call, and what for. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Access(Arc<Call>);

#[derive(Debug)]
struct Call {
    caller: Caller,
    /// As it was said; none: the one that fits.
    purpose: Option<Purpose>,
    /// The region of this node.
    here: Region,
    /// Such as `/doorstroom.capacity.v1.CapacityService/FindCapacity`; empty for a call from within.
    method: String,
    peer: Option<SocketAddr>,
}

/// A "no", with the rule that it rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} ({})", denial.word(), rule)]
pub struct Denied {
    /// Why.
    pub denial: Denial,
    /// By which rule.
    pub rule: RuleId,
}

static UNNAMED: LazyLock<Access> = LazyLock::new(|| {
    let caller = Caller::unnamed();
    Access(Arc::new(Call {
        here: caller.region.clone(),
        caller,
        purpose: None,
        method: String::new(),
        peer: None,
    }))
});

/// Somebody who is not named: may do little, and nothing about persons.
impl Default for Access {
    fn default() -> Self {
        UNNAMED.clone()
    }
}

impl Access {
    pub(super) fn new(
        caller: Caller,
        purpose: Option<Purpose>,
        here: Region,
        (method, peer): (&str, Option<SocketAddr>),
    ) -> Self {
        Self(Arc::new(Call {
            caller,
            purpose,
            here,
            method: method.to_owned(),
            peer,
        }))
    }

    /// Who makes a call, as the server's gate has found out; a call that did not come through it is nobody's.
    pub fn of<T>(request: &tonic::Request<T>) -> Self {
        request.extensions().get().cloned().unwrap_or_default()
    }

    /// Asks whether the caller may do something to what is an organisation's: to be asked about every thing that a call
    /// touches, also about what it only reads. `None`: nobody's in particular.
    ///
    /// # Errors
    /// If not; the status that it becomes names the rule.
    pub fn may(&self, action: Action, organisation: Option<&str>) -> Result<Decision, Denied> {
        let Call { caller, here, .. } = &*self.0;
        let resource = Resource {
            organisation,
            region: here,
        };
        allowed(decide(caller, action, self.purpose(action), &resource))
    }

    /// Who calls.
    pub fn caller(&self) -> &Caller {
        &self.0.caller
    }

    /// What for: as it was said, or else the only purpose that fits.
    pub fn purpose(&self, action: Action) -> Purpose {
        let said = self.0.purpose;
        said.unwrap_or_else(|| usual_purpose(self.0.caller.role, action))
    }

    /// Which call it is, as a path of gRPC; empty for one from within.
    pub fn method(&self) -> &str {
        &self.0.method
    }

    /// Where the call came from.
    pub fn peer(&self) -> Option<SocketAddr> {
        self.0.peer
    }

    /// Who asks, as the log of what is not about persons keeps it for ever: role and organisation, not the person.
    pub fn actor(&self) -> String {
        let caller = &self.0.caller;
        match caller.role {
            Role::Unnamed => caller.role.to_string(),
            role => format!("{role}@{}", caller.organisation),
        }
    }
}

/// Makes an answer of a decision.
pub(super) fn allowed(decision: Decision) -> Result<Decision, Denied> {
    match decision.outcome {
        Outcome::Allowed | Outcome::AllowedWithSecond => Ok(decision),
        Outcome::Denied(denial) => Err(Denied {
            denial,
            rule: decision.rule,
        }),
    }
}

impl From<Denied> for Status {
    fn from(denied: Denied) -> Self {
        let Denied { denial, rule } = denied;
        let RuleId {
            role,
            action,
            purpose,
        } = rule;
        if role == Role::Unnamed {
            let message = format!(
                "who calls must be said for {action}: PERSON:ROLE@ORGANISATION in doorstroom-caller (doorstroom --as)"
            );
            return with_rule(Code::Unauthenticated, "caller-unnamed", message, rule);
        }
        let message = match denial {
            Denial::Role => format!("the role {role} may not {action}"),
            Denial::Purpose => format!("the role {role} may not {action} for {purpose}"),
            Denial::OtherOrganisation => {
                format!("the role {role} may {action} for its own organisation only")
            }
            Denial::OtherRegion => format!("the role {role} may {action} in its own region only"),
        };
        with_rule(Code::PermissionDenied, denial.word(), message, rule)
    }
}
