//! An erasure that two people decide on: somebody asks, and somebody else agrees within two weeks.

use super::{Event, REQUEST_VALID_FOR_MILLIS, Rejection};
use crate::Timestamp;
use crate::waitlist::Actor;

type Decision = Result<Vec<Event>, Rejection>;

/// Why something is to be erased: article 17, first paragraph, of the GDPR.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ground {
    /// It is not needed any more for what it was collected for (a).
    NoLongerNeeded,
    /// Consent was withdrawn (b).
    ConsentWithdrawn,
    /// The person objects (c).
    Objection,
    /// It should not have been processed (d).
    UnlawfullyProcessed,
    /// The law demands it (e).
    LegalObligation,
}

/// Somebody asks for an erasure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasureRequest {
    /// Who.
    pub by: Actor,
    /// A privacy officer asks.
    pub is_by_officer: bool,
    /// Which person or entries, sealed for the region's own nodes: in clear it would say which are of one person.
    pub sealed_subject: Vec<u8>,
    /// Why.
    pub ground: Ground,
    /// When.
    pub requested_at: Timestamp,
}

/// Somebody else agrees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasureApproval {
    /// Who.
    pub by: Actor,
    /// When.
    pub approved_at: Timestamp,
}

/// How far an erasure is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// What was asked.
    pub request: ErasureRequest,
    /// Who agreed; none: nobody yet.
    pub approval: Option<ErasureApproval>,
    /// How many entries were erased; none: it is not done.
    pub carried_out: Option<u32>,
}

impl Ground {
    /// Every ground there is.
    pub const ALL: [Self; 5] = [
        Self::NoLongerNeeded,
        Self::ConsentWithdrawn,
        Self::Objection,
        Self::UnlawfullyProcessed,
        Self::LegalObligation,
    ];

    /// The stable word for it, the same as in the ledger of erasures.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoLongerNeeded => "no-longer-needed",
            Self::ConsentWithdrawn => "consent-withdrawn",
            Self::Objection => "objection",
            Self::UnlawfullyProcessed => "unlawfully-processed",
            Self::LegalObligation => "legal-obligation",
        }
    }

    /// Accepts the stable word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ground| ground.as_str() == word)
    }
}

impl Erasure {
    pub(super) fn asked(request: &ErasureRequest) -> Self {
        Self {
            request: request.clone(),
            approval: None,
            carried_out: None,
        }
    }

    pub(super) fn ask_again(&self, request: &ErasureRequest) -> Decision {
        // What is sealed anew reads otherwise each time.
        if self.request.by == request.by && self.request.ground == request.ground {
            Ok(vec![])
        } else {
            Err(Rejection::ErasureIdReused)
        }
    }

    pub(super) fn approve(&self, by: &Actor, is_officer: bool, now: Timestamp) -> Decision {
        let asked_by = &self.request.by;
        let open_for = now.millis_since(self.request.requested_at);
        if by.user == asked_by.user {
            Err(Rejection::RequesterApproves)
        } else if self.request.is_by_officer && by.organisation == asked_by.organisation {
            Err(Rejection::OfficersOwnOrganisationApproves)
        } else if by.organisation != asked_by.organisation && !is_officer {
            Err(Rejection::OtherOrganisationApproves)
        } else if self.approval.is_some() {
            Ok(vec![])
        } else if open_for > REQUEST_VALID_FOR_MILLIS {
            Err(Rejection::ErasureRequestLapsed)
        } else {
            Ok(vec![Event::ErasureApproved(ErasureApproval {
                by: by.clone(),
                approved_at: now,
            })])
        }
    }

    pub(super) fn carry_out(&self, entries: u32) -> Decision {
        match (&self.approval, self.carried_out) {
            (None, _) => Err(Rejection::ErasureNotApproved),
            (Some(_), Some(_)) => Ok(vec![]),
            (Some(_), None) => Ok(vec![Event::ErasureCarriedOut { entries }]),
        }
    }
}
