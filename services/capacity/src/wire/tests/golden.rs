//! Events as they were written by every version there ever was. The files are only ever added to.

use domain::Timestamp;
use domain::capacity::{
    AgeRange, BlockReason, Blocked, CareType, Circuit, Coordinates, CorrectionReason, Details,
    DiagnosisGroup, EndedHold, Event, Hold, HoldEnd, HoldId, InsurerName, IntakeStatus,
    LanguageCode, MunicipalityCode, Origin, Pause, PauseId, PauseReason, PauseScope, PlaceKind,
    Postcode, ProviderId, ProviderKind, Refusal, RefusalReason, Report, ReportKey, ReporterRole,
    ReportingInterval, ResumeCause, SecurityLevel, Setting, SourceClass, UncheckedCounts, Wait,
    WaitMethod, WithdrawalReason,
};

use chassis::{Codec, Recorded};

use crate::wire::Wire;

pub(super) const AT: Timestamp = Timestamp::from_millis(1_780_000_000_123);

/// Reads a golden file, and says whether it holds exactly these events.
macro_rules! golden {
    ($name:ident, $file:literal, $events:expr) => {
        #[test]
        fn $name() {
            let bytes = include_bytes!(concat!("../../../tests/golden/", $file));
            let events: Vec<Event> = $events;
            let expected: Vec<_> = events
                .into_iter()
                .map(|event| Recorded {
                    event,
                    occurred_at: AT,
                    actor: "golden".to_owned(),
                })
                .collect();
            assert_eq!(Wire::decode(bytes), Ok(expected));
        }
    };
}
pub(super) use golden;

golden!(
    offering_published_1,
    "offering-published-1.bin",
    vec![Event::OfferingPublished(Box::new(details()))]
);
golden!(
    offering_published_least_1,
    "offering-published-least-1.bin",
    vec![Event::OfferingPublished(Box::new(least()))]
);
golden!(
    offering_changed_1,
    "offering-changed-1.bin",
    vec![Event::OfferingChanged(Box::new(details()))]
);
golden!(
    offering_withdrawn_1,
    "offering-withdrawn-1.bin",
    vec![Event::OfferingWithdrawn {
        reason: WithdrawalReason::Merged,
        withdrawn_at: AT,
    }]
);
golden!(
    capacity_reported_1,
    "capacity-reported-1.bin",
    vec![Event::CapacityReported {
        report: report(),
        received_at: AT
    }]
);
golden!(
    late_report_kept_1,
    "late-report-kept-1.bin",
    vec![Event::LateReportKept(report())]
);
golden!(
    report_corrected_1,
    "report-corrected-1.bin",
    vec![Event::ReportCorrected {
        supersedes: ReportKey {
            observed_at: AT.plus_millis(-7_000),
            sequence: Some(3)
        },
        report: report(),
        reason: CorrectionReason::WrongUnit,
        received_at: AT,
    }]
);
golden!(
    admissions_paused_1,
    "admissions-paused-1.bin",
    vec![Event::AdmissionsPaused(pause())]
);
golden!(
    admissions_resumed_1,
    "admissions-resumed-1.bin",
    vec![
        Event::AdmissionsResumed(pause_id(), ResumeCause::Asked),
        Event::AdmissionsResumed(pause_id(), ResumeCause::Ended),
        Event::AdmissionsResumed(pause_id(), ResumeCause::Replaced),
    ]
);

golden!(
    offering_published_with_promise_1,
    "offering-published-with-promise-1.bin",
    vec![Event::OfferingPublished(Box::new(promising()))]
);
golden!(
    refusal_recorded_1,
    "refusal-recorded-1.bin",
    vec![
        Event::RefusalRecorded {
            refusal: Refusal {
                reason: RefusalReason::Diagnosis,
                diagnosis_group: DiagnosisGroup::parse("05"),
                within_declared: true,
            },
            contradicts: true,
            recorded_at: AT,
        },
        Event::RefusalRecorded {
            refusal: Refusal {
                reason: RefusalReason::NoAnswer,
                diagnosis_group: None,
                within_declared: false,
            },
            contradicts: false,
            recorded_at: AT,
        },
    ]
);
golden!(
    place_held_1,
    "place-held-1.bin",
    vec![Event::PlaceHeld(hold())]
);
golden!(
    hold_extended_1,
    "hold-extended-1.bin",
    vec![Event::HoldExtended(hold())]
);
golden!(
    hold_ended_1,
    "hold-ended-1.bin",
    [HoldEnd::Released, HoldEnd::Consumed, HoldEnd::Expired]
        .into_iter()
        .map(|end| Event::HoldEnded(EndedHold {
            hold_id: hold().hold_id,
            token: 71,
            end,
            ended_at: AT,
        }))
        .collect()
);
golden!(
    overcommitment_arisen_1,
    "overcommitment-arisen-1.bin",
    vec![Event::OvercommitmentArisen { places_missing: 2 }]
);
golden!(
    overcommitment_resolved_1,
    "overcommitment-resolved-1.bin",
    vec![Event::OvercommitmentResolved]
);

