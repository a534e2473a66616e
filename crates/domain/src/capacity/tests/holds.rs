use super::*;
use crate::testing::{Given, given};
use crate::{Aggregate, Timer};

const HOUR: i64 = 3_600_000;
const TWO_HOURS: Timestamp = NOW.plus_millis(2 * HOUR);

/// An offering that has so many places free, counted just now.
fn free(places: u32) -> Vec<Event> {
    vec![published(), reported(report(NOW, None, places))]
}

fn given_free(places: u32) -> Given<Offering> {
    given::<Offering>(free(places)).at(NOW)
}

fn gone(reason: WithdrawalReason, withdrawn_at: Timestamp) -> Event {
    Event::OfferingWithdrawn {
        reason,
        withdrawn_at,
    }
}

/// One place of two is held.
fn given_a_hold() -> Given<Offering> {
    given_free(2)
        .when(place(1, TWO_HOURS))
        .then([Event::PlaceHeld(hold(1, 1, TWO_HOURS))])
}

fn given_ended(end: HoldEnd) -> Given<Offering> {
    let mut history = free(2);
    history.push(Event::PlaceHeld(hold(1, 1, TWO_HOURS)));
    history.push(ended(1, 1, end, NOW));
    given::<Offering>(history).at(NOW)
}

#[test]
fn a_hold_takes_a_place_and_the_next_token() {
    let given = given_a_hold();
    assert_eq!(given.state().balance().unwrap().available, 1);
    let given = given
        .when(place(2, TWO_HOURS))
        .then([Event::PlaceHeld(hold(2, 2, TWO_HOURS))]);
    assert_eq!(given.state().balance().unwrap().available, 0);
    given
        .when(place(3, TWO_HOURS))
        .then_rejected(Rejection::NoPlaceFree);
}

#[test]
fn a_repeat_finds_its_own_hold_also_when_everything_has_changed() {
    given_free(1)
        .when(place(1, TWO_HOURS))
        .then([Event::PlaceHeld(hold(1, 1, TWO_HOURS))])
        .when(place(1, TWO_HOURS))
        .then_nothing()
        .at(NOW.plus_millis(9 * HOUR))
        .when(place(1, TWO_HOURS))
        .then_nothing()
        .when(Command::Withdraw(WithdrawalReason::Closed))
        .then([gone(WithdrawalReason::Closed, NOW.plus_millis(9 * HOUR))])
        .when(place(1, TWO_HOURS))
        .then_nothing();
}

#[test]
fn a_repeat_of_a_hold_that_has_ended_holds_nothing() {
    for end in [HoldEnd::Released, HoldEnd::Consumed, HoldEnd::Expired] {
        given_ended(end)
            .when(place(1, TWO_HOURS))
            .then_rejected(Rejection::HoldEnded);
    }
}

#[test]
fn nothing_is_held_of_what_is_not_offered() {
    given::<Offering>([])
        .at(NOW)
        .when(place(1, TWO_HOURS))
        .then_rejected(Rejection::UnknownOffering);
    given_free(1)
        .when(Command::Withdraw(WithdrawalReason::Closed))
        .then([gone(WithdrawalReason::Closed, NOW)])
        .when(place(1, TWO_HOURS))
        .then_rejected(Rejection::Withdrawn);
}

#[test]
fn nothing_is_held_that_is_not_known_to_be_free() {
    given::<Offering>([published()])
        .at(NOW)
        .when(place(1, TWO_HOURS))
        .then_rejected(Rejection::NoCurrentCounts);
    let three_days_later = NOW.plus_millis(72 * HOUR);
    given_free(1)
        .at(three_days_later)
        .when(place(1, three_days_later.plus_millis(HOUR)))
        .then_rejected(Rejection::NoCurrentCounts);
    given_free(0)
        .when(place(1, TWO_HOURS))
        .then_rejected(Rejection::NoPlaceFree);
}

#[test]
fn only_a_pause_for_everybody_that_has_begun_stops_holds() {
    let for_one_group = Pause {
        scope: PauseScope {
            diagnosis_groups: BTreeSet::from([group("05")]),
            ..PauseScope::default()
        },
        ..pause("p1")
    };
    let later = Pause {
        starts_at: Some(TWO_HOURS),
        ..pause("p2")
    };
    given_free(1)
        .when(Command::Pause(for_one_group.clone()))
        .then([Event::AdmissionsPaused(for_one_group)])
        .when(Command::Pause(later.clone()))
        .then([Event::AdmissionsPaused(later)])
        .when(place(1, TWO_HOURS))
        .then([Event::PlaceHeld(hold(1, 1, TWO_HOURS))])
        .at(TWO_HOURS)
        .when(place(2, TWO_HOURS.plus_millis(HOUR)))
        .then_rejected(Rejection::AdmissionsPaused);
}

