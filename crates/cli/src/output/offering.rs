//! An offering as one JSON object.

use std::collections::BTreeMap;

use proto::capacity::v1::{
    CareType, Circuit, ConfidenceBasis, FigureStatus, Freshness, IntakeStatus, OfferingRow, Origin,
    PlaceKind, ProviderKind, SecurityLevel, Setting, SourceClass, StandardCodes, Wait,
};
use serde::Serialize;

use super::holds::HoldsObject;
use super::practice::PracticeObject;
use crate::record::{
    ForecastRecord, PauseRecord, TermsRecord, WaitRecord, funded_by_route, moment_text, stated,
};
use crate::words::{word, word_of, words_of};

/// The figures' age and source at the top are those of the counts, or of the waits if nothing was ever counted.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OfferingObject {
    kind: &'static str,
    offering_id: String,
    provider_id: Option<String>,
    provider_name: Option<String>,
    provider_kind: Option<String>,
    municipality_code: Option<String>,
    location_name: Option<String>,
    programme_name: Option<String>,
    care_type: Option<String>,
    place_kind: Option<String>,
    setting: Option<String>,
    /// The circuit if there is exactly one; `circuits` has them all.
    circuit: Option<String>,
    circuits: Vec<String>,
    age_min_years: Option<u32>,
    age_max_years: Option<u32>,
    diagnosis_groups: Vec<String>,
    insurers: Vec<String>,
    languages: Vec<String>,
    origin: Option<String>,
    security_level: Option<String>,
    stay_intensity: Option<String>,
    /// Whom it accepts, and on what terms.
    terms: Option<TermsRecord>,
    standard_codes: Option<CodesObject>,
    /// What was counted.
    #[serde(flatten)]
    counts: CountsObject,
    #[serde(flatten)]
    holds: HoldsObject,
    /// Waits for everybody, whatever the diagnosis and the insurer; `waits` has them all.
    intake_wait_days: Option<u32>,
    treatment_wait_days: Option<u32>,
    waits: Vec<WaitRecord>,
    observed_at: Option<String>,
    valid_until: Option<String>,
    age_seconds: Option<u64>,
    freshness: String,
    source: Option<String>,
    waits_observed_at: Option<String>,
    waits_valid_until: Option<String>,
    waits_age_seconds: Option<u64>,
    waits_freshness: String,
    /// The chance that a place that is shown still exists, whose past reports that rests on, and on how many cases.
    confidence: Option<f64>,
    confidence_basis: Option<String>,
    confidence_cases: Option<u32>,
    pauses: Vec<PauseRecord>,
    distance_km: Option<f64>,
    withdrawn: bool,
    unusable: bool,
    #[serde(flatten)]
    practice: PracticeObject,
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<String>,
}

/// What was counted; all of it unknown if nothing ever was.
#[derive(Clone, Debug, Serialize)]
struct CountsObject {
    licensed: Option<u32>,
    funded: Option<u32>,
    funded_by_route: Option<BTreeMap<String, u32>>,
    operational: Option<u32>,
    occupied: Option<u32>,
    held: Option<u32>,
    available: Option<u32>,
    on_leave: Option<u32>,
    rooms_free_women: Option<u32>,
    rooms_free_men: Option<u32>,
    forecast: Option<ForecastRecord>,
    blocked: Option<BTreeMap<String, u32>>,
    intake_status: Option<String>,
}

impl From<&OfferingRow> for CountsObject {
    fn from(row: &OfferingRow) -> Self {
        let counts = row.counts.as_ref();
        let blocked = counts.map(|counts| {
            let places = counts.blocked.iter();
            places
                .map(|places| (word(places.reason()), places.count))
                .collect()
        });
        Self {
            licensed: counts.and_then(|counts| counts.licensed),
            funded: counts.and_then(|counts| counts.funded),
            funded_by_route: counts.and_then(funded_by_route),
            operational: counts.and_then(|counts| counts.operational),
            occupied: counts.map(|counts| counts.occupied),
            held: counts.map(|_| row.held),
            available: row.available,
            on_leave: counts.and_then(|counts| counts.on_leave),
            rooms_free_women: counts.and_then(|counts| counts.rooms_free_women),
            rooms_free_men: counts.and_then(|counts| counts.rooms_free_men),
            forecast: counts
                .and_then(|counts| counts.forecast.as_ref())
                .map(ForecastRecord::from),
            blocked,
            intake_status: counts.and_then(|counts| word_of::<IntakeStatus>(counts.intake_status)),
        }
    }
}

