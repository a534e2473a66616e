use std::collections::HashSet;
use std::time::Instant;

use domain::{Aggregate, Timestamp};
use eventlog::{CommandId, StreamId};
use sha2::{Digest, Sha256};
use tokio::sync::oneshot;

use super::Incoming;
use super::folded::{Folded, SetTimer};
use super::turns::Pending;
use crate::{Call, Codec, CommandOf, Effect, EventOf, ExecuteError, Receipt, View};

/// A timer's commit is made this long after it fell due: clocks differ.
const GRACE_MILLIS: i64 = 5_000;
/// Nodes try one second apart, over this many places.
const PLACES: i64 = 4;
/// How many timers' commits may be under way at once.
const UNDER_WAY: usize = 500;
/// Who ends what ends by itself.
const ACTOR: &str = "timer";

type Answer<C> = oneshot::Receiver<Result<Receipt<EventOf<C>>, ExecuteError>>;

/// The timers' commands that this node has given.
pub(super) struct TimerDesk<C: Codec> {
    under_way: Vec<(CommandId, Answer<C>)>,
    given: HashSet<CommandId>,
}

impl<C: Codec> Default for TimerDesk<C> {
    fn default() -> Self {
        Self {
            under_way: Vec::new(),
            given: HashSet::new(),
        }
    }
}

impl<C: Codec> TimerDesk<C> {
    /// The commands to be given now by this node.
    pub(super) fn due<V: View<C::Aggregate>>(
        &mut self,
        folded: &Folded<C, V>,
        node: &str,
        now: Timestamp,
    ) -> Vec<Incoming<C>> {
        self.collect_answers();
        let room = UNDER_WAY.saturating_sub(self.under_way.len());
        let mut due = Vec::new();
        let ripe = folded.due.iter();
        for (at, stream) in ripe.take_while(|(at, _)| is_past(*at, GRACE_MILLIS, now)) {
            if due.len() >= room {
                break;
            }
            let Some(slot) = folded.get(stream) else {
                continue;
            };
            for set in slot.timers.iter().filter(|set| set.due == *at) {
                let id = command_id(stream, set);
                let wait = GRACE_MILLIS + place(node, id) * 1_000;
                if due.len() >= room || self.given.contains(&id) || !is_past(*at, wait, now) {
                    continue;
                }
                let mut timers = slot.state.timers().into_iter();
                if let Some(timer) = timers.find(|timer| set.is(timer)) {
                    let command = (timer.command, set.set_by);
                    due.push(self.give(stream.clone(), id, command));
                }
            }
        }
        due
    }

    fn give(
        &mut self,
        stream: StreamId,
        id: CommandId,
        (command, set_by): (CommandOf<C>, CommandId),
    ) -> Incoming<C> {
        let (reply, answer) = oneshot::channel();
        self.under_way.push((id, answer));
        self.given.insert(id);
        let call = Call {
            command,
            id,
            repeat: false,
            remember: true,
            actor: ACTOR.to_owned(),
            causation_id: Some(*set_by.as_uuid()),
            correlation_id: None,
            traceparent: None,
        };
        let pending = Pending {
            call,
            replies: vec![reply],
            since: Instant::now(),
        };
        Incoming { stream, pending }
    }

    /// What took effect is gone from the folded state; what failed for a passing reason is given again; what
    /// decided nothing is not.
    fn collect_answers(&mut self) {
        let given = &mut self.given;
        self.under_way
            .retain_mut(|(id, answer)| match answer.try_recv() {
                Err(oneshot::error::TryRecvError::Empty) => true,
                Ok(Ok(Receipt {
                    effect: Effect::Unchanged,
                    ..
                }))
                | Ok(Err(ExecuteError::Refused { .. } | ExecuteError::Failed)) => {
                    tracing::warn!(command.id = %id, "a timer's command had no effect");
                    false
                }
                Ok(_) | Err(oneshot::error::TryRecvError::Closed) => {
                    given.remove(id);
                    false
                }
            });
    }
}

fn is_past(due: Timestamp, wait_millis: i64, now: Timestamp) -> bool {
    due.plus_millis(wait_millis) <= now
}

/// Every node gives a timer's command the same id, so that it takes effect once.
fn command_id(stream: &StreamId, timer: &SetTimer) -> CommandId {
    let hash = Sha256::new()
        .chain_update(stream.as_str())
        .chain_update([0])
        .chain_update(&timer.name)
        .chain_update(timer.due.as_millis().to_be_bytes())
        .chain_update(timer.set_by.as_uuid().as_bytes())
        .finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    CommandId::from_uuid(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// In which second after the grace a node tries.
fn place(node: &str, id: CommandId) -> i64 {
    let hash = Sha256::new()
        .chain_update(node)
        .chain_update(id.as_uuid().as_bytes())
        .finalize();
    i64::from(hash[0]) % PLACES
}
