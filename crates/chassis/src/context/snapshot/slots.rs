//! Aggregates on their way to the disk and back. What is about a person lies there only sealed.

use std::collections::HashMap;
use std::io;

use bytes::Bytes;
use domain::Timestamp;
use eventlog::{CommandId, Position, StreamId, Version};
use prost::Message;
use pseudonym::vault::Kid;

use super::message::{SlotMessage, SnapshotMessage, StateMessage, TimerMessage};
use super::stream;
use crate::context::bodies::{Bodies, Sealed};
use crate::context::folded::{Slot, TimerKey};
use crate::erasure::KeyError;
use crate::{Codec, DecodeError};

/// The timers that are sealed with their states, by stream.
pub(super) type TimersApart = HashMap<String, Vec<TimerMessage>>;

/// Takes the timers out of the head where they must not stand in clear.
pub(super) fn timers_apart(head: &mut SnapshotMessage, bodies: &Bodies) -> TimersApart {
    let mut apart = TimersApart::new();
    match bodies {
        Bodies::Clear => {}
        Bodies::Sealed(_) => {
            for timer in head.timers.drain(..) {
                apart.entry(timer.stream.clone()).or_default().push(timer);
            }
        }
    }
    apart
}

/// Writes one aggregate.
pub(super) fn out<C: Codec>(
    (stream, slot): (&StreamId, &Slot<C::Aggregate>),
    timers: &mut TimersApart,
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
                timers: timers.remove(stream.as_str()).unwrap_or_default(),
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

/// Reads one aggregate, and which commands set its timers.
pub(super) fn read<C: Codec>(
    (stream, message): (&StreamId, &SlotMessage),
    set_by: &mut HashMap<TimerKey, CommandId>,
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
        (Bodies::Clear, _) => slot.state = state_in::<C>(&message.state)?,
        (Bodies::Sealed(sealed), Some(kid)) if !slot.erased => {
            match open(sealed, (stream, slot.version), (kid, &message.state)) {
                Ok(opened) => {
                    slot.state = state_in::<C>(&opened.state)?;
                    set_timers(set_by, opened.timers)?;
                }
                Err(DecodeError::Erased) => slot.wipe(),
                Err(error) => return Err(error.to_string()),
            }
        }
        (Bodies::Sealed(_), _) => {}
    }
    Ok(slot)
}

/// Notes which commands set timers.
pub(super) fn set_timers(
    set_by: &mut HashMap<TimerKey, CommandId>,
    timers: Vec<TimerMessage>,
) -> Result<(), String> {
    for timer in timers {
        let key = TimerKey {
            due: Timestamp::from_millis(timer.due),
            stream: stream(&timer.stream)?,
            name: timer.name,
        };
        set_by.insert(key, CommandId::from_slice(&timer.set_by).ok_or("a timer")?);
    }
    Ok(())
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
