//! What an offering is: contract ↔ domain.

use domain::capacity::{
    AgeRange, Circuit, Coordinates, Details, DiagnosisGroup, InsurerName, LanguageCode,
    MunicipalityCode, Origin, PlaceKind, Postcode, ProviderId, ProviderKind, ReportingInterval,
    SecurityLevel, Setting,
};
use proto::capacity::v1;

use super::checks::{Checks, MAX_LIST};
use super::codes::{Coded, code_of};
use super::terms;
use super::unreadable::{Read, Unreadable, each, optional, required, text};
use chassis::Path;

const MAX_LOCATION_ID_CHARS: usize = 64;
const MAX_INTENSITY_CHARS: usize = 80;
const MAX_REMARKS: usize = 32;
const MAX_REMARK_CHARS: usize = 64;
/// Bounds of the Netherlands in Europe, with some room.
const LATITUDES: std::ops::RangeInclusive<f64> = 50.5..=53.8;
const LONGITUDES: std::ops::RangeInclusive<f64> = 3.0..=7.5;
/// Registers that lead from a number to a natural person's name.
const REGISTERS_OF_PERSONS: [&str; 4] = ["agb:", "kvk:", "ura:", "oin:"];

/// Returns the contract's form.
pub(crate) fn encode(details: &Details) -> v1::OfferingDetails {
    let mut encoded = v1::OfferingDetails {
        provider_id: details.provider_id.as_str().to_owned(),
        provider_name: details.provider_name.clone().unwrap_or_default(),
        provider_kind: details.provider_kind.code(),
        location_id: details.location_id.clone().unwrap_or_default(),
        location_name: details.location_name.clone().unwrap_or_default(),
        municipality_code: details.municipality_code.as_str().to_owned(),
        coordinates: details.coordinates.map(|point| v1::Coordinates {
            latitude_degrees: point.latitude_degrees(),
            longitude_degrees: point.longitude_degrees(),
        }),
        postcode: details
            .postcode
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        programme_name: details.programme_name.clone().unwrap_or_default(),
        care_type: details.care_type.code(),
        place_kind: code_of(details.place_kind),
        setting: code_of(details.setting),
        security_level: code_of(details.security_level),
        stay_intensity: details.stay_intensity.clone().unwrap_or_default(),
        circuits: details
            .circuits
            .iter()
            .map(|circuit| circuit.code())
            .collect(),
        age: (details.age != AgeRange::default()).then(|| v1::AgeRange {
            min_years: details.age.min_years(),
            max_years: details.age.max_years(),
        }),
        diagnosis_groups: texts(&details.diagnosis_groups),
        insurers: texts(&details.insurers),
        languages: texts(&details.languages),
        origin: details.origin.code(),
        remark_codes: details.remark_codes.iter().cloned().collect(),
        shown_by_itself: details.shown_by_itself,
        promised_interval_hours: details.promised_interval.map(ReportingInterval::hours),
        ..v1::OfferingDetails::default()
    };
    if let Some(terms) = &details.terms {
        terms::encode(terms, &mut encoded);
    }
    encoded
}

/// Returns the texts of values that print as they are parsed.
pub(crate) fn texts<'a, T: ToString + 'a>(values: impl IntoIterator<Item = &'a T>) -> Vec<String> {
    values.into_iter().map(ToString::to_string).collect()
}

