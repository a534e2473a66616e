//! Aggregates on their way to the disk and back. What is about a person lies there only sealed.

use std::collections::HashMap;
use std::io;

use bytes::Bytes;
use domain::Timestamp;
use eventlog::{CommandId, Position, StreamId, Version};
use prost::Message;
use pseudonym::vault::Kid;

use super::message::{SlotMessage, StateMessage, TimerMessage};
use crate::context::bodies::{Bodies, Sealed};
use crate::context::folded::{SetTimer, Slot};
use crate::erasure::KeyError;
use crate::{Codec, DecodeError};

/// Timers on their way back, by stream.
pub(super) type Timers = HashMap<String, Vec<TimerMessage>>;

/// Writes one aggregate.
pub(super) fn out<C: Codec>(
    (stream, slot): (&StreamId, &Slot<C::Aggregate>),
    bodies: &Bodies,
) -> io::Result<SlotMessage> {
    let mut message = SlotMessage {
        stream: stream.as_str().to_owned(),
        version: slot.version.get(),
        changed_at: slot.changed_at.get(),
        changed_time: slot.changed_time.as_millis(),
        erased: slot.erased,
        state: Bytes::new(),
        skipped_at: slot.skipped_at.map(Position::get),
        kid: slot
            .kid
            .map_or_else(Vec::new, |kid| kid.as_bytes().to_vec()),
    };
    match (bodies, slot.kid) {
        (Bodies::Clear, _) => message.state = C::encode_state(&slot.state).into(),
        (Bodies::Sealed(sealed), Some(kid)) if !slot.erased => {
            let state = StateMessage {
                state: C::encode_state(&slot.state).into(),
                timers: timers_out(stream, slot).collect(),
            };
            match sealed.seal_state((stream, slot.version), kid, state.encode_to_vec()) {
                Ok(state) => message.state = state.into(),
                // Since the image was taken.
                Err(KeyError::Erased) => message.erased = true,
                Err(error) => return Err(io::Error::other(error)),
            }
        }
        // Nothing happened in it, or nothing is left of what did.
        (Bodies::Sealed(_), _) => {}
    }
    Ok(message)
}

/// What is written of the timers of one aggregate.
pub(super) fn timers_out<A>(
    stream: &StreamId,
    slot: &Slot<A>,
) -> impl Iterator<Item = TimerMessage> {
    slot.timers.iter().map(|timer| TimerMessage {
        stream: stream.as_str().to_owned(),
        name: timer.name.clone(),
        due: timer.due.as_millis(),
        set_by: timer.set_by.as_uuid().as_bytes().to_vec(),
    })
}

/// Reads one aggregate, with its timers.
pub(super) fn read<C: Codec>(
    (stream, message): (&StreamId, &SlotMessage),
    timers: &mut Timers,
    bodies: &Bodies,
) -> Result<Slot<C::Aggregate>, String> {
    let mut slot = Slot {
        version: Version::new(message.version),
        changed_at: Position::new(message.changed_at),
        changed_time: Timestamp::from_millis(message.changed_time),
        skipped_at: message.skipped_at.map(Position::new),
        kid: Kid::from_slice(&message.kid),
        ..Slot::default()
    };
    if message.erased {
        slot.wipe();
    }
    match (bodies, slot.kid) {
        (Bodies::Clear, _) => {
            slot.state = state_in::<C>(&message.state)?;
            let timers = timers.remove(&message.stream).unwrap_or_default();
            slot.timers = timers_in(timers)?;
        }
        (Bodies::Sealed(sealed), Some(kid)) if !slot.erased => {
            match open(sealed, (stream, slot.version), (kid, &message.state)) {
                Ok(opened) => {
                    slot.state = state_in::<C>(&opened.state)?;
                    slot.timers = timers_in(opened.timers)?;
                }
                Err(DecodeError::Erased) => slot.wipe(),
                Err(error) => return Err(error.to_string()),
            }
        }
        (Bodies::Sealed(_), _) => {}
    }
    Ok(slot)
}

fn timers_in(timers: Vec<TimerMessage>) -> Result<Vec<SetTimer>, String> {
    let timers = timers.into_iter().map(|timer| {
        Ok(SetTimer {
            due: Timestamp::from_millis(timer.due),
            name: timer.name,
            set_by: CommandId::from_slice(&timer.set_by).ok_or("a timer")?,
        })
    });
    timers.collect()
}

fn open(
    sealed: &Sealed,
    place: (&StreamId, Version),
    (kid, state): (Kid, &[u8]),
) -> Result<StateMessage, DecodeError> {
    let clear = sealed.open_state(place, kid, state)?;
    StateMessage::decode(&clear[..]).map_err(|error| DecodeError::new(error.to_string()))
}

fn state_in<C: Codec>(state: &[u8]) -> Result<C::Aggregate, String> {
    C::decode_state(state).map_err(|error| error.to_string())
}