#[test]
fn a_hold_lasts_between_a_minute_and_three_days() {
    let hold_for = |millis| given_free(1).when(place(1, NOW.plus_millis(millis)));
    let minute = NOW.plus_millis(60_000);
    hold_for(60_000).then([Event::PlaceHeld(hold(1, 1, minute))]);
    // The caller's clock is a little behind, or ahead.
    let less = NOW.plus_millis(55_000);
    hold_for(55_000).then([Event::PlaceHeld(hold(1, 1, less))]);
    let more = NOW.plus_millis(72 * HOUR + 5_000);
    hold_for(72 * HOUR + 5_000).then([Event::PlaceHeld(hold(1, 1, more))]);

    hold_for(54_999).then_rejected(Rejection::EndsTooSoon);
    hold_for(-HOUR).then_rejected(Rejection::EndsTooSoon);
    hold_for(72 * HOUR + 5_001).then_rejected(Rejection::EndsTooLate);
}

#[test]
fn an_extension_moves_the_end_and_keeps_the_token() {
    let later = NOW.plus_millis(5 * HOUR);
    let extend = |number, token, expires_at| Command::ExtendHold {
        claim: claim(number, token),
        expires_at,
    };
    given_a_hold()
        .when(extend(1, 1, later))
        .then([Event::HoldExtended(hold(1, 1, later))])
        .when(extend(1, 1, later))
        .then_nothing()
        .when(extend(1, 1, TWO_HOURS))
        .then_rejected(Rejection::EndsEarlier)
        .when(extend(1, 1, NOW.plus_millis(73 * HOUR)))
        .then_rejected(Rejection::EndsTooLate)
        .when(extend(1, 2, NOW.plus_millis(6 * HOUR)))
        .then_rejected(Rejection::TokenMismatch)
        .when(extend(2, 1, NOW.plus_millis(6 * HOUR)))
        .then_rejected(Rejection::UnknownHold);
    given_ended(HoldEnd::Expired)
        .when(extend(1, 1, later))
        .then_rejected(Rejection::HoldEnded);
}

#[test]
fn a_released_place_is_free_again() {
    let given = given_a_hold()
        .when(Command::ReleaseHold(claim(1, 1)))
        .then([ended(1, 1, HoldEnd::Released, NOW)])
        .when(Command::ReleaseHold(claim(1, 1)))
        .then_nothing();
    assert_eq!(given.state().balance().unwrap().available, 2);
    assert!(given.state().active_holds().is_empty());
}

#[test]
fn a_consumed_place_is_taken() {
    let given = given_a_hold()
        .when(Command::ConsumePlace(claim(1, 1)))
        .then([ended(1, 1, HoldEnd::Consumed, NOW)])
        .when(Command::ConsumePlace(claim(1, 1)))
        .then_nothing();
    let expected = Balance {
        available: 1,
        missing: 0,
        consumed: 1,
    };
    assert_eq!(given.state().balance(), Some(expected));
}

#[test]
fn who_comes_too_late_or_with_anothers_token_hears_so() {
    let both = [Command::ReleaseHold, Command::ConsumePlace];
    for command in both {
        given_a_hold()
            .when(command(claim(1, 2)))
            .then_rejected(Rejection::TokenMismatch)
            .when(command(claim(2, 1)))
            .then_rejected(Rejection::UnknownHold);
        given_ended(HoldEnd::Expired)
            .when(command(claim(1, 1)))
            .then_rejected(Rejection::HoldEnded)
            .when(command(claim(1, 2)))
            .then_rejected(Rejection::TokenMismatch);
        given::<Offering>([])
            .when(command(claim(1, 1)))
            .then_rejected(Rejection::UnknownOffering);
    }
    given_ended(HoldEnd::Consumed)
        .when(Command::ReleaseHold(claim(1, 1)))
        .then_rejected(Rejection::HoldEnded);
    given_ended(HoldEnd::Released)
        .when(Command::ConsumePlace(claim(1, 1)))
        .then_rejected(Rejection::HoldEnded);
}

