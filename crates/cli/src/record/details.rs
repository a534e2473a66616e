use proto::capacity::v1::{
    AgeRange, CareType, Circuit, Coordinates, OfferingDetails, Origin, PlaceKind, ProviderKind,
    SecurityLevel, Setting,
};
use serde::{Deserialize, Serialize};

use super::{Faults, TermsRecord, stated};
use crate::failure::Refusal;
use crate::words::{word_of, words_of};

/// What one offering is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct DetailsRecord {
    provider_id: Option<String>,
    provider_name: Option<String>,
    provider_kind: Option<String>,
    location_id: Option<String>,
    location_name: Option<String>,
    municipality_code: Option<String>,
    coordinates: Option<CoordinatesRecord>,
    postcode: Option<String>,
    programme_name: Option<String>,
    care_type: Option<String>,
    place_kind: Option<String>,
    setting: Option<String>,
    security_level: Option<String>,
    stay_intensity: Option<String>,
    circuits: Vec<String>,
    age: Option<AgeRecord>,
    diagnosis_groups: Vec<String>,
    insurers: Vec<String>,
    languages: Vec<String>,
    origin: Option<String>,
    remark_codes: Vec<String>,
    shown_by_itself: bool,
    promised_interval_hours: Option<u32>,
    terms: Option<TermsRecord>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CoordinatesRecord {
    latitude_degrees: f64,
    longitude_degrees: f64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct AgeRecord {
    min_years: Option<u32>,
    max_years: Option<u32>,
}

impl DetailsRecord {
    /// Reads the object as the contract's message.
    ///
    /// # Errors
    /// Every word that is not one of the contract's.
    pub(crate) fn details(self) -> Result<OfferingDetails, Refusal> {
        let mut faults = Faults::default();
        let circuits = self.circuits.iter().enumerate();
        let details = OfferingDetails {
            provider_kind: faults
                .word::<ProviderKind>("provider_kind", self.provider_kind.as_deref()),
            care_type: faults.word::<CareType>("care_type", self.care_type.as_deref()),
            place_kind: faults.word::<PlaceKind>("place_kind", self.place_kind.as_deref()),
            setting: faults.word::<Setting>("setting", self.setting.as_deref()),
            security_level: faults
                .word::<SecurityLevel>("security_level", self.security_level.as_deref()),
            circuits: circuits
                .map(|(at, word)| faults.word::<Circuit>(&format!("circuits[{at}]"), Some(word)))
                .collect(),
            origin: faults.word::<Origin>("origin", self.origin.as_deref()),
            provider_id: self.provider_id.unwrap_or_default(),
            provider_name: self.provider_name.unwrap_or_default(),
            location_id: self.location_id.unwrap_or_default(),
            location_name: self.location_name.unwrap_or_default(),
            municipality_code: self.municipality_code.unwrap_or_default(),
            coordinates: self.coordinates.map(|at| Coordinates {
                latitude_degrees: at.latitude_degrees,
                longitude_degrees: at.longitude_degrees,
            }),
            postcode: self.postcode.unwrap_or_default(),
            programme_name: self.programme_name.unwrap_or_default(),
            stay_intensity: self.stay_intensity.unwrap_or_default(),
            age: self.age.map(|age| AgeRange {
                min_years: age.min_years,
                max_years: age.max_years,
            }),
            diagnosis_groups: self.diagnosis_groups,
            insurers: self.insurers,
            languages: self.languages,
            remark_codes: self.remark_codes,
            shown_by_itself: self.shown_by_itself,
            promised_interval_hours: self.promised_interval_hours,
            ..OfferingDetails::default()
        };
        let terms = self.terms.unwrap_or_default();
        let details = terms.put(details, &mut faults);
        faults.none_or(details)
    }
}

impl From<&OfferingDetails> for DetailsRecord {
    fn from(details: &OfferingDetails) -> Self {
        Self {
            provider_id: stated(&details.provider_id),
            provider_name: stated(&details.provider_name),
            provider_kind: word_of::<ProviderKind>(details.provider_kind),
            location_id: stated(&details.location_id),
            location_name: stated(&details.location_name),
            municipality_code: stated(&details.municipality_code),
            coordinates: details.coordinates.map(|at| CoordinatesRecord {
                latitude_degrees: at.latitude_degrees,
                longitude_degrees: at.longitude_degrees,
            }),
            postcode: stated(&details.postcode),
            programme_name: stated(&details.programme_name),
            care_type: word_of::<CareType>(details.care_type),
            place_kind: word_of::<PlaceKind>(details.place_kind),
            setting: word_of::<Setting>(details.setting),
            security_level: word_of::<SecurityLevel>(details.security_level),
            stay_intensity: stated(&details.stay_intensity),
            circuits: words_of::<Circuit>(&details.circuits),
            age: details.age.map(|age| AgeRecord {
                min_years: age.min_years,
                max_years: age.max_years,
            }),
            diagnosis_groups: details.diagnosis_groups.clone(),
            insurers: details.insurers.clone(),
            languages: details.languages.clone(),
            origin: word_of::<Origin>(details.origin),
            remark_codes: details.remark_codes.clone(),
            shown_by_itself: details.shown_by_itself,
            promised_interval_hours: details.promised_interval_hours,
            terms: TermsRecord::of(details),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<OfferingDetails, Refusal> {
        serde_json::from_str::<DetailsRecord>(text)
            .unwrap()
            .details()
    }

    #[test]
    fn what_is_written_reads_back() {
        let details = OfferingDetails {
            provider_id: "agb:06011009".into(),
            provider_kind: ProviderKind::HospitalDepartment.into(),
            coordinates: Some(Coordinates {
                latitude_degrees: 53.2,
                longitude_degrees: 6.5,
            }),
            care_type: CareType::Specialised.into(),
            setting: Setting::HighIntensiveCare.into(),
            security_level: SecurityLevel::SecurityLevel2High.into(),
            circuits: vec![Circuit::Adults.into(), Circuit::Forensic.into()],
            age: Some(AgeRange {
                min_years: Some(18),
                max_years: None,
            }),
            languages: vec!["nl".into()],
            origin: Origin::Declared.into(),
            shown_by_itself: true,
            promised_interval_hours: Some(12),
            ..OfferingDetails::default()
        };
        let text = serde_json::to_string(&DetailsRecord::from(&details)).unwrap();
        assert!(text.contains(r#""provider_name":null"#), "{text}");
        assert_eq!(read(&text), Ok(details));
    }

    #[test]
    fn every_wrong_word_is_named_at_once() {
        let refusal = read(r#"{"care_type":"spa","circuits":["adults","pets"],"setting":"OPEN"}"#)
            .unwrap_err();
        let fields: Vec<_> = refusal
            .violations
            .iter()
            .map(|wrong| wrong.field.as_str())
            .collect();
        assert_eq!(fields, ["care_type", "setting", "circuits[1]"]);
    }

    #[test]
    fn a_misspelt_field_is_refused() {
        assert!(serde_json::from_str::<DetailsRecord>(r#"{"care_typ":"basic"}"#).is_err());
    }
}
