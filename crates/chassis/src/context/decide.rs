use std::panic::{AssertUnwindSafe, catch_unwind};

use domain::{Aggregate, Timestamp};
use eventlog::{CommandId, CommandNote, Noted, Position, StreamId};

use super::folded::{Folded, Slot};
use super::outcomes::{NEWEST_ID_MILLIS, OLDEST_ID_MILLIS, Outcomes};
use crate::{Call, Codec, CommandOf, Effect, EventOf, ExecuteError, Recorded, View};

/// A commit ends before it grows past this.
const BODY_BYTES: usize = 256 << 10;

/// What a command led to, or why to nothing.
pub(super) type Answer<C> = Result<Effect<EventOf<C>>, ExecuteError>;

/// What becomes of one call.
pub(super) enum Planned<C: Codec> {
    /// Rests on what is folded, up to this position: can be said at once.
    Now(Position, Answer<C>),
    /// Rests on the commit that is being made.
    AfterCommit(Answer<C>),
}

/// What a batch leads to: one plan per call that was looked at, and the commit that carries it.
pub(super) struct Plan<C: Codec> {
    pub(super) planned: Vec<Planned<C>>,
    pub(super) notes: Vec<CommandNote>,
    pub(super) body: Clear,
}

/// A body before it is sealed.
#[derive(Default)]
pub(super) struct Clear {
    /// The events.
    pub(super) region: Vec<u8>,
    /// What of them is for the nation's count.
    pub(super) national: Vec<u8>,
}

impl Clear {
    #[cfg(test)]
    pub(super) fn of(region: &[u8], national: &[u8]) -> Self {
        Self {
            region: region.to_vec(),
            national: national.to_vec(),
        }
    }

    fn len(&self) -> usize {
        self.region.len() + self.national.len()
    }
}

/// Decides a batch on folded state: each command on that state plus the batch's earlier events. One that is
/// refused does not touch the others.
pub(super) fn decide_all<'a, C: Codec, V: View<C::Aggregate>>(
    folded: &Folded<C, V>,
    stream: &StreamId,
    batch: impl Iterator<Item = &'a Call<CommandOf<C>>>,
    now: Timestamp,
) -> Plan<C> {
    let unwritten = Slot::default();
    let slot = folded.get(stream).unwrap_or(&unwritten);
    let is_usable = slot.is_usable();
    let mut ahead = Ahead::of(&slot.state);
    let mut plan = Plan {
        planned: Vec::new(),
        notes: Vec::new(),
        body: Clear::default(),
    };
    for call in batch {
        // A command is decided once per commit: the second call of it waits for what the first comes to.
        let is_decided = plan.notes.iter().any(|note| note.id == call.id);
        if is_decided || plan.body.len() >= BODY_BYTES {
            break;
        }
        if let Err(refused) = age_of_id(call.id, folded.log_time(), now) {
            plan.planned
                .push(Planned::Now(Position::START, Err(refused)));
            continue;
        }
        if let Some((position, answer)) = remembered::<C>(&folded.outcomes, stream, call) {
            plan.planned.push(Planned::Now(position, answer));
            continue;
        }
        let answer = if is_usable {
            decide_one::<C>(ahead.state(), call, now)
        } else {
            Err(unusable(slot))
        };
        if let Ok(Effect::Took(events)) = &answer {
            ahead.follow(events);
            encode::<C>(call, (events, now), &mut plan.body);
        }
        let noted = note::<C>(call, &answer);
        let rests_on_commit = noted.is_some() || ahead.is_ahead();
        plan.notes.extend(noted);
        plan.planned.push(if rests_on_commit {
            Planned::AfterCommit(answer)
        } else {
            Planned::Now(slot.changed_at, answer)
        });
    }
    plan
}

/// The state that the next command of a batch is decided on: what is folded, and the batch's events so far.
struct Ahead<'a, A: Aggregate> {
    before: &'a A,
    after: Option<A>,
    /// Not yet in `after`: the last command's events concern nobody, and most batches hold one command.
    events: Vec<A::Event>,
}

impl<'a, A: Aggregate> Ahead<'a, A> {
    fn of(before: &'a A) -> Self {
        Self {
            before,
            after: None,
            events: Vec::new(),
        }
    }

    fn state(&mut self) -> &A {
        if !self.events.is_empty() {
            let after = self.after.take().unwrap_or_else(|| self.before.clone());
            self.after = Some(
                self.events
                    .drain(..)
                    .fold(after, |state, event| state.evolve(&event)),
            );
        }
        self.after.as_ref().unwrap_or(self.before)
    }

