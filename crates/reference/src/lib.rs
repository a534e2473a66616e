//! Facts as data: municipalities, region layouts, diagnosis groups, reporting intervals. Parsed once; sources in `data/README.md`.
#![warn(missing_docs)]

mod diagnosis;
mod municipality;
mod region;
mod reporting;
mod table;

pub use diagnosis::{
    DiagnosisGroup, OldGroup, WaitingTimeReturn, diagnosis_group, diagnosis_groups,
    old_diagnosis_group, old_diagnosis_groups,
};
pub use municipality::{
    CurrentCode, Former, Municipality, current_code, distance_km, former_municipalities,
    municipalities, municipality, municipality_named,
};
pub use region::{CareOffice, Region, RegionScheme, care_offices, region_members};
pub use reporting::reporting_interval_hours;
