//! What a provider counts against the holds that were given meanwhile, case by case.
//!
//! There were three places free at ten. Hold 1 is given at eleven.

use super::*;
use crate::Aggregate;
use crate::testing::{Given, given};

const HOUR: i64 = 3_600_000;
const TEN: Timestamp = NOW;
const ELEVEN: Timestamp = hours_after_ten(1);
const EXPIRY: Timestamp = hours_after_ten(5);

const fn hours_after_ten(hours: i64) -> Timestamp {
    TEN.plus_millis(hours * HOUR)
}

fn held() -> Given<Offering> {
    given::<Offering>([
        published(),
        counted(report(TEN, None, 3)),
        Event::PlaceHeld(hold(1, 1, EXPIRY)),
    ])
    .at(ELEVEN)
}

/// Hold 1 ended at one o'clock.
fn over(end: HoldEnd) -> Given<Offering> {
    let mut history = vec![
        published(),
        counted(report(TEN, None, 3)),
        Event::PlaceHeld(hold(1, 1, EXPIRY)),
    ];
    history.push(ended(1, 1, end, hours_after_ten(3)));
    given::<Offering>(history).at(hours_after_ten(4))
}

/// A count that names the highest token that it knows.
fn count(observed_at: Timestamp, available: u32, token: Option<u64>) -> Report {
    let counts = UncheckedCounts {
        occupied: 5,
        available,
        highest_token_counted: token,
        ..UncheckedCounts::default()
    };
    Report {
        counts: counts.check(0).ok(),
        ..report(observed_at, None, available)
    }
}

fn counted(report: Report) -> Event {
    let received_at = report.observed_at;
    Event::CapacityReported {
        report,
        received_at,
    }
}

/// What is free, missing and consumed unseen, after this report.
#[track_caller]
fn after(given: Given<Offering>, report: Report) -> (u32, u32, u32) {
    let events = given
        .state()
        .decide(&Command::Report(report), hours_after_ten(500));
    let offering = events
        .unwrap()
        .iter()
        .fold(given.state().clone(), Offering::evolve);
    let balance = offering.balance().unwrap();
    (balance.available, balance.missing, balance.consumed)
}

#[test]
fn a_count_taken_before_the_hold_does_not_know_it() {
    assert_eq!(
        after(held(), count(TEN.plus_millis(HOUR / 2), 3, None)),
        (2, 0, 0)
    );
}

#[test]
fn a_count_taken_after_the_hold_that_names_no_token_does_not_know_it_either() {
    assert_eq!(after(held(), count(hours_after_ten(2), 3, None)), (2, 0, 0));
}

#[test]
fn a_count_that_names_the_token_has_taken_the_place_off_itself() {
    assert_eq!(
        after(held(), count(hours_after_ten(2), 2, Some(1))),
        (2, 0, 0)
    );
}

#[test]
fn the_next_count_that_names_none_knows_none() {
    let given = given::<Offering>([
        published(),
        counted(report(TEN, None, 3)),
        Event::PlaceHeld(hold(1, 1, EXPIRY)),
        counted(count(hours_after_ten(2), 2, Some(1))),
    ]);
    assert_eq!(after(given, count(hours_after_ten(3), 3, None)), (2, 0, 0));
}

#[test]
fn a_later_hold_is_not_in_a_count_whatever_token_that_names() {
    let given = held()
        .at(hours_after_ten(2))
        .when(Command::Report(count(hours_after_ten(2), 2, Some(99))))
        .then([Event::CapacityReported {
            report: count(hours_after_ten(2), 2, Some(99)),
            received_at: hours_after_ten(2),
        }])
        .when(place(2, EXPIRY))
        .then([Event::PlaceHeld(hold(2, 2, EXPIRY))]);
    assert_eq!(given.state().balance().unwrap().available, 1);
}

#[test]
fn a_place_taken_without_a_hold_is_one_less_for_everybody() {
    assert_eq!(after(held(), count(hours_after_ten(2), 2, None)), (1, 0, 0));
    assert_eq!(
        after(held(), count(hours_after_ten(2), 1, Some(1))),
        (1, 0, 0)
    );
}

#[test]
fn fewer_places_than_holds_is_overcommitted_and_the_count_is_taken() {
    let now = hours_after_ten(2);
    let none_left = count(now, 0, None);
    let known = |report: &Report| Event::CapacityReported {
        report: report.clone(),
        received_at: now,
    };
    let given = held()
        .at(now)
        .when(Command::Report(none_left.clone()))
        .then([
            known(&none_left),
            Event::OvercommitmentArisen { places_missing: 1 },
        ]);
    let balance = given.state().balance().unwrap();
    assert_eq!((balance.available, balance.missing), (0, 1));

    // It lasts until the hold ends, or a place turns up.
    let one_left = count(now.plus_millis(1), 1, None);
    given
        .at(now)
        .when(Command::Report(one_left.clone()))
        .then([known(&one_left), Event::OvercommitmentResolved]);
    held()
        .at(now)
        .when(Command::Report(none_left.clone()))
        .then([
            known(&none_left),
            Event::OvercommitmentArisen { places_missing: 1 },
        ])
        .when(Command::ReleaseHold(claim(1, 1)))
        .then([
            ended(1, 1, HoldEnd::Released, now),
            Event::OvercommitmentResolved,
        ]);
}

#[test]
fn an_overcommitted_offering_gives_no_further_hold() {
    held()
        .at(hours_after_ten(2))
        .when(Command::Report(count(hours_after_ten(2), 1, None)))
        .then([Event::CapacityReported {
            report: count(hours_after_ten(2), 1, None),
            received_at: hours_after_ten(2),
        }])
        .when(place(2, EXPIRY))
        .then_rejected(Rejection::NoPlaceFree);
}