/// Reads what was stored, or what was checked before.
pub(crate) fn decode(details: v1::OfferingDetails) -> Read<Details> {
    let circuits: Read<_> = details
        .circuits
        .iter()
        .map(|code| required(*code, "circuits"))
        .collect();
    let remark = |text: &str| Some(text.to_owned());
    let terms = terms::decode(&details)?;
    Ok(Details {
        provider_id: ProviderId::parse(&details.provider_id)
            .ok_or(Unreadable::new("provider_id"))?,
        provider_name: text(details.provider_name),
        provider_kind: required(details.provider_kind, "provider_kind")?,
        location_id: text(details.location_id),
        location_name: text(details.location_name),
        municipality_code: MunicipalityCode::parse(&details.municipality_code)
            .ok_or(Unreadable::new("municipality_code"))?,
        coordinates: details.coordinates.as_ref().map(coordinates).transpose()?,
        postcode: text(details.postcode)
            .as_deref()
            .map(postcode)
            .transpose()?,
        programme_name: text(details.programme_name),
        care_type: required(details.care_type, "care_type")?,
        place_kind: optional(details.place_kind, "place_kind")?,
        setting: optional(details.setting, "setting")?,
        security_level: optional(details.security_level, "security_level")?,
        stay_intensity: text(details.stay_intensity),
        circuits: circuits?,
        age: age(details.age.as_ref()).ok_or(Unreadable::new("age"))?,
        diagnosis_groups: each(
            &details.diagnosis_groups,
            DiagnosisGroup::parse,
            "diagnosis_groups",
        )?,
        insurers: each(&details.insurers, InsurerName::parse, "insurers")?,
        languages: each(&details.languages, LanguageCode::parse, "languages")?,
        origin: required(details.origin, "origin")?,
        remark_codes: each(&details.remark_codes, remark, "remark_codes")?,
        shown_by_itself: details.shown_by_itself,
        promised_interval: details
            .promised_interval_hours
            .map(|hours| {
                ReportingInterval::parse(hours).ok_or(Unreadable::new("promised_interval_hours"))
            })
            .transpose()?,
        terms,
    })
}

fn coordinates(point: &v1::Coordinates) -> Read<Coordinates> {
    Coordinates::parse(point.latitude_degrees, point.longitude_degrees)
        .ok_or(Unreadable::new("coordinates"))
}

fn postcode(text: &str) -> Read<Postcode> {
    Postcode::parse(text).ok_or(Unreadable::new("postcode"))
}

fn age(age: Option<&v1::AgeRange>) -> Option<AgeRange> {
    age.map_or(Some(AgeRange::default()), |age| {
        AgeRange::parse(age.min_years, age.max_years)
    })
}

/// Reads what a request says, with every violation; a former municipality is led to its successor.
pub(crate) fn check(
    mut details: v1::OfferingDetails,
    path: Path<'_>,
    checks: &mut Checks,
) -> Option<Details> {
    who(&details, path, checks);
    check_shown(&details, path, checks);
    place(&mut details, path, checks);
    kind(&details, path, checks);
    people(&details, path, checks);
    if let Some(hours) = details.promised_interval_hours
        && ReportingInterval::parse(hours).is_none()
    {
        let here = path.field("promised_interval_hours");
        checks.refuse(here, "must be between 1 and 8760 hours, a year");
    }
    terms::check(&mut details, path, checks);
    decode(details)
        .map_err(|error| checks.refuse_whole(path, error.to_string()))
        .ok()
}

fn who(details: &v1::OfferingDetails, path: Path<'_>, checks: &mut Checks) {
    let form = "must be a registered organisation such as agb:06011009, kvk:01234567, gm:GM0014 or nza:6000550";
    checks.parsed(
        path.field("provider_id"),
        &details.provider_id,
        ProviderId::parse,
        form,
    );
    checks.name(path.field("provider_name"), &details.provider_name);
    checks.required_code::<ProviderKind>(path.field("provider_kind"), details.provider_kind);
    checks.name(path.field("programme_name"), &details.programme_name);
    checks.required_code::<Origin>(path.field("origin"), details.origin);
    let remarks = path.field("remark_codes");
    if checks.at_most(remarks, details.remark_codes.len(), MAX_REMARKS) {
        for (index, remark) in details.remark_codes.iter().enumerate() {
            let form = "must be a code: lower-case letters, digits and dashes, at most 64";
            checks.parsed(remarks.item(index), remark, remark_code, form);
        }
    }
}

