use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use eventlog::{AttemptId, Commit, LogError, NewCommit, Position, Status, StreamId};
use pseudonym::vault::Kid;
use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;

use super::decide::{self, Plan, Planned};
use super::snapshot::SnapshotFile;
use super::timers::TimerDesk;
use super::turns::{Attempt, Turns};
use super::{CALL_DEADLINE, Folded, Incoming, READ_DEADLINE, Shared};
use crate::control::Skips;
use crate::erasure::{Erasures, KeyError, Keyring};
use crate::telemetry::Figures;
use crate::{Clock, Codec, DecodeError, ExecuteError, Health, Node, ServiceStatus, View};

/// Commands decided together at most.
const BATCH: usize = 64;
/// How often in a row other nodes may be faster before the caller is asked to repeat.
const MAX_LOST: u32 = 20;
/// Commits folded before readers get their turn.
const FOLD_CHUNK: usize = 64;

/// The loop's own state: everything in here has one owner, and is touched by one task.
pub(super) struct Worker<C: Codec, V> {
    pub(super) node: String,
    pub(super) clock: Clock,
    health: Health,
    service: &'static str,
    pub(super) tasks: TaskTracker,
    pub(super) snapshot: SnapshotFile,
    pub(super) skips: Skips,
    pub(super) shared: Arc<Shared<C, V>>,
    pub(super) turns: Turns<C>,
    pub(super) timers: TimerDesk<C>,
    failed: mpsc::UnboundedSender<(AttemptId, LogError)>,
    /// Commits read but not folded: more than one chunk, or behind one that cannot be read.
    pub(super) backlog: VecDeque<Arc<Commit>>,
    /// Why folding stopped.
    pub(super) stuck: Option<String>,
    /// It stopped for want of a key, which may come.
    pub(super) awaits_key: bool,
    /// What was skipped is still to be taken back out of what is folded.
    pub(super) is_folded_too_far: bool,
    /// Who is erased, of a topic about persons.
    pub(super) erasures: Option<Erasures>,
    caught_up: bool,
    /// Streams that wait for a position to be folded before they are decided again.
    blocked: Vec<StreamId>,
    figures: Figures,
}

/// What the loop listens to.
pub(super) struct Inputs<C: Codec> {
    pub(super) calls: mpsc::Receiver<Incoming<C>>,
    pub(super) failures: mpsc::UnboundedReceiver<(AttemptId, LogError)>,
}

impl<C: Codec, V: View<C::Aggregate>> Worker<C, V> {
    pub(super) fn new(
        node: &Node,
        service: &'static str,
        shared: Arc<Shared<C, V>>,
        calls: mpsc::Receiver<Incoming<C>>,
    ) -> Result<(Self, Inputs<C>), LogError> {
        let (failed, failures) = mpsc::unbounded_channel();
        let worker = Self {
            node: node.name.clone(),
            clock: node.clock.clone(),
            health: node.health.clone(),
            service,
            tasks: node.tasks.clone(),
            snapshot: SnapshotFile::new(node.snapshots.as_deref(), shared.topic.name()),
            skips: Skips::of(node, shared.topic.name(), shared.skipped.clone())?,
            turns: Turns::default(),
            timers: TimerDesk::default(),
            failed,
            backlog: VecDeque::new(),
            stuck: None,
            awaits_key: false,
            is_folded_too_far: false,
            erasures: shared.bodies.keyring().map(Keyring::erasures),
            caught_up: false,
            blocked: Vec::new(),
            figures: Figures::of(shared.topic.name()),
            shared,
        };
        Ok((worker, Inputs { calls, failures }))
    }

    /// Takes calls in, then works every turn that they touch.
    pub(super) fn take(&mut self, calls: &mut Vec<Incoming<C>>) {
        let mut touched = Vec::with_capacity(calls.len());
        for Incoming { stream, pending } in calls.drain(..) {
            self.turns.enqueue(&stream, pending);
            touched.push(stream);
        }
        for stream in touched {
            self.work(&stream);
        }
    }

