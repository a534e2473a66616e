//! Contract ↔ domain, for the books.

use chassis::{Codec, DecodeError, Recorded};
use domain::Month;
use domain::waitlist::Epoch;
use domain::waitlist::books::{
    Book, BookedReceipt, Erasure, ErasureApproval, ErasureRequest, ErasureRevocation, Event,
    FrozenMonth, Grants, Ground, PublishedTable, RecoderKeys, Totals,
};
use domain::waitlist::counts::{Dimension, Protected, ProtectedRow};
use prost::Message;
use proto::waitlist::v1;
use proto::waitlist::v1::book_state::Book as StoredBook;
use proto::waitlist::v1::recorded_book_event::Event as Stored;

use crate::wire::{
    Unreadable, day, decode_actor, encode_actor, moment, needed, protected_table, stamp, unknown,
};

/// How the books' events and states become bytes.
pub(crate) struct BooksWire;

impl Codec for BooksWire {
    type Aggregate = Book;
    const FORMAT: &'static str = "waitlist-book-1";

    fn encode(events: &[Recorded<Event>]) -> Vec<u8> {
        let events = events.iter().map(encode_recorded).collect();
        v1::BooksBody { events }.encode_to_vec()
    }

    fn decode(body: &[u8]) -> Result<Vec<Recorded<Event>>, DecodeError> {
        let body =
            v1::BooksBody::decode(body).map_err(|error| DecodeError::new(error.to_string()))?;
        let events = body.events.into_iter().map(decode_recorded);
        events.collect::<Result<_, _>>().map_err(unknown)
    }

    fn encode_state(state: &Book) -> Vec<u8> {
        encode_book(state).encode_to_vec()
    }

    fn decode_state(bytes: &[u8]) -> Result<Book, DecodeError> {
        let state =
            v1::BookState::decode(bytes).map_err(|error| DecodeError::new(error.to_string()))?;
        decode_book(state).map_err(unknown)
    }
}

fn encode_recorded(recorded: &Recorded<Event>) -> v1::RecordedBookEvent {
    v1::RecordedBookEvent {
        occurred_at: stamp(recorded.occurred_at),
        actor: recorded.actor.clone(),
        event: Some(encode_event(&recorded.event)),
    }
}

fn decode_recorded(stored: v1::RecordedBookEvent) -> Result<Recorded<Event>, Unreadable> {
    Ok(Recorded {
        event: decode_event(needed(stored.event, "event")?)?,
        occurred_at: moment(stored.occurred_at, "occurred_at")?,
        actor: stored.actor,
    })
}

fn encode_event(event: &Event) -> Stored {
    match event {
        Event::ReceiptBooked(receipt) => Stored::ReceiptBooked(encode_receipt(*receipt)),
        Event::Admitted { covered, beyond } => Stored::Admitted(v1::Admitted {
            covered: *covered,
            beyond: *beyond,
        }),
        Event::MonthFrozen(frozen) => Stored::MonthFrozen(encode_month(*frozen)),
        Event::TablePublished(table) => Stored::TablePublished(encode_table(table)),
        Event::KeysNamed(keys) => Stored::KeysNamed(encode_keys(*keys)),
        Event::ErasureRequested(request) => Stored::ErasureRequested(encode_request(request)),
        Event::ErasureApproved(approval) => Stored::ErasureApproved(encode_approval(approval)),
        Event::ErasureRevoked(revocation) => Stored::ErasureRevoked(encode_revocation(revocation)),
        Event::ErasureBegun { entries } => {
            Stored::ErasureBegun(v1::ErasureBegun { entries: *entries })
        }
        Event::ErasureCarriedOut { entries } => {
            Stored::ErasureCarriedOut(v1::ErasureCarriedOut { entries: *entries })
        }
    }
}

