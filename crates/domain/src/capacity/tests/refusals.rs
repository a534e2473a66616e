use proptest::prelude::*;

use super::*;
use crate::testing::given;

const DAY: i64 = 86_400_000;

fn refusal(reason: RefusalReason) -> Refusal {
    Refusal {
        reason,
        diagnosis_group: None,
        within_declared: false,
    }
}

fn recorded(refusal: Refusal, contradicts: bool) -> Event {
    Event::RefusalRecorded {
        refusal,
        contradicts,
        recorded_at: NOW,
    }
}

fn refused_on(day: i64, reason: RefusalReason) -> Event {
    Event::RefusalRecorded {
        refusal: refusal(reason),
        contradicts: reason == RefusalReason::Age,
        recorded_at: at(day * DAY),
    }
}

/// What recording it leads to says whether it contradicts what was declared.
#[track_caller]
fn contradicts(history: &[Event], refusal: &Refusal, expected: bool) {
    given::<Offering>(history.iter().cloned())
        .at(NOW)
        .when(Command::RecordRefusal(refusal.clone()))
        .then([recorded(refusal.clone(), expected)]);
}

#[test]
fn no_place_after_all_contradicts_a_count_that_says_there_is_one() {
    let no_place = refusal(RefusalReason::NoPlaceAfterAll);
    let counted = |available| [published(), reported(report(NOW, None, available))];
    contradicts(&counted(1), &no_place, true);
    contradicts(&counted(0), &no_place, false);
    contradicts(&[published()], &no_place, false);
    let expired = Report {
        valid_until: Some(NOW),
        ..report(NOW, None, 1)
    };
    contradicts(&[published(), reported(expired)], &no_place, false);
    contradicts(&counted(1), &refusal(RefusalReason::OtherCapacity), true);
}

#[test]
fn a_diagnosis_that_is_taken_by_declaration_contradicts_its_refusal() {
    let takes = |groups: &[&str]| {
        let diagnosis_groups = groups.iter().map(|code| group(code)).collect();
        [Event::OfferingPublished(Box::new(Details {
            diagnosis_groups,
            ..details()
        }))]
    };
    let of_group = |code: &str| Refusal {
        diagnosis_group: Some(group(code)),
        ..refusal(RefusalReason::Diagnosis)
    };
    contradicts(&takes(&["05"]), &of_group("05"), true);
    contradicts(&takes(&["05"]), &of_group("18"), false);
    contradicts(&takes(&[]), &of_group("18"), true);
    // The declaration goes before what the one who asked holds.
    let insisted = Refusal {
        within_declared: true,
        ..of_group("18")
    };
    contradicts(&takes(&["05"]), &insisted, false);
}

#[test]
fn where_the_offering_cannot_tell_the_one_who_asked_does() {
    let within = |reason| Refusal {
        within_declared: true,
        ..refusal(reason)
    };
    for reason in [RefusalReason::Age, RefusalReason::Language] {
        contradicts(&[published()], &within(reason), true);
        contradicts(&[published()], &refusal(reason), false);
    }
    contradicts(&[published()], &within(RefusalReason::NoAnswer), false);
}

#[test]
fn only_what_is_offered_can_refuse() {
    let refuse = || Command::RecordRefusal(refusal(RefusalReason::Age));
    given::<Offering>([])
        .when(refuse())
        .then_rejected(Rejection::UnknownOffering);
    given::<Offering>([published(), withdrawn(WithdrawalReason::Closed)])
        .when(refuse())
        .then_rejected(Rejection::Withdrawn);
}

#[test]
fn refusals_are_counted_by_reason_for_ninety_days() {
    let history = [
        refused_on(100, RefusalReason::Age),
        refused_on(100, RefusalReason::Age),
        refused_on(101, RefusalReason::NoAnswer),
    ];
    let offering = given::<Offering>(history).state().clone();
    let tally = |contradicting, all| RefusalTally { contradicting, all };
    let counted = offering.refusals.by_reason(at(189 * DAY));
    let expected = [
        (RefusalReason::Age, tally(2, 2)),
        (RefusalReason::NoAnswer, tally(0, 1)),
    ];
    assert_eq!(counted, expected.into());
    assert_eq!(offering.refusals.in_all(at(189 * DAY)), tally(2, 3));
    assert_eq!(offering.refusals.in_all(at(190 * DAY)), tally(0, 1));
    assert_eq!(offering.refusals.in_all(at(191 * DAY)), tally(0, 0));
}

proptest! {
    #[test]
    fn what_counts_is_what_was_recorded_in_the_last_days_and_no_more_is_remembered(
        days in prop::collection::vec(0_i64..300, 0..40)
    ) {
        let history = days.iter().map(|day| refused_on(*day, RefusalReason::Age));
        let offering = given::<Offering>(history).state().clone();
        let today = days.iter().copied().max().unwrap_or(0);
        let counting = days.iter().filter(|day| **day > today - REFUSALS_COUNT_FOR_DAYS).count();
        let in_all = offering.refusals.in_all(at(today * DAY));
        prop_assert_eq!(in_all.all as usize, counting);
        prop_assert!(offering.refusals.days().len() <= 90);
    }
}
