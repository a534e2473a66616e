//! Threat 21: one person acts as both eyes.

use super::*;

/// Somebody of the first organisation has asked.
fn asked() -> Given<Entry> {
    entry([registered(), requested(actor("r", 1), 1)])
}

fn requested(by: Actor, days: i32) -> Event {
    Event::ScreeningRequested(ScreeningRequest {
        by,
        requested_at: noon(days),
    })
}

fn approve(by: Actor, number: u8) -> Command {
    Command::ApproveScreening {
        by,
        content: content(number),
    }
}

fn approval(by: Actor, number: u8, days: i32) -> Approval {
    Approval {
        by,
        content: content(number),
        approved_at: noon(days),
    }
}

fn approved(by: Actor, number: u8, days: i32) -> Event {
    Event::ScreeningApproved(approval(by, number, days))
}

fn screened(first: Approval, second: Approval) -> Event {
    Event::Screened(Box::new(Screened {
        requested_by: actor("r", 1),
        first,
        second,
    }))
}

/// Asked for, and seen by `a` of the second organisation on day 2.
fn seen_once() -> Given<Entry> {
    asked()
        .at(noon(2))
        .when(approve(actor("a", 2), 7))
        .then([approved(actor("a", 2), 7, 2)])
}

#[test]
fn two_people_of_two_organisations_make_a_screening() {
    let done = seen_once()
        .at(noon(16))
        .when(approve(actor("b", 3), 7))
        .then([screened(
            approval(actor("a", 2), 7, 2),
            approval(actor("b", 3), 7, 16),
        )]);
    done.when(approve(actor("b", 3), 7)).then_nothing();
}

#[test]
fn threat_21_one_reviewer_is_one_pair_of_eyes() {
    seen_once()
        .when(approve(actor("a", 2), 7))
        .then_rejected(Rejection::SameReviewer)
        // Also for another organisation, and by another spelling.
        .when(approve(actor("A", 3), 7))
        .then_rejected(Rejection::SameReviewer);
}

#[test]
fn threat_21_two_of_one_organisation_are_one_pair_of_eyes() {
    seen_once()
        .when(approve(actor("b", 2), 7))
        .then_rejected(Rejection::ReviewersOfOneOrganisation);
}

#[test]
fn threat_21_who_asks_does_not_answer_nor_does_a_colleague() {
    asked()
        .at(noon(2))
        .when(approve(actor("r", 2), 7))
        .then_rejected(Rejection::RequesterApproves)
        .when(approve(actor("b", 1), 7))
        .then_rejected(Rejection::RequestersOrganisationApproves);
    seen_once()
        .when(approve(actor("r", 3), 7))
        .then_rejected(Rejection::RequesterApproves)
        .when(approve(actor("b", 1), 7))
        .then_rejected(Rejection::RequestersOrganisationApproves);
}

#[test]
fn threat_21_nobody_becomes_the_requester_half_way() {
    seen_once()
        .when(Command::RequestScreening(actor("x", 3)))
        .then_rejected(Rejection::ScreeningRequestedAlready)
        .when(Command::RequestScreening(actor("r", 1)))
        .then_nothing();
}

#[test]
fn two_who_saw_something_else_have_not_agreed() {
    seen_once()
        .when(approve(actor("b", 3), 8))
        .then_rejected(Rejection::OtherContent)
        // The first may think better of it; then the second agrees.
        .at(noon(3))
        .when(approve(actor("a", 2), 8))
        .then([approved(actor("a", 2), 8, 3)])
        .at(noon(4))
        .when(approve(actor("b", 3), 8))
        .then([screened(
            approval(actor("a", 2), 8, 3),
            approval(actor("b", 3), 8, 4),
        )]);
}

#[test]
fn eyes_that_looked_more_than_two_weeks_apart_are_not_four() {
    let late = noon(16).plus_millis(1);
    let second = Approval {
        approved_at: late,
        ..approval(actor("b", 3), 7, 16)
    };
    seen_once()
        .at(late)
        .when(approve(actor("b", 3), 7))
        .then([Event::ScreeningApproved(second)]);
}

#[test]
fn the_first_look_lapses_by_a_timer() {
    let seen = seen_once();
    let timers = seen.state().timers();
    let lapse = timers
        .iter()
        .find(|timer| timer.name.starts_with("approval"));
    let lapse = lapse.unwrap().clone();
    assert_eq!(lapse.due, noon(16));
    seen.at(lapse.due)
        .when(lapse.command.clone())
        .then([Event::ScreeningApprovalLapsed])
        .when(lapse.command)
        .then_nothing();
}

#[test]
fn nobody_approves_what_nobody_asked_for() {
    entry([registered()])
        .at(noon(2))
        .when(approve(actor("a", 2), 7))
        .then_rejected(Rejection::NoScreeningRequested);
}
