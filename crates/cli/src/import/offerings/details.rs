//! What an offering is, from its cells.

use proto::capacity::v1::{
    AgeRange, CareType, Circuit, OfferingDetails, Origin, PlaceKind, ProviderKind, SecurityLevel,
    Setting,
};
use reference::CurrentCode;

use super::cells::Cells;
use super::terms;
use crate::import::refusal::reason;

pub(super) fn read(cells: &mut Cells<'_>) -> OfferingDetails {
    let provider_kind = cells.required_word::<ProviderKind>("provider_kind");
    let details = OfferingDetails {
        provider_id: provider_id(cells),
        provider_name: cells.text("provider_name").to_owned(),
        provider_kind,
        location_id: cells.text("location_id").to_owned(),
        location_name: cells.text("location_name").to_owned(),
        municipality_code: municipality(cells),
        coordinates: None,
        postcode: cells.text("postcode").to_owned(),
        programme_name: cells.text("programme_name").to_owned(),
        care_type: cells.required_word::<CareType>("care_type"),
        place_kind: cells.word::<PlaceKind>("place_kind"),
        setting: cells.word::<Setting>("setting"),
        security_level: cells.word::<SecurityLevel>("security_level"),
        stay_intensity: cells.text("stay_intensity").to_owned(),
        circuits: cells.words::<Circuit>("circuits"),
        age: age(cells),
        diagnosis_groups: cells.codes("diagnosis_groups", is_group),
        insurers: cells.list("insurers"),
        languages: cells.codes("languages", |code| {
            code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_lowercase())
        }),
        origin: Origin::Declared.into(),
        remark_codes: Vec::new(),
        shown_by_itself: cells.yes("shown_by_itself"),
        promised_interval_hours: promise(cells),
        ..OfferingDetails::default()
    };
    let details = terms::read(cells, details);
    if provider_kind == i32::from(ProviderKind::IndependentPractice) && !details.shown_by_itself {
        unshown(cells);
    }
    details
}

/// A practice of one person is that person: it is shown per municipality, unless it chose otherwise.
fn unshown(cells: &mut Cells<'_>) {
    for column in [
        "provider_name",
        "location_id",
        "location_name",
        "postcode",
        "programme_name",
        "contact_routes",
    ] {
        if !cells.is_empty(column) {
            cells.wrong(column, reason::NOT_CONSISTENT);
        }
    }
}

pub(super) fn is_group(code: &str) -> bool {
    reference::diagnosis_group(code).is_some()
}

fn provider_id(cells: &mut Cells<'_>) -> String {
    let id = cells.required("provider_id");
    let has_scheme = id
        .split_once(':')
        .is_some_and(|(scheme, number)| !scheme.is_empty() && !number.is_empty());
    if !id.is_empty() && !has_scheme {
        cells.wrong("provider_id", reason::NOT_A_CODE);
    }
    id
}

fn municipality(cells: &mut Cells<'_>) -> String {
    let code = cells.required("municipality_code");
    match reference::current_code(&code) {
        CurrentCode::Current(municipality) | CurrentCode::FormerOf(municipality) => {
            municipality.code.clone()
        }
        CurrentCode::Split(_) | CurrentCode::Unknown => {
            if !code.is_empty() {
                cells.wrong("municipality_code", reason::MUNICIPALITY_UNKNOWN);
            }
            code
        }
    }
}

/// Hours up to a year.
fn promise(cells: &mut Cells<'_>) -> Option<u32> {
    let hours = cells.number("promised_interval_hours")?;
    if !(1..=8_760).contains(&hours) {
        cells.wrong("promised_interval_hours", reason::NOT_CONSISTENT);
    }
    Some(hours)
}

fn age(cells: &mut Cells<'_>) -> Option<AgeRange> {
    let (min_years, max_years) = (cells.number("age_min"), cells.number("age_max"));
    if min_years.zip(max_years).is_some_and(|(min, max)| min > max) {
        cells.wrong("age_max", reason::NOT_CONSISTENT);
    }
    (min_years.is_some() || max_years.is_some()).then_some(AgeRange {
        min_years,
        max_years,
    })
}
