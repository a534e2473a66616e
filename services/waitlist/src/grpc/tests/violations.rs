//! Whoever sends something that cannot be read is told all that is wrong with it at once, by field.

use proto::waitlist::v1::record_step_request::Step;
use proto::waitlist::v1::request_erasure_request::Subject;

use super::*;

fn context() -> Option<v1::CommandContext> {
    Some(v1::CommandContext {
        command_id: "first".into(),
        repeat: false,
        at_least: vec![String::new(); 17],
    })
}

fn many() -> Vec<String> {
    vec![String::new(); 17]
}

const ENVELOPE: [&str; 3] = ["context.command_id", "context.at_least", "entry_id"];

/// The envelope's fields, and these.
fn with_envelope(fields: &[&'static str]) -> Vec<&'static str> {
    [&ENVELOPE[..], fields].concat()
}

#[tokio::test]
async fn a_registration_names_every_field_that_is_wrong() {
    let world = World::start().await;
    let request = v1::RegisterEntryRequest {
        context: context(),
        entry_id: "ABCD".into(),
        registration: Some(v1::Registration {
            provider_id: "ggz".into(),
            location_id: "123456782".into(),
            care_type: "unknown".into(),
            registered_on: "1999-12-31".into(),
            profile: Some(v1::Profile {
                age_band: "40".into(),
                municipality_code: "Assen".into(),
                gp_practice: "1".into(),
                diagnosis_group: "sad".into(),
                preferred: true,
            }),
        }),
        person: Some(v1::Person {
            first_stages: vec![
                v1::FirstStage {
                    epoch: "2026a".into(),
                    p1: vec![1; 63],
                },
                v1::FirstStage {
                    epoch: "2019a".into(),
                    p1: vec![1; 64],
                },
            ],
            without_number: false,
        }),
        grant: Some(GrantReceipt::default()),
    };
    let refused = world.register_entry(ONE, request).await;
    let expected = with_envelope(&[
        "person.first_stages[0]",
        "person.first_stages[1]",
        "grant",
        "registration.provider_id",
        "registration.location_id",
        "registration.care_type",
        "registration.registered_on",
        "registration.profile.age_band",
        "registration.profile.municipality_code",
        "registration.profile.gp_practice",
        "registration.profile.diagnosis_group",
    ]);
    assert_eq!(wrong_fields(refused), expected);
    let nothing = world
        .register_entry(ONE, v1::RegisterEntryRequest::default())
        .await;
    assert_eq!(
        wrong_fields(nothing),
        ["entry_id", "person", "registration"]
    );
}

#[tokio::test]
async fn who_it_is_must_be_said_one_way() {
    let world = World::start().await;
    let both = v1::Person {
        without_number: true,
        ..person(1)
    };
    let three = person_in(1, &["2026a", "2026b", "2026a"]);
    let twice = person_in(1, &["2026a", "2026a"]);
    let wrong = [
        (both, "person"),
        (v1::Person::default(), "person"),
        (three, "person.first_stages"),
        (twice, "person.first_stages"),
    ];
    for (person, field) in wrong {
        let request = world.region.register(ONE, 1, person.clone());
        let refused = world.register_entry(ONE, request).await;
        assert_eq!(wrong_fields(refused), [field]);
        let request = v1::GetPersonRequest {
            person: Some(person),
            at_least: many(),
        };
        let refused = world.get_person(ONE, request).await;
        assert_eq!(wrong_fields(refused), [field, "at_least"]);
    }
}

#[tokio::test]
async fn every_step_names_its_own_fields() {
    let world = World::start().await;
    let text = || "soon".to_owned();
    let steps = [
        (None, vec!["step"]),
        (
            Some(Step::StillWaits(v1::StillWaits {
                on: text(),
                person: Some(v1::Person::default()),
                profile: Some(v1::Profile::default()),
                grant: Some(GrantReceipt::default()),
            })),
            vec![
                "still_waits.on",
                "still_waits.person",
                "still_waits.profile.age_band",
                "still_waits.profile.municipality_code",
                "still_waits.profile.diagnosis_group",
                "still_waits.grant",
            ],
        ),
        (
            Some(Step::IntakePlanned(v1::IntakePlanned {
                planned_for: text(),
            })),
            vec!["intake_planned.planned_for"],
        ),
        (
            Some(Step::IntakeHeld(v1::IntakeHeld { held_on: text() })),
            vec!["intake_held.held_on"],
        ),
        (
            Some(Step::TreatmentStarted(v1::TreatmentStarted {
                started_on: text(),
            })),
            vec!["treatment_started.started_on"],
        ),
        (
            Some(Step::Withdrawn(v1::Withdrawn {
                on: text(),
                by: 0,
                reason: 99,
            })),
            vec!["withdrawn.on", "withdrawn.by", "withdrawn.reason"],
        ),
        (
            Some(Step::TreatmentEnded(v1::TreatmentEnded {
                ended_on: text(),
                outflow: -1,
            })),
            vec!["treatment_ended.ended_on", "treatment_ended.outflow"],
        ),
        (
            Some(Step::Returned(v1::Returned {
                returned_on: text(),
            })),
            vec!["returned.returned_on"],
        ),
    ];
    for (step, fields) in steps {
        let request = v1::RecordStepRequest {
            context: context(),
            entry_id: "x".into(),
            step,
        };
        let refused = world.record_step(ONE, request).await;
        assert_eq!(wrong_fields(refused), with_envelope(&fields));
    }
}

#[tokio::test]
async fn screenings_and_priorities_name_every_field_that_is_wrong() {
    let world = World::start().await;
    let (entry_id, wrong) = (String::from("x"), context());
    let request = v1::RequestScreeningRequest {
        context: wrong.clone(),
        entry_id: entry_id.clone(),
    };
    let refused = world.request_screening(ONE, request).await;
    assert_eq!(wrong_fields(refused), ENVELOPE);
    let request = v1::ApproveScreeningRequest {
        context: wrong.clone(),
        entry_id: entry_id.clone(),
        content: vec![0; 31],
    };
    let refused = world.approve_screening(TEAM, request).await;
    assert_eq!(wrong_fields(refused), with_envelope(&["content"]));
    let request = v1::SetPriorityRequest {
        context: wrong,
        entry_id,
        category: "now".into(),
        reason: 0,
    };
    let refused = world.set_priority(TEAM, request).await;
    assert_eq!(
        wrong_fields(refused),
        with_envelope(&["category", "reason"])
    );
}

#[tokio::test]
async fn questions_name_every_field_that_is_wrong() {
    let world = World::start().await;
    let list = v1::ListEntriesRequest {
        phases: vec![0, 3, 99],
        page_size: 1_001,
        page_token: "next".into(),
        at_least: many(),
        ..Default::default()
    };
    let refused = world.list_entries(ONE, list).await;
    assert_eq!(
        wrong_fields(refused),
        [
            "phases[0]",
            "phases[2]",
            "page_token",
            "page_size",
            "at_least"
        ]
    );
    let gone = v1::ListEntriesRequest {
        page_token: id(9),
        ..Default::default()
    };
    assert_eq!(
        wrong_fields(world.list_entries(ONE, gone).await),
        ["page_token"]
    );
    let get = v1::GetEntryRequest {
        entry_id: id(1).to_uppercase() + "0",
        at_least: many(),
    };
    assert_eq!(
        wrong_fields(world.get_entry(ONE, get).await),
        ["entry_id", "at_least"]
    );
}

#[tokio::test]
async fn questions_for_counts_name_every_field_that_is_wrong() {
    let world = World::start().await;
    let count = v1::CountWaitingRequest {
        by: vec![0, 1, 77],
        on: "2026-11-12".into(),
        at_least: many(),
    };
    assert_eq!(
        wrong_fields(world.count_waiting(TEAM, count).await),
        ["by[0]", "by[2]", "on", "at_least"]
    );
    let count = v1::CountWaitingRequest {
        by: vec![1; 4],
        ..Default::default()
    };
    assert_eq!(wrong_fields(world.count_waiting(TEAM, count).await), ["by"]);
    let count = v1::CountWaitingRequest {
        by: vec![2, 1, 2],
        ..Default::default()
    };
    assert_eq!(
        wrong_fields(world.count_waiting(TEAM, count).await),
        ["by[2]"]
    );
    for (from, to, fields) in [
        ("", "2026", vec!["from_month", "to_month", "at_least"]),
        ("2026-11", "2026-10", vec!["to_month", "at_least"]),
        ("2023-01", "2026-01", vec!["to_month", "at_least"]),
        ("2026-10", "2026-12", vec!["to_month", "at_least"]),
    ] {
        let flows = v1::CountFlowsRequest {
            from_month: from.into(),
            to_month: to.into(),
            at_least: many(),
        };
        assert_eq!(wrong_fields(world.count_flows(TEAM, flows).await), fields);
    }
    for month in ["november", "2026-12"] {
        let request = v1::GetMonthlyReturnRequest {
            month: month.into(),
            at_least: many(),
        };
        let refused = world.get_monthly_return(ONE, request).await;
        assert_eq!(wrong_fields(refused), ["month", "at_least"]);
    }
}

#[tokio::test]
async fn erasures_name_every_field_that_is_wrong() {
    let world = World::start().await;
    let envelope = ["context.command_id", "context.at_least", "ground"];
    let subjects = [
        (None, vec!["subject"]),
        (
            Some(Subject::Entries(v1::EntryIds {
                entry_ids: vec![id(1), "x".into()],
            })),
            vec!["entries.entry_ids[1]"],
        ),
        (
            Some(Subject::Entries(v1::EntryIds::default())),
            vec!["entries.entry_ids"],
        ),
        (
            Some(Subject::Entries(v1::EntryIds {
                entry_ids: vec![id(1); 501],
            })),
            vec!["entries.entry_ids"],
        ),
        (
            Some(Subject::Person(nobody())),
            vec!["person.without_number"],
        ),
        (Some(Subject::Person(v1::Person::default())), vec!["person"]),
    ];
    for (subject, fields) in subjects {
        let request = v1::RequestErasureRequest {
            context: context(),
            subject,
            ground: 0,
        };
        let refused = world.request_erasure(ONE, request).await;
        assert_eq!(wrong_fields(refused), [&envelope[..], &fields].concat());
    }
    let fields = ["context.command_id", "context.at_least", "erasure_id"];
    let request = v1::ApproveErasureRequest {
        context: context(),
        erasure_id: "x".into(),
    };
    assert_eq!(
        wrong_fields(world.approve_erasure(ONE, request).await),
        fields
    );
    let request = v1::RevokeErasureRequest {
        context: context(),
        erasure_id: "x".into(),
    };
    assert_eq!(
        wrong_fields(world.revoke_erasure(ONE, request).await),
        fields
    );
}
