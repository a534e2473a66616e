use std::collections::BTreeMap;

use proto::capacity::v1::{
    Accessibility, Acuity, AdmissionHours, Catchment, CatchmentDuty, CatchmentKind, ContactKind,
    ContactRoute, Contract, ContractState, ExclusionCriterion, FundingRoute, Interpreter,
    LegalRegime, LegalTitle, ObservationMode, OfferingDetails, Programme, SexRule,
    SomaticCapability, Weekday,
};
use serde::{Deserialize, Serialize};

use super::Faults;
use crate::notation::{clock, minute};
use crate::words::{Word, word_of, words_of};

/// Whom an offering accepts, and on what terms. What is not stated is `null`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct TermsRecord {
    legal_regime: Option<String>,
    legal_titles: Option<Vec<String>>,
    programmes: Option<Vec<String>>,
    acuity_max: Option<String>,
    observation_modes: Option<Vec<String>>,
    seclusion_room: Option<bool>,
    exclusion_criteria: Option<Vec<String>>,
    somatic_capabilities: Option<Vec<String>>,
    sex_rule: Option<String>,
    interpreter: Option<InterpreterRecord>,
    accessibility: Option<Vec<String>>,
    catchment: Option<CatchmentRecord>,
    funding_routes: Option<Vec<String>>,
    /// The state by payer.
    contracts: Option<BTreeMap<String, String>>,
    admission_hours: Option<Vec<HoursRecord>>,
    contact_routes: Option<Vec<RouteRecord>>,
    response_target_minutes: Option<u32>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct InterpreterRecord {
    any_language: bool,
    languages: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct CatchmentRecord {
    kind: Option<String>,
    acute_regions: Vec<String>,
    duty: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct HoursRecord {
    weekdays: Vec<String>,
    from: String,
    until: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RouteRecord {
    kind: Option<String>,
    address: String,
}

impl TermsRecord {
    /// Returns the terms of a description; none if it states nothing of them.
    pub(crate) fn of(details: &OfferingDetails) -> Option<Self> {
        let record = Self::from(details);
        (record != Self::default()).then_some(record)
    }

    /// Returns `details` with these terms.
    pub(super) fn put(self, details: OfferingDetails, faults: &mut Faults) -> OfferingDetails {
        let contracts = self.contracts.unwrap_or_default().into_iter();
        let hours = self.admission_hours.unwrap_or_default().into_iter();
        let routes = self.contact_routes.unwrap_or_default().into_iter();
        OfferingDetails {
            legal_regime: faults.word::<LegalRegime>("legal_regime", self.legal_regime.as_deref()),
            legal_titles: words::<LegalTitle>(faults, "legal_titles", self.legal_titles),
            programmes: words::<Programme>(faults, "programmes", self.programmes),
            acuity_max: faults.word::<Acuity>("acuity_max", self.acuity_max.as_deref()),
            observation_modes: words::<ObservationMode>(
                faults,
                "observation_modes",
                self.observation_modes,
            ),
            seclusion_room: self.seclusion_room,
            exclusion_criteria: words::<ExclusionCriterion>(
                faults,
                "exclusion_criteria",
                self.exclusion_criteria,
            ),
            somatic_capabilities: words::<SomaticCapability>(
                faults,
                "somatic_capabilities",
                self.somatic_capabilities,
            ),
            sex_rule: faults.word::<SexRule>("sex_rule", self.sex_rule.as_deref()),
            interpreter: self.interpreter.map(|offered| Interpreter {
                any_language: offered.any_language,
                languages: offered.languages,
            }),
            accessibility: words::<Accessibility>(faults, "accessibility", self.accessibility),
            catchment: self.catchment.map(|catchment| catchment.read(faults)),
            funding_routes: words::<FundingRoute>(faults, "funding_routes", self.funding_routes),
            contracts: contracts
                .map(|(payer, state)| Contract {
                    state: faults
                        .word::<ContractState>(&format!("contracts.{payer}"), Some(&state)),
                    payer,
                })
                .collect(),
            admission_hours: hours
                .enumerate()
                .map(|(at, hours)| hours.read(&format!("admission_hours[{at}]"), faults))
                .collect(),
            contact_routes: routes
                .enumerate()
                .map(|(at, route)| ContactRoute {
                    kind: faults.word::<ContactKind>(
                        &format!("contact_routes[{at}].kind"),
                        route.kind.as_deref(),
                    ),
                    address: route.address,
                })
                .collect(),
            response_target_minutes: self.response_target_minutes,
            ..details
        }
    }
}

fn words<W: Word>(faults: &mut Faults, field: &str, words: Option<Vec<String>>) -> Vec<i32> {
    let words = words.unwrap_or_default().into_iter().enumerate();
    words
        .map(|(at, word)| faults.word::<W>(&format!("{field}[{at}]"), Some(&word)))
        .collect()
}

impl CatchmentRecord {
    fn read(self, faults: &mut Faults) -> Catchment {
        Catchment {
            kind: faults.word::<CatchmentKind>("catchment.kind", self.kind.as_deref()),
            acute_regions: self.acute_regions,
            duty: faults.word::<CatchmentDuty>("catchment.duty", self.duty.as_deref()),
        }
    }
}

impl HoursRecord {
    fn read(self, path: &str, faults: &mut Faults) -> AdmissionHours {
        let days = self.weekdays.iter().enumerate();
        let weekdays = days
            .map(|(at, day)| faults.word::<Weekday>(&format!("{path}.weekdays[{at}]"), Some(day)));
        let weekdays = weekdays.collect();
        let mut time = |name: &str, text: &str| {
            minute(text).unwrap_or_else(|| {
                faults.add(&format!("{path}.{name}"), "is not a time such as 09:00");
                0
            })
        };
        AdmissionHours {
            weekdays,
            from_minute: time("from", &self.from),
            until_minute: time("until", &self.until),
        }
    }
}

impl From<&OfferingDetails> for TermsRecord {
    fn from(details: &OfferingDetails) -> Self {
        let contracts = details.contracts.iter().map(|contract| {
            let state = word_of::<ContractState>(contract.state).unwrap_or_default();
            (contract.payer.clone(), state)
        });
        let hours = details.admission_hours.iter().map(|hours| HoursRecord {
            weekdays: words_of::<Weekday>(&hours.weekdays),
            from: clock(hours.from_minute),
            until: clock(hours.until_minute),
        });
        let routes = details.contact_routes.iter().map(|route| RouteRecord {
            kind: word_of::<ContactKind>(route.kind),
            address: route.address.clone(),
        });
        Self {
            legal_regime: word_of::<LegalRegime>(details.legal_regime),
            legal_titles: some(words_of::<LegalTitle>(&details.legal_titles)),
            programmes: some(words_of::<Programme>(&details.programmes)),
            acuity_max: word_of::<Acuity>(details.acuity_max),
            observation_modes: some(words_of::<ObservationMode>(&details.observation_modes)),
            seclusion_room: details.seclusion_room,
            exclusion_criteria: some(words_of::<ExclusionCriterion>(&details.exclusion_criteria)),
            somatic_capabilities: some(words_of::<SomaticCapability>(
                &details.somatic_capabilities,
            )),
            sex_rule: word_of::<SexRule>(details.sex_rule),
            interpreter: details
                .interpreter
                .as_ref()
                .map(|offered| InterpreterRecord {
                    any_language: offered.any_language,
                    languages: offered.languages.clone(),
                }),
            accessibility: some(words_of::<Accessibility>(&details.accessibility)),
            catchment: details.catchment.as_ref().map(|catchment| CatchmentRecord {
                kind: word_of::<CatchmentKind>(catchment.kind),
                acute_regions: catchment.acute_regions.clone(),
                duty: word_of::<CatchmentDuty>(catchment.duty),
            }),
            funding_routes: some(words_of::<FundingRoute>(&details.funding_routes)),
            contracts: (!details.contracts.is_empty()).then(|| contracts.collect()),
            admission_hours: some(hours.collect()),
            contact_routes: some(routes.collect()),
            response_target_minutes: details.response_target_minutes,
        }
    }
}

/// What the contract leaves empty is not stated.
fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: &str = r#"{"legal_regime":"wvggz","legal_titles":["voluntary","wvggz-crisis-measure"],
        "programmes":["mother-and-baby"],"acuity_max":"very-high","observation_modes":["one-to-one"],
        "seclusion_room":false,"exclusion_criteria":["none"],"somatic_capabilities":["tube-feeding"],
        "sex_rule":"separate-rooms","interpreter":{"any_language":false,"languages":["ti"]},
        "accessibility":["step-free"],
        "catchment":{"kind":"regional","acute_regions":["groningen"],"duty":"free"},
        "funding_routes":["zvw"],"contracts":{"VGZ":"contracted","GM0014":"unknown"},
        "admission_hours":[{"weekdays":["monday"],"from":"09:00","until":"24:00"}],
        "contact_routes":[{"kind":"phone","address":"050 1234567"}],"response_target_minutes":30}"#;

    #[test]
    fn terms_that_were_written_read_back() {
        let record: TermsRecord = serde_json::from_str(ALL).unwrap();
        let mut faults = Faults::default();
        let details = record.clone().put(OfferingDetails::default(), &mut faults);
        assert!(faults.none_or(()).is_ok());
        assert_eq!(TermsRecord::of(&details), Some(record));
        let value = serde_json::to_value(TermsRecord::of(&details)).unwrap();
        let nulls = value.as_object().unwrap().values();
        assert_eq!(nulls.filter(|value| value.is_null()).count(), 0);
    }

    #[test]
    fn an_offering_without_terms_has_none() {
        assert_eq!(TermsRecord::of(&OfferingDetails::default()), None);
        assert_eq!(
            serde_json::to_value(TermsRecord::default()).unwrap()["legal_titles"],
            serde_json::Value::Null
        );
    }

    #[test]
    fn every_wrong_word_is_named_at_once() {
        let record: TermsRecord = serde_json::from_str(
            r#"{"legal_titles":["voluntary","x"],"catchment":{"kind":"moon"},"contracts":{"VGZ":"yes"},
                "admission_hours":[{"weekdays":["someday"],"from":"9","until":"10:00"}]}"#,
        )
        .unwrap();
        let mut faults = Faults::default();
        record.put(OfferingDetails::default(), &mut faults);
        let refusal = faults.none_or(()).unwrap_err();
        let fields: Vec<_> = refusal
            .violations
            .iter()
            .map(|wrong| wrong.field.as_str())
            .collect();
        let expected = [
            "legal_titles[1]",
            "catchment.kind",
            "contracts.VGZ",
            "admission_hours[0].weekdays[0]",
            "admission_hours[0].from",
        ];
        assert_eq!(fields, expected);
    }
}
