use super::super::{GpPractice, Listed, PriorityCategory, WaitBand};
use super::counted::Counted;
use crate::{Day, DiagnosisGroup, MunicipalityCode, ProviderId};

/// What counts may be split by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Dimension {
    Provider,
    DiagnosisGroup,
    Municipality,
    GpPractice,
    Priority,
    WaitBand,
}

/// One value of a dimension.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// Where people wait.
    Provider(ProviderId),
    /// What for.
    DiagnosisGroup(DiagnosisGroup),
    /// Where they live.
    Municipality(MunicipalityCode),
    /// Where they are enrolled; none: not known.
    GpPractice(Option<GpPractice>),
    /// How urgent it is; none: nobody has said.
    Priority(Option<PriorityCategory>),
    /// How long they have waited, from the first registration.
    WaitBand(WaitBand),
}

impl Dimension {
    /// How many there are whose values do not depend on the day: all but the last.
    pub(super) const KEPT: usize = Self::WaitBand as usize;
    /// How many there are.
    pub(super) const ALL: usize = Self::KEPT + 1;

    /// Returns an entry's values that do not depend on the day, by dimension.
    pub(super) fn kept_of(listed: &Listed) -> [Value; Self::KEPT] {
        let profile = &listed.profile;
        let priority = listed.priority.as_ref();
        [
            Value::Provider(listed.registration.provider_id.clone()),
            Value::DiagnosisGroup(profile.diagnosis_group.clone()),
            Value::Municipality(profile.municipality_code.clone()),
            Value::GpPractice(profile.gp_practice.clone()),
            Value::Priority(priority.map(|priority| priority.category.clone())),
        ]
    }
}

impl Counted<'_> {
    /// Returns the number of the value in a dimension.
    pub(super) fn value(&self, dimension: Dimension, on: Day) -> u32 {
        match dimension {
            Dimension::Provider
            | Dimension::DiagnosisGroup
            | Dimension::Municipality
            | Dimension::GpPractice
            | Dimension::Priority => self.row.values[dimension as usize],
            Dimension::WaitBand => WaitBand::of(on.days_since(self.stay.since)) as u32,
        }
    }
}
