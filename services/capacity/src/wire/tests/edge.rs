//! What requests are refused for, and that all of it is said at once.

use chassis::Violations;
use domain::capacity::Command;
use proto::capacity::v1;

use crate::wire::request::{self, Transport};

const AT: prost_types::Timestamp = prost_types::Timestamp {
    seconds: 1_780_000_000,
    nanos: 0,
};

pub(super) fn details() -> v1::OfferingDetails {
    v1::OfferingDetails {
        provider_id: "agb:06011009".into(),
        provider_name: "GGZ Noord".into(),
        provider_kind: v1::ProviderKind::Institution.into(),
        municipality_code: "GM0014".into(),
        care_type: v1::CareType::Specialised.into(),
        origin: v1::Origin::Declared.into(),
        ..Default::default()
    }
}

pub(super) fn report() -> v1::Report {
    v1::Report {
        observed_at: Some(AT),
        source_class: v1::SourceClass::Typed.into(),
        counts: Some(v1::Counts {
            occupied: 8,
            available: 2,
            ..Default::default()
        }),
        ..Default::default()
    }
}

pub(super) fn publication(details: v1::OfferingDetails) -> v1::PublishOfferingRequest {
    v1::PublishOfferingRequest {
        offering_id: "one".into(),
        details: Some(details),
        ..Default::default()
    }
}

fn reporting(report: v1::Report) -> v1::ReportCapacityRequest {
    v1::ReportCapacityRequest {
        offering_id: "one".into(),
        report: Some(report),
        ..Default::default()
    }
}

pub(super) fn wrong_fields<T>(read: Result<T, Violations>) -> Vec<String> {
    read.err()
        .unwrap_or_default()
        .iter()
        .map(|(field, _)| field.to_owned())
        .collect()
}

pub(super) fn publish(request: v1::PublishOfferingRequest) -> Vec<String> {
    wrong_fields(request::publish(request, &Transport::default()))
}

pub(super) fn report_with(report: v1::Report) -> Vec<String> {
    wrong_fields(request::report(reporting(report), &Transport::default()))
}

#[test]
fn what_is_well_formed_is_read() {
    assert_eq!(publish(publication(details())), [""; 0]);
    assert_eq!(report_with(report()), [""; 0]);
}

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "one request with everything wrong, and the list of it"
)]
fn everything_that_is_wrong_is_said_at_once() {
    let request = v1::PublishOfferingRequest {
        context: Some(v1::CommandContext {
            command_id: "71".into(),
            causation_id: "x".into(),
            ..Default::default()
        }),
        offering_id: "-".into(),
        details: Some(v1::OfferingDetails {
            provider_id: "06011009".into(),
            provider_name: "x".repeat(201),
            provider_kind: 0,
            municipality_code: "GM9999".into(),
            coordinates: Some(v1::Coordinates {
                latitude_degrees: 48.8,
                longitude_degrees: f64::NAN,
            }),
            postcode: "0123".into(),
            programme_name: "line\nbreak".into(),
            care_type: 99,
            circuits: vec![1, 0, 77],
            age: Some(v1::AgeRange {
                min_years: Some(18),
                max_years: Some(17),
            }),
            diagnosis_groups: vec!["05".into(), "99".into()],
            insurers: vec!["".into()],
            languages: vec!["nld".into()],
            remark_codes: vec!["Free text".into()],
            origin: 0,
            ..details()
        }),
        report: Some(v1::Report {
            valid_until: Some(AT),
            source_class: 0,
            counts: Some(v1::Counts {
                operational: Some(11),
                occupied: 8,
                available: 2,
                on_leave: Some(9),
                blocked: vec![v1::BlockedPlaces {
                    reason: 0,
                    count: 200_000,
                }],
                ..Default::default()
            }),
            waits: vec![v1::Wait {
                diagnosis_group: "A".into(),
                intake_wait_days: Some(3_651),
                waiting_count: Some(1),
                over_norm_count: Some(2),
                ..Default::default()
            }],
            ..report()
        }),
        pauses: vec![v1::Pause {
            pause_id: String::new(),
            scope: Some(v1::PauseScope {
                insurers: vec!["x".repeat(81)],
                ..Default::default()
            }),
            starts_at: Some(AT),
            ends_at: Some(AT),
            ..Default::default()
        }],
        replace_pauses: false,
    };
    let mut wrong = publish(request);
    wrong.sort();
    let mut expected = [
        "context.causation_id",
        "context.command_id",
        "details.age",
        "details.care_type",
        "details.circuits[1]",
        "details.circuits[2]",
        "details.coordinates.latitude_degrees",
        "details.coordinates.longitude_degrees",
        "details.diagnosis_groups[1]",
        "details.insurers[0]",
        "details.languages[0]",
        "details.municipality_code",
        "details.origin",
        "details.postcode",
        "details.programme_name",
        "details.provider_id",
        "details.provider_kind",
        "details.provider_name",
        "details.remark_codes[0]",
        "offering_id",
        "pauses",
        "pauses[0].ends_at",
        "pauses[0].pause_id",
        "pauses[0].reason",
        "pauses[0].scope.insurers[0]",
        "report.counts.blocked[0].count",
        "report.counts.blocked[0].reason",
        "report.counts.on_leave",
        "report.counts.operational",
        "report.source_class",
        "report.valid_until",
        "report.waits[0].diagnosis_group",
        "report.waits[0].intake_wait_days",
        "report.waits[0].over_norm_count",
    ];
    expected.sort_unstable();
    assert_eq!(wrong, expected);
}