#[test]
fn of_what_was_withdrawn_a_place_is_given_back_but_not_taken() {
    let extension = Command::ExtendHold {
        claim: claim(1, 1),
        expires_at: NOW.plus_millis(5 * HOUR),
    };
    given_a_hold()
        .when(Command::Withdraw(WithdrawalReason::Closed))
        .then([gone(WithdrawalReason::Closed, NOW)])
        .when(Command::ConsumePlace(claim(1, 1)))
        .then_rejected(Rejection::Withdrawn)
        .when(extension)
        .then_rejected(Rejection::Withdrawn)
        .when(Command::ReleaseHold(claim(1, 1)))
        .then([ended(1, 1, HoldEnd::Released, NOW)]);
}

#[test]
fn a_hold_runs_out_by_its_timer_and_counts_until_then() {
    let given = given_a_hold();
    let expire = Command::ExpireHold {
        hold_id: hold_id(1),
        expires_at: TWO_HOURS,
    };
    let timer = Timer {
        name: format!("hold:{}:{}", hold_id(1), TWO_HOURS.as_millis()),
        due: TWO_HOURS,
        command: expire.clone(),
    };
    assert_eq!(given.state().timers(), [timer]);

    // Its moment has passed; nobody has said so yet.
    let late = TWO_HOURS.plus_millis(HOUR);
    let given = given.at(late);
    assert_eq!(given.state().balance().unwrap().available, 1);
    let given = given
        .when(expire.clone())
        .then([ended(1, 1, HoldEnd::Expired, late)])
        .when(expire)
        .then_nothing();
    assert_eq!(given.state().balance().unwrap().available, 2);
    assert!(given.state().timers().is_empty());
}

#[test]
fn the_timer_of_a_hold_that_was_extended_does_nothing() {
    let later = NOW.plus_millis(5 * HOUR);
    given_a_hold()
        .when(Command::ExtendHold {
            claim: claim(1, 1),
            expires_at: later,
        })
        .then([Event::HoldExtended(hold(1, 1, later))])
        .at(TWO_HOURS)
        .when(Command::ExpireHold {
            hold_id: hold_id(1),
            expires_at: TWO_HOURS,
        })
        .then_nothing();
}

#[test]
fn a_token_is_never_given_again() {
    given_a_hold()
        .when(Command::ReleaseHold(claim(1, 1)))
        .then([ended(1, 1, HoldEnd::Released, NOW)])
        .when(Command::Withdraw(WithdrawalReason::Merged))
        .then([gone(WithdrawalReason::Merged, NOW)])
        .when(publish(Publication {
            report: Some(report(NOW.plus_millis(1), None, 1)),
            ..publication()
        }))
        .then([published(), reported(report(NOW.plus_millis(1), None, 1))])
        .when(place(2, TWO_HOURS))
        .then([Event::PlaceHeld(hold(2, 2, TWO_HOURS))]);
}

#[test]
fn there_is_an_end_to_the_holds_of_one_offering() {
    let mut offering = crate::replay::<Offering>(&free(1_000));
    for number in 0..=MAX_HOLDS {
        let text = format!("019d5f33-0000-7000-8000-{number:012x}");
        let command = Command::HoldPlace {
            hold_id: HoldId::parse(&text).unwrap(),
            expires_at: TWO_HOURS,
        };
        match offering.decide(&command, NOW) {
            Ok(events) => offering = events.iter().fold(offering, Offering::evolve),
            Err(rejection) => {
                assert_eq!((number, rejection), (MAX_HOLDS, Rejection::TooManyHolds));
            }
        }
    }
    assert_eq!(offering.active_holds().len(), MAX_HOLDS);
}

#[test]
fn an_offering_that_never_had_a_hold_keeps_nothing_of_holds() {
    let given = given_free(2);
    assert_eq!(given.state().holds, None);
    assert_eq!(given.state().last_token(), 0);
}

#[test]
fn a_hold_is_named_by_a_uuid() {
    assert!(HoldId::parse("019d5f33-0000-7000-8000-00000000abcd").is_some());
    for wrong in [
        "",
        "p1",
        "019D5F33-0000-7000-8000-000000000001",
        "019d5f33-0000-7000-8000-00000000000",
        "019d5f33000007000080000000000000001x",
    ] {
        assert_eq!(HoldId::parse(wrong), None, "{wrong}");
    }
}
