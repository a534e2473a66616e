//! Who agrees to an erasure, how long it is held, and who takes it back.

use super::*;

pub(super) const HOLD_MILLIS: i64 = 3 * DAY_MILLIS;

pub(super) fn request() -> ErasureRequest {
    ErasureRequest {
        by: actor("one", 1),
        is_by_officer: false,
        sealed_subject: vec![1; 16],
        ground: Ground::Objection,
        requested_at: noon(0),
    }
}

pub(super) fn requested() -> Event {
    Event::ErasureRequested(request())
}

pub(super) fn approve(user: &str, organisation: u32) -> Command {
    Command::ApproveErasure {
        by: actor(user, organisation),
        is_officer: false,
        hold_millis: HOLD_MILLIS,
    }
}

pub(super) fn approved(user: &str, organisation: u32, days: i32) -> Event {
    Event::ErasureApproved(ErasureApproval {
        by: actor(user, organisation),
        approved_at: noon(days),
        due_at: noon(days + 3),
    })
}

pub(super) fn revoke(user: &str, organisation: u32) -> Command {
    Command::RevokeErasure {
        by: actor(user, organisation),
        is_officer: false,
    }
}

fn revoked(user: &str, organisation: u32, days: i32) -> Event {
    Event::ErasureRevoked(ErasureRevocation {
        by: actor(user, organisation),
        revoked_at: noon(days),
    })
}

pub(super) const BEGIN: Command = Command::BeginErasure { entries: 2 };
const BEGUN: Event = Event::ErasureBegun { entries: 2 };

#[test]
fn a_colleague_agrees_to_an_erasure_and_it_is_carried_out_once() {
    book([])
        .when(Command::RequestErasure(request()))
        .then([requested()])
        .at(noon(3))
        .when(approve("two", 1))
        .then([approved("two", 1, 3)])
        .at(noon(6))
        .when(BEGIN)
        .then([BEGUN])
        .when(BEGIN)
        .then_nothing()
        .when(Command::CarryOut { entries: 3 })
        .then([Event::ErasureCarriedOut { entries: 3 }])
        .when(Command::CarryOut { entries: 0 })
        .then_nothing()
        .when(BEGIN)
        .then_nothing();
}

#[test]
fn who_finds_nothing_any_more_says_how_many_there_were_at_the_beginning() {
    book([requested(), approved("two", 1, 0), BEGUN])
        .when(Command::CarryOut { entries: 0 })
        .then([Event::ErasureCarriedOut { entries: 2 }]);
}

#[test]
fn what_was_agreed_to_is_held_until_the_hold_is_over() {
    let last = noon(3).plus_millis(-1);
    let held = book([requested(), approved("two", 1, 0)]).at(last);
    let Book::Erasure(erasure) = held.state() else {
        panic!("it is about an erasure");
    };
    assert!(!erasure.is_due(last) && erasure.is_due(noon(3)));
    held.when(BEGIN)
        .then_rejected(Rejection::ErasureHeld)
        .at(noon(3))
        .when(BEGIN)
        .then([BEGUN]);
}

#[test]
fn without_a_hold_it_is_due_at_once() {
    let at_once = Command::ApproveErasure {
        by: actor("two", 1),
        is_officer: false,
        hold_millis: 0,
    };
    let approval = ErasureApproval {
        by: actor("two", 1),
        approved_at: noon(0),
        due_at: noon(0),
    };
    book([requested()])
        .when(at_once)
        .then([Event::ErasureApproved(approval)])
        .when(BEGIN)
        .then([BEGUN]);
}

#[test]
fn it_is_taken_back_by_either_organisation_or_a_privacy_officer() {
    let by_officer = Command::RevokeErasure {
        by: actor("four", 3),
        is_officer: true,
    };
    for (command, event) in [
        (revoke("one", 1), revoked("one", 1, 0)),
        (revoke("three", 1), revoked("three", 1, 0)),
        (revoke("three", 2), revoked("three", 2, 0)),
        (by_officer, revoked("four", 3, 0)),
    ] {
        book([requested(), approved("two", 2, 0)])
            .when(command.clone())
            .then([event])
            .when(command)
            .then_nothing();
    }
    book([requested(), approved("two", 2, 0)])
        .when(revoke("three", 3))
        .then_rejected(Rejection::OtherOrganisationRevokes);
}

