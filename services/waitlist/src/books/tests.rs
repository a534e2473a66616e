use chassis::{Codec, DecodeError, Recorded};
use domain::waitlist::books::{
    Book, BookedReceipt, ErasureApproval, ErasureRequest, ErasureRevocation, Event, FrozenMonth,
    Ground, Totals,
};
use domain::waitlist::{Actor, UserId};
use domain::{Aggregate, Day, Month, ProviderId, Timestamp};
use prost::Message;
use proto::waitlist::v1;

use super::BooksWire;

const AT: Timestamp = Timestamp::from_millis(1_780_000_000_123);
const HOLD_MILLIS: i64 = 72 * 3_600_000;

fn actor(user: &str) -> Actor {
    Actor {
        user: UserId::parse(user).unwrap(),
        organisation: ProviderId::parse("agb:06000001").unwrap(),
    }
}

fn receipt_booked() -> Event {
    Event::ReceiptBooked(BookedReceipt {
        day: Day::parse("2026-11-25").unwrap(),
        granted: 120,
    })
}

fn admitted() -> Event {
    Event::Admitted {
        covered: 7,
        beyond: 2,
    }
}

fn month_frozen() -> Event {
    Event::MonthFrozen(FrozenMonth {
        month: Month::parse("2026-10").unwrap(),
        totals: Totals {
            entries: 300,
            persons: 250,
            over_norm: 40,
        },
    })
}

fn erasure_requested() -> Event {
    Event::ErasureRequested(ErasureRequest {
        by: actor("one"),
        is_by_officer: false,
        sealed_subject: vec![7; 60],
        ground: Ground::UnlawfullyProcessed,
        requested_at: AT,
    })
}

fn erasure_approved() -> Event {
    Event::ErasureApproved(ErasureApproval {
        by: actor("two"),
        approved_at: AT,
        due_at: AT.plus_millis(HOLD_MILLIS),
    })
}

/// As it was written before there was a hold.
fn erasure_approved_at_once() -> Event {
    Event::ErasureApproved(ErasureApproval {
        by: actor("two"),
        approved_at: AT,
        due_at: AT,
    })
}

fn erasure_revoked() -> Event {
    Event::ErasureRevoked(ErasureRevocation {
        by: actor("three"),
        revoked_at: AT,
    })
}

fn erasure_begun() -> Event {
    Event::ErasureBegun { entries: 3 }
}

fn erasure_carried_out() -> Event {
    Event::ErasureCarriedOut { entries: 2 }
}

/// What may be written in one book, in order.
fn books() -> [Vec<Event>; 4] {
    [
        vec![receipt_booked(), admitted()],
        vec![month_frozen()],
        vec![
            erasure_requested(),
            erasure_approved(),
            erasure_begun(),
            erasure_carried_out(),
        ],
        vec![erasure_requested(), erasure_approved(), erasure_revoked()],
    ]
}

fn recorded(event: Event) -> Recorded<Event> {
    Recorded {
        event,
        occurred_at: AT,
        actor: "golden".to_owned(),
    }
}

#[test]
fn every_event_comes_back_as_it_was() {
    let events: Vec<_> = books().into_iter().flatten().map(recorded).collect();
    assert_eq!(BooksWire::decode(&BooksWire::encode(&events)), Ok(events));
}

#[test]
fn a_book_comes_back_as_it_was_after_every_step() {
    for events in books() {
        let mut book = Book::default();
        for event in &events {
            let back = BooksWire::decode_state(&BooksWire::encode_state(&book));
            assert_eq!(back, Ok(book.clone()), "before {event:?}");
            book = book.evolve(event);
        }
        let back = BooksWire::decode_state(&BooksWire::encode_state(&book));
        assert_eq!(back, Ok(book));
    }
}

#[test]
fn the_sum_of_days_long_past_comes_back() {
    let old = Event::ReceiptBooked(BookedReceipt {
        day: Day::parse("2024-01-01").unwrap(),
        granted: 9,
    });
    let book = Book::default().evolve(&old).evolve(&receipt_booked());
    let back = BooksWire::decode_state(&BooksWire::encode_state(&book));
    assert_eq!(back, Ok(book));
}

/// Events as they were written by every version there ever was. The files are only ever added to.
#[test]
fn every_event_ever_written_is_read() {
    let golden: [(&[u8], Event); 9] = [
        (
            include_bytes!("../../tests/golden/receipt-booked-1.bin"),
            receipt_booked(),
        ),
        (
            include_bytes!("../../tests/golden/admitted-1.bin"),
            admitted(),
        ),
        (
            include_bytes!("../../tests/golden/month-frozen-1.bin"),
            month_frozen(),
        ),
        (
            include_bytes!("../../tests/golden/erasure-requested-1.bin"),
            erasure_requested(),
        ),
        (
            include_bytes!("../../tests/golden/erasure-approved-1.bin"),
            erasure_approved_at_once(),
        ),
        (
            include_bytes!("../../tests/golden/erasure-approved-2.bin"),
            erasure_approved(),
        ),
        (
            include_bytes!("../../tests/golden/erasure-revoked-1.bin"),
            erasure_revoked(),
        ),
        (
            include_bytes!("../../tests/golden/erasure-begun-1.bin"),
            erasure_begun(),
        ),
        (
            include_bytes!("../../tests/golden/erasure-carried-out-1.bin"),
            erasure_carried_out(),
        ),
    ];
    for (bytes, event) in golden {
        assert_eq!(BooksWire::decode(bytes), Ok(vec![recorded(event)]));
    }
}

#[test]
fn what_this_version_does_not_know_is_not_read() {
    let body = |event| v1::BooksBody {
        events: vec![v1::RecordedBookEvent {
            occurred_at: Some(prost_types::Timestamp::default()),
            event,
            ..v1::RecordedBookEvent::default()
        }],
    };
    let read = |event| BooksWire::decode(&body(event).encode_to_vec());
    assert_eq!(read(None), Err(DecodeError::new("event cannot be read")));
    let request = v1::ErasureRequested {
        ground: "because".to_owned(),
        ..v1::ErasureRequested::default()
    };
    let request = v1::recorded_book_event::Event::ErasureRequested(v1::ErasureRequested {
        by: Some(v1::Actor {
            user: "one".to_owned(),
            organisation: "agb:06000001".to_owned(),
        }),
        ..request
    });
    let unknown = DecodeError::new("ground cannot be read");
    assert_eq!(read(Some(request)), Err(unknown));
}