    /// Works one stream's turn: decides what waits on folded state and sends the commit.
    pub(super) fn work(&mut self, stream: &StreamId) {
        let shared = Arc::clone(&self.shared);
        let folded = shared.folded.read();
        let now = self.clock.now();
        while let Some(turn) = self.turns.by_stream.get_mut(stream) {
            if turn.in_flight.is_some() || turn.waiting.is_empty() || self.stuck.is_some() {
                break;
            }
            if !self.caught_up {
                // Half of what happened is no ground for a refusal.
                break;
            }
            if folded.position() < turn.not_before {
                self.blocked.push(stream.clone());
                break;
            }
            let batch = turn.waiting.iter().take(BATCH).map(|pending| &pending.call);
            let plan = decide::decide_all(&folded, stream, batch, now);
            self.carry_out(&folded, stream, plan);
        }
        self.turns.tidy(stream);
    }

    /// Answers what can be answered at once, and sends the commit that the rest depends on.
    fn carry_out(&mut self, folded: &Folded<C, V>, stream: &StreamId, plan: Plan<C>) {
        let attempt_id = AttemptId::new_v7();
        let Some(turn) = self.turns.by_stream.get_mut(stream) else {
            return;
        };
        let decided: Vec<_> = turn.waiting.drain(..plan.planned.len()).collect();
        let mut commands = Vec::new();
        for (pending, planned) in decided.into_iter().zip(plan.planned) {
            match planned {
                Planned::Now(position, answer) => self.turns.answer(pending, position, &answer),
                Planned::AfterCommit(answer) => commands.push((pending, answer)),
            }
        }
        if plan.notes.is_empty() {
            return;
        }
        let attempt = Attempt {
            stream: stream.clone(),
            commands,
            since: Instant::now(),
        };
        let slot = folded.get(stream);
        let mut commit = NewCommit {
            stream: stream.clone(),
            version: slot.map(|slot| slot.version).unwrap_or_default().next(),
            attempt: attempt_id,
            commands: plan.notes,
            body: Bytes::new(),
        };
        let kid = slot.and_then(|slot| slot.kid);
        let bodies = &self.shared.bodies;
        let given = match bodies.seal(&mut commit, plan.body, (kid, self.clock.now())) {
            Ok(given) => given.zip(bodies.keyring().cloned()),
            Err(error) => return self.give_up(attempt, &without_key(&error)),
        };
        if let Some(turn) = self.turns.by_stream.get_mut(stream) {
            turn.in_flight = Some(attempt_id);
        }
        self.turns.attempts.insert(attempt_id, attempt);
        let failed = self.failed.clone();
        self.shared.topic.submit(commit, move |result| {
            // Success is heard of by folding the commit.
            let Err(error) = result else { return };
            // Also where nobody waits for the outcome any more.
            if let (LogError::Void { .. }, Some((kid, keyring))) = (&error, given) {
                keyring.discard(kid);
            }
            let _ = failed.send((attempt_id, error));
        });
    }

    /// Folds what was read; answers the commands whose commits are in it; works their streams' next turns.
    pub(super) fn fold(&mut self, page: Vec<Arc<Commit>>) {
        self.backlog.extend(page);
        let mut answered = Vec::new();
        while self.stuck.is_none() && !self.backlog.is_empty() {
            let mut folded = self.shared.folded.write();
            for _ in 0..FOLD_CHUNK {
                let Some(commit) = self.backlog.front() else {
                    break;
                };
                if let Err(error) = fold_one(&mut folded, commit, &self.shared) {
                    let reason = stuck_at(commit, &error, self.awaits_key);
                    self.stuck = Some(reason);
                    self.awaits_key = matches!(error, DecodeError::NotNow(_));
                    break;
                }
                self.awaits_key = false;
                if let Some(attempt) = self.turns.end(commit.attempt) {
                    answered.push((commit.position, attempt));
                }
                self.backlog.pop_front();
            }
        }
        let position = self.shared.folded.read().position();
        self.shared.positions.send_replace(position);
        let topic = &self.shared.topic;
        self.figures
            .folded(position, topic.end(), topic.void_count());
        let mut next: Vec<StreamId> = std::mem::take(&mut self.blocked);
        for (position, attempt) in answered {
            self.figures.appended(attempt.since.elapsed());
            for (pending, answer) in attempt.commands {
                self.turns.answer(pending, position, &answer);
            }
            if let Some(turn) = self.turns.by_stream.get_mut(&attempt.stream) {
                turn.lost = 0;
            }
            next.push(attempt.stream);
        }
        for stream in next {
            self.work(&stream);
        }
        self.refresh();
    }