#[test]
fn what_nobody_agreed_to_is_taken_back_by_who_asked() {
    book([requested()])
        .when(revoke("two", 2))
        .then_rejected(Rejection::OtherOrganisationRevokes)
        .when(revoke("one", 1))
        .then([revoked("one", 1, 0)])
        .when(approve("two", 1))
        .then_rejected(Rejection::ErasureRevoked);
}

#[test]
fn what_was_taken_back_is_never_carried_out() {
    let given = book([requested(), approved("two", 1, 0), revoked("two", 1, 1)]).at(noon(9));
    let Book::Erasure(erasure) = given.state() else {
        panic!("it is about an erasure");
    };
    assert!(!erasure.is_due(noon(9)));
    given
        .when(BEGIN)
        .then_rejected(Rejection::ErasureRevoked)
        .when(Command::CarryOut { entries: 1 })
        .then_rejected(Rejection::ErasureNotBegun)
        .when(approve("two", 1))
        .then_rejected(Rejection::ErasureRevoked);
}

/// Also when the hold is over, as long as nobody has begun.
#[test]
fn it_is_taken_back_until_it_begins_and_no_longer() {
    book([requested(), approved("two", 1, 0)])
        .at(noon(4))
        .when(revoke("one", 1))
        .then([revoked("one", 1, 4)]);
    book([requested(), approved("two", 1, 0), BEGUN])
        .at(noon(4))
        .when(revoke("one", 1))
        .then_rejected(Rejection::ErasureCarriedOut);
}

/// As logs have it that were written before there was a beginning.
#[test]
fn what_was_carried_out_without_a_beginning_is_not_taken_back_either() {
    let done = Event::ErasureCarriedOut { entries: 1 };
    book([requested(), approved("two", 1, 0), done])
        .at(noon(4))
        .when(revoke("one", 1))
        .then_rejected(Rejection::ErasureCarriedOut)
        .when(BEGIN)
        .then_nothing();
}

#[test]
fn who_asks_does_not_agree_in_whatever_organisation_or_role() {
    for organisation in [1, 2] {
        for is_officer in [false, true] {
            let by = actor("ONE", organisation);
            book([requested()])
                .when(Command::ApproveErasure {
                    by,
                    is_officer,
                    hold_millis: HOLD_MILLIS,
                })
                .then_rejected(Rejection::RequesterApproves);
        }
    }
}

#[test]
fn another_organisation_agrees_only_by_its_privacy_officer() {
    book([requested()])
        .when(approve("two", 2))
        .then_rejected(Rejection::OtherOrganisationApproves)
        .when(Command::ApproveErasure {
            by: actor("two", 2),
            is_officer: true,
            hold_millis: HOLD_MILLIS,
        })
        .then([approved("two", 2, 0)]);
}

#[test]
fn a_request_lapses_after_two_weeks() {
    let last = noon(0).plus_millis(REQUEST_VALID_FOR_MILLIS);
    let given = book([requested()]).at(last.plus_millis(1));
    given
        .when(approve("two", 1))
        .then_rejected(Rejection::ErasureRequestLapsed)
        .at(last)
        .when(approve("two", 1))
        .then([Event::ErasureApproved(ErasureApproval {
            by: actor("two", 1),
            approved_at: last,
            due_at: last.plus_millis(HOLD_MILLIS),
        })]);
}

#[test]
fn an_approval_stands_whoever_says_it_again_and_whenever() {
    book([requested(), approved("two", 1, 0)])
        .at(noon(20))
        .when(approve("two", 1))
        .then_nothing()
        .when(approve("three", 1))
        .then_nothing();
}

