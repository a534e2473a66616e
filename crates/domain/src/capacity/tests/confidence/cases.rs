use super::*;

/// How many cases a history taught, and in how many a place was left.
fn taught(history: &[Event]) -> (f64, f64) {
    let offering: Offering = replay(history);
    let cells = offering.cases.iter().flat_map(|cases| cases.cells());
    cells.fold((0.0, 0.0), |(all, kept), (_, cell)| {
        (
            all + f64::from(cell.all) / 8.0,
            kept + f64::from(cell.kept) / 8.0,
        )
    })
}

#[test]
fn a_later_count_shows_whether_a_place_was_left() {
    assert_eq!(
        taught(&[counted(after(0), 2), counted(after(5), 1)]),
        (1.0, 1.0)
    );
    assert_eq!(
        taught(&[counted(after(0), 2), counted(after(5), 0)]),
        (1.0, 0.0)
    );
}

#[test]
fn one_count_alone_teaches_nothing_and_takes_no_room() {
    let offering: Offering = replay(&[counted(after(0), 2)]);
    assert_eq!(offering.cases, None);
}

#[test]
fn where_none_was_free_nothing_is_put_to_the_test() {
    assert_eq!(
        taught(&[counted(after(0), 0), counted(after(5), 1)]),
        (0.0, 0.0)
    );
}

#[test]
fn what_had_expired_was_no_promise() {
    assert_eq!(
        taught(&[counted(after(0), 2), counted(after(48), 1)]),
        (0.0, 0.0)
    );
}

#[test]
fn late_reports_and_corrections_are_no_new_counts() {
    let key = report(after(5), None, 1).key();
    let corrected = Event::ReportCorrected {
        supersedes: key,
        report: report(after(6), None, 0),
        reason: CorrectionReason::TypingError,
        received_at: NOW,
    };
    let late = Event::LateReportKept(report(after(4), None, 0));
    let history = [counted(after(0), 2), counted(after(5), 1), late, corrected];
    assert_eq!(taught(&history), (1.0, 1.0));
}

#[test]
fn a_report_of_waits_alone_is_no_count() {
    let waits = reported(waits_report(after(5), None, vec![wait(3)]));
    assert_eq!(taught(&[counted(after(0), 2), waits]), (0.0, 0.0));
}

#[test]
fn a_unit_keeps_at_most_a_thousand_cases_and_their_shares() {
    let counts = (0..3_000).map(|place| counted(after(place), if place % 4 == 3 { 0 } else { 1 }));
    let (all, kept) = taught(&counts.collect::<Vec<_>>());
    assert!((480.0..=1_000.0).contains(&all), "{all}");
    assert!((kept / all - 2.0 / 3.0).abs() < 0.02, "{kept} of {all}");
}
