//! Whole lists from record systems: each declaration answered for itself, in the order sent.

use proto::waitlist::v1::acknowledgement::Result as Acknowledged;
use tonic::Code;

use super::*;

/// What became of each: `taken`, `repeated`, or the reason of the failure.
fn told(answers: &[v1::Acknowledgement]) -> Vec<&str> {
    let told = answers
        .iter()
        .map(|answer| match answer.result.as_ref().unwrap() {
            Acknowledged::Receipt(receipt) => match receipt.outcome() {
                v1::Outcome::Taken => "taken",
                v1::Outcome::Repeated => "repeated",
                v1::Outcome::Unspecified => "nothing",
            },
            Acknowledged::Failure(failure) => &failure.reason,
        });
    told.collect()
}

fn failure(answer: &v1::Acknowledgement) -> &v1::Failure {
    match answer.result.as_ref().unwrap() {
        Acknowledged::Failure(failure) => failure,
        Acknowledged::Receipt(receipt) => panic!("{receipt:?}"),
    }
}

impl World {
    fn message(&self, declarations: Vec<v1::Declaration>) -> v1::DeclareEntriesRequest {
        v1::DeclareEntriesRequest {
            declarations,
            grant: self.region.grant(ONE, 5_000),
        }
    }

    async fn declare_one(&self, declaration: v1::Declaration) -> v1::Acknowledgement {
        let message = self.message(vec![declaration]);
        self.declare(ONE, vec![message]).await.unwrap().remove(0)
    }
}

#[tokio::test]
async fn a_whole_list_is_acknowledged_in_the_order_sent() {
    let world = World::start().await;
    let message = |from: u32| {
        let declarations = (from..from + 50).rev();
        let declarations =
            declarations.map(|number| world.declaration(number, Some(person(number))));
        world.message(declarations.collect())
    };
    let messages: Vec<_> = (0..6).map(|page| message(page * 50)).collect();
    let sent = messages.iter().flat_map(|message| &message.declarations);
    let sent: Vec<String> = sent
        .map(|declaration| declaration.entry_id.clone())
        .collect();
    let answers = world.declare(ONE, messages).await.unwrap();
    let answered: Vec<String> = answers
        .iter()
        .map(|answer| answer.entry_id.clone())
        .collect();
    assert_eq!(answered, sent);
    assert!(told(&answers).iter().all(|told| *told == "taken"));
    assert_eq!(world.waiting().await, (300, 300));
}

#[tokio::test]
async fn five_hundred_are_taken_and_one_more_is_not() {
    let world = World::start().await;
    let declarations = |count| {
        let declarations = (0..count).map(|number| world.declaration(number, Some(person(number))));
        world.message(declarations.collect())
    };
    let refused = world.declare(ONE, vec![declarations(501)]).await;
    assert_eq!(wrong_fields(refused), ["declarations"]);
    assert_eq!(world.waiting().await, (0, 0));
    let answers = world.declare(ONE, vec![declarations(500)]).await.unwrap();
    assert_eq!(answers.len(), 500);
    assert_eq!(world.waiting().await, (500, 500));
    assert!(declarations(500).encoded_len() <= crate::MAX_REQUEST_BYTES / 2);
}

#[tokio::test]
async fn a_bad_one_among_many_is_named_with_all_that_is_wrong_and_the_others_are_taken() {
    let world = World::start().await;
    let mut bad = world.declaration(2, Some(v1::Person::default()));
    bad.entry_id = "two".into();
    bad.registration.as_mut().unwrap().care_type = "some".into();
    bad.intake_held_on = "yesterday".into();
    let mut others = world.declaration(3, Some(person(3)));
    others.registration.as_mut().unwrap().provider_id = organisation(TWO).into();
    let unsaid = world.declaration(4, None);
    let declarations = vec![
        world.declaration(1, Some(person(1))),
        bad,
        others,
        unsaid,
        world.declaration(5, Some(person(5))),
    ];
    let message = world.message(declarations);
    let answers = world.declare(ONE, vec![message]).await.unwrap();
    let expected = [
        "taken",
        "invalid",
        "other-organisation",
        "person-unsaid",
        "taken",
    ];
    assert_eq!(told(&answers), expected);
    let invalid = failure(&answers[1]);
    assert_eq!(invalid.code, Code::InvalidArgument as i32);
    let fields: Vec<_> = invalid
        .violations
        .iter()
        .map(|wrong| wrong.field.as_str())
        .collect();
    assert_eq!(
        fields,
        [
            "entry_id",
            "person",
            "registration.care_type",
            "intake_held_on"
        ]
    );
    assert_eq!(failure(&answers[2]).code, Code::PermissionDenied as i32);
    assert_eq!(world.waiting().await, (2, 2));
}

