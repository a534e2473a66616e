mod erasure;
mod erasure_model;

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::testing::{Given, given};
use crate::waitlist::UserId;
use crate::{Aggregate, Day, ProviderId, Timestamp, replay};

const DAY_MILLIS: i64 = 24 * 3_600_000;

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// 1 November 2026 and so many days.
fn on(days: i32) -> Day {
    day("2026-11-01").plus(days)
}

/// Noon of such a day.
fn noon(days: i32) -> Timestamp {
    on(days).begins_at().plus_millis(DAY_MILLIS / 2)
}

fn receipt(days: i32, granted: u32) -> BookedReceipt {
    BookedReceipt {
        day: on(days),
        granted,
    }
}

fn admit(receipt: Option<BookedReceipt>, new: u32) -> Command {
    Command::Admit { receipt, new }
}

fn admitted(covered: u32, beyond: u32) -> Event {
    Event::Admitted { covered, beyond }
}

fn book(history: impl IntoIterator<Item = Event>) -> Given<Book> {
    given::<Book>(history).at(noon(0))
}

#[test]
fn what_was_granted_is_covered() {
    book([])
        .when(admit(Some(receipt(0, 10)), 7))
        .then([Event::ReceiptBooked(receipt(0, 10)), admitted(7, 0)])
        .when(admit(Some(receipt(0, 10)), 3))
        .then([admitted(3, 0)]);
}

#[test]
fn what_goes_beyond_is_said() {
    book([Event::ReceiptBooked(receipt(0, 10))])
        .when(admit(None, 12))
        .then([admitted(10, 2)])
        .when(admit(None, 1))
        .then([admitted(0, 1)]);
}

#[test]
fn what_went_beyond_takes_nothing_of_what_is_granted_later() {
    book([Event::ReceiptBooked(receipt(0, 1)), admitted(1, 5)])
        .when(admit(Some(receipt(0, 3)), 2))
        .then([Event::ReceiptBooked(receipt(0, 3)), admitted(2, 0)]);
}

#[test]
fn without_a_receipt_nothing_is_covered() {
    book([]).when(admit(None, 4)).then([admitted(0, 4)]);
}

#[test]
fn of_a_day_the_largest_figure_counts() {
    let given = book([Event::ReceiptBooked(receipt(0, 10))]);
    given
        .when(admit(Some(receipt(0, 8)), 0))
        .then_nothing()
        .when(admit(Some(receipt(0, 12)), 0))
        .then([Event::ReceiptBooked(receipt(0, 12))])
        .when(admit(None, 13))
        .then([admitted(12, 1)]);
}

#[test]
fn the_days_add_up() {
    book([
        Event::ReceiptBooked(receipt(-2, 5)),
        Event::ReceiptBooked(receipt(-1, 6)),
    ])
    .when(admit(None, 12))
    .then([admitted(11, 1)]);
}

#[test]
fn who_brings_nothing_new_is_written_down_nowhere() {
    book([]).when(admit(None, 0)).then_nothing();
    book([]).when(admit(Some(receipt(0, 0)), 0)).then_nothing();
}

#[test]
fn nothing_is_granted_ahead() {
    book([])
        .when(admit(Some(receipt(1, 10)), 1))
        .then_rejected(Rejection::DayInTheFuture);
}

#[test]
fn clocks_may_differ_by_minutes() {
    let nearly = on(1).begins_at().plus_millis(-300_000);
    book([])
        .at(nearly)
        .when(admit(Some(receipt(1, 1)), 1))
        .then([Event::ReceiptBooked(receipt(1, 1)), admitted(1, 0)]);
}

#[test]
fn days_long_past_are_one_sum_and_are_booked_no_more() {
    let old = Event::ReceiptBooked(receipt(-401, 5));
    let given = book([old, Event::ReceiptBooked(receipt(0, 1))]);
    let Book::Grants(grants) = given.state() else {
        panic!("it is about grants");
    };
    assert_eq!(grants.by_day.len(), 1);
    assert_eq!((grants.of_older_days, grants.granted()), (5, 6));
    given
        .when(admit(Some(receipt(-401, 50)), 0))
        .then_nothing()
        .when(admit(None, 7))
        .then([admitted(6, 1)]);
}

#[derive(Clone, Debug)]
struct Step {
    receipt: Option<BookedReceipt>,
    new: u32,
}

