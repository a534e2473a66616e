use std::fmt;

use super::table::{Grant, Reach, TABLE};
use super::{Action, Caller, Purpose, Region, Role};

/// What somebody wants to touch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resource<'a> {
    /// Whose it is, as [`OrganisationId::as_str`](super::OrganisationId::as_str) writes it; none: nobody's in
    /// particular, so that who may touch only what is their own may not.
    pub organisation: Option<&'a str>,
    /// Of which region it is.
    pub region: &'a Region,
}

/// An answer, and the rule that it rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The answer.
    pub outcome: Outcome,
    /// For the access log and for who was refused.
    pub rule: RuleId,
}

/// The answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Yes.
    Allowed,
    /// Yes; it takes effect once a second, different person of another organisation agreed to the same.
    AllowedWithSecond,
    /// No.
    Denied(Denial),
}

/// Why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// The role never may.
    Role,
    /// The role may, but not for this purpose.
    Purpose,
    /// It is another organisation's.
    OtherOrganisation,
    /// It is another region's.
    OtherRegion,
}

impl Denial {
    /// Its stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Role => "role-may-not",
            Self::Purpose => "not-for-this-purpose",
            Self::OtherOrganisation => "other-organisation",
            Self::OtherRegion => "other-region",
        }
    }
}

/// Names the cell of the table that was looked at, such as `provider-system/publish-capacity/CAPACITY`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId {
    /// Whose cell.
    pub role: Role,
    /// In whose row.
    pub action: Action,
    /// For what.
    pub purpose: Purpose,
}

impl fmt::Display for RuleId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}/{}", self.role, self.action, self.purpose)
    }
}

/// Says whether somebody may do something to a thing.
pub fn decide(
    caller: &Caller,
    action: Action,
    purpose: Purpose,
    resource: &Resource<'_>,
) -> Decision {
    judge(caller, (action, purpose), |grant| match grant.reach {
        Reach::All => None,
        Reach::Own => {
            let own = caller.organisation.as_str();
            (resource.organisation != Some(own)).then_some(Denial::OtherOrganisation)
        }
        Reach::Region => (*resource.region != caller.region).then_some(Denial::OtherRegion),
    })
}

/// Says whether a call may come in: somebody may do this to some thing of the region. What it touches is asked about
/// with [`decide`].
pub fn admits(caller: &Caller, action: Action, purpose: Purpose, region: &Region) -> Decision {
    judge(caller, (action, purpose), |grant| match grant.reach {
        Reach::All | Reach::Own => None,
        Reach::Region => (*region != caller.region).then_some(Denial::OtherRegion),
    })
}

/// Returns the purpose of who says none: the only one for which the role may do it, else the usual one of the action.
pub fn usual_purpose(role: Role, action: Action) -> Purpose {
    let of_action = || TABLE.iter().filter(|row| row.action == action);
    let of_role = of_action().find(|row| row.of(role).is_some());
    let usual = of_role.or_else(|| of_action().next());
    // Every action has a row.
    usual.map_or(Purpose::Audit, |row| row.purpose)
}

fn judge(
    caller: &Caller,
    (action, purpose): (Action, Purpose),
    out_of_reach: impl FnOnce(Grant) -> Option<Denial>,
) -> Decision {
    let role = caller.role;
    let grants = || TABLE.iter().filter(|row| row.action == action);
    let granted = grants().find(|row| row.purpose == purpose);
    let outcome = match granted.and_then(|row| row.of(role)) {
        Some(grant) => match out_of_reach(grant) {
            Some(denial) => Outcome::Denied(denial),
            None if grant.needs_second => Outcome::AllowedWithSecond,
            None => Outcome::Allowed,
        },
        None if grants().any(|row| row.of(role).is_some()) => Outcome::Denied(Denial::Purpose),
        None => Outcome::Denied(Denial::Role),
    };
    Decision {
        outcome,
        rule: RuleId {
            role,
            action,
            purpose,
        },
    }
}
