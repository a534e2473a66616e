use std::sync::Arc;

use super::present::is_later;
use super::{Event, Figure, Offering, PauseId, Report, ReportKey};
use crate::Timestamp;

impl Offering {
    pub(super) fn after(mut self, event: &Event) -> Self {
        if let Some(case) = self.case_in(event) {
            Arc::make_mut(self.cases.get_or_insert_default()).learn(&case);
        }
        match event {
            Event::OfferingPublished(details) => {
                self.details = Some((**details).clone());
                self.withdrawn = None;
            }
            Event::OfferingChanged(details) => self.details = Some((**details).clone()),
            // What makes a report recognisable stays: who publishes anew may resend. So does what was learned.
            Event::OfferingWithdrawn {
                reason,
                withdrawn_at,
            } => {
                self.withdrawn = Some(*reason);
                self.closed_at = self.closed_at.max(Some(*withdrawn_at));
                self.counts = None;
                self.waits = None;
                self.pauses.clear();
            }
            Event::CapacityReported {
                report,
                received_at,
            } => {
                self.take_later_parts(report, *received_at);
                self.known_reports.note(report);
            }
            Event::LateReportKept(report) => self.known_reports.note(report),
            Event::ReportCorrected {
                supersedes,
                report,
                reason: _,
                received_at,
            } => {
                self.replace_parts(*supersedes, report, *received_at);
                self.known_reports.note_correction(*supersedes, report);
            }
            Event::AdmissionsPaused(pause) => {
                self.drop_pause(&pause.pause_id);
                self.pauses.push(pause.clone());
            }
            Event::AdmissionsResumed(pause_id, _) => self.drop_pause(pause_id),
            Event::RefusalRecorded {
                refusal,
                contradicts,
                recorded_at,
            } => self
                .refusals
                .note(refusal.reason, *contradicts, *recorded_at),
            Event::PlaceHeld(hold) => self.holds.get_or_insert_default().give(hold),
            Event::HoldExtended(hold) => {
                if let Some(holds) = &mut self.holds {
                    holds.extend(hold);
                }
            }
            Event::HoldEnded(ended) => {
                if let Some(holds) = &mut self.holds {
                    holds.end(ended);
                }
            }
            // They follow from counts and holds, which say more.
            Event::OvercommitmentArisen { .. } | Event::OvercommitmentResolved => {}
        }
        self
    }

    /// The counts of a report, if it has any. A count knows no hold that was given after it: whatever it names, the
    /// places of later holds are taken off.
    fn take_counts(&mut self, report: &Report, received_at: Timestamp) {
        let Some(mut figure) = Figure::of_counts(report, received_at) else {
            return;
        };
        let counted = &mut figure.value.highest_token_counted;
        *counted = counted.map(|token| token.min(self.last_token()));
        if let Some(holds) = &mut self.holds {
            holds.settle(figure.observed_at);
        }
        self.counts = Some(figure);
    }

    fn take_later_parts(&mut self, report: &Report, received_at: Timestamp) {
        if is_later(report.key(), self.counts.as_ref()) {
            self.take_counts(report, received_at);
        }
        if is_later(report.key(), self.waits.as_ref()) {
            self.waits = Figure::of_waits(report, received_at).or(self.waits.take());
        }
    }

    /// What came from the report that is corrected says the new thing, also when that was observed earlier; nothing
    /// that had become history returns. A part that the correction leaves out stays.
    fn replace_parts(&mut self, supersedes: ReportKey, report: &Report, received_at: Timestamp) {
        if self
            .counts
            .as_ref()
            .is_some_and(|figure| figure.key() == supersedes)
        {
            self.take_counts(report, received_at);
        }
        if self
            .waits
            .as_ref()
            .is_some_and(|figure| figure.key() == supersedes)
        {
            self.waits = Figure::of_waits(report, received_at).or(self.waits.take());
        }
        if !self.is_from_before_closing(report) {
            self.take_later_parts(report, received_at);
        }
    }

    fn drop_pause(&mut self, pause_id: &PauseId) {
        self.pauses.retain(|pause| pause.pause_id != *pause_id);
    }
}
