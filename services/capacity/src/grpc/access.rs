//! Which action each call is, and whose each offering is.

use chassis::access::{Calls, Denied};
use domain::access::Action;
use domain::capacity::{Command, Details, Origin};

use super::Api;
use crate::wire::Order;

const WRITE: &[Action] = &[Action::PublishCapacity, Action::RelayCapacity];
const REFUSE: &[Action] = &[Action::RecordRefusal];
const HOLD: &[Action] = &[Action::HoldPlace];
const READ: &[Action] = &[Action::ReadRegionCapacity];

/// What each call may be asked as.
pub const CALLS: Calls = &[
    ("PublishOffering", WRITE),
    ("ChangeOffering", WRITE),
    ("WithdrawOffering", WRITE),
    ("ReportCapacity", WRITE),
    ("StreamReports", WRITE),
    ("CorrectReport", WRITE),
    ("PauseAdmissions", WRITE),
    ("ResumeAdmissions", WRITE),
    ("RecordRefusal", REFUSE),
    ("HoldPlace", HOLD),
    ("ExtendHold", HOLD),
    ("ReleaseHold", HOLD),
    ("ConsumePlace", HOLD),
    ("FindCapacity", READ),
    ("WatchCapacity", READ),
    ("GetOffering", READ),
];

impl Api {
    /// Asks whether the caller may give this command to that offering.
    pub(super) fn may(&self, order: &Order) -> Result<(), Denied> {
        let command = &order.call.command;
        let action = action_of(command);
        // Whoever may do it to all need not be asked about each: the offering is not looked up.
        if order.access.may(action, None).is_ok() {
            return Ok(());
        }
        let folded = self.0.context.read();
        let standing = folded
            .get(&order.stream)
            .and_then(|slot| slot.state.details.as_ref());
        let Some(named) = published(command).or(standing) else {
            // There is no such offering: the rules refuse that, and they alone know what to say to a repeat.
            return Ok(());
        };
        let owner = Some(named.provider_id.as_str());
        let Err(denied) = order.access.may(action, owner) else {
            return Ok(());
        };
        let is_relayed = action == Action::PublishCapacity
            && !is_declared(named)
            && !standing.is_some_and(is_declared);
        if is_relayed && order.access.may(Action::RelayCapacity, owner).is_ok() {
            return Ok(());
        }
        Err(denied)
    }
}

/// Its provider said it: nobody else may.
fn is_declared(details: &Details) -> bool {
    match details.origin {
        Origin::Declared => true,
        Origin::Published | Origin::Demonstration => false,
    }
}

fn published(command: &Command) -> Option<&Details> {
    if let Command::Publish(publication) = command {
        Some(&publication.details)
    } else {
        None
    }
}

const fn action_of(command: &Command) -> Action {
    match command {
        Command::Publish(_)
        | Command::Change(_)
        | Command::Withdraw(_)
        | Command::Report(_)
        | Command::Correct { .. }
        | Command::Pause(_)
        | Command::Resume(_)
        | Command::EndPause { .. } => Action::PublishCapacity,
        Command::RecordRefusal(_) => Action::RecordRefusal,
        Command::HoldPlace { .. }
        | Command::ExtendHold { .. }
        | Command::ReleaseHold(_)
        | Command::ConsumePlace(_)
        | Command::ExpireHold { .. } => Action::HoldPlace,
    }
}
