//! The count guard: a provider's new pseudonyms count as far as the evaluator granted them.

use std::collections::BTreeMap;

use super::{CLOCK_TOLERANCE_MILLIS, Event, Rejection};
use crate::{Day, Timestamp};

/// A day's figure is told apart for so many days; what is older is one sum.
const DAYS_KEPT: i32 = 400;

/// What the evaluator says that it granted a provider on a day, so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookedReceipt {
    /// The day, as the evaluator names it.
    pub day: Day,
    /// How many pseudonyms.
    pub granted: u32,
}

/// What a provider was granted, and has used of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants {
    /// The largest figure of each day.
    pub by_day: BTreeMap<Day, u32>,
    /// The sum of the days that are not told apart any more.
    pub of_older_days: u64,
    /// How many pseudonyms have come and were covered.
    pub covered: u64,
    /// How many have come that nobody had granted.
    pub beyond: u64,
}

impl Grants {
    /// Returns how many pseudonyms were granted in all.
    pub fn granted(&self) -> u64 {
        let of_days = self.by_day.values().copied().map(u64::from).sum();
        self.of_older_days.saturating_add(of_days)
    }

    pub(super) fn admit(
        &self,
        receipt: Option<BookedReceipt>,
        new: u32,
        now: Timestamp,
    ) -> Result<Vec<Event>, Rejection> {
        let today = Day::at(now.plus_millis(CLOCK_TOLERANCE_MILLIS));
        if receipt.is_some_and(|receipt| receipt.day > today) {
            return Err(Rejection::DayInTheFuture);
        }
        let news = receipt.filter(|receipt| self.is_raised_by(*receipt));
        let mut events = Vec::from_iter(news.map(Event::ReceiptBooked));
        if new > 0 {
            let after = news.map_or_else(|| self.clone(), |receipt| self.clone().with(receipt));
            let left = after.granted().saturating_sub(after.covered);
            let covered = new.min(u32::try_from(left).unwrap_or(u32::MAX));
            events.push(Event::Admitted {
                covered,
                beyond: new - covered,
            });
        }
        Ok(events)
    }

    /// What came for a day that is not told apart any more would be added twice.
    fn is_raised_by(&self, receipt: BookedReceipt) -> bool {
        let is_told_apart = self
            .oldest_kept()
            .is_none_or(|oldest| receipt.day >= oldest);
        let known = self.by_day.get(&receipt.day).copied().unwrap_or(0);
        is_told_apart && receipt.granted > known
    }

    pub(super) fn with(mut self, receipt: BookedReceipt) -> Self {
        self.by_day.insert(receipt.day, receipt.granted);
        if let Some(oldest) = self.oldest_kept() {
            let kept = self.by_day.split_off(&oldest);
            let older = std::mem::replace(&mut self.by_day, kept);
            let of_older = older.into_values().map(u64::from).sum();
            self.of_older_days = self.of_older_days.saturating_add(of_older);
        }
        self
    }

    pub(super) fn with_admitted(mut self, covered: u32, beyond: u32) -> Self {
        self.covered = self.covered.saturating_add(covered.into());
        self.beyond = self.beyond.saturating_add(beyond.into());
        self
    }

    fn oldest_kept(&self) -> Option<Day> {
        let (newest, _) = self.by_day.last_key_value()?;
        Some(newest.plus(-DAYS_KEPT))
    }
}