#[test]
fn an_erasure_that_nobody_agreed_to_is_not_carried_out() {
    book([requested()])
        .when(BEGIN)
        .then_rejected(Rejection::ErasureNotApproved)
        .when(Command::CarryOut { entries: 1 })
        .then_rejected(Rejection::ErasureNotBegun);
}

#[test]
fn nobody_agrees_to_what_was_not_asked() {
    book([])
        .when(approve("two", 1))
        .then_rejected(Rejection::UnknownErasure)
        .when(revoke("one", 1))
        .then_rejected(Rejection::UnknownErasure)
        .when(BEGIN)
        .then_rejected(Rejection::UnknownErasure)
        .when(Command::CarryOut { entries: 0 })
        .then_rejected(Rejection::UnknownErasure);
}

#[test]
fn a_request_said_again_is_the_same_and_another_under_its_id_is_none() {
    let again = ErasureRequest {
        requested_at: noon(1),
        ..request()
    };
    let other = ErasureRequest {
        ground: Ground::LegalObligation,
        ..request()
    };
    book([requested()])
        .when(Command::RequestErasure(again))
        .then_nothing()
        .when(Command::RequestErasure(other))
        .then_rejected(Rejection::ErasureIdReused);
}

#[test]
fn the_words_for_the_grounds_are_read_back() {
    for ground in Ground::ALL {
        assert_eq!(Ground::parse(ground.as_str()), Some(ground));
    }
    assert_eq!(Ground::parse("because"), None);
}

fn any_command() -> impl Strategy<Value = Command> {
    let who = (0..4_usize, 1..4_u32, any::<bool>());
    let who = who.prop_map(|(user, organisation, is_officer)| {
        (
            actor(["one", "two", "three", "four"][user], organisation),
            is_officer,
        )
    });
    prop_oneof![
        (who.clone(), 0..4_i64).prop_map(|((by, is_officer), days)| Command::ApproveErasure {
            by,
            is_officer,
            hold_millis: days * DAY_MILLIS,
        }),
        who.prop_map(|(by, is_officer)| Command::RevokeErasure { by, is_officer }),
        (0..5_u32).prop_map(|entries| Command::BeginErasure { entries }),
        (0..5_u32).prop_map(|entries| Command::CarryOut { entries }),
    ]
}

proptest! {
    #[test]
    fn whatever_is_said_it_is_taken_back_or_carried_out_and_never_before_its_time(
        said in prop::collection::vec((any_command(), 0..3_i32), 0..30)
    ) {
        let (mut book, mut today) = (replay::<Book>(&[requested()]), 0);
        let (mut due, mut is_revoked, mut has_begun, mut is_done) = (None, false, false, false);
        for (command, days) in said {
            today += days;
            let events = book.decide(&command, noon(today)).unwrap_or_default();
            for event in &events {
                match event {
                    Event::ErasureApproved(approval) => {
                        prop_assert!(due.is_none() && !is_revoked);
                        due = Some(approval.due_at);
                    }
                    Event::ErasureRevoked(_) => {
                        prop_assert!(!is_revoked && !has_begun);
                        is_revoked = true;
                    }
                    Event::ErasureBegun { .. } => {
                        prop_assert!(!is_revoked && !has_begun && due <= Some(noon(today)) && due.is_some());
                        has_begun = true;
                    }
                    Event::ErasureCarriedOut { .. } => {
                        prop_assert!(has_begun && !is_done);
                        is_done = true;
                    }
                    Event::ReceiptBooked(_)
                    | Event::Admitted { .. }
                    | Event::MonthFrozen(_)
                    | Event::KeysNamed(_)
                    | Event::TablePublished(_)
                    | Event::ErasureRequested(_) => prop_assert!(false, "{event:?}"),
                }
            }
            book = events.iter().fold(book, Book::evolve);
            let Book::Erasure(erasure) = &book else {
                panic!("it is about an erasure");
            };
            let waits = due.is_some_and(|due| due <= noon(today)) && !is_revoked && !is_done;
            prop_assert_eq!(erasure.is_due(noon(today)), waits);
        }
    }
}