    /// Lets go of everything about whoever was erased, at once.
    pub(super) fn erase(&mut self, kids: &[Kid]) {
        {
            let mut folded = self.shared.folded.write();
            kids.iter().for_each(|kid| folded.forget(kid));
        }
        self.shared.past.forget();
        let seen = self.erasures.as_ref().map_or(0, Erasures::seen);
        self.shared.erased.send_replace(seen);
        // Whoever watches the state hears of it as of a commit.
        self.shared.positions.send_modify(|_| {});
    }

    /// An attempt did not take effect, or nobody knows.
    pub(super) fn failed(&mut self, id: AttemptId, error: LogError) {
        let Some(attempt) = self.turns.end(id) else {
            return;
        };
        let stream = attempt.stream.clone();
        match error {
            LogError::Void { at } => self.decide_again(attempt, at),
            LogError::Full => self.give_up(attempt, &ExecuteError::Full),
            LogError::TooLarge { bytes } => {
                self.give_up(attempt, &ExecuteError::TooLarge { bytes });
            }
            LogError::Closed => self.give_up(attempt, &ExecuteError::Stopping),
            other => self.give_up(attempt, &ExecuteError::Unknown(other.to_string())),
        }
        self.work(&stream);
    }

    /// Somebody was faster: everything in the batch is decided again on the new state.
    fn decide_again(&mut self, attempt: Attempt<C>, at: Position) {
        let turn = self
            .turns
            .by_stream
            .entry(attempt.stream.clone())
            .or_default();
        turn.lost += 1;
        turn.not_before = at;
        if turn.lost > MAX_LOST {
            turn.lost = 0;
            return self.give_up(attempt, &ExecuteError::Contended);
        }
        for (pending, _) in attempt.commands.into_iter().rev() {
            self.turns.put_back(&attempt.stream, pending);
        }
    }

    fn give_up(&mut self, attempt: Attempt<C>, error: &ExecuteError) {
        for (pending, _) in attempt.commands {
            self.turns
                .answer(pending, Position::START, &Err(error.clone()));
        }
    }

    /// Answers what has waited too long: unknown if it was sent, without effect if it was not.
    pub(super) fn expire(&mut self, limit: Duration) {
        let late: Vec<_> = self
            .turns
            .attempts
            .iter()
            .filter(|(_, attempt)| attempt.since.elapsed() >= limit)
            .map(|(id, _)| *id)
            .collect();
        for id in late {
            self.failed(
                id,
                LogError::Unavailable("no answer within the deadline".into()),
            );
        }
        let mut waited = Vec::new();
        for turn in self.turns.by_stream.values_mut() {
            while turn
                .waiting
                .front()
                .is_some_and(|p| p.since.elapsed() >= limit)
            {
                waited.extend(turn.waiting.pop_front());
            }
        }
        let error = if self.is_starting() {
            ExecuteError::Starting
        } else {
            ExecuteError::NotServing("the turn did not come within the deadline".into())
        };
        for pending in waited {
            self.turns
                .answer(pending, Position::START, &Err(error.clone()));
        }
        let streams: Vec<_> = self.turns.by_stream.keys().cloned().collect();
        for stream in streams {
            self.turns.tidy(&stream);
        }
    }

