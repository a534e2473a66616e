use std::collections::VecDeque;
use std::collections::hash_map::Entry;
use std::time::Instant;

use eventlog::{AttemptId, CommandId, IdMap, Position, StreamId};
use tokio::sync::oneshot;

use super::decide::Answer;
use crate::{Call, Codec, CommandOf, Effect, EventOf, ExecuteError, Receipt};

/// A command's answer on its way back.
pub(super) type Reply<C> = oneshot::Sender<Result<Receipt<EventOf<C>>, ExecuteError>>;

/// A command that waits for its turn or for its commit.
pub(super) struct Pending<C: Codec> {
    pub(super) call: Call<CommandOf<C>>,
    pub(super) replies: Vec<Reply<C>>,
    pub(super) since: Instant,
}

impl<C: Codec> Pending<C> {
    /// Answers everybody who waits. Who has gone changes nothing.
    pub(super) fn answer(self, position: Position, answer: &Answer<C>) {
        for reply in self.replies {
            let receipt = answer.clone().map(|effect| Receipt { position, effect });
            let _ = reply.send(receipt);
        }
    }
}

/// A stream's turn: one decision at a time.
pub(super) struct Turn<C: Codec> {
    pub(super) waiting: VecDeque<Pending<C>>,
    pub(super) in_flight: Option<AttemptId>,
    /// After a void commit nothing is decided before this is folded.
    pub(super) not_before: Position,
    /// How often in a row another node was faster.
    pub(super) lost: u32,
}

impl<C: Codec> Default for Turn<C> {
    fn default() -> Self {
        Self {
            waiting: VecDeque::new(),
            in_flight: None,
            not_before: Position::START,
            lost: 0,
        }
    }
}

impl<C: Codec> Turn<C> {
    fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.in_flight.is_none()
    }
}

/// A commit on its way, with the commands that rest on it.
pub(super) struct Attempt<C: Codec> {
    pub(super) stream: StreamId,
    pub(super) commands: Vec<(Pending<C>, Answer<C>)>,
    pub(super) since: Instant,
}

/// Whether the commit that is under way says what became of the command.
fn is_noted<C: Codec>(sent: &Pending<C>, answer: &Answer<C>) -> bool {
    sent.call.repeat || matches!(answer, Ok(Effect::Took(_)))
}

/// All turns of a topic on this node.
pub(super) struct Turns<C: Codec> {
    pub(super) by_stream: IdMap<StreamId, Turn<C>>,
    pub(super) attempts: IdMap<AttemptId, Attempt<C>>,
    /// How many commands with an id wait or are under way: a call with one of these ids joins it where it may.
    ids: IdMap<CommandId, usize>,
}

impl<C: Codec> Default for Turns<C> {
    fn default() -> Self {
        Self {
            by_stream: IdMap::default(),
            attempts: IdMap::default(),
            ids: IdMap::default(),
        }
    }
}

impl<C: Codec> Turns<C> {
    /// Lets a call wait for its turn, or join the same command that is there already.
    pub(super) fn enqueue(&mut self, stream: &StreamId, pending: Pending<C>) {
        let alone = if self.ids.contains_key(&pending.call.id) {
            self.join(stream, pending)
        } else {
            Some(pending)
        };
        if let Some(pending) = alone {
            *self.ids.entry(pending.call.id).or_default() += 1;
            let turn = self.by_stream.entry(stream.clone()).or_default();
            turn.waiting.push_back(pending);
        }
    }

    /// Gives the call back if there is none that it may join. One that a repeat joins is a repeat from then on:
    /// its refusal, too, takes a commit, for an attempt may be under way on another node.
    fn join(&mut self, stream: &StreamId, pending: Pending<C>) -> Option<Pending<C>> {
        let id = pending.call.id;
        let Some(turn) = self.by_stream.get_mut(stream) else {
            return Some(pending);
        };
        let attempt = turn.in_flight.and_then(|id| self.attempts.get_mut(&id));
        let sent = attempt.and_then(|attempt| {
            let mut commands = attempt.commands.iter_mut();
            commands.find(|(sent, _)| sent.call.id == id)
        });
        let same = match sent {
            // Without a word on it in the commit that is under way, the repeat needs a commit of its own.
            Some((sent, answer)) if is_noted(sent, answer) || !pending.call.repeat => Some(sent),
            _ => turn
                .waiting
                .iter_mut()
                .find(|waiting| waiting.call.id == id),
        };
        let Some(same) = same else {
            return Some(pending);
        };
        same.call.repeat |= pending.call.repeat;
        same.replies.extend(pending.replies);
        None
    }

    /// Lets a command wait at the front again; with it whoever repeated it meanwhile.
    pub(super) fn put_back(&mut self, stream: &StreamId, mut pending: Pending<C>) {
        let id = pending.call.id;
        let turn = self.by_stream.entry(stream.clone()).or_default();
        let repeated = turn.waiting.iter().position(|w| w.call.id == id);
        let same = repeated.and_then(|at| turn.waiting.remove(at));
        let is_joined = same.is_some();
        if let Some(same) = same {
            pending.call.repeat |= same.call.repeat;
            pending.replies.extend(same.replies);
        }
        turn.waiting.push_front(pending);
        if is_joined {
            self.forget(id);
        }
    }

    /// Answers a command and forgets it; another one with its id may still wait.
    pub(super) fn answer(&mut self, pending: Pending<C>, position: Position, answer: &Answer<C>) {
        self.forget(pending.call.id);
        pending.answer(position, answer);
    }

    fn forget(&mut self, id: CommandId) {
        if let Entry::Occupied(mut count) = self.ids.entry(id) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }

    /// Ends an attempt; its stream may take the next turn.
    pub(super) fn end(&mut self, id: AttemptId) -> Option<Attempt<C>> {
        let attempt = self.attempts.remove(&id)?;
        if let Some(turn) = self.by_stream.get_mut(&attempt.stream) {
            turn.in_flight = None;
        }
        Some(attempt)
    }

    /// Forgets a stream on which nothing waits.
    pub(super) fn tidy(&mut self, stream: &StreamId) {
        if self.by_stream.get(stream).is_some_and(Turn::is_idle) {
            self.by_stream.remove(stream);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_stream.is_empty()
    }
}
