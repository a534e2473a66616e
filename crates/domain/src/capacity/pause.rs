use std::collections::BTreeSet;

use super::{DiagnosisGroup, InsurerName, PauseId};
use crate::Timestamp;

/// A stop on admissions, or on a part of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    /// Chosen by the caller; one offering never has two of the same id.
    pub pause_id: PauseId,
    /// What it stops.
    pub scope: PauseScope,
    /// Why.
    pub reason: PauseReason,
    /// From when; none: from the start.
    pub starts_at: Option<Timestamp>,
    /// Ends the pause by itself.
    pub ends_at: Option<Timestamp>,
    /// Only informs.
    pub expected_end: Option<Timestamp>,
    /// No new names are taken on the waiting list either.
    pub waiting_list_closed: bool,
}

impl Pause {
    /// Tells whether it has begun. It ends by an event, never by a date.
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        self.starts_at.is_none_or(|starts_at| starts_at <= now)
    }

    pub(super) fn has_ended(&self, now: Timestamp) -> bool {
        self.ends_at.is_some_and(|ends_at| ends_at <= now)
    }

    pub(super) fn is_overdue(&self, now: Timestamp) -> bool {
        self.expected_end
            .is_some_and(|expected_end| expected_end <= now)
    }

    pub(super) fn ends_before_it_starts(&self) -> bool {
        self.starts_at
            .zip(self.ends_at)
            .is_some_and(|(starts_at, ends_at)| ends_at <= starts_at)
    }
}

/// What a pause stops. Both empty: the whole offering. Default: the whole offering.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PauseScope {
    /// Only these diagnosis groups; none: all.
    pub diagnosis_groups: BTreeSet<DiagnosisGroup>,
    /// Only people of these insurers; none: all.
    pub insurers: BTreeSet<InsurerName>,
}

impl PauseScope {
    /// Tells whether it is the whole offering.
    pub fn is_whole(&self) -> bool {
        self.diagnosis_groups.is_empty() && self.insurers.is_empty()
    }

    /// Tells whether it stops a person; a group or insurer that is not named is stopped only by what stops all.
    pub fn covers(&self, group: Option<&DiagnosisGroup>, insurer: Option<&InsurerName>) -> bool {
        let group_covered = self.diagnosis_groups.is_empty()
            || group.is_some_and(|group| self.diagnosis_groups.contains(group));
        let insurer_covered = self.insurers.is_empty()
            || insurer.is_some_and(|insurer| self.insurers.iter().any(|own| own.is_same(insurer)));
        group_covered && insurer_covered
    }
}

/// Why admissions are stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum PauseReason {
    WaitTooLong,
    StaffShortage,
    ContractExhausted,
    Holiday,
    Building,
    Infection,
    Ending,
    NotStated,
}
