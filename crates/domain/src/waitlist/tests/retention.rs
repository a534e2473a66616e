use super::*;

fn kept_until(steps: &[Event]) -> Day {
    listed(&[&[registered()], steps].concat()).kept_until()
}

fn helped(started: i32) -> [Event; 2] {
    [
        Event::IntakeHeld { held_on: on(10) },
        Event::TreatmentStarted {
            started_on: on(started),
        },
    ]
}

#[test]
fn who_was_withdrawn_is_kept_for_ninety_days() {
    let withdrawn = Event::Withdrawn(withdrawal(on(20)));
    assert_eq!(kept_until(&[withdrawn]), on(110));
}

#[test]
fn who_was_helped_is_kept_for_ninety_days_after_the_year_of_aftercare() {
    let [held, started] = helped(20);
    let ended = Event::TreatmentEnded {
        ended_on: day("2026-06-30"),
        outflow: Outflow::Gp,
    };
    let until = day("2027-06-30").plus(90);
    assert_eq!(
        kept_until(&[held.clone(), started.clone(), ended.clone()]),
        until
    );
    let over = Event::AftercareEnded;
    assert_eq!(kept_until(&[held, started, ended, over]), until);
}

#[test]
fn what_nobody_closes_is_kept_for_less_than_25_months_after_the_last_word() {
    assert_eq!(kept_until(&[]), day("2028-01-31"));
    assert_eq!(
        kept_until(&[reaffirmed(day("2026-03-31"))]),
        day("2028-03-31")
    );
    assert_eq!(kept_until(&helped(59)), day("2028-03-31"));
}

#[test]
fn who_waits_again_is_kept() {
    let [held, started] = helped(20);
    let ended = Event::TreatmentEnded {
        ended_on: on(30),
        outflow: Outflow::Gp,
    };
    let returned = Event::Returned {
        returned_on: day("2026-12-01"),
    };
    assert_eq!(
        kept_until(&[held, started, ended, returned]),
        day("2028-12-31")
    );
}
