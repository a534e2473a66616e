//! What is true after a closure: figures and pauses from before are history.

use super::*;
use crate::Aggregate;
use crate::testing::given;

/// Published, with figures and a pause, and taken out at moment 20.
fn closed() -> Vec<Event> {
    vec![
        published(),
        reported(report(at(10), Some(1), 3)),
        reported(waits_report(at(11), Some(2), vec![wait(7)])),
        Event::AdmissionsPaused(pause_until("p1", at(50))),
        Event::AdmissionsPaused(pause("p2")),
        withdrawn(WithdrawalReason::Closed),
    ]
}

fn reopened() -> Vec<Event> {
    let mut history = closed();
    history.push(published());
    history
}

#[test]
fn an_offering_is_withdrawn_once_and_a_second_reason_is_refused() {
    given::<Offering>([published()])
        .at(at(20))
        .when(Command::Withdraw(WithdrawalReason::Merged))
        .then([withdrawn(WithdrawalReason::Merged)])
        .when(Command::Withdraw(WithdrawalReason::Merged))
        .then_nothing()
        .when(Command::Withdraw(WithdrawalReason::Closed))
        .then_rejected(Rejection::WithdrawnOtherwise(WithdrawalReason::Merged));
    assert_eq!(
        Rejection::WithdrawnOtherwise(WithdrawalReason::RegisteredInError).to_string(),
        "the offering has been withdrawn already, for another reason: registered-in-error"
    );
}

#[test]
fn what_is_withdrawn_and_published_again_begins_without_figures_and_pauses() {
    let anew = given::<Offering>(closed())
        .at(at(30))
        .when(publish(publication()))
        .then([published()]);
    let state = anew.state();
    assert!(state.is_offered());
    assert_eq!((&state.counts, &state.waits), (&None, &None));
    assert!(state.pauses.is_empty() && state.timers().is_empty());
}

#[test]
fn the_timer_of_a_pause_that_a_closure_ended_decides_nothing() {
    for history in [closed(), reopened()] {
        given::<Offering>(history)
            .when(Command::EndPause {
                pause_id: id("p1"),
                ends_at: at(50),
            })
            .then_nothing();
    }
}

#[test]
fn a_report_counted_before_the_closure_is_history_and_one_counted_after_it_is_the_present() {
    let late = report(at(20), Some(3), 8);
    let fresh = report(at(21), Some(4), 2);
    let state = given::<Offering>(reopened())
        .at(NOW)
        .when(Command::Report(report(at(10), Some(1), 3)))
        .then_nothing()
        .when(Command::Report(late.clone()))
        .then([Event::LateReportKept(late)])
        .when(Command::Report(fresh.clone()))
        .then([reported(fresh)]);
    let counts = state.state().counts.as_ref();
    assert_eq!(counts.map(|figure| figure.value.available), Some(2));
}

#[test]
fn a_correction_of_a_report_from_before_the_closure_brings_nothing_back() {
    let corrected = Command::Correct {
        supersedes: report(at(10), Some(1), 3).key(),
        report: report(at(10), Some(1), 4),
        reason: CorrectionReason::TypingError,
    };
    let corrected = given::<Offering>(reopened()).at(NOW).when(corrected);
    let corrected = corrected.then([Event::ReportCorrected {
        supersedes: report(at(10), Some(1), 3).key(),
        report: report(at(10), Some(1), 4),
        reason: CorrectionReason::TypingError,
        received_at: NOW,
    }]);
    assert_eq!(corrected.state().counts, None);
}

#[test]
fn what_is_declared_in_the_breath_that_opens_anew_holds_whenever_it_was_counted() {
    let known = report(at(10), Some(1), 3);
    let whole = Publication {
        report: Some(known.clone()),
        pauses: Some(vec![pause("p2")]),
        ..publication()
    };
    let anew = given::<Offering>(closed())
        .at(NOW)
        .when(publish(whole.clone()))
        .then([
            published(),
            reported(known),
            Event::AdmissionsPaused(pause("p2")),
        ])
        .when(publish(whole))
        .then_nothing();
    let counts = anew.state().counts.as_ref();
    assert_eq!(counts.map(|figure| figure.value.available), Some(3));

    for (sequence, moment, expected) in [
        (1, 12, Rejection::SequenceReused(1)),
        (9, 10_000_000, Rejection::ObservedInTheFuture),
    ] {
        given::<Offering>(closed())
            .at(NOW)
            .when(publish(Publication {
                report: Some(report(at(moment), Some(sequence), 8)),
                ..publication()
            }))
            .then_rejected(expected);
    }
}