/// What the counts are called elsewhere.
#[derive(Clone, Debug, Serialize)]
struct CodesObject {
    loinc_unoccupied: String,
    loinc_occupied: String,
    havbed: String,
}

impl From<&StandardCodes> for CodesObject {
    fn from(codes: &StandardCodes) -> Self {
        Self {
            loinc_unoccupied: codes.loinc_unoccupied.clone(),
            loinc_occupied: codes.loinc_occupied.clone(),
            havbed: codes.havbed.clone(),
        }
    }
}

impl OfferingObject {
    /// The object that a watcher gets: it may resume after it.
    pub(crate) fn with_cursor(row: &OfferingRow, cursor: &str) -> Self {
        Self {
            cursor: Some(cursor.to_owned()),
            ..Self::from(row)
        }
    }
}

impl From<&OfferingRow> for OfferingObject {
    fn from(row: &OfferingRow) -> Self {
        let details = row.details.clone().unwrap_or_default();
        let circuits = words_of::<Circuit>(&details.circuits);
        let status = headline_status(row);
        let waits_status = row.waits_status.as_ref();
        let general = general_wait(&row.waits);
        let terms = TermsRecord::of(&details);
        Self {
            kind: "offering",
            offering_id: row.offering_id.clone(),
            provider_id: stated(&details.provider_id),
            provider_name: stated(&details.provider_name),
            provider_kind: word_of::<ProviderKind>(details.provider_kind),
            municipality_code: stated(&details.municipality_code),
            location_name: stated(&details.location_name),
            programme_name: stated(&details.programme_name),
            care_type: word_of::<CareType>(details.care_type),
            place_kind: word_of::<PlaceKind>(details.place_kind),
            setting: word_of::<Setting>(details.setting),
            circuit: match circuits.as_slice() {
                [only] => Some(only.clone()),
                [] | [_, ..] => None,
            },
            circuits,
            age_min_years: details.age.and_then(|age| age.min_years),
            age_max_years: details.age.and_then(|age| age.max_years),
            diagnosis_groups: details.diagnosis_groups,
            insurers: details.insurers,
            languages: details.languages,
            origin: word_of::<Origin>(details.origin),
            security_level: word_of::<SecurityLevel>(details.security_level),
            stay_intensity: stated(&details.stay_intensity),
            terms,
            standard_codes: row.standard_codes.as_ref().map(CodesObject::from),
            counts: CountsObject::from(row),
            holds: HoldsObject::from(row),
            intake_wait_days: general.and_then(|wait| wait.intake_wait_days),
            treatment_wait_days: general.and_then(|wait| wait.treatment_wait_days),
            waits: row.waits.iter().map(WaitRecord::from).collect(),
            observed_at: moment_text(status.and_then(|status| status.observed_at.as_ref())),
            valid_until: moment_text(status.and_then(|status| status.valid_until.as_ref())),
            age_seconds: status.and_then(|status| status.age_seconds),
            freshness: freshness_word(status),
            source: status.and_then(|status| word_of::<SourceClass>(status.source_class)),
            waits_observed_at: moment_text(
                waits_status.and_then(|status| status.observed_at.as_ref()),
            ),
            waits_valid_until: moment_text(
                waits_status.and_then(|status| status.valid_until.as_ref()),
            ),
            waits_age_seconds: waits_status.and_then(|status| status.age_seconds),
            waits_freshness: freshness_word(waits_status),
            confidence: row.confidence,
            confidence_basis: word_of::<ConfidenceBasis>(row.confidence_basis),
            confidence_cases: row.confidence_cases,
            pauses: row.pauses.iter().map(PauseRecord::from).collect(),
            distance_km: row.distance_km,
            withdrawn: row.withdrawn,
            unusable: row.unusable,
            practice: PracticeObject::from(row),
            cursor: None,
        }
    }
}

/// Returns the status of the counts, or of the waits if nothing was ever counted.
pub(crate) fn headline_status(row: &OfferingRow) -> Option<&FigureStatus> {
    if row.counts.is_some() {
        row.counts_status.as_ref()
    } else {
        row.waits_status.as_ref()
    }
}

/// Returns the first wait that holds for everybody.
pub(crate) fn general_wait(waits: &[Wait]) -> Option<&Wait> {
    waits
        .iter()
        .find(|wait| wait.diagnosis_group.is_empty() && wait.insurers.is_empty())
}

