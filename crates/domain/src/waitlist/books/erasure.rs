//! An erasure that two people decide on: somebody asks, and somebody else agrees within two weeks. It is held for a while
//! then, in which it can be taken back; whoever carries it out says so before anything is erased.

use super::{Command, Event, REQUEST_VALID_FOR_MILLIS, Rejection};
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
    /// From then on it is carried out.
    pub due_at: Timestamp,
}

/// Somebody takes it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasureRevocation {
    /// Who.
    pub by: Actor,
    /// When.
    pub revoked_at: Timestamp,
}

/// How far an erasure is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// What was asked.
    pub request: ErasureRequest,
    /// Who agreed; none: nobody yet.
    pub approval: Option<ErasureApproval>,
    /// Who took it back; none: nobody.
    pub revoked: Option<ErasureRevocation>,
    /// It is being carried out, and is about so many entries; none: it has not begun.
    pub begun: Option<u32>,
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
            revoked: None,
            begun: None,
            carried_out: None,
        }
    }

    /// Whether it is to be carried out now: agreed to, held for long enough, and not done.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.carried_out.is_none() && self.begin(0, now).is_ok()
    }

    /// Whether it may still come to be carried out.
    pub fn is_pending(&self, now: Timestamp) -> bool {
        let is_over = self.revoked.is_some() || self.carried_out.is_some();
        !is_over && (self.approval.is_some() || !self.is_lapsed(now))
    }

    fn is_lapsed(&self, now: Timestamp) -> bool {
        now.millis_since(self.request.requested_at) > REQUEST_VALID_FOR_MILLIS
    }

    /// Whether an organisation asked for it, or agreed.
    pub fn is_of(&self, organisation: &str) -> bool {
        let agreed = self.approval.iter().map(|approval| &approval.by);
        let mut said = agreed.chain([&self.request.by]);
        said.any(|by| by.organisation.as_str() == organisation)
    }

    pub(super) fn decide(&self, command: &Command, now: Timestamp) -> Decision {
        match command {
            Command::RequestErasure(request) => self.ask_again(request),
            Command::ApproveErasure {
                by,
                is_officer,
                hold_millis,
            } => self.approve((by, *is_officer), *hold_millis, now),
            Command::RevokeErasure { by, is_officer } => self.revoke(by, *is_officer, now),
            Command::BeginErasure { entries } => self.begin(*entries, now),
            Command::CarryOut { entries } => self.carry_out(*entries),
            Command::Admit { .. }
            | Command::Freeze { .. }
            | Command::NameKeys(_)
            | Command::Publish(_) => Err(Rejection::OtherBook),
        }
    }

    fn ask_again(&self, request: &ErasureRequest) -> Decision {
        // What is sealed anew reads otherwise each time.
        if self.request.by == request.by && self.request.ground == request.ground {
            Ok(vec![])
        } else {
            Err(Rejection::ErasureIdReused)
        }
    }

    fn approve(
        &self,
        (by, is_officer): (&Actor, bool),
        hold_millis: i64,
        now: Timestamp,
    ) -> Decision {
        let asked_by = &self.request.by;
        if by.user == asked_by.user {
            Err(Rejection::RequesterApproves)
        } else if self.request.is_by_officer && by.organisation == asked_by.organisation {
            Err(Rejection::OfficersOwnOrganisationApproves)
        } else if by.organisation != asked_by.organisation && !is_officer {
            Err(Rejection::OtherOrganisationApproves)
        } else if self.revoked.is_some() {
            Err(Rejection::ErasureRevoked)
        } else if self.approval.is_some() {
            Ok(vec![])
        } else if self.is_lapsed(now) {
            Err(Rejection::ErasureRequestLapsed)
        } else {
            Ok(vec![Event::ErasureApproved(ErasureApproval {
                by: by.clone(),
                approved_at: now,
                due_at: now.plus_millis(hold_millis),
            })])
        }
    }

    fn revoke(&self, by: &Actor, is_officer: bool, now: Timestamp) -> Decision {
        if !is_officer && !self.is_of(by.organisation.as_str()) {
            Err(Rejection::OtherOrganisationRevokes)
        } else if self.revoked.is_some() {
            Ok(vec![])
        } else if self.begun.is_some() || self.carried_out.is_some() {
            Err(Rejection::ErasureCarriedOut)
        } else {
            Ok(vec![Event::ErasureRevoked(ErasureRevocation {
                by: by.clone(),
                revoked_at: now,
            })])
        }
    }

    fn begin(&self, entries: u32, now: Timestamp) -> Decision {
        let Some(approval) = &self.approval else {
            return Err(Rejection::ErasureNotApproved);
        };
        if self.revoked.is_some() {
            Err(Rejection::ErasureRevoked)
        } else if self.begun.is_some() || self.carried_out.is_some() {
            Ok(vec![])
        } else if now < approval.due_at {
            Err(Rejection::ErasureHeld)
        } else {
            Ok(vec![Event::ErasureBegun { entries }])
        }
    }

    fn carry_out(&self, entries: u32) -> Decision {
        match (self.carried_out, self.begun) {
            (Some(_), _) => Ok(vec![]),
            (None, None) => Err(Rejection::ErasureNotBegun),
            // Whoever comes second finds fewer, or none: what there was at the beginning counts.
            (None, Some(begun)) => Ok(vec![Event::ErasureCarriedOut {
                entries: entries.max(begun),
            }]),
        }
    }
}
