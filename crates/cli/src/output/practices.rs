//! Practices that are shown together, as one JSON object.

use proto::capacity::v1::{CareType, Circuit, PracticeGroup};
use serde::Serialize;

use crate::record::stated;
use crate::words::word_of;

/// Practices of one municipality or region, care type, circuit and diagnosis group.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PracticeGroupObject {
    kind: &'static str,
    municipality_code: Option<String>,
    care_office_region_code: Option<String>,
    care_type: Option<String>,
    circuit: Option<String>,
    diagnosis_group: Option<String>,
    practice_count: u32,
    shortest_wait_days: Option<u32>,
    median_wait_days: Option<u32>,
    wait_known_count: u32,
    available: Option<u32>,
}

impl From<&PracticeGroup> for PracticeGroupObject {
    fn from(group: &PracticeGroup) -> Self {
        Self {
            kind: "practice-group",
            municipality_code: stated(&group.municipality_code),
            care_office_region_code: stated(&group.care_office_region_code),
            care_type: word_of::<CareType>(group.care_type),
            circuit: word_of::<Circuit>(group.circuit),
            diagnosis_group: stated(&group.diagnosis_group),
            practice_count: group.practice_count,
            shortest_wait_days: group.shortest_wait_days,
            median_wait_days: group.median_wait_days,
            wait_known_count: group.wait_known_count,
            available: group.available,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_without_figures_says_null() {
        let group = PracticeGroup {
            care_office_region_code: "ZK09".into(),
            care_type: CareType::Basic.into(),
            practice_count: 2,
            ..PracticeGroup::default()
        };
        let expected = concat!(
            r#"{"kind":"practice-group","municipality_code":null,"care_office_region_code":"ZK09","#,
            r#""care_type":"basic","circuit":null,"diagnosis_group":null,"practice_count":2,"#,
            r#""shortest_wait_days":null,"median_wait_days":null,"wait_known_count":0,"available":null}"#
        );
        let object = serde_json::to_string(&PracticeGroupObject::from(&group)).unwrap();
        assert_eq!(object, expected);
    }
}
