use super::decide::Decision;
use super::{
    Balance, Claim, Command, EndedHold, Event, FUTURE_TOLERANCE_MILLIS, Hold, HoldEnd, HoldId,
    MAX_HOLD_MILLIS, MAX_HOLDS, MIN_HOLD_MILLIS, Offering, Rejection,
};
use crate::{Timer, Timestamp};

/// How a hold that is known stands.
enum Standing<'a> {
    Active(&'a Hold),
    Ended(HoldEnd),
}

/// Holding a place: who asks first gets it, and nobody gets one that is not free.
impl Offering {
    pub(super) fn hold_place(
        &self,
        hold_id: &HoldId,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Decision {
        match self.standing(hold_id) {
            // A repeat finds its own hold, however long that was extended meanwhile.
            Some((Standing::Active(_), _)) => return Ok(vec![]),
            Some((Standing::Ended(_), _)) => return Err(Rejection::HoldEnded),
            None if !self.is_offered() => return Err(self.why_not_offered()),
            None => {}
        }
        check_expiry(expires_at, now)?;
        if self.is_paused_for(None, None, now) {
            return Err(Rejection::AdmissionsPaused);
        }
        if self.current_counts(now).is_none() {
            return Err(Rejection::NoCurrentCounts);
        }
        if self.balance().is_none_or(|balance| balance.available == 0) {
            return Err(Rejection::NoPlaceFree);
        }
        if self.active_holds().len() >= MAX_HOLDS {
            return Err(Rejection::TooManyHolds);
        }
        Ok(vec![Event::PlaceHeld(Hold {
            hold_id: hold_id.clone(),
            token: self.last_token().saturating_add(1),
            expires_at,
        })])
    }

    pub(super) fn extend_hold(
        &self,
        claim: &Claim,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Decision {
        match self.claimed(claim)? {
            _ if !self.is_offered() => Err(self.why_not_offered()),
            Standing::Ended(_) => Err(Rejection::HoldEnded),
            Standing::Active(hold) if hold.expires_at == expires_at => Ok(vec![]),
            Standing::Active(hold) if hold.expires_at > expires_at => Err(Rejection::EndsEarlier),
            Standing::Active(hold) => {
                check_expiry(expires_at, now)?;
                Ok(vec![Event::HoldExtended(Hold {
                    expires_at,
                    ..hold.clone()
                })])
            }
        }
    }

    /// A place can be given back also when nothing is offered any more.
    pub(super) fn release_hold(&self, claim: &Claim, now: Timestamp) -> Decision {
        match self.claimed(claim)? {
            Standing::Ended(HoldEnd::Released) => Ok(vec![]),
            Standing::Ended(HoldEnd::Consumed | HoldEnd::Expired) => Err(Rejection::HoldEnded),
            Standing::Active(hold) => Ok(vec![ended(hold, HoldEnd::Released, now)]),
        }
    }

    pub(super) fn consume_place(&self, claim: &Claim, now: Timestamp) -> Decision {
        match self.claimed(claim)? {
            Standing::Ended(HoldEnd::Consumed) => Ok(vec![]),
            Standing::Ended(HoldEnd::Released | HoldEnd::Expired) => Err(Rejection::HoldEnded),
            Standing::Active(_) if !self.is_offered() => Err(self.why_not_offered()),
            Standing::Active(hold) => Ok(vec![ended(hold, HoldEnd::Consumed, now)]),
        }
    }

    /// A hold that is over, or that was extended meanwhile, is left alone.
    pub(super) fn expire_hold(
        &self,
        hold_id: &HoldId,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Vec<Event> {
        let due = self
            .active_holds()
            .iter()
            .find(|hold| hold.hold_id == *hold_id);
        due.filter(|hold| hold.expires_at == expires_at)
            .map(|hold| ended(hold, HoldEnd::Expired, now))
            .into_iter()
            .collect()
    }

    /// Adds what the events do to the promises that the offering has given: whether it can still keep them all.
    pub(super) fn with_overcommitment(&self, mut events: Vec<Event>) -> Vec<Event> {
        // A fold of its own for every report would be dear, and nearly no offering has ever had a hold.
        if self.holds.is_none() || events.is_empty() {
            return events;
        }
        let missing = |offering: &Self| offering.balance().map_or(0, |balance| balance.missing);
        let after = events.iter().fold(self.clone(), Self::after);
        match (missing(self), missing(&after)) {
            (0, 0) => {}
            (0, places_missing) => events.push(Event::OvercommitmentArisen { places_missing }),
            (_, 0) => events.push(Event::OvercommitmentResolved),
            (_, _) => {}
        }
        events
    }

    pub(super) fn end_of_hold(hold: &Hold) -> Timer<Command> {
        Timer {
            name: format!("hold:{}:{}", hold.hold_id, hold.expires_at.as_millis()),
            due: hold.expires_at,
            command: Command::ExpireHold {
                hold_id: hold.hold_id.clone(),
                expires_at: hold.expires_at,
            },
        }
    }

    /// Returns the places held now, in the order in which they were given.
    pub fn active_holds(&self) -> &[Hold] {
        self.holds.as_ref().map_or(&[], |holds| holds.active())
    }

    /// Returns the highest token given so far; 0: none.
    pub fn last_token(&self) -> u64 {
        self.holds.as_ref().map_or(0, |holds| holds.last_token())
    }

    /// Returns what is free by the last counts and the holds, however old those counts are; none: never counted.
    pub fn balance(&self) -> Option<Balance> {
        let counts = self.counts.as_ref()?;
        Some(Balance::of(counts, self.holds.as_deref()))
    }

    fn claimed(&self, claim: &Claim) -> Result<Standing<'_>, Rejection> {
        if self.details.is_none() {
            return Err(Rejection::UnknownOffering);
        }
        match self.standing(&claim.hold_id) {
            None => Err(Rejection::UnknownHold),
            Some((_, token)) if token != claim.token => Err(Rejection::TokenMismatch),
            Some((standing, _)) => Ok(standing),
        }
    }

    /// How a hold stands, with its token; none: it was never there, or is forgotten.
    fn standing(&self, hold_id: &HoldId) -> Option<(Standing<'_>, u64)> {
        let holds = self.holds.as_ref()?;
        let active = holds.active().iter().find(|hold| hold.hold_id == *hold_id);
        if let Some(hold) = active {
            return Some((Standing::Active(hold), hold.token));
        }
        let ended = holds
            .ended()
            .iter()
            .find(|ended| ended.hold_id == *hold_id)?;
        Some((Standing::Ended(ended.end), ended.token))
    }
}

fn ended(hold: &Hold, end: HoldEnd, now: Timestamp) -> Event {
    Event::HoldEnded(EndedHold {
        hold_id: hold.hold_id.clone(),
        token: hold.token,
        end,
        ended_at: now,
    })
}

/// The caller's clock said "in so long": it may differ from this one.
fn check_expiry(expires_at: Timestamp, now: Timestamp) -> Result<(), Rejection> {
    let ahead = expires_at.millis_since(now);
    if ahead < MIN_HOLD_MILLIS - FUTURE_TOLERANCE_MILLIS {
        Err(Rejection::EndsTooSoon)
    } else if ahead > MAX_HOLD_MILLIS + FUTURE_TOLERANCE_MILLIS {
        Err(Rejection::EndsTooLate)
    } else {
        Ok(())
    }
}