fn decode_event(stored: Stored) -> Result<Event, Unreadable> {
    Ok(match stored {
        Stored::ReceiptBooked(receipt) => Event::ReceiptBooked(decode_receipt(&receipt)?),
        Stored::Admitted(v1::Admitted { covered, beyond }) => Event::Admitted { covered, beyond },
        Stored::MonthFrozen(frozen) => Event::MonthFrozen(decode_month(&frozen)?),
        Stored::KeysNamed(keys) => Event::KeysNamed(decode_keys(&keys)?),
        Stored::TablePublished(table) => Event::TablePublished(Box::new(decode_table(table)?)),
        Stored::ErasureRequested(request) => Event::ErasureRequested(decode_request(request)?),
        Stored::ErasureApproved(approval) => Event::ErasureApproved(decode_approval(approval)?),
        Stored::ErasureRevoked(revocation) => Event::ErasureRevoked(decode_revocation(revocation)?),
        Stored::ErasureBegun(v1::ErasureBegun { entries }) => Event::ErasureBegun { entries },
        Stored::ErasureCarriedOut(v1::ErasureCarriedOut { entries }) => {
            Event::ErasureCarriedOut { entries }
        }
    })
}

fn encode_book(book: &Book) -> v1::BookState {
    let book = match book {
        Book::Blank => None,
        Book::Grants(grants) => Some(StoredBook::Grants(encode_grants(grants))),
        Book::Month(frozen) => Some(StoredBook::Month(encode_month(*frozen))),
        Book::Table(table) => Some(StoredBook::Table(encode_table(table))),
        Book::Keys(keys) => Some(StoredBook::Keys(encode_keys(*keys))),
        Book::Erasure(erasure) => Some(StoredBook::Erasure(v1::ErasureState {
            request: Some(encode_request(&erasure.request)),
            approval: erasure.approval.as_ref().map(encode_approval),
            carried_out: erasure
                .carried_out
                .map(|entries| v1::ErasureCarriedOut { entries }),
            revoked: erasure.revoked.as_ref().map(encode_revocation),
            begun: erasure.begun.map(|entries| v1::ErasureBegun { entries }),
        })),
    };
    v1::BookState { book }
}

fn decode_book(state: v1::BookState) -> Result<Book, Unreadable> {
    Ok(match state.book {
        None => Book::Blank,
        Some(StoredBook::Grants(grants)) => Book::Grants(decode_grants(&grants)?),
        Some(StoredBook::Month(frozen)) => Book::Month(decode_month(&frozen)?),
        Some(StoredBook::Keys(keys)) => Book::Keys(decode_keys(&keys)?),
        Some(StoredBook::Table(table)) => Book::Table(Box::new(decode_table(table)?)),
        Some(StoredBook::Erasure(erasure)) => Book::Erasure(Box::new(Erasure {
            request: decode_request(needed(erasure.request, "request")?)?,
            approval: erasure.approval.map(decode_approval).transpose()?,
            revoked: erasure.revoked.map(decode_revocation).transpose()?,
            begun: erasure.begun.map(|begun| begun.entries),
            carried_out: erasure.carried_out.map(|done| done.entries),
        })),
    })
}

fn encode_keys(keys: RecoderKeys) -> v1::KeysNamed {
    v1::KeysNamed {
        epoch: keys.epoch.0.into(),
        fingerprint: keys.fingerprint.to_vec(),
    }
}

fn decode_keys(given: &v1::KeysNamed) -> Result<RecoderKeys, Unreadable> {
    let epoch = u16::try_from(given.epoch).ok();
    Ok(RecoderKeys {
        epoch: Epoch(needed(epoch, "epoch")?),
        fingerprint: needed(given.fingerprint.as_slice().try_into().ok(), "fingerprint")?,
    })
}

fn encode_table(published: &PublishedTable) -> v1::TablePublished {
    let rows = match published.rows {
        Dimension::GpPractice => v1::ProtectedRows::GpPractice,
        Dimension::Municipality => v1::ProtectedRows::Municipality,
        Dimension::Provider
        | Dimension::DiagnosisGroup
        | Dimension::Priority
        | Dimension::WaitBand => v1::ProtectedRows::Unspecified,
    };
    v1::TablePublished {
        rows: rows.into(),
        table: Some(protected_table(published)),
    }
}

fn decode_table(given: v1::TablePublished) -> Result<PublishedTable, Unreadable> {
    let rows = match v1::ProtectedRows::try_from(given.rows) {
        Ok(v1::ProtectedRows::GpPractice) => Dimension::GpPractice,
        Ok(v1::ProtectedRows::Municipality) => Dimension::Municipality,
        Ok(v1::ProtectedRows::Unspecified) | Err(_) => return needed(None, "rows"),
    };
    let table = needed(given.table, "table")?;
    let shown = table.rows.into_iter().map(|row| ProtectedRow {
        row: row.value,
        persons: row.persons,
        kinds: row
            .diagnosis_groups
            .into_iter()
            .map(|kind| (kind.value, kind.persons))
            .collect(),
    });
    Ok(PublishedTable {
        on: day(&table.on, "on")?,
        rows,
        shown: Protected {
            total: table.persons,
            rows: shown.collect(),
        },
    })
}