#[test]
fn a_million_fields_are_refused_in_one_line() {
    let details = v1::OfferingDetails {
        circuits: vec![99; 100_000],
        insurers: vec![String::new(); 100_000],
        ..details()
    };
    assert_eq!(
        publish(publication(details)),
        ["details.circuits", "details.insurers"]
    );
    let waits = vec![v1::Wait::default(); 201];
    assert_eq!(
        report_with(v1::Report { waits, ..report() }),
        ["report.waits"]
    );
}

#[test]
fn a_citizen_number_in_a_text_is_refused_without_saying_it() {
    let details = v1::OfferingDetails {
        location_name: "kamer van 111222333".into(),
        ..details()
    };
    let violations = request::publish(publication(details), &Transport::default())
        .err()
        .unwrap();
    let said: Vec<_> = violations.iter().collect();
    assert_eq!(said.len(), 1);
    assert_eq!(said[0].0, "details.location_name");
    assert!(!said[0].1.contains("111222333"));
}

#[test]
fn an_independent_practice_is_shown_no_finer_than_its_municipality_unless_it_chose_so() {
    let practice = v1::OfferingDetails {
        provider_kind: v1::ProviderKind::IndependentPractice.into(),
        location_id: "12".into(),
        location_name: "Praktijk".into(),
        coordinates: Some(v1::Coordinates {
            latitude_degrees: 53.2,
            longitude_degrees: 6.5,
        }),
        postcode: "9712".into(),
        programme_name: "Programma".into(),
        ..details()
    };
    assert_eq!(
        publish(publication(practice.clone())),
        [
            "details.provider_name",
            "details.location_id",
            "details.location_name",
            "details.coordinates",
            "details.postcode",
            "details.programme_name",
            "details.provider_id",
        ]
    );
    let shown = v1::OfferingDetails {
        shown_by_itself: true,
        ..practice
    };
    assert_eq!(publish(publication(shown)), [""; 0]);
    let nameless = v1::OfferingDetails {
        provider_id: "nza:6000550".into(),
        provider_name: String::new(),
        provider_kind: v1::ProviderKind::IndependentPractice.into(),
        ..details()
    };
    assert_eq!(publish(publication(nameless)), [""; 0]);
}

