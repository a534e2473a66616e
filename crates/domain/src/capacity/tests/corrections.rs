use super::*;
use crate::testing::given;

fn correct(supersedes: ReportKey, report: &Report) -> Command {
    Command::Correct {
        supersedes,
        report: report.clone(),
        reason: CorrectionReason::TypingError,
    }
}

fn corrected(supersedes: ReportKey, report: &Report) -> Event {
    Event::ReportCorrected {
        supersedes,
        report: report.clone(),
        reason: CorrectionReason::TypingError,
        received_at: NOW,
    }
}

fn available(offering: &Offering) -> Option<u32> {
    offering
        .counts
        .as_ref()
        .map(|figure| figure.value.available)
}

#[test]
fn a_correction_takes_the_place_of_the_present() {
    let (wrong, right) = (report(at(10), Some(1), 30), report(at(10), Some(1), 3));
    let after = given::<Offering>([published(), reported(wrong.clone())])
        .at(NOW)
        .when(correct(wrong.key(), &right))
        .then([corrected(wrong.key(), &right)]);
    assert_eq!(available(after.state()), Some(3));
}

#[test]
fn a_correction_of_history_leaves_the_present_alone() {
    let (wrong, right) = (report(at(10), Some(1), 30), report(at(10), Some(1), 3));
    let present = report(at(20), Some(2), 7);
    let after = given::<Offering>([published(), reported(wrong.clone()), reported(present)])
        .at(NOW)
        .when(correct(wrong.key(), &right))
        .then([corrected(wrong.key(), &right)]);
    assert_eq!(available(after.state()), Some(7));
}

#[test]
fn a_correction_to_a_later_moment_than_the_present_is_the_present() {
    let (wrong, right) = (report(at(10), None, 3), report(at(30), None, 3));
    let after = given::<Offering>([
        published(),
        reported(wrong.clone()),
        reported(report(at(20), None, 7)),
    ])
    .at(NOW)
    .when(correct(wrong.key(), &right))
    .then([corrected(wrong.key(), &right)]);
    assert_eq!(available(after.state()), Some(3));
}

#[test]
fn a_correction_to_an_earlier_moment_makes_room_for_what_comes_between() {
    let (wrong, right) = (report(at(90), None, 3), report(at(9), None, 3));
    let between = report(at(50), None, 7);
    let after = given::<Offering>([published(), reported(wrong.clone())])
        .at(NOW)
        .when(correct(wrong.key(), &right))
        .then([corrected(wrong.key(), &right)])
        .when(Command::Report(between.clone()))
        .then([reported(between)]);
    assert_eq!(available(after.state()), Some(7));
}

#[test]
fn a_part_that_a_correction_leaves_out_stays() {
    let wrong = Report {
        waits: vec![wait(7)],
        ..report(at(10), None, 30)
    };
    let right = report(at(10), None, 3);
    let after = given::<Offering>([published(), reported(wrong.clone())])
        .at(NOW)
        .when(correct(wrong.key(), &right))
        .then([corrected(wrong.key(), &right)]);
    assert_eq!(available(after.state()), Some(3));
    assert_eq!(after.state().waits.as_ref().unwrap().value, [wait(7)]);
}

#[test]
fn a_correction_needs_a_report_to_correct() {
    let known = report(at(10), Some(1), 3);
    for (observed_at, sequence) in [(at(11), Some(1)), (at(10), None), (at(10), Some(2))] {
        let unknown = ReportKey {
            observed_at,
            sequence,
        };
        given::<Offering>([published(), reported(known.clone())])
            .at(NOW)
            .when(correct(unknown, &known))
            .then_rejected(Rejection::UnknownReport);
    }
}

#[test]
fn the_present_can_be_corrected_however_many_late_reports_followed() {
    let (wrong, right) = (report(at(5_000), None, 30), report(at(5_000), None, 3));
    let late = (1..=100).map(|moment| Event::LateReportKept(report(at(moment), None, 1)));
    let history = [published(), reported(wrong.clone())]
        .into_iter()
        .chain(late);
    given::<Offering>(history)
        .at(NOW)
        .when(correct(wrong.key(), &right))
        .then([corrected(wrong.key(), &right)])
        .when(correct(wrong.key(), &right))
        .then_nothing();
}

#[test]
fn a_correction_from_the_future_is_refused() {
    let known = report(at(10), None, 3);
    given::<Offering>([published(), reported(known.clone())])
        .at(at(20))
        .when(correct(known.key(), &report(at(60_000), None, 3)))
        .then_rejected(Rejection::ObservedInTheFuture);
}

#[test]
fn a_correction_that_comes_again_changes_nothing() {
    let wrong = report(at(10), Some(1), 30);
    for right in [
        report(at(10), Some(1), 3),
        report(at(11), Some(9), 3),
        report(at(11), None, 3),
    ] {
        given::<Offering>([published(), reported(wrong.clone())])
            .at(NOW)
            .when(correct(wrong.key(), &right))
            .then([corrected(wrong.key(), &right)])
            .when(correct(wrong.key(), &right))
            .then_nothing();
    }
}

#[test]
fn a_correction_can_be_corrected_back() {
    let (first, second) = (report(at(10), Some(1), 3), report(at(10), Some(1), 30));
    let after = given::<Offering>([published(), reported(first.clone())])
        .at(NOW)
        .when(correct(first.key(), &second))
        .then([corrected(first.key(), &second)])
        .when(correct(second.key(), &first))
        .then([corrected(second.key(), &first)]);
    assert_eq!(available(after.state()), Some(3));
}

#[test]
fn a_report_that_was_corrected_and_comes_again_does_not_return() {
    for sequence in [None, Some(1)] {
        let (wrong, right) = (report(at(90), sequence, 30), report(at(9), sequence, 3));
        let after = given::<Offering>([published(), reported(wrong.clone())])
            .at(NOW)
            .when(correct(wrong.key(), &right))
            .then([corrected(wrong.key(), &right)])
            .when(Command::Report(wrong))
            .then_nothing();
        assert_eq!(available(after.state()), Some(3));
    }
}

#[test]
fn what_was_corrected_cannot_be_corrected_again_under_its_old_name() {
    let (wrong, right) = (report(at(90), None, 30), report(at(9), None, 3));
    given::<Offering>([
        published(),
        reported(wrong.clone()),
        corrected(wrong.key(), &right),
    ])
    .at(NOW)
    .when(correct(wrong.key(), &report(at(91), None, 4)))
    .then_rejected(Rejection::UnknownReport);
}

#[test]
fn a_correction_takes_no_sequence_of_another_report() {
    let known = report(at(10), Some(1), 3);
    given::<Offering>([
        published(),
        reported(known.clone()),
        reported(report(at(20), Some(2), 4)),
    ])
    .at(NOW)
    .when(correct(known.key(), &report(at(10), Some(2), 3)))
    .then_rejected(Rejection::SequenceReused(2));
}
