//! Reads a commit's record. Every start does this for every commit there is, and a generated reader spends most of its
//! time on counting references to sixteen bytes; this one looks at the bytes where they lie. The tests hold it against
//! the generated one.

use bytes::Bytes;
use uuid::Uuid;

use super::{CommandNote, NewCommit, Noted, REFUSED, TAKEN, UNCHANGED};
use crate::{AttemptId, CommandId, StreamId, Version};

type Read<T> = Result<T, &'static str>;

/// Reads the message `Commit`, which lies within `record`.
pub(super) fn commit(record: &Bytes, message: &[u8]) -> Read<NewCommit> {
    let (mut stream, mut version, mut attempt) = (&[][..], 0, &[][..]);
    let (mut commands, mut body) = (Vec::with_capacity(1), &[][..]);
    let mut fields = Fields(message);
    while let Some((number, value)) = fields.next()? {
        match (number, value) {
            (1, Value::Bytes(bytes)) => stream = bytes,
            (2, Value::Number(number)) => version = number,
            (3, Value::Bytes(bytes)) => attempt = bytes,
            (4, Value::Bytes(bytes)) => commands.push(command(bytes)?),
            (5, Value::Bytes(bytes)) => body = bytes,
            // Of a later version.
            _ => {}
        }
    }
    Ok(NewCommit {
        stream: StreamId::parse(text(stream)?).ok_or("its stream id")?,
        version: Version::new(version),
        attempt: AttemptId::from_slice(attempt).ok_or("its attempt id")?,
        commands,
        body: record.slice_ref(body),
    })
}

fn command(message: &[u8]) -> Read<CommandNote> {
    let (mut id, mut causation, mut correlation) = (&[][..], &[][..], &[][..]);
    let (mut traceparent, mut refusal) = (&[][..], &[][..]);
    let (mut outcome, mut event_count, mut remembered) = (0, 0, false);
    let mut fields = Fields(message);
    while let Some((number, value)) = fields.next()? {
        match (number, value) {
            (1, Value::Bytes(bytes)) => id = bytes,
            (2, Value::Bytes(bytes)) => causation = bytes,
            (3, Value::Bytes(bytes)) => correlation = bytes,
            (4, Value::Bytes(bytes)) => traceparent = bytes,
            (5, Value::Number(number)) => outcome = number,
            (6, Value::Bytes(bytes)) => refusal = bytes,
            (7, Value::Number(number)) => event_count = number,
            (8, Value::Number(number)) => remembered = number != 0,
            _ => {}
        }
    }
    Ok(CommandNote {
        id: CommandId::from_slice(id).ok_or("a command id")?,
        causation_id: Uuid::from_slice(causation).ok(),
        correlation_id: Uuid::from_slice(correlation).ok(),
        traceparent: (!traceparent.is_empty())
            .then(|| text(traceparent).map(str::to_owned))
            .transpose()?,
        noted: match i32::try_from(outcome) {
            Ok(TAKEN) => Noted::Taken,
            Ok(REFUSED) => Noted::Refused(text(refusal)?.to_owned()),
            Ok(UNCHANGED) => Noted::Unchanged,
            _ => return Err("a command's outcome"),
        },
        event_count: u32::try_from(event_count).map_err(|_| "a command's number of events")?,
        remembered,
    })
}

/// Finds the one field of a message that has this number; the last, if there are several.
pub(super) fn field(message: &[u8], wanted: u32) -> Read<Option<&[u8]>> {
    let mut found = None;
    let mut fields = Fields(message);
    while let Some((number, value)) = fields.next()? {
        if let (true, Value::Bytes(bytes)) = (number == wanted, value) {
            found = Some(bytes);
        }
    }
    Ok(found)
}

fn text(bytes: &[u8]) -> Read<&str> {
    std::str::from_utf8(bytes).map_err(|_| "a text that is none")
}

enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    /// Four or eight bytes, which no field of ours has.
    Fixed,
}

/// The fields of a message that have not been read yet, in the wire format of protobuf.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn next(&mut self) -> Read<Option<(u32, Value<'a>)>> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let key = self.number()?;
        let value = match key & 7 {
            0 => Value::Number(self.number()?),
            1 => self.take(8).map(|_| Value::Fixed)?,
            2 => {
                let length = self.number()?;
                Value::Bytes(self.take(usize::try_from(length).unwrap_or(usize::MAX))?)
            }
            5 => self.take(4).map(|_| Value::Fixed)?,
            _ => return Err("a field of a kind that is not known"),
        };
        let number = u32::try_from(key >> 3).map_err(|_| "a field's number")?;
        Ok(Some((number, value)))
    }

    fn number(&mut self) -> Read<u64> {
        prost::encoding::decode_varint(&mut self.0).map_err(|_| "a number that does not end")
    }

    fn take(&mut self, length: usize) -> Read<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or("it is too short")?;
        self.0 = rest;
        Ok(taken)
    }
}