#[test]
fn a_promise_is_between_an_hour_and_a_year() {
    let promising = |hours| {
        publish(publication(v1::OfferingDetails {
            promised_interval_hours: Some(hours),
            ..details()
        }))
    };
    assert_eq!(promising(1), [""; 0]);
    assert_eq!(promising(8_760), [""; 0]);
    assert_eq!(promising(0), ["details.promised_interval_hours"]);
    assert_eq!(promising(8_761), ["details.promised_interval_hours"]);
}

#[test]
fn a_refusal_has_a_known_reason_and_a_known_group() {
    let refuse = |refusal| {
        let request = v1::RecordRefusalRequest {
            offering_id: "one".into(),
            refusal,
            ..Default::default()
        };
        let read = request::refuse(request, &Transport::default());
        read.err().map(|violations| {
            let fields = violations.iter().map(|(field, _)| field.to_owned());
            fields.collect::<Vec<_>>()
        })
    };
    let wrong = v1::Refusal {
        reason: 99,
        diagnosis_group: "ZZ".into(),
        ..Default::default()
    };
    let both = ["refusal.reason", "refusal.diagnosis_group"].map(str::to_owned);
    assert_eq!(refuse(Some(wrong)), Some(both.into()));
    assert_eq!(refuse(None), Some(vec!["refusal".to_owned()]));
    let right = v1::Refusal {
        reason: v1::RefusalReason::Age.into(),
        ..Default::default()
    };
    assert_eq!(refuse(Some(right)), None);
}

#[test]
fn a_former_municipality_is_led_to_its_successor_where_there_is_one() {
    let moved = |code: &str| {
        let details = v1::OfferingDetails {
            municipality_code: code.into(),
            ..details()
        };
        request::publish(publication(details), &Transport::default())
    };
    let Command::Publish(publication) = moved("GM0017").unwrap().call.command else {
        panic!("not a publication");
    };
    assert_eq!(publication.details.municipality_code.as_str(), "GM0014");
    let violations = moved("GM0788").err().unwrap();
    let (field, description) = violations.iter().next().unwrap();
    assert_eq!(field, "details.municipality_code");
    assert!(
        description.contains("GM0757") && description.contains("GM0865"),
        "{description}"
    );
}

#[test]
fn moments_outside_of_this_century_are_refused() {
    for seconds in [-1, 0, 946_684_799, 4_102_444_800, i64::MAX] {
        let observed_at = Some(prost_types::Timestamp { seconds, nanos: 0 });
        assert_eq!(
            report_with(v1::Report {
                observed_at,
                ..report()
            }),
            ["report.observed_at"]
        );
    }
    let observed_at = Some(prost_types::Timestamp {
        seconds: AT.seconds,
        nanos: -1,
    });
    assert_eq!(
        report_with(v1::Report {
            observed_at,
            ..report()
        }),
        ["report.observed_at"]
    );
    assert_eq!(
        report_with(v1::Report {
            observed_at: None,
            ..report()
        }),
        ["report.observed_at"]
    );
}

#[test]
fn a_report_says_something_and_its_numbers_are_places() {
    assert_eq!(
        report_with(v1::Report {
            counts: None,
            ..report()
        }),
        ["report"]
    );
    let counts = v1::Counts {
        available: u32::MAX,
        occupied: u32::MAX,
        ..Default::default()
    };
    assert_eq!(
        report_with(v1::Report {
            counts: Some(counts),
            ..report()
        }),
        ["report.counts.occupied", "report.counts.available"]
    );
    let missing = v1::ReportCapacityRequest {
        report: None,
        ..reporting(report())
    };
    assert_eq!(
        wrong_fields(request::report(missing, &Transport::default())),
        ["report"]
    );
}

#[test]
fn a_command_id_is_of_version_7_and_made_when_there_is_none() {
    let with_id = |command_id: &str| {
        let context = v1::CommandContext {
            command_id: command_id.into(),
            ..Default::default()
        };
        let request = v1::ReportCapacityRequest {
            context: Some(context),
            ..reporting(report())
        };
        request::report(request, &Transport::default())
    };
    let version_4 = "7d444840-9dc0-41d1-b245-5ffdce74fad2";
    assert_eq!(wrong_fields(with_id(version_4)), ["context.command_id"]);
    let version_7 = "019d5f33-0000-7000-8000-000000000001";
    assert_eq!(with_id(version_7).unwrap().call.id.to_string(), version_7);
    assert!(with_id("").unwrap().call.id.made_at_millis().is_some());
}