fn remark_code(text: &str) -> Option<()> {
    let is_code = (1..=MAX_REMARK_CHARS).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    is_code.then_some(())
}

/// A one-person practice is a natural person: nothing finer than the municipality unless it chose so.
pub(crate) fn check_shown(details: &v1::OfferingDetails, path: Path<'_>, checks: &mut Checks) {
    let is_practice = details.provider_kind == ProviderKind::IndependentPractice.code();
    if !is_practice || details.shown_by_itself {
        return;
    }
    let fields = [
        ("provider_name", details.provider_name.is_empty()),
        ("location_id", details.location_id.is_empty()),
        ("location_name", details.location_name.is_empty()),
        ("coordinates", details.coordinates.is_none()),
        ("postcode", details.postcode.is_empty()),
        ("programme_name", details.programme_name.is_empty()),
        ("contact_routes", details.contact_routes.is_empty()),
    ];
    for (field, is_empty) in fields {
        if !is_empty {
            checks.refuse(
                path.field(field),
                "must be empty for an independent practice that is not shown by itself",
            );
        }
    }
    if REGISTERS_OF_PERSONS
        .iter()
        .any(|register| details.provider_id.starts_with(register))
    {
        checks.refuse(
            path.field("provider_id"),
            "must not be a register's number for an independent practice that is not shown by itself: \
             its number in the regulator's data set (nza:…) names nobody",
        );
    }
}

fn place(details: &mut v1::OfferingDetails, path: Path<'_>, checks: &mut Checks) {
    checks.text(
        path.field("location_id"),
        &details.location_id,
        MAX_LOCATION_ID_CHARS,
    );
    checks.name(path.field("location_name"), &details.location_name);
    if let Some(code) =
        checks.municipality(path.field("municipality_code"), &details.municipality_code)
    {
        code.clone_into(&mut details.municipality_code);
    }
    if let Some(point) = &details.coordinates {
        let here = path.field("coordinates");
        if !LATITUDES.contains(&point.latitude_degrees) {
            checks.refuse(
                here.field("latitude_degrees"),
                "must lie in the Netherlands, 50.5 to 53.8",
            );
        }
        if !LONGITUDES.contains(&point.longitude_degrees) {
            checks.refuse(
                here.field("longitude_degrees"),
                "must lie in the Netherlands, 3.0 to 7.5",
            );
        }
    }
    if !details.postcode.is_empty() {
        let form = "must be four digits, or four digits and two letters";
        checks.parsed(
            path.field("postcode"),
            &details.postcode,
            Postcode::parse,
            form,
        );
    }
}

fn kind(details: &v1::OfferingDetails, path: Path<'_>, checks: &mut Checks) {
    checks.required_code::<domain::capacity::CareType>(path.field("care_type"), details.care_type);
    checks.optional_code::<PlaceKind>(path.field("place_kind"), details.place_kind);
    checks.optional_code::<Setting>(path.field("setting"), details.setting);
    checks.optional_code::<SecurityLevel>(path.field("security_level"), details.security_level);
    checks.text(
        path.field("stay_intensity"),
        &details.stay_intensity,
        MAX_INTENSITY_CHARS,
    );
}

fn people(details: &v1::OfferingDetails, path: Path<'_>, checks: &mut Checks) {
    checks.codes::<Circuit>(path.field("circuits"), &details.circuits);
    if age(details.age.as_ref()).is_none() {
        checks.refuse(
            path.field("age"),
            "must be years up to 130, the youngest not above the oldest",
        );
    }
    checks.diagnosis_groups(path.field("diagnosis_groups"), &details.diagnosis_groups);
    checks.insurers(path.field("insurers"), &details.insurers);
    let languages = path.field("languages");
    if checks.at_most(languages, details.languages.len(), MAX_LIST) {
        for (index, language) in details.languages.iter().enumerate() {
            let form = "must be a language of ISO 639-1: two lower-case letters";
            checks.parsed(languages.item(index), language, LanguageCode::parse, form);
        }
    }
}