fn any_step() -> impl Strategy<Value = Step> {
    let any_receipt = (-500..=0_i32, 0..40_u32).prop_map(|(days, granted)| receipt(days, granted));
    (prop::option::of(any_receipt), 0..30_u32).prop_map(|(receipt, new)| Step { receipt, new })
}

proptest! {
    #[test]
    fn threat_26_never_more_are_covered_than_were_granted(
        steps in prop::collection::vec(any_step(), 0..60)
    ) {
        let mut book = Book::default();
        let mut said: BTreeMap<Day, u32> = BTreeMap::new();
        let (mut covered_so_far, mut kept) = (0_u64, 0_u64);
        for step in steps {
            if let Some(BookedReceipt { day, granted }) = step.receipt {
                let largest = said.entry(day).or_default();
                *largest = granted.max(*largest);
            }
            let events = book.decide(&admit(step.receipt, step.new), noon(0)).unwrap();
            for event in &events {
                if let Event::Admitted { covered, beyond } = event {
                    prop_assert_eq!(covered + beyond, step.new);
                    covered_so_far += u64::from(*covered);
                }
            }
            book = events.iter().fold(book, Book::evolve);
            let granted: u64 = said.values().copied().map(u64::from).sum();
            prop_assert!(covered_so_far <= granted);
            if let Book::Grants(grants) = &book {
                prop_assert_eq!(grants.covered, covered_so_far);
                prop_assert!(grants.granted() <= granted && grants.granted() >= kept);
                kept = grants.granted();
            }
        }
    }
}

fn month(text: &str) -> Month {
    Month::parse(text).unwrap()
}

fn totals(entries: u64) -> Totals {
    Totals {
        entries,
        persons: 3,
        over_norm: 2,
    }
}

fn freeze(month: Month, entries: u64) -> Command {
    Command::Freeze {
        month,
        totals: totals(entries),
    }
}

fn frozen(month: Month, entries: u64) -> Event {
    Event::MonthFrozen(FrozenMonth {
        month,
        totals: totals(entries),
    })
}

#[test]
fn a_month_is_frozen_once_for_ever() {
    let october = month("2026-10");
    book([])
        .when(freeze(october, 4))
        .then([frozen(october, 4)])
        .when(freeze(october, 5))
        .then_nothing();
}

#[test]
fn a_month_that_is_not_over_is_not_frozen() {
    let last_minute = day("2026-12-01").begins_at().plus_millis(-60_000);
    book([])
        .at(last_minute)
        .when(freeze(month("2026-11"), 4))
        .then_rejected(Rejection::MonthNotOver)
        .at(day("2026-12-01").begins_at())
        .when(freeze(month("2026-11"), 4))
        .then([frozen(month("2026-11"), 4)]);
}

fn actor(user: &str, organisation: u32) -> Actor {
    Actor {
        user: UserId::parse(user).unwrap(),
        organisation: ProviderId::parse(&format!("agb:0600000{organisation}")).unwrap(),
    }
}

#[test]
fn a_book_of_one_kind_takes_nothing_of_another() {
    let october = month("2026-10");
    let kinds = [
        (frozen(october, 1), freeze(october, 1)),
        (
            erasure::requested(),
            Command::RequestErasure(erasure::request()),
        ),
        (Event::ReceiptBooked(receipt(0, 1)), admit(None, 1)),
    ];
    for (history, own) in &kinds {
        let others = kinds.iter().map(|(_, command)| command);
        for command in others.filter(|command| *command != own) {
            book([history.clone()])
                .when(command.clone())
                .then_rejected(Rejection::OtherBook);
        }
        assert!(
            replay::<Book>(std::slice::from_ref(history))
                .decide(own, noon(0))
                .is_ok()
        );
    }
    book([frozen(october, 1)])
        .when(freeze(month("2026-09"), 1))
        .then_rejected(Rejection::OtherBook);
}

#[test]
fn a_node_with_other_recoder_keys_is_refused() {
    let keys = |first: u8| RecoderKeys {
        epoch: Epoch(1),
        fingerprint: [first; 8],
    };
    given::<Book>([])
        .when(Command::NameKeys(keys(1)))
        .then([Event::KeysNamed(keys(1))])
        .when(Command::NameKeys(keys(1)))
        .then([])
        .when(Command::NameKeys(keys(2)))
        .then_rejected(Rejection::OtherRecoderKeys);
}