#[test]
fn a_hold_that_was_counted_and_then_ended_unused_gives_its_place_back() {
    for end in [HoldEnd::Released, HoldEnd::Expired] {
        // Counted at noon, when it was still held; it ended at one.
        assert_eq!(
            after(over(end), count(hours_after_ten(2), 2, Some(1))),
            (3, 0, 0)
        );
        // Counted at two, when it was over: the count has the place already.
        assert_eq!(
            after(over(end), count(hours_after_ten(4), 3, Some(1))),
            (3, 0, 0)
        );
        // Never knew it.
        assert_eq!(
            after(over(end), count(hours_after_ten(2), 3, None)),
            (3, 0, 0)
        );
        assert_eq!(
            after(over(end), count(hours_after_ten(4), 3, None)),
            (3, 0, 0)
        );
    }
}

#[test]
fn a_hold_that_was_counted_and_then_consumed_is_taken_off_once() {
    // The count took it off as held; whoever held it has come.
    assert_eq!(
        after(
            over(HoldEnd::Consumed),
            count(hours_after_ten(2), 2, Some(1))
        ),
        (2, 0, 0)
    );
    // The count has the person among the occupied.
    assert_eq!(
        after(
            over(HoldEnd::Consumed),
            count(hours_after_ten(4), 2, Some(1))
        ),
        (2, 0, 0)
    );
}

#[test]
fn a_place_consumed_that_the_count_does_not_know_is_taken_off() {
    assert_eq!(
        after(over(HoldEnd::Consumed), count(hours_after_ten(2), 3, None)),
        (2, 0, 1)
    );
    // It names no token, so it knows none: whether the person has come is not to be seen from it.
    assert_eq!(
        after(over(HoldEnd::Consumed), count(hours_after_ten(4), 3, None)),
        (2, 0, 1)
    );
}

#[test]
fn a_count_taken_three_days_after_an_admission_knows_it_whatever_it_names() {
    let at_the_limit = hours_after_ten(3 + 72);
    assert_eq!(
        after(over(HoldEnd::Consumed), count(at_the_limit, 2, None)),
        (1, 0, 1)
    );
    let later = at_the_limit.plus_millis(1);
    assert_eq!(
        after(over(HoldEnd::Consumed), count(later, 2, None)),
        (2, 0, 0)
    );
}

#[test]
fn a_correction_changes_what_the_count_knew() {
    let wrong = count(hours_after_ten(2), 2, Some(1));
    let key = wrong.key();
    let correct = |report: Report| Command::Correct {
        supersedes: key,
        report,
        reason: CorrectionReason::TypingError,
    };
    let given = given::<Offering>([
        published(),
        counted(report(TEN, None, 3)),
        Event::PlaceHeld(hold(1, 1, EXPIRY)),
        counted(wrong),
    ])
    .at(hours_after_ten(3));
    assert_eq!(given.state().balance().unwrap().available, 2);

    // It had counted two without knowing of the hold.
    let events = given.state().decide(
        &correct(count(hours_after_ten(2), 2, None)),
        hours_after_ten(3),
    );
    let corrected = events
        .unwrap()
        .iter()
        .fold(given.state().clone(), Offering::evolve);
    assert_eq!(corrected.balance().unwrap().available, 1);

    // It had counted none, before the hold: overcommitted.
    let events = given
        .state()
        .decide(&correct(count(TEN, 0, None)), hours_after_ten(3));
    let arisen = Event::OvercommitmentArisen { places_missing: 1 };
    assert_eq!(events.unwrap().last(), Some(&arisen));
}

#[test]
fn a_correction_of_an_admission_that_was_thought_counted_takes_the_place_off_again() {
    let wrong = count(hours_after_ten(4), 2, Some(1));
    let key = wrong.key();
    let given = over(HoldEnd::Consumed)
        .when(Command::Report(wrong.clone()))
        .then([Event::CapacityReported {
            report: wrong,
            received_at: hours_after_ten(4),
        }]);
    assert_eq!(given.state().balance().unwrap().available, 2);
    let correct = Command::Correct {
        supersedes: key,
        report: count(hours_after_ten(4), 2, None),
        reason: CorrectionReason::WrongMoment,
    };
    let events = given.state().decide(&correct, hours_after_ten(5)).unwrap();
    let corrected = events.iter().fold(given.state().clone(), Offering::evolve);
    assert_eq!(corrected.balance().unwrap().available, 1);
}

#[test]
fn a_late_report_changes_nothing_of_what_is_free() {
    let given = held();
    let late = count(TEN.plus_millis(-HOUR), 0, Some(1));
    let given = given
        .when(Command::Report(late.clone()))
        .then([Event::LateReportKept(late)]);
    assert_eq!(given.state().balance().unwrap().available, 2);
}

#[test]
fn waits_alone_change_nothing_of_what_is_free() {
    let waits = waits_report(hours_after_ten(2), None, vec![wait(7)]);
    assert_eq!(after(held(), waits), (2, 0, 0));
}

#[test]
fn what_ended_long_before_a_count_is_forgotten() {
    let given = over(HoldEnd::Consumed);
    let later = hours_after_ten(3 + 72).plus_millis(1);
    let events = [counted(count(later, 2, None))];
    let offering = events.iter().fold(given.state().clone(), Offering::evolve);
    let holds = offering.holds.unwrap();
    assert_eq!(
        (holds.last_token(), holds.active(), holds.ended()),
        (1, &[][..], &[][..])
    );
}

#[test]
fn what_was_never_counted_is_not_known_to_be_free() {
    let offering = crate::replay::<Offering>(&[published(), Event::PlaceHeld(hold(1, 1, EXPIRY))]);
    assert_eq!(offering.balance(), None);
}
