//! What waits and pauses mean for the person that is asked for.

use domain::Timestamp;
use domain::capacity::{Offering, Wait};

use super::Filter;

impl Filter {
    /// Whether the question is about one kind of person, for whom a figure may differ.
    pub(super) fn asks_for_somebody(&self) -> bool {
        self.group.is_some() || self.insurer.is_some()
    }

    /// Whether the question is about figures, so that who matches tells something of them.
    pub(crate) fn asks_for_figures(&self) -> bool {
        self.only_available
            || self.only_current
            || self.only_overdue
            || self.only_overcommitted
            || self.pause.is_some()
            || self.max_wait_days.is_some()
            || self.min_confidence.is_some()
            || self.needs.free_within_hours.is_some()
            || self.needs.ready_within.is_some()
    }

    /// Whether a pause stops any of the people that the question may be about.
    pub(super) fn is_paused_for_some(&self, offering: &Offering, now: Timestamp) -> bool {
        offering
            .pauses
            .iter()
            .filter(|pause| pause.is_in_force(now))
            .any(|pause| {
                let scope = &pause.scope;
                let group = self.group.as_ref().or(scope.diagnosis_groups.first());
                let insurer = self.insurer.as_ref().or(scope.insurers.first());
                scope.covers(group, insurer)
            })
    }

    /// Returns the total wait of the person that is asked for: from the figures that name the person's diagnosis
    /// group and insurer most closely, the shortest. What the question leaves open, anything may fill.
    pub(crate) fn wait_days(&self, waits: &[Wait]) -> Option<u32> {
        let fitting = waits
            .iter()
            .filter_map(|wait| Some((self.closeness(wait)?, wait.total_wait_days())));
        let mut closest: Option<(u8, Option<u32>)> = None;
        for (closeness, days) in fitting {
            closest = match closest {
                Some((best, _)) if closeness < best => closest,
                Some((best, shortest)) if closeness == best => {
                    Some((best, shortest.into_iter().chain(days).min()))
                }
                Some(_) | None => Some((closeness, days)),
            };
        }
        closest?.1
    }

    /// How closely a figure names the person that is asked for; none: it is about others.
    fn closeness(&self, wait: &Wait) -> Option<u8> {
        let group = match (&self.group, &wait.diagnosis_group) {
            (Some(asked), Some(own)) if asked == own => 2,
            (Some(_), Some(_)) => return None,
            (Some(_) | None, None) | (None, Some(_)) => 0,
        };
        let insurer = match &self.insurer {
            Some(_) if wait.insurers.is_empty() => 0,
            Some(asked) if wait.insurers.iter().any(|own| own.is_same(asked)) => 1,
            Some(_) => return None,
            None => 0,
        };
        Some(group + insurer)
    }
}
