use super::*;

fn declaration(person: Option<PersonKeys>, steps: Vec<Command>) -> Declaration {
    let registration = registration(on(0));
    Declaration {
        provider_id: registration.provider_id,
        location_id: registration.location_id,
        care_type: registration.care_type,
        registered_on: registration.registered_on,
        profile: registration.profile,
        person,
        steps,
    }
}

fn declare(person: Option<PersonKeys>, steps: Vec<Command>) -> Command {
    Command::Declare(Box::new(declaration(person, steps)))
}

fn held_and_started() -> Vec<Command> {
    vec![
        Command::HoldIntake { held_on: on(20) },
        Command::StartTreatment { started_on: on(60) },
    ]
}

#[test]
fn what_is_new_is_registered_with_its_steps() {
    entry([])
        .at(noon(70))
        .when(declare(Some(person(1)), held_and_started()))
        .then([
            Event::Registered {
                registration: Box::new(registration(on(0))),
                stated_on: on(70),
            },
            Event::IntakeHeld { held_on: on(20) },
            Event::TreatmentStarted { started_on: on(60) },
        ]);
}

#[test]
fn who_it_is_must_be_said_once_and_not_again() {
    entry([])
        .at(noon(0))
        .when(declare(None, vec![]))
        .then_rejected(Rejection::PersonUnsaid);
    entry([registered()])
        .at(noon(0))
        .when(declare(None, vec![]))
        .then([]);
}

#[test]
fn what_is_known_is_reaffirmed_and_goes_on_from_where_it_stood() {
    let said = Reaffirmation {
        profile: Some(profile()),
        ..reaffirmation(on(25))
    };
    entry([registered(), Event::IntakeHeld { held_on: on(20) }])
        .at(noon(25))
        .when(declare(None, vec![Command::HoldIntake { held_on: on(20) }]))
        .then([Event::Reaffirmed(Box::new(said))]);
}

#[test]
fn a_declaration_that_comes_again_decides_nothing() {
    let declared = declare(Some(person(1)), held_and_started());
    let entry = take(Entry::default(), &declared, noon(70));
    assert!(entry.listed.is_some());
    assert_eq!(entry.decide(&declared, noon(70)), Ok(vec![]));
    assert_eq!(entry.decide(&declared, noon(90)), Ok(vec![]));
}

#[test]
fn one_step_that_is_refused_refuses_all_of_it() {
    let started = Command::StartTreatment { started_on: on(60) };
    entry([])
        .at(noon(70))
        .when(declare(Some(person(1)), vec![started]))
        .then_rejected(Rejection::IntakeNotHeld);
}

#[test]
fn another_person_or_another_kind_of_care_is_another_entry() {
    entry([registered()])
        .at(noon(3))
        .when(declare(Some(person(2)), vec![]))
        .then_rejected(Rejection::OtherPerson);
    let other = Declaration {
        care_type: CareType::Basic,
        ..declaration(None, vec![])
    };
    entry([registered()])
        .at(noon(3))
        .when(Command::Declare(Box::new(other)))
        .then_rejected(Rejection::EntryIdReused);
}

#[test]
fn who_is_in_treatment_is_found_under_the_keys_of_a_new_epoch() {
    let both = person_of(&[keys(1, 1), keys(2, 1)]);
    let said = Reaffirmation {
        person: Some(both.clone()),
        ..reaffirmation(on(80))
    };
    let treated = [
        registered(),
        Event::IntakeHeld { held_on: on(20) },
        Event::TreatmentStarted { started_on: on(60) },
    ];
    entry(treated.clone())
        .at(noon(80))
        .when(declare(Some(both), held_and_started()))
        .then([Event::Reaffirmed(Box::new(said))]);
    entry(treated)
        .at(noon(80))
        .when(declare(Some(person(1)), held_and_started()))
        .then([]);
}

#[test]
fn a_plan_whose_day_has_passed_is_passed_over() {
    let planned = Command::PlanIntake { planned_for: on(9) };
    entry([])
        .at(noon(20))
        .when(declare(Some(person(1)), vec![planned]))
        .then([Event::Registered {
            registration: Box::new(registration(on(0))),
            stated_on: on(20),
        }]);
}
