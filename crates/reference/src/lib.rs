//! Facts as data: municipalities, region layouts, diagnosis groups, reporting intervals, norms for waits, priority categories, age bands. Parsed once; sources in `data/README.md`.
#![warn(missing_docs)]

mod age;
mod diagnosis;
mod municipality;
mod norms;
mod priority;
mod region;
mod reporting;
mod table;

pub use age::{AgeBand, age_band, age_bands};
pub use diagnosis::{
    DiagnosisGroup, OldGroup, WaitingTimeReturn, diagnosis_group, diagnosis_groups,
    old_diagnosis_group, old_diagnosis_groups,
};
pub use municipality::{
    CurrentCode, Former, Municipality, current_code, distance_km, former_municipalities,
    municipalities, municipality, municipality_named,
};
pub use norms::{WaitNorm, wait_norm};
pub use priority::{
    PriorityCategory, default_priority_rank, priority_categories, priority_category,
};
pub use region::{CareOffice, Region, RegionScheme, care_offices, region_members};
pub use reporting::reporting_interval_hours;
