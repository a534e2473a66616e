//! What else a count says: its parts, and what is expected to follow it.

use std::collections::BTreeMap;

use super::{CountsError, FundingRoute};
use crate::Timestamp;

/// Parts of the counts that few state; none or empty: not stated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Breakdown {
    /// Of the places available: in rooms that may be used for women.
    pub rooms_free_women: Option<u32>,
    /// Of the places available: in rooms that may be used for men. One room may be in both.
    pub rooms_free_men: Option<u32>,
    /// Of the funded places: by the act that pays.
    pub funded_by_route: BTreeMap<FundingRoute, u32>,
}

impl Breakdown {
    /// Returns what is kept: nothing where nothing is stated, so that equal means "says the same".
    pub fn kept(self) -> Option<Box<Self>> {
        (self != Self::default()).then(|| Box::new(self))
    }

    pub(super) fn check(&self, available: u32, funded: Option<u32>) -> Result<(), CountsError> {
        let rooms = self.rooms_free_women.max(self.rooms_free_men).unwrap_or(0);
        if rooms > available {
            return Err(CountsError::MoreRoomsThanAvailable { rooms, available });
        }
        let by_route = sum(self.funded_by_route.values())?;
        if let Some(funded) = funded
            && by_route > funded
        {
            return Err(CountsError::MoreByRouteThanFunded { by_route, funded });
        }
        Ok(())
    }
}

/// What a provider expects of its places. What is absent is unknown, never zero.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forecast {
    /// Further places within 24 hours after the count, surge and discharges included.
    pub additional_24h: Option<u32>,
    /// Further places within 72 hours after the count; those within 24 are among them.
    pub additional_72h: Option<u32>,
    /// When single places are expected to become free, in order; the same moment may stand there for each of several.
    pub expected_free_at: Vec<Timestamp>,
    /// Places that can be opened within seven days.
    pub reserve_7d: Option<u32>,
    /// People fit to leave, by the next step that is missing.
    pub ready_for_discharge: BTreeMap<NextStep, u32>,
}

impl Forecast {
    /// Returns what is kept: nothing where nothing is stated, so that equal means "says the same".
    pub fn kept(mut self) -> Option<Box<Self>> {
        self.expected_free_at.sort_unstable();
        (self != Self::default()).then(|| Box::new(self))
    }

    pub(super) fn check(&self, occupied: u32) -> Result<(), CountsError> {
        if let (Some(within_24h), Some(within_72h)) = (self.additional_24h, self.additional_72h)
            && within_24h > within_72h
        {
            return Err(CountsError::MoreWithin24Hours {
                within_24h,
                within_72h,
            });
        }
        let ready = sum(self.ready_for_discharge.values())?;
        if ready > occupied {
            return Err(CountsError::MoreReadyThanOccupied { ready, occupied });
        }
        Ok(())
    }
}

fn sum<'a>(mut counts: impl Iterator<Item = &'a u32>) -> Result<u32, CountsError> {
    counts
        .try_fold(0_u32, |sum, count| sum.checked_add(*count))
        .ok_or(CountsError::TooMany)
}

/// Where somebody who is fit to leave cannot go yet. Numbers are part of a report's fingerprint: never change one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the others' names say it")]
pub enum NextStep {
    /// A home of their own.
    Home = 1,
    ShelteredLiving = 2,
    /// A place paid by the long-term care act.
    WlzPlace = 3,
    /// Treatment of another level or elsewhere.
    OtherTreatment = 4,
    GuidanceAtHome = 5,
    NotStated = 6,
}