fn encode_receipt(receipt: BookedReceipt) -> v1::ReceiptBooked {
    v1::ReceiptBooked {
        day: receipt.day.to_string(),
        granted: receipt.granted,
    }
}

fn decode_receipt(given: &v1::ReceiptBooked) -> Result<BookedReceipt, Unreadable> {
    Ok(BookedReceipt {
        day: day(&given.day, "day")?,
        granted: given.granted,
    })
}

fn encode_grants(grants: &Grants) -> v1::GrantsState {
    let by_day = grants.by_day.iter();
    v1::GrantsState {
        by_day: by_day
            .map(|(day, granted)| v1::ReceiptBooked {
                day: day.to_string(),
                granted: *granted,
            })
            .collect(),
        of_older_days: grants.of_older_days,
        covered: grants.covered,
        beyond: grants.beyond,
    }
}

fn decode_grants(given: &v1::GrantsState) -> Result<Grants, Unreadable> {
    let by_day = given.by_day.iter().map(|receipt| {
        let receipt = decode_receipt(receipt)?;
        Ok((receipt.day, receipt.granted))
    });
    Ok(Grants {
        by_day: by_day.collect::<Result<_, _>>()?,
        of_older_days: given.of_older_days,
        covered: given.covered,
        beyond: given.beyond,
    })
}

fn encode_month(frozen: FrozenMonth) -> v1::MonthFrozen {
    v1::MonthFrozen {
        month: frozen.month.to_string(),
        entries: frozen.totals.entries,
        persons: frozen.totals.persons,
        over_norm: frozen.totals.over_norm,
    }
}

fn decode_month(given: &v1::MonthFrozen) -> Result<FrozenMonth, Unreadable> {
    Ok(FrozenMonth {
        month: needed(Month::parse(&given.month), "month")?,
        totals: Totals {
            entries: given.entries,
            persons: given.persons,
            over_norm: given.over_norm,
        },
    })
}

fn encode_request(request: &ErasureRequest) -> v1::ErasureRequested {
    v1::ErasureRequested {
        by: Some(encode_actor(&request.by)),
        by_officer: request.is_by_officer,
        sealed_subject: request.sealed_subject.clone(),
        ground: request.ground.as_str().to_owned(),
        requested_at: stamp(request.requested_at),
    }
}

fn decode_request(given: v1::ErasureRequested) -> Result<ErasureRequest, Unreadable> {
    Ok(ErasureRequest {
        by: decode_actor(given.by)?,
        is_by_officer: given.by_officer,
        sealed_subject: given.sealed_subject,
        ground: needed(Ground::parse(&given.ground), "ground")?,
        requested_at: moment(given.requested_at, "requested_at")?,
    })
}

fn encode_approval(approval: &ErasureApproval) -> v1::ErasureApproved {
    v1::ErasureApproved {
        by: Some(encode_actor(&approval.by)),
        approved_at: stamp(approval.approved_at),
        due_at: stamp(approval.due_at),
    }
}

fn decode_approval(given: v1::ErasureApproved) -> Result<ErasureApproval, Unreadable> {
    let approved_at = moment(given.approved_at, "approved_at")?;
    let due_at = given.due_at.map(|due_at| moment(Some(due_at), "due_at"));
    Ok(ErasureApproval {
        by: decode_actor(given.by)?,
        approved_at,
        due_at: due_at.transpose()?.unwrap_or(approved_at),
    })
}

fn encode_revocation(revocation: &ErasureRevocation) -> v1::ErasureRevoked {
    v1::ErasureRevoked {
        by: Some(encode_actor(&revocation.by)),
        revoked_at: stamp(revocation.revoked_at),
    }
}

fn decode_revocation(given: v1::ErasureRevoked) -> Result<ErasureRevocation, Unreadable> {
    Ok(ErasureRevocation {
        by: decode_actor(given.by)?,
        revoked_at: moment(given.revoked_at, "revoked_at")?,
    })
}
