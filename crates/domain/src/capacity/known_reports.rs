use std::collections::VecDeque;

use super::{Report, ReportKey};
use crate::Timestamp;

/// At most this many ranges of sequences are kept apart; beyond that the lowest gap counts as seen.
const MAX_RANGES: usize = 256;
/// The content of this many reports is remembered.
const MAX_REPORTS: usize = 64;

/// What makes a repeated report recognisable: the sequences seen, and the content of the last reports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownReports {
    /// Closed, ascending, with a gap between each two.
    ranges: Vec<(u64, u64)>,
    /// Oldest first.
    reports: VecDeque<KnownReport>,
}

/// One report that is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownReport {
    /// When it was counted.
    pub observed_at: Timestamp,
    /// Its number.
    pub sequence: Option<u64>,
    /// Stands for its content.
    pub fingerprint: u64,
    /// A correction took its place; it is remembered so that a resend is still recognised.
    pub superseded: bool,
}

impl KnownReport {
    /// Which report it is.
    pub fn key(&self) -> ReportKey {
        ReportKey {
            observed_at: self.observed_at,
            sequence: self.sequence,
        }
    }
}

/// What is remembered of a report that comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Recognition {
    /// Nothing.
    New,
    /// The very same was seen.
    Same,
    /// This number was seen, with other content.
    Other(u64),
    /// This number was seen, so long ago that the content is forgotten.
    Forgotten(u64),
}

impl KnownReports {
    /// Returns what a snapshot kept; ranges may overlap and come in any order, reports come oldest first.
    pub fn from_parts(
        ranges: impl IntoIterator<Item = (u64, u64)>,
        reports: impl IntoIterator<Item = KnownReport>,
    ) -> Self {
        let mut known = Self::default();
        for (first, last) in ranges {
            known.insert_range(first.min(last), first.max(last));
        }
        for report in reports {
            known.push(report);
        }
        known
    }

    /// The sequences seen, as closed ranges, ascending.
    pub fn ranges(&self) -> &[(u64, u64)] {
        &self.ranges
    }

    /// The reports remembered, oldest first.
    pub fn reports(&self) -> impl ExactSizeIterator<Item = &KnownReport> {
        self.reports.iter()
    }

    /// Tells whether a report that no correction has replaced is remembered under this key.
    pub fn has(&self, key: ReportKey) -> bool {
        self.reports
            .iter()
            .any(|known| !known.superseded && known.key() == key)
    }

    /// Tells whether a report was remembered under this key and then corrected.
    pub(super) fn has_corrected(&self, key: ReportKey) -> bool {
        self.reports
            .iter()
            .any(|known| known.superseded && known.key() == key)
    }

    /// Tells whether this very report is remembered and still stands.
    pub(super) fn stands(&self, report: &Report) -> bool {
        let fingerprint = report.fingerprint();
        self.reports
            .iter()
            .any(|known| !known.superseded && known.fingerprint == fingerprint)
    }

    pub(super) fn recognise(&self, report: &Report) -> Recognition {
        let fingerprint = report.fingerprint();
        if self
            .reports
            .iter()
            .any(|known| known.fingerprint == fingerprint)
        {
            return Recognition::Same;
        }
        let Some(sequence) = report.sequence else {
            return Recognition::New;
        };
        if !self.has_seen(sequence) {
            return Recognition::New;
        }
        if self
            .reports
            .iter()
            .any(|known| known.sequence == Some(sequence))
        {
            return Recognition::Other(sequence);
        }
        Recognition::Forgotten(sequence)
    }

    /// Remembers a report.
    pub(super) fn note(&mut self, report: &Report) {
        let fingerprint = report.fingerprint();
        if let Some(sequence) = report.sequence {
            self.insert_range(sequence, sequence);
        }
        self.reports
            .retain(|known| known.fingerprint != fingerprint);
        self.push(KnownReport {
            observed_at: report.observed_at,
            sequence: report.sequence,
            fingerprint,
            superseded: false,
        });
    }

    /// Remembers a correction, and that what it replaces no longer stands.
    pub(super) fn note_correction(&mut self, supersedes: ReportKey, report: &Report) {
        for known in self
            .reports
            .iter_mut()
            .filter(|known| known.key() == supersedes)
        {
            known.superseded = true;
        }
        self.note(report);
    }

    pub(super) fn has_seen(&self, sequence: u64) -> bool {
        let after = self.ranges.partition_point(|(first, _)| *first <= sequence);
        after > 0 && sequence <= self.ranges[after - 1].1
    }

    fn push(&mut self, report: KnownReport) {
        if self.reports.len() == MAX_REPORTS {
            self.reports.pop_front();
        }
        self.reports.push_back(report);
    }

    fn insert_range(&mut self, first: u64, last: u64) {
        match self.ranges.last_mut() {
            // Numbers rise: nearly always it is the next one, or one further on.
            Some((_, end)) if *end < first => {
                if end.saturating_add(1) == first {
                    *end = last;
                } else {
                    self.ranges.push((first, last));
                }
            }
            Some(_) | None => self.merge_range(first, last),
        }
        if self.ranges.len() > MAX_RANGES {
            self.ranges[1].0 = self.ranges[0].0;
            self.ranges.remove(0);
        }
    }

    /// Ranges that overlap or touch the new one become one with it.
    fn merge_range(&mut self, first: u64, last: u64) {
        let from = self
            .ranges
            .partition_point(|(_, end)| end.saturating_add(1) < first);
        let to = self
            .ranges
            .partition_point(|(start, _)| *start <= last.saturating_add(1));
        let merged = self.ranges[from..to]
            .iter()
            .fold((first, last), |(low, high), (start, end)| {
                (low.min(*start), high.max(*end))
            });
        self.ranges.splice(from..to, [merged]);
    }
}
