use super::confidence::Case;
use super::{
    Counts, DiagnosisGroup, Event, Figure, Freshness, InsurerName, Offering, Pause, PauseId,
    Report, ReportKey,
};
use crate::Timestamp;

/// What stands, at a moment that is handed in.
impl Offering {
    /// Tells whether it is published and not taken out.
    pub fn is_offered(&self) -> bool {
        self.details.is_some() && self.withdrawn.is_none()
    }

    /// Judges the present counts.
    pub fn counts_freshness(&self, now: Timestamp) -> Freshness {
        Freshness::of(self.counts.as_ref(), now)
    }

    /// Judges the present waits.
    pub fn waits_freshness(&self, now: Timestamp) -> Freshness {
        Freshness::of(self.waits.as_ref(), now)
    }

    /// Returns the counts that may still be believed: what totals, filters and matches go by.
    pub fn current_counts(&self, now: Timestamp) -> Option<&Counts> {
        let figure = self.counts.as_ref()?;
        (figure.freshness(now) == Freshness::Current).then_some(&figure.value)
    }

    /// Tells whether a pause that has begun stops a person of this diagnosis group and insurer.
    ///
    /// Without a group or an insurer only what stops everybody counts.
    pub fn is_paused_for(
        &self,
        group: Option<&DiagnosisGroup>,
        insurer: Option<&InsurerName>,
        now: Timestamp,
    ) -> bool {
        self.pauses
            .iter()
            .any(|pause| pause.is_in_force(now) && pause.scope.covers(group, insurer))
    }

    /// Returns the pause with this id.
    pub fn pause(&self, pause_id: &PauseId) -> Option<&Pause> {
        self.pauses.iter().find(|pause| pause.pause_id == *pause_id)
    }

    /// Returns what an event puts to the test: places that were shown until now, and a later count.
    ///
    /// Late reports and corrections test nothing: nobody counted again.
    pub(super) fn case_in(&self, event: &Event) -> Option<Case> {
        let Event::CapacityReported { report, .. } = event else {
            return None;
        };
        let (before, after) = (self.counts.as_ref()?, report.counts.as_ref()?);
        // What had expired was shown to nobody as a place.
        // What was held or consumed was shown to nobody either, so that it is not lost when it is counted.
        let free = self.balance()?.available;
        let was_shown = free > 0 && before.freshness(report.observed_at) == Freshness::Current;
        let is_counted_again = report.observed_at > before.observed_at;
        (was_shown && is_counted_again).then_some(Case {
            free,
            from: before.observed_at,
            until: report.observed_at,
            kept: after.available > 0,
        })
    }

    /// Tells whether a report changes what is present, in any of its parts.
    pub(super) fn is_news(&self, report: &Report) -> bool {
        let key = report.key();
        let newer_counts = report.counts.is_some() && is_later(key, self.counts.as_ref());
        let newer_waits = !report.waits.is_empty() && is_later(key, self.waits.as_ref());
        !self.is_from_before_closing(report) && (newer_counts || newer_waits)
    }

    /// Tells whether a report was counted before the offering was last taken out.
    pub(super) fn is_from_before_closing(&self, report: &Report) -> bool {
        self.closed_at
            .is_some_and(|closed_at| report.observed_at <= closed_at)
    }

    /// Tells whether a present part came from this report.
    pub(super) fn stands_on(&self, key: ReportKey) -> bool {
        self.counts
            .as_ref()
            .is_some_and(|figure| figure.key() == key)
            || self
                .waits
                .as_ref()
                .is_some_and(|figure| figure.key() == key)
    }
}

/// Of two reports the later is the present. Of the same moment and number, the one that came first stays.
pub(super) fn is_later<T>(key: ReportKey, figure: Option<&Figure<T>>) -> bool {
    figure.is_none_or(|figure| key > figure.key())
}
