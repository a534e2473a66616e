use super::*;

#[test]
fn a_wait_is_visible_from_the_first_day_and_stands_against_the_norms() {
    let listed = listed(&[registered()]);
    let wait = listed.wait(Clock::ToIntake).unwrap();
    assert_eq!((wait.days(on(0)), wait.days(on(1))), (0, 1));
    assert_eq!(wait.norm_days, Some(28));
    assert_eq!(wait.is_over_norm(on(28)), Some(false));
    assert_eq!(wait.is_over_norm(on(29)), Some(true));
    assert_eq!(listed.wait(Clock::ToTreatment), None);
    assert_eq!(listed.wait(Clock::Total).unwrap().norm_days, Some(98));
}

#[test]
fn the_total_runs_from_the_first_registration_also_after_the_intake() {
    let listed = listed(&[registered(), Event::IntakeHeld { held_on: on(20) }]);
    let days = |clock| listed.wait(clock).unwrap().days(on(50));
    assert_eq!(
        [Clock::ToIntake, Clock::ToTreatment, Clock::Total].map(days),
        [20, 30, 50]
    );
}

#[test]
fn a_wait_stops_when_the_person_withdraws() {
    let listed = listed(&[registered(), Event::Withdrawn(withdrawal(on(7)))]);
    let wait = listed.wait(Clock::Total).unwrap();
    assert!(!wait.is_running());
    assert_eq!(wait.days(on(400)), 7);
}

#[test]
fn the_social_domain_has_no_norm() {
    let housing = Registration {
        care_type: CareType::ShelteredHousing,
        ..registration(on(0))
    };
    let listed = listed(&[registered_as(housing)]);
    let wait = listed.wait(Clock::Total).unwrap();
    assert_eq!(wait.is_over_norm(on(700)), None);
}

#[test]
fn a_norm_that_is_exceeded_is_announced_by_a_timer_once() {
    let waiting = entry([registered()]);
    let timers = waiting.state().timers();
    let norm = timers
        .iter()
        .find(|timer| timer.name.starts_with("norm:to-intake"));
    let norm = norm.unwrap().clone();
    assert_eq!(norm.due, on(29).begins_at());
    let exceeded = waiting
        .at(norm.due)
        .when(norm.command.clone())
        .then([Event::NormExceeded(Clock::ToIntake)])
        .when(norm.command)
        .then_nothing();
    let left = exceeded.state().timers();
    assert!(!left.iter().any(|timer| timer.name == norm.name));
}

#[test]
fn who_comes_onto_the_list_late_is_over_the_norm_at_once() {
    entry([])
        .at(noon(120))
        .when(register(registration(on(0))))
        .then([
            Event::Registered {
                registration: Box::new(registration(on(0))),
                stated_on: on(120),
            },
            Event::NormExceeded(Clock::ToIntake),
            Event::NormExceeded(Clock::Total),
        ]);
}

#[test]
fn bands_follow_the_norms() {
    let bands = [0, 28, 29, 98, 99, 182, 183, 364, 365].map(WaitBand::of);
    assert_eq!(
        bands.map(WaitBand::as_str),
        [
            "up-to-4-weeks",
            "up-to-4-weeks",
            "up-to-14-weeks",
            "up-to-14-weeks",
            "up-to-26-weeks",
            "up-to-26-weeks",
            "up-to-52-weeks",
            "up-to-52-weeks",
            "over-52-weeks",
        ]
    );
}
