//! A small aggregate: places that can be opened, taken, and held until a moment.

use std::cell::Cell;
use std::collections::{BTreeSet, HashMap};

use domain::{Aggregate, Timer, Timestamp};
use eventlog::{Position, StreamId};

use crate::{Codec, DecodeError, Recorded, View};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Places {
    pub(super) free: u64,
    pub(super) taken: u64,
    /// When each hold ends.
    pub(super) holds: BTreeSet<Timestamp>,
}

#[derive(Clone, Debug)]
pub(super) enum Command {
    Open(u64),
    Take,
    Hold(Timestamp),
    EndHold(Timestamp),
    /// A fault of ours.
    Panic,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event {
    Opened(u64),
    Taken,
    Held(Timestamp),
    HoldEnded(Timestamp),
}

#[derive(Clone, Debug, thiserror::Error)]
#[error("no place is free")]
pub(super) struct NoneFree;

impl Aggregate for Places {
    type Command = Command;
    type Event = Event;
    type Rejection = NoneFree;

    fn decide(&self, command: &Command, _: Timestamp) -> Result<Vec<Event>, NoneFree> {
        match command {
            Command::Open(0) => Ok(vec![]),
            Command::Open(count) => Ok(vec![Event::Opened(*count)]),
            Command::Take | Command::Hold(_) if self.free == 0 => Err(NoneFree),
            Command::Take => Ok(vec![Event::Taken]),
            Command::Hold(until) => Ok(vec![Event::Held(*until)]),
            Command::EndHold(until) if self.holds.contains(until) => {
                Ok(vec![Event::HoldEnded(*until)])
            }
            Command::EndHold(_) => Ok(vec![]),
            Command::Panic => panic!("meant to"),
        }
    }

    fn evolve(mut self, event: &Event) -> Self {
        match event {
            Event::Opened(count) => self.free += count,
            Event::Taken => {
                self.free -= 1;
                self.taken += 1;
            }
            Event::Held(until) => {
                self.free -= 1;
                self.holds.insert(*until);
            }
            Event::HoldEnded(until) => {
                self.free += 1;
                self.holds.remove(until);
            }
        }
        self
    }

    fn timers(&self) -> Vec<Timer<Command>> {
        let timers = self.holds.iter().map(|until| Timer {
            name: format!("hold-{}", until.as_millis()),
            due: *until,
            command: Command::EndHold(*until),
        });
        timers.collect()
    }

    fn code(_: &NoneFree) -> &'static str {
        "no-place-free"
    }
}

/// A line for each event.
pub(super) struct PlacesCodec;

impl Codec for PlacesCodec {
    type Aggregate = Places;
    const FORMAT: &'static str = "places-1";

    fn encode(events: &[Recorded<Event>]) -> Vec<u8> {
        let lines = events.iter().map(|recorded| {
            let what = match &recorded.event {
                Event::Opened(count) => format!("opened {count}"),
                Event::Taken => "taken 0".to_owned(),
                Event::Held(until) => format!("held {}", until.as_millis()),
                Event::HoldEnded(until) => format!("hold-ended {}", until.as_millis()),
            };
            let at = recorded.occurred_at.as_millis();
            format!("{what} {at} {}\n", recorded.actor)
        });
        lines.collect::<String>().into_bytes()
    }

    fn decode(body: &[u8]) -> Result<Vec<Recorded<Event>>, DecodeError> {
        let text = str::from_utf8(body).map_err(|error| DecodeError::new(error.to_string()))?;
        text.lines().map(decode_line).collect()
    }

    fn encode_state(state: &Places) -> Vec<u8> {
        let holds = state
            .holds
            .iter()
            .map(|until| format!(" {}", until.as_millis()));
        format!(
            "{} {}{}",
            state.free,
            state.taken,
            holds.collect::<String>()
        )
        .into_bytes()
    }

    fn decode_state(bytes: &[u8]) -> Result<Places, DecodeError> {
        let unknown = || DecodeError::new("not a state");
        let text = str::from_utf8(bytes).map_err(|_| unknown())?;
        let mut numbers = text.split(' ').map(|word| word.parse::<i64>().ok());
        let mut next = || numbers.next().flatten();
        let count = |number: Option<i64>| number.and_then(|n| u64::try_from(n).ok());
        Ok(Places {
            free: count(next()).ok_or_else(unknown)?,
            taken: count(next()).ok_or_else(unknown)?,
            holds: std::iter::from_fn(next)
                .map(Timestamp::from_millis)
                .collect(),
        })
    }
}

thread_local! {
    static DECODED: Cell<usize> = const { Cell::new(0) };
}

/// How many events were decoded so far, by all nodes of the test that runs on this thread.
pub(super) fn decoded() -> usize {
    DECODED.get()
}

fn decode_line(line: &str) -> Result<Recorded<Event>, DecodeError> {
    DECODED.set(DECODED.get() + 1);
    if line == "erased" {
        return Err(DecodeError::Erased);
    }
    let unknown = || DecodeError::new(format!("{line:?} is not known"));
    let words: Vec<_> = line.split(' ').collect();
    let [what, number, at, actor] = words[..] else {
        return Err(unknown());
    };
    let number: i64 = number.parse().map_err(|_| unknown())?;
    let moment = Timestamp::from_millis(number);
    let event = match what {
        "opened" => Event::Opened(number.unsigned_abs()),
        "taken" => Event::Taken,
        "held" => Event::Held(moment),
        "hold-ended" => Event::HoldEnded(moment),
        _ => return Err(unknown()),
    };
    Ok(Recorded {
        event,
        occurred_at: Timestamp::from_millis(at.parse().map_err(|_| unknown())?),
        actor: actor.to_owned(),
    })
}

/// An index: the free places of every stream.
#[derive(Default)]
pub(super) struct Totals {
    pub(super) free: HashMap<StreamId, u64>,
}

impl View<Places> for Totals {
    fn set(&mut self, stream: &StreamId, state: &Places, _: Position, _: Timestamp) {
        self.free.insert(stream.clone(), state.free);
    }

    fn set_unusable(&mut self, stream: &StreamId, _: &Places) {
        self.free.remove(stream);
    }

    fn on_erased(&mut self, stream: &StreamId) {
        self.free.remove(stream);
    }
}
