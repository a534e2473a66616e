use std::collections::{BTreeMap, HashMap, HashSet};

use domain::{Aggregate, Timer, Timestamp};
use eventlog::{AttemptId, CommandId, Commit, Position, StreamId, Version};

use super::outcomes::Outcomes;
use crate::{Codec, CommandOf, DecodeError, EventOf, Recorded, View};

/// Everything that a topic's commits add up to, at one position.
pub struct Folded<C: Codec, V> {
    pub(super) position: Position,
    pub(super) log_time: Timestamp,
    /// The attempt of the commit at `position`: by it a log confirms a snapshot.
    pub(super) attempt: Option<AttemptId>,
    pub(super) slots: HashMap<StreamId, Slot<C::Aggregate>>,
    pub(super) outcomes: Outcomes,
    pub(super) timers: BTreeMap<TimerKey, SetTimer<C>>,
    /// The keys of a stream's timers: most streams have none.
    pub(super) timers_of: HashMap<StreamId, Vec<TimerKey>>,
    /// Streams with a body that an operator decided to skip: they take no commands any more.
    pub(super) unusable: HashSet<StreamId>,
    /// The service's own indices.
    pub view: V,
}

/// One aggregate as it stands.
#[derive(Clone, Debug)]
pub struct Slot<A> {
    /// Its state.
    pub state: A,
    /// The version of its last effective commit.
    pub version: Version,
    /// The position of that commit.
    pub changed_at: Position,
    /// The log time of that commit.
    pub changed_time: Timestamp,
    /// Its content was erased: it takes no commands and no timers.
    pub erased: bool,
}

/// Timers in the order in which they fall due.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct TimerKey {
    pub(super) due: Timestamp,
    pub(super) stream: StreamId,
    pub(super) name: String,
}

pub(super) struct SetTimer<C: Codec> {
    pub(super) command: CommandOf<C>,
    /// The command that set it: set anew, it is another timer.
    pub(super) set_by: CommandId,
}

impl<A: Default> Default for Slot<A> {
    fn default() -> Self {
        Self {
            state: A::default(),
            version: Version::NONE,
            changed_at: Position::START,
            changed_time: Timestamp::default(),
            erased: false,
        }
    }
}

impl<C: Codec, V: View<C::Aggregate>> Default for Folded<C, V> {
    fn default() -> Self {
        Self {
            position: Position::START,
            log_time: Timestamp::default(),
            attempt: None,
            slots: HashMap::new(),
            outcomes: Outcomes::default(),
            timers: BTreeMap::new(),
            timers_of: HashMap::new(),
            unusable: HashSet::new(),
            view: V::default(),
        }
    }
}

impl<C: Codec, V: View<C::Aggregate>> Folded<C, V> {
    /// The last commit that is in it.
    pub fn position(&self) -> Position {
        self.position
    }

    /// The log time of that commit.
    pub fn log_time(&self) -> Timestamp {
        self.log_time
    }

    /// One stream's aggregate.
    pub fn get(&self, stream: &StreamId) -> Option<&Slot<C::Aggregate>> {
        self.slots.get(stream)
    }

    /// All of them, in no order.
    pub fn slots(&self) -> impl Iterator<Item = (&StreamId, &Slot<C::Aggregate>)> {
        self.slots.iter()
    }

    /// Folds one commit.
    ///
    /// # Errors
    /// If its body holds something unknown: nothing has changed then.
    pub(super) fn fold(&mut self, commit: &Commit) -> Result<(), DecodeError> {
        match C::decode(&commit.body) {
            Ok(events) => self.apply(commit, &events),
            Err(DecodeError::Erased) => self.erase(commit),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn apply(&mut self, commit: &Commit, events: &[Recorded<EventOf<C>>]) {
        let log_time = Timestamp::from_millis(commit.log_time_millis);
        let slot = self.slots.entry(commit.stream.clone()).or_default();
        slot.version = commit.version;
        if !events.is_empty() {
            for recorded in events {
                slot.state = std::mem::take(&mut slot.state).evolve(&recorded.event);
            }
            slot.changed_at = commit.position;
            slot.changed_time = log_time;
            self.view
                .set(&commit.stream, &slot.state, commit.position, log_time);
            let timers = slot.state.timers();
            let set_by = commit.commands.first().map(|note| note.id);
            if let Some(set_by) = set_by {
                self.set_timers(&commit.stream, timers, set_by);
            }
        }
        self.advance(commit);
    }

    /// A skipped commit counts by its envelope; its stream is unusable from here on.
    pub(super) fn skip(&mut self, commit: &Commit) {
        self.unusable.insert(commit.stream.clone());
        let slot = self.slots.entry(commit.stream.clone()).or_default();
        slot.version = commit.version;
        self.take_timers(&commit.stream);
        self.advance(commit);
    }

    fn erase(&mut self, commit: &Commit) {
        let slot = self.slots.entry(commit.stream.clone()).or_default();
        slot.version = commit.version;
        slot.erased = true;
        self.take_timers(&commit.stream);
        self.advance(commit);
    }

    fn advance(&mut self, commit: &Commit) {
        self.outcomes.note(commit);
        self.position = commit.position;
        self.attempt = Some(commit.attempt);
        self.log_time = Timestamp::from_millis(commit.log_time_millis);
    }

    /// Replaces a stream's timers; one that goes on keeps the command that set it.
    pub(super) fn set_timers(
        &mut self,
        stream: &StreamId,
        timers: Vec<Timer<CommandOf<C>>>,
        set_by: CommandId,
    ) {
        let old = self.take_timers(stream);
        let mut keys = Vec::with_capacity(timers.len());
        for timer in timers {
            let key = TimerKey {
                due: timer.due,
                stream: stream.clone(),
                name: timer.name,
            };
            let set = SetTimer {
                command: timer.command,
                set_by: old.get(&key).copied().unwrap_or(set_by),
            };
            self.timers.insert(key.clone(), set);
            keys.push(key);
        }
        if !keys.is_empty() {
            self.timers_of.insert(stream.clone(), keys);
        }
    }

    /// Puts an aggregate in as a snapshot has it; timers keep the commands that set them.
    pub(super) fn put(
        &mut self,
        stream: StreamId,
        slot: Slot<C::Aggregate>,
        set_by: &HashMap<TimerKey, CommandId>,
    ) {
        if slot.changed_at != Position::START {
            self.view
                .set(&stream, &slot.state, slot.changed_at, slot.changed_time);
        }
        if !slot.erased {
            for timer in slot.state.timers() {
                let key = TimerKey {
                    due: timer.due,
                    stream: stream.clone(),
                    name: timer.name,
                };
                if let Some(set_by) = set_by.get(&key).copied() {
                    let command = timer.command;
                    self.timers
                        .insert(key.clone(), SetTimer { command, set_by });
                    self.timers_of.entry(stream.clone()).or_default().push(key);
                }
            }
        }
        self.slots.insert(stream, slot);
    }

    fn take_timers(&mut self, stream: &StreamId) -> HashMap<TimerKey, CommandId> {
        let keys = self.timers_of.remove(stream).unwrap_or_default();
        keys.into_iter()
            .filter_map(|key| self.timers.remove(&key).map(|timer| (key, timer.set_by)))
            .collect()
    }
}