fn freshness_word(status: Option<&FigureStatus>) -> String {
    status
        .and_then(|status| word_of::<Freshness>(status.freshness))
        .unwrap_or_else(|| word(Freshness::None))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::moments;
    use proto::capacity::v1::{
        BlockReason, BlockedPlaces, Counts, Hold, OfferingDetails, Pause, PauseReason, Practised,
        RefusalCount, RefusalReason,
    };

    /// An offering with three of twelve places free, counted three hours ago, and a general wait that expired.
    pub(crate) fn row() -> OfferingRow {
        OfferingRow {
            offering_id: "lentis-adults-1".into(),
            details: Some(OfferingDetails {
                provider_id: "agb:06011009".into(),
                provider_name: "Lentis".into(),
                municipality_code: "GM0014".into(),
                care_type: CareType::Specialised.into(),
                circuits: vec![Circuit::Adults.into()],
                diagnosis_groups: vec!["ZK22".into()],
                origin: Origin::Declared.into(),
                ..OfferingDetails::default()
            }),
            counts_status: Some(FigureStatus {
                freshness: Freshness::Current.into(),
                observed_at: moments::parse("2026-03-01T08:00:00Z").ok(),
                received_at: None,
                valid_until: moments::parse("2026-03-03T08:00:00Z").ok(),
                age_seconds: Some(3 * 3_600),
                source_class: SourceClass::RecordSystem.into(),
                reporter_role: 0,
            }),
            counts: Some(Counts {
                operational: Some(12),
                occupied: 9,
                available: 3,
                blocked: vec![BlockedPlaces {
                    reason: BlockReason::Staff.into(),
                    count: 2,
                }],
                ..Counts::default()
            }),
            held: 0,
            waits_status: Some(FigureStatus {
                freshness: Freshness::Expired.into(),
                age_seconds: Some(8 * 365 * 86_400),
                source_class: SourceClass::Published.into(),
                ..FigureStatus::default()
            }),
            waits: vec![
                Wait {
                    diagnosis_group: "ZK22".into(),
                    intake_wait_days: Some(7),
                    ..Wait::default()
                },
                Wait {
                    intake_wait_days: Some(21),
                    ..Wait::default()
                },
            ],
            pauses: Vec::new(),
            distance_km: Some(12.34),
            available: Some(3),
            confidence: Some(0.876),
            confidence_basis: ConfidenceBasis::Unit.into(),
            confidence_cases: Some(41),
            promised_interval_hours: Some(24),
            ..OfferingRow::default()
        }
    }

    /// Refused twice, once although it declares to take the group.
    pub(crate) fn practised() -> Practised {
        let diagnosis = RefusalCount {
            reason: RefusalReason::Diagnosis.into(),
            refusals: 2,
            contradicting: 1,
        };
        Practised {
            refusals: 2,
            contradicting: 1,
            by_reason: vec![diagnosis],
        }
    }

    /// An offering that never reported anything.
    pub(crate) fn silent_row() -> OfferingRow {
        let never = FigureStatus {
            freshness: Freshness::None.into(),
            ..FigureStatus::default()
        };
        OfferingRow {
            counts_status: Some(never),
            counts: None,
            available: None,
            waits_status: Some(never),
            waits: Vec::new(),
            distance_km: None,
            confidence: None,
            confidence_basis: 0,
            confidence_cases: None,
            ..row()
        }
    }

    fn value(row: &OfferingRow) -> serde_json::Value {
        serde_json::to_value(OfferingObject::from(row)).unwrap()
    }

    #[test]
    fn the_names_are_those_that_scripts_depend_on() {
        let object = value(&row());
        for (name, expected) in [
            ("kind", serde_json::json!("offering")),
            ("offering_id", "lentis-adults-1".into()),
            ("provider_id", "agb:06011009".into()),
            ("provider_name", "Lentis".into()),
            ("municipality_code", "GM0014".into()),
            ("care_type", "specialised".into()),
            ("circuit", "adults".into()),
            ("diagnosis_groups", serde_json::json!(["ZK22"])),
            ("operational", 12.into()),
            ("occupied", 9.into()),
            ("held", 0.into()),
            ("available", 3.into()),
            ("intake_wait_days", 21.into()),
            ("treatment_wait_days", serde_json::Value::Null),
            ("observed_at", "2026-03-01T08:00:00Z".into()),
            ("valid_until", "2026-03-03T08:00:00Z".into()),
            ("freshness", "current".into()),
            ("source", "record-system".into()),
            ("confidence", 0.876.into()),
            ("confidence_basis", "unit".into()),
            ("confidence_cases", 41.into()),
            ("pauses", serde_json::json!([])),
            ("distance_km", 12.34.into()),
            ("age_seconds", 10_800.into()),
            ("waits_freshness", "expired".into()),
        ] {
            assert_eq!(object.get(name), Some(&expected), "{name}");
        }
    }

    #[test]
    fn what_was_never_reported_is_null_and_never_zero() {
        let object = value(&silent_row());
        for name in [
            "operational",
            "occupied",
            "held",
            "available",
            "available_reported",
            "overcommitted",
            "intake_wait_days",
            "observed_at",
            "source",
            "confidence",
            "confidence_basis",
            "confidence_cases",
        ] {
            assert_eq!(object.get(name), Some(&serde_json::Value::Null), "{name}");
        }
        assert_eq!(object["freshness"], "none");
        assert_eq!(object["waits_freshness"], "none");
    }

    #[test]
    fn without_counts_the_age_at_the_top_is_that_of_the_waits() {
        let mut row = row();
        row.counts = None;
        let object = value(&row);
        assert_eq!(object["freshness"], "expired");
        assert_eq!(object["source"], "published");
    }

    #[test]
    fn what_is_held_is_taken_off_and_shown() {
        let mut row = row();
        row.held = 1;
        row.available = Some(2);
        row.highest_token = 4;
        row.holds.push(Hold {
            hold_id: "h".into(),
            token: 4,
            expires_at: moments::parse("2026-03-01").ok(),
        });
        let object = value(&row);
        assert_eq!(object["available"], 2);
        assert_eq!(object["available_reported"], 3);
        assert_eq!(object["overcommitted"], false);
        let hold =
            serde_json::json!({"hold_id": "h", "token": 4, "expires_at": "2026-03-01T00:00:00Z"});
        assert_eq!(object["holds"], serde_json::json!([hold]));
        row.places_missing = 2;
        assert_eq!(value(&row)["overcommitted"], true);
        assert_eq!(value(&row)["places_missing"], 2);
    }

    #[test]
    fn several_circuits_are_not_one() {
        let mut row = row();
        if let Some(details) = &mut row.details {
            details.circuits.push(Circuit::Elderly.into());
        }
        let object = value(&row);
        assert_eq!(object["circuit"], serde_json::Value::Null);
        assert_eq!(object["circuits"], serde_json::json!(["adults", "elderly"]));
    }

    #[test]
    fn refusals_and_late_counts_are_named_with_their_numbers() {
        let object = value(&OfferingRow {
            overdue: true,
            overdue_since: moments::parse("2026-03-02T08:00:00Z").ok(),
            practised: Some(practised()),
            ..row()
        });
        for (name, expected) in [
            ("promised_interval_hours", serde_json::json!(24)),
            ("overdue", true.into()),
            ("overdue_since", "2026-03-02T08:00:00Z".into()),
            ("refusals", 2.into()),
            ("refusals_contradicting", 1.into()),
            (
                "refusals_by_reason",
                serde_json::json!({"diagnosis": {"refusals": 2, "contradicting": 1}}),
            ),
        ] {
            assert_eq!(object.get(name), Some(&expected), "{name}");
        }
        assert_eq!(value(&row())["report_due_at"], serde_json::Value::Null);
    }

    #[test]
    fn only_a_watcher_gets_a_cursor() {
        assert_eq!(value(&row()).get("cursor"), None);
        let watched = serde_json::to_value(OfferingObject::with_cursor(&row(), "c7")).unwrap();
        assert_eq!(watched["cursor"], "c7");
    }

    #[test]
    fn a_pause_says_what_it_stops_and_until_when() {
        let mut row = row();
        row.pauses.push(Pause {
            pause_id: "p".into(),
            reason: PauseReason::StaffShortage.into(),
            ends_at: moments::parse("2026-04-01").ok(),
            ..Pause::default()
        });
        let pause = &value(&row)["pauses"][0];
        assert_eq!(pause["reason"], "staff-shortage");
        assert_eq!(pause["ends_at"], "2026-04-01T00:00:00Z");
        assert_eq!(pause["expected_end"], serde_json::Value::Null);
    }
}
