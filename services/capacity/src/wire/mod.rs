//! Contract ↔ domain: the only place that knows both.
//!
//! `check` reads a request with all that is wrong with it; `decode` reads what was stored, leniently, because the
//! rules of today do not hold for the events of yesterday; `encode` writes either.

mod checks;
mod citizen_number;
mod codes;
mod completeness;
mod details;
mod events;
mod filter;
mod forecast;
mod history;
mod hold;
mod needs;
mod pause;
mod practices;
mod refusal;
mod report;
mod request;
mod row;
mod state;
mod terms;
#[cfg(test)]
mod tests;
mod unreadable;

pub(crate) use codes::code_of;
pub(crate) use completeness::completeness;
pub(crate) use filter::{Asked, Wanted, find, get, watch};
pub(crate) use history::history_entry;
pub(crate) use hold::{
    consume as consume_place, extend as extend_hold, place as hold_place, release as release_hold,
};
pub(crate) use practices::practice_groups;
pub(crate) use request::{
    Order, Transport, change, correct, pause as pause_admissions, publish, refuse,
    report as report_capacity, resume, withdraw,
};
pub(crate) use row::{Beside, disbelieved, offering_row};
pub(crate) use unreadable::timestamp;

use chassis::{Codec, DecodeError, Recorded};
use domain::capacity::{Event, Offering};
use prost::Message;
use proto::capacity::v1;

use unreadable::Unreadable;

/// How offerings' events and states become bytes.
pub(crate) struct Wire;

impl Codec for Wire {
    type Aggregate = Offering;
    const FORMAT: &'static str = "capacity-offering-6";

    fn encode(events: &[Recorded<Event>]) -> Vec<u8> {
        let events = events.iter().map(events::encode).collect();
        v1::CommitBody { events }.encode_to_vec()
    }

    fn decode(body: &[u8]) -> Result<Vec<Recorded<Event>>, DecodeError> {
        let body =
            v1::CommitBody::decode(body).map_err(|error| DecodeError::new(error.to_string()))?;
        let events = body
            .events
            .into_iter()
            .map(events::decode)
            .collect::<Result<_, _>>();
        events.map_err(unknown)
    }

    fn encode_state(state: &Offering) -> Vec<u8> {
        state::encode(state).encode_to_vec()
    }

    fn decode_state(bytes: &[u8]) -> Result<Offering, DecodeError> {
        let state = v1::OfferingState::decode(bytes)
            .map_err(|error| DecodeError::new(error.to_string()))?;
        state::decode(state).map_err(unknown)
    }
}

fn unknown(unreadable: Unreadable) -> DecodeError {
    DecodeError::new(unreadable.to_string())
}
