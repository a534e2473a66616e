//! Four eyes: a screening counts when two people of two organisations agreed on the same content within two weeks, and
//! neither is of the organisation that asked for it.

use super::decide::Decision;
use super::{
    APPROVAL_VALID_FOR_MILLIS, Actor, Command, ContentHash, Event, Rejection, ScreeningRequest,
};
use crate::{Timer, Timestamp};

/// Somebody has looked, and says this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// Who.
    pub by: Actor,
    /// What the screening says.
    pub content: ContentHash,
    /// When.
    pub approved_at: Timestamp,
}

/// A screening that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Screened {
    /// Who asked for it.
    pub requested_by: Actor,
    /// Who looked first.
    pub first: Approval,
    /// Who agreed.
    pub second: Approval,
}

/// How far a screening is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Screening {
    /// Asked for, and not yet agreed on.
    pub request: Option<ScreeningRequest>,
    /// The first to look.
    pub first: Option<Approval>,
    /// The last that counted.
    pub counted: Option<Screened>,
}

impl Screening {
    pub(super) fn ask(&self, by: &Actor, now: Timestamp) -> Decision {
        match &self.request {
            Some(open) if open.by == *by => Ok(vec![]),
            // Another requester would let the first one's organisation approve.
            Some(_) => Err(Rejection::ScreeningRequestedAlready),
            None => Ok(vec![Event::ScreeningRequested(ScreeningRequest {
                by: by.clone(),
                requested_at: now,
            })]),
        }
    }

    pub(super) fn approve(&self, by: &Actor, content: ContentHash, now: Timestamp) -> Decision {
        let Some(request) = &self.request else {
            return self.approve_unasked(by, content);
        };
        if by.user == request.by.user {
            return Err(Rejection::RequesterApproves);
        }
        if by.organisation == request.by.organisation {
            return Err(Rejection::RequestersOrganisationApproves);
        }
        let approval = Approval {
            by: by.clone(),
            content,
            approved_at: now,
        };
        match self.first.as_ref().filter(|first| first.stands(now)) {
            None => Ok(vec![Event::ScreeningApproved(approval)]),
            Some(first) if first.by.user == by.user && first.content == content => {
                Err(Rejection::SameReviewer)
            }
            // Who has thought better of it says so: still one pair of eyes.
            Some(first) if first.by.user == by.user => Ok(vec![Event::ScreeningApproved(approval)]),
            Some(first) if first.by.organisation == by.organisation => {
                Err(Rejection::ReviewersOfOneOrganisation)
            }
            Some(first) if first.content != content => Err(Rejection::OtherContent),
            Some(first) => Ok(vec![Event::Screened(Box::new(Screened {
                requested_by: request.by.clone(),
                first: first.clone(),
                second: approval,
            }))]),
        }
    }

    /// A repeat of the approval by which the last screening counted has had its effect.
    fn approve_unasked(&self, by: &Actor, content: ContentHash) -> Decision {
        let is_repeat =
            |screened: &Screened| screened.second.by == *by && screened.second.content == content;
        if self.counted.as_ref().is_some_and(is_repeat) {
            Ok(vec![])
        } else {
            Err(Rejection::NoScreeningRequested)
        }
    }

    pub(super) fn lapse(&self, approved_at: Timestamp) -> Vec<Event> {
        let due = self.first.as_ref();
        due.filter(|first| first.approved_at == approved_at)
            .map(|_| Event::ScreeningApprovalLapsed)
            .into_iter()
            .collect()
    }

    pub(super) fn timer(&self) -> Option<Timer<Command>> {
        let approved_at = self.first.as_ref()?.approved_at;
        Some(Timer {
            name: format!("approval:{}", approved_at.as_millis()),
            due: approved_at.plus_millis(APPROVAL_VALID_FOR_MILLIS),
            command: Command::LapseApproval { approved_at },
        })
    }

    pub(super) fn close(&mut self) {
        self.request = None;
        self.first = None;
    }
}

impl Approval {
    /// Tells whether it still waits for a second pair of eyes.
    fn stands(&self, now: Timestamp) -> bool {
        now.millis_since(self.approved_at) <= APPROVAL_VALID_FOR_MILLIS
    }
}
