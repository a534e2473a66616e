use super::*;

fn foreseen(days: i32) -> Foreseen {
    Foreseen {
        clock: Clock::ToIntake,
        expected_on: on(days),
        norm_ends_on: on(28),
    }
}

fn expect(days: i32) -> Command {
    Command::Foresee(Expectation {
        clock: Clock::ToIntake,
        expected_on: on(days),
    })
}

#[test]
fn a_breach_is_announced_weeks_ahead_once_and_again_when_it_moves() {
    entry([registered()])
        .at(noon(2))
        .when(expect(28))
        .then_nothing()
        .when(expect(50))
        .then([Event::BreachForeseen(foreseen(50))])
        .when(expect(56))
        .then_nothing()
        .when(expect(57))
        .then([Event::BreachForeseen(foreseen(57))])
        .when(expect(28))
        .then([Event::BreachAverted(Clock::ToIntake)])
        .when(expect(28))
        .then_nothing();
}

#[test]
fn what_has_happened_is_not_foreseen() {
    let exceeded = [registered(), Event::NormExceeded(Clock::ToIntake)];
    let held = [registered(), Event::IntakeHeld { held_on: on(3) }];
    for history in [exceeded, held] {
        entry(history).at(noon(30)).when(expect(80)).then_nothing();
    }
}

/// One who waits since that day, and what became of it.
fn waiting(since: i32, steps: &[Event]) -> Listed {
    let registered = registered_as(registration(on(since)));
    let reaffirmed = reaffirmed(on(95));
    listed(&[&[registered, reaffirmed], steps].concat())
}

fn expected(entries: &[Listed], clock: Clock) -> Vec<(u32, Day)> {
    let all = expectations(with_ids(entries), on(100));
    let of_clock = all
        .into_iter()
        .filter(|(_, expectation)| expectation.clock == clock);
    of_clock
        .map(|(id, expectation)| {
            let number = u128::from_be_bytes(*id.as_bytes());
            (number.try_into().unwrap(), expectation.expected_on)
        })
        .collect()
}

#[test]
fn each_waits_for_those_before_at_the_providers_own_pace() {
    let held = |days: i32| [Event::IntakeHeld { held_on: on(days) }];
    let entries = [
        waiting(90, &[]),
        waiting(80, &[]),
        // Two intakes in eight weeks: one in four weeks. The third is too long ago.
        waiting(10, &held(50)),
        waiting(11, &held(60)),
        waiting(0, &held(44)),
    ];
    assert_eq!(
        expected(&entries, Clock::ToIntake),
        [(2, on(128)), (1, on(156))]
    );
    assert_eq!(expected(&entries, Clock::ToTreatment), []);
    assert_eq!(expected(&entries, Clock::Total), []);
}

#[test]
fn who_waits_for_an_intake_is_treated_after_those_who_had_theirs() {
    let held = Event::IntakeHeld { held_on: on(50) };
    let started = Event::TreatmentStarted { started_on: on(72) };
    let entries = [
        waiting(90, &[]),
        waiting(0, std::slice::from_ref(&held)),
        waiting(0, &[held, started]),
    ];
    assert_eq!(expected(&entries, Clock::ToTreatment), [(2, on(156))]);
    assert_eq!(
        expected(&entries, Clock::Total),
        [(2, on(156)), (1, on(212))]
    );
}

#[test]
fn a_planned_intake_is_expected_on_its_day() {
    let planned = Event::IntakePlanned {
        planned_for: on(110),
    };
    let entries = [waiting(90, &[planned])];
    assert_eq!(expected(&entries, Clock::ToIntake), [(1, on(110))]);
}

#[test]
fn where_nobody_was_seen_nothing_is_said() {
    assert_eq!(expected(&[waiting(90, &[])], Clock::ToIntake), []);
}
