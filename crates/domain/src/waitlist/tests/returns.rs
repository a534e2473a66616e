use super::*;
use crate::Month;

fn month(text: &str) -> Month {
    Month::parse(text).unwrap()
}

fn of(care_type: CareType) -> Registration {
    Registration {
        care_type,
        ..registration(on(0))
    }
}

#[test]
fn the_return_tells_who_waits_at_the_end_of_the_month_and_what_two_months_saw() {
    let held = |days: i32| Event::IntakeHeld { held_on: on(days) };
    let started = |days: i32| Event::TreatmentStarted {
        started_on: on(days),
    };
    let entries = [
        // Waits for an intake, 58 days on the last of February.
        listed(&[registered(), reaffirmed(on(58))]),
        // Intake in January within the norm; waits for treatment.
        listed(&[registered(), held(14), reaffirmed(on(58))]),
        // Intake in January over the norm, treatment in February.
        listed(&[registered(), held(30), started(51)]),
        // Withdrawn in February, stale since then: not waiting.
        listed(&[registered(), Event::Withdrawn(withdrawal(on(40)))]),
        listed(&[registered()]),
    ];
    let rows = monthly_return(&entries, month("2026-02"));
    assert_eq!(rows.len(), 1);
    let (key, row) = rows.iter().next().unwrap();
    assert_eq!(key.diagnosis_group.as_ref().unwrap().as_str(), "04");
    assert_eq!(
        (row.waiting_for_intake.within, row.waiting_for_intake.over),
        (0, 1)
    );
    assert_eq!(
        (
            row.waiting_for_treatment.within,
            row.waiting_for_treatment.over
        ),
        (1, 0)
    );
    assert_eq!((row.intakes_held.within, row.intakes_held.over), (1, 1));
    assert_eq!(
        (row.treatments_started.within, row.treatments_started.over),
        (1, 0)
    );
    // 14 and 30 days; 21 days.
    assert_eq!(row.intake_wait.tenths_of_weeks(), Some(31));
    assert_eq!(row.treatment_wait.tenths_of_weeks(), Some(30));
}

#[test]
fn what_came_after_the_month_is_not_in_its_return() {
    let entries = [listed(&[
        registered(),
        Event::IntakeHeld { held_on: on(14) },
        Event::TreatmentStarted { started_on: on(40) },
    ])];
    let january = monthly_return(&entries, month("2026-01"));
    let row = january.values().next().unwrap();
    assert_eq!(row.waiting_for_treatment.all(), 1);
    assert_eq!(row.treatments_started.all(), 0);
    assert_eq!(row.treatment_wait.tenths_of_weeks(), None);
    assert!(monthly_return(&entries, month("2025-12")).is_empty());
    // Two months on, the intake of January is no longer told.
    let march = monthly_return(&entries, month("2026-03"));
    let row = march.values().next().unwrap();
    assert_eq!(
        (row.intakes_held.all(), row.treatments_started.all()),
        (0, 1)
    );
}

#[test]
fn basic_care_is_not_split_and_the_social_domain_is_not_asked_for() {
    let entries = [CareType::Basic, CareType::ShelteredHousing]
        .map(|care_type| listed(&[registered_as(of(care_type))]));
    let rows = monthly_return(&entries, month("2026-01"));
    let keys: Vec<_> = rows.keys().collect();
    assert_eq!(keys.len(), 1);
    assert_eq!(
        (keys[0].care_type, &keys[0].diagnosis_group),
        (CareType::Basic, &None)
    );
}

#[test]
fn waiting_places_are_counted_also_of_one_person() {
    let entries = [1, 2].map(|number| {
        let registration = Registration {
            location_id: LocationId::parse(&format!("loc-{number}")),
            ..registration(on(0))
        };
        listed(&[registered_as(registration)])
    });
    let rows = monthly_return(&entries, month("2026-01"));
    assert_eq!(rows.len(), 2);
    assert!(
        rows.values()
            .all(|row| row.waiting_for_intake.within + row.waiting_for_intake.over == 1)
    );
}
