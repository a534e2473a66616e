//! Names beside the codes that people would have to look up.

use proto::waitlist::v1::Dimension;
use reference::{diagnosis_group, municipality, priority_category};

/// Returns a value with its name behind it, where the client knows one; what is not known says so.
pub(super) fn named(dimension: Dimension, value: &str) -> String {
    if value.is_empty() {
        let nobody = match dimension {
            Dimension::Priority => "nobody has said",
            Dimension::Unspecified
            | Dimension::Provider
            | Dimension::DiagnosisGroup
            | Dimension::Municipality
            | Dimension::GpPractice
            | Dimension::WaitBand => "not known",
        };
        return nobody.to_owned();
    }
    let name = match dimension {
        Dimension::Municipality => municipality(value).map(|known| known.name.as_str()),
        Dimension::DiagnosisGroup => diagnosis_group(value).map(|known| known.name_en),
        Dimension::Priority => priority_category(value).map(|known| known.name_en.as_str()),
        Dimension::Unspecified
        | Dimension::Provider
        | Dimension::GpPractice
        | Dimension::WaitBand => None,
    };
    match name {
        Some(name) => format!("{value} {name}"),
        None => value.to_owned(),
    }
}
