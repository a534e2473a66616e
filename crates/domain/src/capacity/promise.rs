use std::num::NonZeroU16;

use super::{Offering, Origin, PlaceKind};
use crate::Timestamp;

const HOUR_MILLIS: i64 = 3_600_000;

/// How often places are promised to be counted anew: 1 to 8,760 whole hours, a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReportingInterval(NonZeroU16);

impl ReportingInterval {
    /// Accepts whole hours up to a year.
    pub fn parse(hours: u32) -> Option<Self> {
        let hours = u16::try_from(hours).ok().filter(|hours| *hours <= 8_760)?;
        NonZeroU16::new(hours).map(Self)
    }

    /// The hours.
    pub fn hours(self) -> u32 {
        u32::from(self.0.get())
    }

    /// Returns when places that were counted at this moment are to be counted anew.
    pub fn after(self, observed_at: Timestamp) -> Timestamp {
        observed_at.plus_millis(i64::from(self.0.get()) * HOUR_MILLIS)
    }
}

/// What is promised, and whether it is kept.
impl Offering {
    /// Returns how often places are counted anew: what its provider says, else the default of their kind.
    ///
    /// None where nothing is promised: it is not offered, it was read from what others published, or it states no kind
    /// of place and only ever reported waits.
    pub fn promised_interval(&self) -> Option<ReportingInterval> {
        let details = self.details.as_ref().filter(|_| self.is_offered())?;
        let counts_nothing =
            details.place_kind.is_none() && self.counts.is_none() && self.waits.is_some();
        match (details.origin, details.promised_interval) {
            (Origin::Published, _) => None,
            (Origin::Declared | Origin::Demonstration, Some(promised)) => Some(promised),
            (Origin::Declared | Origin::Demonstration, None) if counts_nothing => None,
            (Origin::Declared | Origin::Demonstration, None) => {
                let kind = details.place_kind.map_or("unstated", PlaceKind::as_str);
                ReportingInterval::parse(reference::reporting_interval_hours(kind))
            }
        }
    }

    /// Returns when the next counts are due; none if nothing is promised, or nothing was ever counted.
    pub fn report_due_at(&self) -> Option<Timestamp> {
        let counted = self.counts.as_ref()?;
        Some(self.promised_interval()?.after(counted.observed_at))
    }

    /// Tells whether counts are late by the provider's own promise. What was never counted is late from the start.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.promised_interval().is_some()
            && self.report_due_at().is_none_or(|due_at| due_at <= now)
    }
}
