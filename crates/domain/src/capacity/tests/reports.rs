use super::*;
use crate::testing::given;

fn available(offering: &Offering) -> Option<u32> {
    offering
        .counts
        .as_ref()
        .map(|figure| figure.value.available)
}

fn command(report: &Report) -> Command {
    Command::Report(report.clone())
}

#[test]
fn a_report_is_the_present() {
    let first = report(at(10), Some(1), 3);
    let after = given::<Offering>([published()])
        .at(NOW)
        .when(command(&first))
        .then([reported(first)]);
    assert_eq!(available(after.state()), Some(3));
}

#[test]
fn a_report_from_the_future_is_refused_and_clocks_may_differ_a_little() {
    given::<Offering>([published()])
        .at(at(100))
        .when(command(&report(
            at(100 + FUTURE_TOLERANCE_MILLIS + 1),
            None,
            3,
        )))
        .then_rejected(Rejection::ObservedInTheFuture);

    let just_ahead = report(at(NOW.as_millis() + FUTURE_TOLERANCE_MILLIS), None, 3);
    given::<Offering>([published()])
        .at(NOW)
        .when(command(&just_ahead))
        .then([reported(just_ahead)]);
}

#[test]
fn an_older_observation_is_history_and_leaves_the_present_alone() {
    let late = report(at(10), Some(2), 9);
    let after = given([published(), reported(report(at(20), Some(1), 3))])
        .at(NOW)
        .when(command(&late))
        .then([Event::LateReportKept(late)]);
    assert_eq!(available(after.state()), Some(3));
}

#[test]
fn of_two_reports_of_one_moment_the_higher_sequence_is_the_present() {
    let history = [published(), reported(report(at(10), Some(2), 3))];
    let lower = report(at(10), Some(1), 8);
    let higher = report(at(10), Some(3), 9);
    given::<Offering>(history.clone())
        .at(NOW)
        .when(command(&lower))
        .then([Event::LateReportKept(lower)]);
    given::<Offering>(history)
        .at(NOW)
        .when(command(&higher))
        .then([reported(higher)]);
}

#[test]
fn of_two_reports_of_one_moment_without_sequence_the_first_stays() {
    let second = report(at(10), None, 9);
    let after = given([published(), reported(report(at(10), None, 3))])
        .at(NOW)
        .when(command(&second))
        .then([Event::LateReportKept(second)]);
    assert_eq!(available(after.state()), Some(3));
}

#[test]
fn a_report_that_comes_again_changes_nothing_with_or_without_a_sequence() {
    for sequence in [None, Some(4)] {
        let same = report(at(10), sequence, 3);
        given::<Offering>([
            published(),
            reported(same.clone()),
            reported(report(at(20), Some(5), 1)),
        ])
        .at(NOW)
        .when(command(&same))
        .then_nothing();
    }
}

#[test]
fn a_late_report_that_comes_again_changes_nothing() {
    let late = report(at(10), None, 9);
    given::<Offering>([published(), reported(report(at(20), None, 3))])
        .at(NOW)
        .when(command(&late))
        .then([Event::LateReportKept(late.clone())])
        .when(command(&late))
        .then_nothing();
}

#[test]
fn a_sequence_is_used_for_one_report_only() {
    given::<Offering>([published(), reported(report(at(10), Some(4), 3))])
        .at(NOW)
        .when(command(&report(at(20), Some(4), 3)))
        .then_rejected(Rejection::SequenceReused(4));
}

/// Reports 1 to 100, of the moments 10 to 1000.
fn a_hundred_reports() -> Vec<Event> {
    let reports = (1..=100).map(|number: u32| {
        reported(report(
            at(i64::from(number) * 10),
            Some(u64::from(number)),
            number,
        ))
    });
    [published()].into_iter().chain(reports).collect()
}

#[test]
fn a_report_that_comes_again_after_a_hundred_others_changes_nothing() {
    given::<Offering>(a_hundred_reports())
        .at(NOW)
        .when(command(&report(at(10), Some(1), 1)))
        .then_nothing();
}

#[test]
fn a_sender_that_begins_to_count_anew_is_told_so_rather_than_ignored() {
    given::<Offering>(a_hundred_reports())
        .at(NOW)
        .when(command(&report(at(5_000), Some(1), 1)))
        .then_rejected(Rejection::SequenceReused(1));
}

#[test]
fn waits_come_in_any_order_and_say_the_same() {
    let kept = waits_report(at(10), None, vec![wait(7), wait(14)]);
    let shuffled = waits_report(at(10), None, vec![wait(14), wait(7), wait(14)]);
    given::<Offering>([published()])
        .at(NOW)
        .when(command(&shuffled))
        .then([reported(kept.clone())])
        .when(command(&kept))
        .then_nothing();
}

#[test]
fn a_part_that_a_report_leaves_out_stays() {
    let after = given([
        published(),
        reported(report(at(10), None, 3)),
        reported(waits_report(at(20), None, vec![wait(7)])),
    ]);
    assert_eq!(available(after.state()), Some(3));

    // Older than the waits, newer than the counts: it is the present of what it says.
    let between = Report {
        waits: vec![wait(99)],
        ..report(at(15), None, 4)
    };
    let after = after
        .at(NOW)
        .when(command(&between))
        .then([reported(between)]);
    assert_eq!(available(after.state()), Some(4));
    assert_eq!(after.state().waits.as_ref().unwrap().value, [wait(7)]);
}

#[test]
fn figures_are_believed_until_they_say_or_for_as_long_as_their_kind() {
    let until = Some(at(500));
    let both = Report {
        waits: vec![wait(7)],
        ..report(at(10), None, 3)
    };
    let after = given([published(), reported(both.clone())]);
    let offering: &Offering = after.state();
    let end_of_counts = at(10 + COUNTS_VALID_FOR_MILLIS);
    let end_of_waits = at(10 + WAITS_VALID_FOR_MILLIS);
    assert_eq!(
        offering.counts_freshness(end_of_counts.plus_millis(-1)),
        Freshness::Current
    );
    assert_eq!(offering.counts_freshness(end_of_counts), Freshness::Expired);
    assert_eq!(
        offering.waits_freshness(end_of_waits.plus_millis(-1)),
        Freshness::Current
    );
    assert_eq!(offering.waits_freshness(end_of_waits), Freshness::Expired);

    let after = given([
        published(),
        reported(Report {
            valid_until: until,
            ..both
        }),
    ]);
    let offering: &Offering = after.state();
    assert_eq!(offering.counts_freshness(at(499)), Freshness::Current);
    assert_eq!(offering.counts_freshness(at(500)), Freshness::Expired);
    assert_eq!(offering.waits_freshness(at(500)), Freshness::Expired);
}

#[test]
fn an_expired_count_is_seen_and_counted_nowhere_and_a_silence_is_neither() {
    let after = given([published(), reported(report(at(10), None, 3))]);
    let offering: &Offering = after.state();
    let later = at(10 + COUNTS_VALID_FOR_MILLIS);
    assert_eq!(
        offering
            .current_counts(at(11))
            .map(|counts| counts.available),
        Some(3)
    );
    assert_eq!(offering.current_counts(later), None);
    assert_eq!(available(offering), Some(3));
    assert_eq!(Offering::default().counts_freshness(at(0)), Freshness::None);
}