#[test]
fn every_golden_file_is_read_and_none_is_gone() {
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden")).unwrap();
    let mut read = 0;
    for file in files {
        let path = file.unwrap().path();
        let events = Wire::decode(&std::fs::read(&path).unwrap());
        assert!(
            events.is_ok_and(|events| !events.is_empty()),
            "{}",
            path.display()
        );
        read += 1;
    }
    assert_eq!(read, 18);
}

fn promising() -> Details {
    Details {
        promised_interval: ReportingInterval::parse(12),
        ..least()
    }
}

pub(super) fn least() -> Details {
    Details {
        provider_id: ProviderId::parse("nza:6000550").unwrap(),
        provider_name: None,
        provider_kind: ProviderKind::IndependentPractice,
        location_id: None,
        location_name: None,
        municipality_code: MunicipalityCode::parse("GM0014").unwrap(),
        coordinates: None,
        postcode: None,
        programme_name: None,
        care_type: CareType::Basic,
        place_kind: None,
        setting: None,
        security_level: None,
        stay_intensity: None,
        circuits: [].into(),
        age: AgeRange::default(),
        diagnosis_groups: [].into(),
        insurers: [].into(),
        languages: [].into(),
        origin: Origin::Published,
        remark_codes: [].into(),
        shown_by_itself: false,
        promised_interval: None,
        terms: None,
    }
}

fn details() -> Details {
    Details {
        provider_id: ProviderId::parse("agb:06011009").unwrap(),
        provider_name: Some("GGZ Noord".to_owned()),
        provider_kind: ProviderKind::Institution,
        location_id: Some("12".to_owned()),
        location_name: Some("Zuid".to_owned()),
        // A code of a municipality that is no more stays readable.
        municipality_code: MunicipalityCode::parse("GM0017").unwrap(),
        coordinates: Coordinates::parse(53.25, 6.5),
        postcode: Postcode::parse("9712CP"),
        programme_name: Some("Dagkliniek".to_owned()),
        care_type: CareType::ShelteredHousing,
        place_kind: Some(PlaceKind::ProgrammePlace),
        setting: Some(Setting::HomeTreatment),
        security_level: Some(SecurityLevel::Level2High),
        stay_intensity: Some("D".to_owned()),
        circuits: [Circuit::Adults, Circuit::Forensic].into(),
        age: AgeRange::parse(Some(18), Some(65)).unwrap(),
        diagnosis_groups: groups(),
        insurers: insurers(),
        languages: [
            LanguageCode::parse("nl").unwrap(),
            LanguageCode::parse("tr").unwrap(),
        ]
        .into(),
        origin: Origin::Declared,
        remark_codes: ["own-risk".to_owned()].into(),
        shown_by_itself: true,
        promised_interval: None,
        terms: None,
    }
}

fn groups() -> std::collections::BTreeSet<DiagnosisGroup> {
    ["05", "not-yet-diagnosed"]
        .map(|code| DiagnosisGroup::parse(code).unwrap())
        .into()
}

fn insurers() -> std::collections::BTreeSet<InsurerName> {
    ["3311", "Zorg & Co"]
        .map(|name| InsurerName::parse(name).unwrap())
        .into()
}

fn report() -> Report {
    let counts = UncheckedCounts {
        licensed: Some(14),
        funded: Some(13),
        operational: Some(12),
        occupied: 8,
        on_leave: Some(1),
        available: 3,
        blocked: vec![Blocked {
            reason: BlockReason::Repair,
            count: 2,
        }],
        highest_token_counted: Some(71),
        intake_status: Some(IntakeStatus::Waitlist),
        ..UncheckedCounts::default()
    };
    Report {
        sequence: Some(4),
        observed_at: AT.plus_millis(-5_000),
        effective_at: Some(AT.plus_millis(-6_000)),
        valid_until: Some(AT.plus_millis(90_000_000)),
        source_class: SourceClass::RecordSystem,
        reporter_role: Some(ReporterRole::Ward),
        counts: Some(counts.check(1).unwrap()),
        waits: vec![
            Wait {
                intake_wait_days: Some(28),
                ..Wait::default()
            },
            Wait {
                diagnosis_group: DiagnosisGroup::parse("05"),
                insurers: insurers(),
                intake_wait_days: Some(49),
                treatment_wait_days: Some(0),
                realised_wait_days: Some(60),
                waiting_count: Some(17),
                over_norm_count: Some(6),
                method: Some(WaitMethod::Retrospective),
                published_at: Some(AT.plus_millis(-86_400_000)),
                read_at: Some(AT),
                ..Wait::default()
            },
        ],
    }
}

fn hold() -> Hold {
    Hold {
        hold_id: HoldId::parse("019d5f33-0000-7000-8000-000000000002").unwrap(),
        token: 71,
        expires_at: AT.plus_millis(7_200_000),
    }
}

fn pause_id() -> PauseId {
    PauseId::parse("019d5f33-0000-7000-8000-000000000001").unwrap()
}

fn pause() -> Pause {
    Pause {
        pause_id: pause_id(),
        scope: PauseScope {
            diagnosis_groups: groups(),
            insurers: insurers(),
        },
        reason: PauseReason::ContractExhausted,
        starts_at: Some(AT),
        ends_at: Some(AT.plus_millis(1_000_000)),
        expected_end: Some(AT.plus_millis(900_000)),
        waiting_list_closed: true,
    }
}