#[tokio::test]
async fn a_declaration_takes_all_its_steps_or_none() {
    let world = World::start().await;
    let journey = v1::Declaration {
        intake_planned_for: "2026-11-06".into(),
        intake_held_on: "2026-11-06".into(),
        treatment_started_on: "2026-11-09".into(),
        ..world.declaration(1, Some(person(1)))
    };
    assert_eq!(told(&[world.declare_one(journey).await]), ["taken"]);
    assert_eq!(world.entry(ONE, 1).await.phase(), v1::Phase::InTreatment);

    let no_intake = v1::Declaration {
        treatment_started_on: "2026-11-09".into(),
        ..world.declaration(2, Some(person(2)))
    };
    let ahead = v1::Declaration {
        intake_held_on: "2026-11-06".into(),
        treatment_started_on: "2026-12-01".into(),
        ..world.declaration(3, Some(person(3)))
    };
    let fine = world.declaration(4, Some(person(4)));
    let message = world.message(vec![no_intake, ahead, fine]);
    let answers = world.declare(ONE, vec![message]).await.unwrap();
    assert_eq!(
        told(&answers),
        ["intake-not-held", "day-in-the-future", "taken"]
    );
    for number in [2, 3] {
        let request = v1::GetEntryRequest {
            entry_id: id(number),
            ..Default::default()
        };
        let shown = world.get_entry(ONE, request).await;
        assert_eq!(outcome(shown), "unknown-entry", "not even registered");
    }
}

#[tokio::test]
async fn a_list_that_is_sent_again_changes_nothing() {
    let world = World::start().await;
    let declarations = || {
        let declarations = (1..=20).map(|number| v1::Declaration {
            intake_held_on: "2026-11-06".into(),
            ..world.declaration(number, Some(person(number)))
        });
        world.message(declarations.collect())
    };
    let first = declarations();
    let answers = world.declare(ONE, vec![first.clone()]).await.unwrap();
    assert!(told(&answers).iter().all(|told| *told == "taken"));
    let commits = world.region.commits("demo.waitlist").await.len();
    let mut repeated = first;
    for declaration in &mut repeated.declarations {
        declaration.context.as_mut().unwrap().repeat = true;
    }
    for again in [repeated, declarations()] {
        let answers = world.declare(ONE, vec![again]).await.unwrap();
        assert!(told(&answers).iter().all(|told| *told == "repeated"));
    }
    assert_eq!(world.region.commits("demo.waitlist").await.len(), commits);
    assert_eq!(world.waiting().await, (20, 20));

    world.region.go_to("2026-11-20");
    let answers = world.declare(ONE, vec![declarations()]).await.unwrap();
    assert!(
        told(&answers).iter().all(|told| *told == "taken"),
        "they still wait"
    );
    assert_eq!(world.entry(ONE, 1).await.reaffirmed_on, "2026-11-20");
}

#[tokio::test]
async fn what_is_said_later_of_an_entry_does_not_overtake_what_was_said_before() {
    let world = World::start().await;
    let messages = (0..30).map(|step| {
        let steps = v1::Declaration {
            intake_held_on: if step > 0 {
                "2026-11-06".into()
            } else {
                String::new()
            },
            treatment_started_on: if step > 14 {
                "2026-11-09".into()
            } else {
                String::new()
            },
            ..world.declaration(1, Some(person(1)))
        };
        world.message(vec![steps])
    });
    let messages = messages.collect();
    let answers = world.declare(ONE, messages).await.unwrap();
    let told = told(&answers);
    assert_eq!((told[0], told[1], told[15]), ("taken", "taken", "taken"));
    assert!(
        told.iter().all(|told| ["taken", "repeated"].contains(told)),
        "{told:?}"
    );
}

#[tokio::test]
async fn a_person_is_named_by_another_key_in_no_declaration() {
    let world = World::start().await;
    world.register(ONE, 1, person(1)).await;
    let other = world.declaration(1, Some(person(2)));
    assert_eq!(told(&[world.declare_one(other).await]), ["other-person"]);
    let mut moved = world.declaration(1, None);
    moved.registration.as_mut().unwrap().care_type = "basic".into();
    assert_eq!(told(&[world.declare_one(moved).await]), ["entry-id-reused"]);
}