    fn follow(&mut self, events: &[A::Event]) {
        self.events.extend_from_slice(events);
    }

    fn is_ahead(&self) -> bool {
        self.after.is_some() || !self.events.is_empty()
    }
}

fn decide_one<C: Codec>(
    state: &C::Aggregate,
    call: &Call<CommandOf<C>>,
    now: Timestamp,
) -> Answer<C> {
    // A decision that panics is one command's misfortune, not the node's.
    match catch_unwind(AssertUnwindSafe(|| state.decide(&call.command, now))) {
        Err(_) => Err(ExecuteError::Failed),
        Ok(Err(rejection)) => Err(ExecuteError::Refused {
            code: C::Aggregate::code(&rejection).to_owned(),
            message: rejection.to_string(),
        }),
        Ok(Ok(events)) if events.is_empty() => Ok(Effect::Unchanged),
        Ok(Ok(events)) => Ok(Effect::Took(events)),
    }
}

fn remembered<C: Codec>(
    outcomes: &Outcomes,
    stream: &StreamId,
    call: &Call<CommandOf<C>>,
) -> Option<(Position, Answer<C>)> {
    let outcome = outcomes.get(&call.id)?;
    let refused = |code: &str, message: String| {
        let code = code.to_owned();
        Err(ExecuteError::Refused { code, message })
    };
    let answer = match &outcome.noted {
        _ if outcome.stream != *stream => refused(
            "command-id-reused",
            "this command id was used for a command on something else".to_owned(),
        ),
        Noted::Taken => Ok(Effect::Remembered),
        Noted::Unchanged => Ok(Effect::Unchanged),
        Noted::Refused(code) => refused(code, format!("this command was refused before: {code}")),
    };
    Some((outcome.position, answer))
}

fn unusable<A>(slot: &Slot<A>) -> ExecuteError {
    if slot.erased {
        return erased();
    }
    ExecuteError::Refused {
        code: "stream-unusable".to_owned(),
        message: "the history cannot be read in full; it takes no commands any more".to_owned(),
    }
}

/// A definite no.
pub(super) fn erased() -> ExecuteError {
    ExecuteError::Refused {
        code: "erased".to_owned(),
        message: "its content was erased; it takes no commands any more".to_owned(),
    }
}

/// A repeat is always answered by a commit: only a commit makes a first attempt that is still under way void.
fn note<C: Codec>(call: &Call<CommandOf<C>>, answer: &Answer<C>) -> Option<CommandNote> {
    let (noted, event_count) = match answer {
        Ok(Effect::Took(events)) => (Noted::Taken, events.len()),
        Ok(Effect::Unchanged) if call.repeat => (Noted::Unchanged, 0),
        Err(ExecuteError::Refused { code, .. }) if call.repeat => (Noted::Refused(code.clone()), 0),
        Ok(_) | Err(_) => return None,
    };
    Some(CommandNote {
        id: call.id,
        causation_id: call.causation_id,
        correlation_id: call.correlation_id,
        traceparent: call.traceparent.clone(),
        noted,
        event_count: u32::try_from(event_count).unwrap_or(u32::MAX),
        remembered: call.remember,
    })
}

fn encode<C: Codec>(
    call: &Call<CommandOf<C>>,
    (events, now): (&[EventOf<C>], Timestamp),
    body: &mut Clear,
) {
    let recorded: Vec<_> = events
        .iter()
        .map(|event| Recorded {
            event: event.clone(),
            occurred_at: now,
            actor: call.actor.clone(),
        })
        .collect();
    body.region.extend(C::encode(&recorded));
    body.national.extend(C::encode_national(&recorded));
}

/// A command id made too long ago could have been forgotten; one from the future would outlive its memory.
/// Timers' ids carry no time.
fn age_of_id(id: CommandId, log_time: Timestamp, now: Timestamp) -> Result<(), ExecuteError> {
    let Some(made_at) = id.made_at_millis() else {
        return Ok(());
    };
    let refused = |code: &str, message: &str| ExecuteError::Refused {
        code: code.to_owned(),
        message: message.to_owned(),
    };
    if made_at < log_time.as_millis().saturating_sub(OLDEST_ID_MILLIS) {
        return Err(refused(
            "command-too-old",
            "the command id is more than 23 hours old; this says nothing about its first attempt",
        ));
    }
    if made_at > now.as_millis().saturating_add(NEWEST_ID_MILLIS) {
        return Err(refused(
            "command-from-the-future",
            "the command id says that it was made at a moment that has not come yet",
        ));
    }
    Ok(())
}
