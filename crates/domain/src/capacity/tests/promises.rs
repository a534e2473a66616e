use super::*;
use crate::testing::given;

const HOUR: i64 = 3_600_000;

fn offered(details: Details) -> Event {
    Event::OfferingPublished(Box::new(details))
}

fn counted_at(observed_at: Timestamp) -> Event {
    reported(report(observed_at, None, 2))
}

fn state(history: impl IntoIterator<Item = Event>) -> Offering {
    given::<Offering>(history).state().clone()
}

fn hours(offering: &Offering) -> Option<u32> {
    offering.promised_interval().map(ReportingInterval::hours)
}

#[test]
fn a_provider_that_promises_nothing_is_held_to_the_default_of_its_kind_of_place() {
    assert_eq!(hours(&state([published()])), Some(24));
    let crisis = Details {
        place_kind: Some(PlaceKind::CrisisAssessmentPlace),
        ..details()
    };
    assert_eq!(hours(&state([offered(crisis)])), Some(8));
    let unstated = Details {
        place_kind: None,
        ..details()
    };
    assert_eq!(hours(&state([offered(unstated)])), Some(48));
}

#[test]
fn what_a_provider_promises_goes_before_the_default() {
    let promised = Details {
        promised_interval: ReportingInterval::parse(2),
        ..details()
    };
    assert_eq!(hours(&state([offered(promised)])), Some(2));
}

#[test]
fn nothing_is_promised_by_what_others_published_or_what_is_no_longer_offered() {
    let read_elsewhere = Details {
        origin: Origin::Published,
        promised_interval: ReportingInterval::parse(2),
        ..details()
    };
    let published_elsewhere = state([offered(read_elsewhere)]);
    assert_eq!(hours(&published_elsewhere), None);
    assert!(!published_elsewhere.is_overdue(NOW));
    let closed = withdrawn(WithdrawalReason::Closed);
    assert_eq!(hours(&state([published(), closed])), None);
}

#[test]
fn who_only_ever_reports_waits_and_states_no_kind_of_place_promises_no_counts() {
    let unstated = || {
        offered(Details {
            place_kind: None,
            ..details()
        })
    };
    let waits = reported(waits_report(NOW, None, vec![wait(7)]));
    assert_eq!(hours(&state([unstated(), waits.clone()])), None);
    assert_eq!(
        hours(&state([unstated(), waits, counted_at(NOW)])),
        Some(48)
    );
}

#[test]
fn counts_are_late_from_the_moment_that_they_are_due() {
    let offering = state([published(), counted_at(NOW)]);
    let due_at = NOW.plus_millis(24 * HOUR);
    assert_eq!(offering.report_due_at(), Some(due_at));
    assert!(!offering.is_overdue(due_at.plus_millis(-1)));
    assert!(offering.is_overdue(due_at));
}

#[test]
fn what_was_never_counted_is_late_from_the_start() {
    let offering = state([published()]);
    assert_eq!(offering.report_due_at(), None);
    assert!(offering.is_overdue(at(0)));
}

#[test]
fn who_keeps_the_default_promise_is_never_unknown() {
    let kinds = [
        None,
        Some(PlaceKind::Bed),
        Some(PlaceKind::DayPlace),
        Some(PlaceKind::Slot),
        Some(PlaceKind::ProgrammePlace),
        Some(PlaceKind::HomeTreatmentPlace),
        Some(PlaceKind::CrisisAssessmentPlace),
    ];
    for place_kind in kinds {
        let described = Details {
            place_kind,
            ..details()
        };
        let offering = state([offered(described), counted_at(NOW)]);
        let due_at = offering.report_due_at().unwrap();
        let last_moment = due_at.plus_millis(-1);
        assert!(
            offering.current_counts(last_moment).is_some(),
            "{place_kind:?}"
        );
    }
}

#[test]
fn an_interval_is_a_whole_number_of_hours_up_to_a_year() {
    for hours in [1, 24, 8_760] {
        assert_eq!(
            ReportingInterval::parse(hours).map(ReportingInterval::hours),
            Some(hours)
        );
    }
    for hours in [0, 8_761, u32::MAX] {
        assert_eq!(ReportingInterval::parse(hours), None);
    }
}