#[test]
fn a_call_counts_as_a_repeat_when_it_or_its_transport_says_so() {
    let is_repeat = |repeat: bool, retried: bool| {
        let context = v1::CommandContext {
            repeat,
            ..Default::default()
        };
        let request = v1::ReportCapacityRequest {
            context: Some(context),
            ..reporting(report())
        };
        let transport = Transport {
            retried,
            ..Default::default()
        };
        request::report(request, &transport).unwrap().call.repeat
    };
    assert_eq!(
        [
            is_repeat(false, false),
            is_repeat(true, false),
            is_repeat(false, true)
        ],
        [false, true, true]
    );
}

#[test]
fn a_pause_without_an_id_gets_its_commands() {
    let request = v1::PauseAdmissionsRequest {
        offering_id: "one".into(),
        pause: Some(v1::Pause {
            reason: v1::PauseReason::Holiday.into(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let (order, pause_id) = request::pause(request, &Transport::default()).unwrap();
    assert_eq!(order.call.id.to_string(), pause_id);
    let missing = v1::PauseAdmissionsRequest {
        offering_id: "one".into(),
        ..Default::default()
    };
    assert_eq!(
        wrong_fields(request::pause(missing, &Transport::default())),
        ["pause"]
    );
}

#[test]
fn a_change_names_fields_that_can_be_changed() {
    let changing = |paths: &[&str], details: v1::OfferingDetails| {
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        let request = v1::ChangeOfferingRequest {
            offering_id: "one".into(),
            details: Some(details),
            update_mask: Some(prost_types::FieldMask { paths }),
            ..Default::default()
        };
        request::change(request, |_| None, &Transport::default())
    };
    let named = v1::OfferingDetails {
        programme_name: "Dagkliniek".into(),
        ..Default::default()
    };
    let Command::Change(patch) = changing(&["programme_name"], named).unwrap().call.command else {
        panic!("not a change");
    };
    assert_eq!(patch.details.programme_name.as_deref(), Some("Dagkliniek"));
    let wrong = wrong_fields(changing(&["provider_id", "colour"], details()));
    assert_eq!(wrong, ["update_mask[0]", "update_mask[1]"]);
    assert_eq!(wrong_fields(changing(&[], details())), ["update_mask"]);
}

#[test]
fn a_change_cannot_name_a_practice_that_is_not_shown_by_itself() {
    let known = crate::wire::details::decode(v1::OfferingDetails {
        provider_id: "nza:1".into(),
        provider_name: String::new(),
        provider_kind: v1::ProviderKind::IndependentPractice.into(),
        ..details()
    })
    .unwrap();
    let request = v1::ChangeOfferingRequest {
        offering_id: "one".into(),
        details: Some(v1::OfferingDetails {
            provider_name: "Jansen".into(),
            ..Default::default()
        }),
        update_mask: Some(prost_types::FieldMask {
            paths: vec!["provider_name".into()],
        }),
        ..Default::default()
    };
    let wrong = wrong_fields(request::change(
        request,
        |_| Some(known),
        &Transport::default(),
    ));
    assert_eq!(wrong, ["details.provider_name"]);
}

#[test]
fn two_declared_pauses_of_one_id_are_refused() {
    let pause = v1::Pause {
        pause_id: "a".into(),
        reason: v1::PauseReason::Holiday.into(),
        ..Default::default()
    };
    let request = v1::PublishOfferingRequest {
        pauses: vec![pause.clone(), pause],
        replace_pauses: true,
        ..publication(details())
    };
    assert_eq!(publish(request), ["pauses[1].pause_id"]);
}
