//! Practices that are shown together, as the contract shows them.

use proto::capacity::v1;

use super::codes::{Coded, code_of};
use crate::view::{Group, Practices};

/// Returns all that an answer holds of practices.
pub(crate) fn practice_groups(practices: &Practices) -> v1::PracticeGroups {
    v1::PracticeGroups {
        groups: practices.groups.iter().map(group).collect(),
        groups_total: u64::try_from(practices.groups_total).unwrap_or(u64::MAX),
        grouped_total: practices.offerings,
    }
}

fn group(group: &Group) -> v1::PracticeGroup {
    let key = &group.key;
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    v1::PracticeGroup {
        municipality_code: key.municipality.unwrap_or_default().to_owned(),
        care_office_region_code: key.region.to_owned(),
        care_type: key.care_type.code(),
        circuit: code_of(key.circuit),
        diagnosis_group: key
            .group
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        practice_count: count(group.practices),
        shortest_wait_days: group.shortest_wait_days,
        median_wait_days: group.median_wait_days,
        wait_known_count: count(group.wait_known),
        available: group.available,
    }
}
