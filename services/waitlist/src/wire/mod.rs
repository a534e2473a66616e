//! Contract ↔ domain: the only place that knows both.
//!
//! `decode` reads what was stored, leniently, because the rules of today do not hold for the events of yesterday;
//! `encode` writes it.

mod answer;
mod checks;
mod codes;
mod counts;
mod declaration;
mod erasure;
mod events;
mod national;
mod parts;
mod request;
mod state;
mod stated;
#[cfg(test)]
mod tests;
mod unreadable;

pub(crate) use answer::{entry, happened, phases};
pub(crate) use checks::Checks;
pub(crate) use codes::Coded;
pub(crate) use counts::{
    completeness, first_word, flow, months, protected_table, return_line, second_word, table,
};
pub(crate) use declaration::declare;
pub(crate) use erasure::{Deciding, Erasing, deciding, erasing};
pub(crate) use request::{
    Asking, MAX_TOKENS, Order, approve_screening, granted, person, register, request_screening,
    set_priority, step,
};

use chassis::{Codec, DecodeError, Recorded};
use domain::waitlist::{Entry, Event};
use prost::Message;
use proto::waitlist::v1;

pub(crate) use parts::{decode_actor, encode_actor};
pub(crate) use unreadable::{Unreadable, day, moment, needed, stamp};

/// How entries' events and states become bytes. They are about persons: what it gives is sealed before it lies anywhere.
pub(crate) struct Wire;

impl Codec for Wire {
    type Aggregate = Entry;
    const FORMAT: &'static str = "waitlist-entry-1";

    fn encode(events: &[Recorded<Event>]) -> Vec<u8> {
        let events = events.iter().map(events::encode).collect();
        v1::CommitBody { events }.encode_to_vec()
    }

    fn encode_national(events: &[Recorded<Event>]) -> Vec<u8> {
        national::encode(events.iter().map(|recorded| &recorded.event)).encode_to_vec()
    }

    fn decode(body: &[u8]) -> Result<Vec<Recorded<Event>>, DecodeError> {
        let body =
            v1::CommitBody::decode(body).map_err(|error| DecodeError::new(error.to_string()))?;
        let events = body.events.into_iter().map(events::decode);
        events.collect::<Result<_, _>>().map_err(unknown)
    }

    fn encode_state(state: &Entry) -> Vec<u8> {
        state::encode(state).encode_to_vec()
    }

    fn decode_state(bytes: &[u8]) -> Result<Entry, DecodeError> {
        let state =
            v1::EntryState::decode(bytes).map_err(|error| DecodeError::new(error.to_string()))?;
        state::decode(state).map_err(unknown)
    }
}

pub(crate) fn unknown(unreadable: Unreadable) -> DecodeError {
    DecodeError::new(unreadable.to_string())
}