    /// The log was replaced: what was folded is of another one.
    pub(super) fn start_anew(&mut self) {
        *self.shared.folded.write() = Folded::default();
        self.backlog.clear();
        self.snapshot.forget();
        self.shared.past.checkpoints.clear();
        self.stuck = None;
        self.is_folded_too_far = false;
        self.caught_up = false;
        self.shared.positions.send_replace(Position::START);
        let lost: Vec<_> = self.turns.attempts.keys().copied().collect();
        for id in lost {
            self.failed(id, LogError::Unavailable("the log was replaced".into()));
        }
        self.refresh();
    }

    /// Says how the service stands.
    pub(super) fn refresh(&mut self) {
        let was_caught_up = self.caught_up;
        let topic = self.shared.topic.status().borrow().clone();
        let fault = self.shared.bodies.keyring().and_then(Keyring::fault);
        let status = match (topic, &self.stuck) {
            (Status::NotServing(reason), _) => ServiceStatus::NotServing(reason),
            (_, Some(reason)) => ServiceStatus::NotServing(reason.clone()),
            // What is folded may be of somebody who was erased.
            (Status::Serving, None) if fault.is_some() => {
                ServiceStatus::NotServing(fault.unwrap_or_default())
            }
            (Status::Starting, None) => ServiceStatus::Starting,
            (Status::Serving, None) => {
                let position = *self.shared.positions.borrow();
                self.caught_up |= position >= self.shared.topic.end();
                if self.caught_up && !was_caught_up {
                    self.shared.folded.write().show();
                }
                if self.caught_up {
                    ServiceStatus::Serving
                } else {
                    ServiceStatus::Starting
                }
            }
        };
        self.health.set(self.service, status.clone());
        self.shared.status.send_if_modified(|old| {
            let changed = *old != status;
            *old = status;
            changed
        });
        if self.caught_up && !was_caught_up {
            let waiting: Vec<_> = self.turns.by_stream.keys().cloned().collect();
            for stream in waiting {
                self.work(&stream);
            }
        }
    }

    fn is_starting(&self) -> bool {
        *self.shared.status.borrow() == ServiceStatus::Starting
    }

    /// What happens a few times a second: deadlines and timers.
    pub(super) fn tick(&mut self) {
        // While the log is read, nobody's turn comes: who waits hears that before the call itself ends.
        let limit = if self.is_starting() {
            READ_DEADLINE
        } else {
            CALL_DEADLINE
        };
        self.expire(limit);
        if self.awaits_key {
            self.stuck = None;
            self.fold(Vec::new());
        }
        self.refresh();
        self.shared.past.tidy();
        if *self.shared.status.borrow() == ServiceStatus::Serving {
            let now = self.clock.now();
            let mut due = {
                let folded = self.shared.folded.read();
                self.timers.due(&folded, &self.node, now)
            };
            for Incoming { stream, pending } in due.drain(..) {
                self.turns.enqueue(&stream, pending);
                self.work(&stream);
            }
        }
    }
}

fn fold_one<C: Codec, V: View<C::Aggregate>>(
    folded: &mut Folded<C, V>,
    commit: &Commit,
    shared: &Shared<C, V>,
) -> Result<(), DecodeError> {
    if shared.skipped.contains(commit.position) {
        folded.skip(commit);
        return Ok(());
    }
    folded.fold(commit, &shared.bodies)
}

/// Says why folding stopped; a second time only to who asks.
fn stuck_at(commit: &Commit, error: &DecodeError, is_known: bool) -> String {
    if !is_known {
        tracing::error!(
            position = commit.position.get(), stream.id = %commit.stream, reason = %error,
            "the view stopped at a commit that it cannot read"
        );
    }
    format!(
        "position {} of stream {} cannot be read: {error}",
        commit.position, commit.stream
    )
}

/// Nothing was written for want of a key.
fn without_key(error: &KeyError) -> ExecuteError {
    match error {
        KeyError::Erased => decide::erased(),
        KeyError::Full => ExecuteError::Full,
        KeyError::Lost(reason) | KeyError::NotNow(reason) => {
            ExecuteError::NotServing(reason.clone())
        }
    }
}
