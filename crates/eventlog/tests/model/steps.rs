//! What may happen next, and what it does.

use eventlog::rule::Verdict;

use crate::places::Outcome;
use crate::rules::{Rules, Sentence};
use crate::world::{Call, CommandId, Folded, Knows, Record, Turn, World};

/// One thing that happens.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    /// A client calls a node: the first time, or again because it does not know the outcome.
    Call { command: CommandId, node: usize },
    /// The transport gives up on a delivery by itself and delivers the same call to a node once more.
    DeliverAgain { command: CommandId, node: usize },
    /// A client's deadline passes. What it sent stays where it is.
    StopListening { command: CommandId },
    /// A node takes the stream's turn and decides these calls together.
    Decide { node: usize, batch: Vec<Call> },
    /// A call meets its own command in a decision that waits for its commit, and waits with it.
    Join { node: usize, call: Call },
    /// A send in flight reaches the log.
    Land { send: usize },
    /// The same, and it will land once more.
    LandTwice { send: usize },
    /// A node folds the next record and answers who waits for it.
    Fold { node: usize },
    /// A node waits no longer for its own commit, which stays in flight: UNAVAILABLE.
    GiveUp { node: usize },
    /// A node dies and starts from its snapshot at this position.
    Restart { node: usize, snapshot: u8 },
}

/// Lists what may happen.
pub(crate) fn possible(rules: &Rules, world: &World, steps: &mut Vec<Step>) {
    for (command, client) in world.clients.iter().enumerate() {
        let listening = client.calls > 0 && client.knows == Knows::Nothing;
        if listening {
            steps.push(Step::StopListening { command });
        }
        for node in 0..rules.nodes {
            if client.calls == 0
                || (client.knows == Knows::Unknown && client.calls < rules.calls[command])
            {
                steps.push(Step::Call { command, node });
            }
            if listening && client.calls < rules.calls[command] {
                steps.push(Step::DeliverAgain { command, node });
            }
        }
    }
    for send in 0..world.flight.len() {
        steps.push(Step::Land { send });
        if world.duplicates < rules.duplicates {
            steps.push(Step::LandTwice { send });
        }
    }
    for (node, present) in world.nodes.iter().enumerate() {
        if present.turns.is_empty() || rules.lacks(Sentence::DecideOnFoldedOnly) {
            decisions(rules, node, &present.waiting, steps);
        }
        for call in &present.waiting {
            let may_join = |turn: &Turn| {
                turn.decided(call).is_some()
                    && (turn.commits(call) || rules.lacks(Sentence::JoinOnlyWhatIsCommitted))
            };
            if present.turns.iter().any(may_join) {
                steps.push(Step::Join { node, call: *call });
            }
        }
        if usize::from(present.folded.position) < world.log.len() {
            steps.push(Step::Fold { node });
        }
        if !present.turns.is_empty() {
            steps.push(Step::GiveUp { node });
        }
        if world.crashes < rules.crashes {
            for snapshot in 0..=present.folded.position {
                steps.push(Step::Restart { node, snapshot });
            }
        }
    }
}

/// Each waiting call alone; all together; all together the other way round.
fn decisions(rules: &Rules, node: usize, waiting: &[Call], steps: &mut Vec<Step>) {
    let mut decide = |batch| steps.push(Step::Decide { node, batch });
    for call in waiting {
        decide(vec![*call]);
    }
    if rules.batches && waiting.len() > 1 {
        decide(waiting.to_vec());
        decide(waiting.iter().rev().copied().collect());
    }
}

/// Returns the world after a step.
pub(crate) fn after(rules: &Rules, last: &World, step: Step) -> World {
    let mut world = last.clone();
    match step {
        Step::Call { command, node } => {
            let repeat = world.clients[command].calls > 0;
            deliver(&mut world, command, node, repeat);
        }
        Step::DeliverAgain { command, node } => {
            let said = world.clients[command].repeat;
            let repeat = said || !rules.lacks(Sentence::DuplicatedCallIsRepeat);
            deliver(&mut world, command, node, repeat);
        }
        Step::StopListening { command } => world.clients[command].knows = Knows::Unknown,
        Step::Decide { node, batch } => decide(rules, &mut world, node, &batch),
        Step::Join { node, call } => join(rules, &mut world, node, call),
        Step::Land { send } => {
            let record = world.flight.remove(send);
            land(rules, &mut world, record);
        }
        Step::LandTwice { send } => {
            world.duplicates += 1;
            let record = world.flight[send].clone();
            land(rules, &mut world, record);
        }
        Step::Fold { node } => fold(rules, &mut world, node),
        Step::GiveUp { node } => give_up(rules, &mut world, node),
        Step::Restart { node, snapshot } => restart(rules, &mut world, node, snapshot),
    }
    world.flight.sort();
    for node in &mut world.nodes {
        node.waiting.sort();
    }
    world
}

fn deliver(world: &mut World, command: CommandId, node: usize, repeat: bool) {
    let client = &mut world.clients[command];
    client.calls += 1;
    client.repeat = repeat;
    client.knows = Knows::Nothing;
    let serial = client.calls;
    world.nodes[node].waiting.push(Call {
        command,
        serial,
        repeat,
    });
}

/// Decides each call on the folded state plus the batch's earlier events. An answer that rests on the batch's
/// commit waits for it; the others go out at once.
fn decide(rules: &Rules, world: &mut World, node: usize, batch: &[Call]) {
    let attempt = world.next_attempt();
    let present = &mut world.nodes[node];
    present.waiting.retain(|call| !batch.contains(call));
    let mut basis = present.folded.clone();
    for turn in &present.turns {
        basis.apply(rules, &turn.record); // the overlay: only there when it is allowed
    }
    let version = basis.head + 1;
    let mut committed = Vec::new();
    let mut at_once = Vec::new();
    let mut later = Vec::new();
    for (place, call) in batch.iter().enumerate() {
        let remembered = if rules.lacks(Sentence::OncePerBatch) {
            present.folded.outcomes[call.command]
        } else {
            basis.outcomes[call.command]
        };
        let outcome = remembered.unwrap_or_else(|| basis.decide(rules.commands[call.command]));
        let joins = batch[..place]
            .iter()
            .find(|other| other.command == call.command);
        if remembered.is_none() && needs_commit(rules, call, joins, outcome) {
            committed.push((call.command, outcome));
            basis.answer(rules, call.command, outcome);
        }
        if committed.is_empty() && present.turns.is_empty() {
            let from_memory = call.repeat && remembered.is_some();
            at_once.push((
                *call,
                Knows::Told {
                    outcome,
                    from_memory,
                },
            ));
        } else {
            later.push((*call, outcome));
        }
    }
    if !committed.is_empty() {
        let record = Record {
            version,
            answers: committed,
            attempt,
        };
        present.turns.push(Turn {
            record: record.clone(),
            answers: later,
        });
        world.flight.push(record);
    } else if let Some(turn) = present.turns.last_mut() {
        turn.answers.append(&mut later);
    }
    for (call, knows) in at_once {
        world.tell(call, knows);
    }
}

/// Returns whether an outcome must go through the log before anybody hears of it.
fn needs_commit(rules: &Rules, call: &Call, joins: Option<&Call>, outcome: Outcome) -> bool {
    let repeat = match joins {
        Some(first) if rules.lacks(Sentence::JoinedRepeatIsRepeat) => first.repeat,
        Some(_) | None => call.repeat,
    };
    match outcome {
        Outcome::Taken => true,
        Outcome::Refused => repeat && !rules.lacks(Sentence::RefuseRepeatsByCommit),
        Outcome::Unchanged => repeat && !rules.lacks(Sentence::AnswerUnchangedRepeatsByCommit),
    }
}

fn join(rules: &Rules, world: &mut World, node: usize, call: Call) {
    let present = &mut world.nodes[node];
    present.waiting.retain(|waiting| *waiting != call);
    for turn in &mut present.turns {
        let Some((first, outcome)) = turn.decided(&call) else {
            continue;
        };
        let repeat = if rules.lacks(Sentence::JoinedRepeatIsRepeat) {
            first.repeat
        } else {
            call.repeat
        };
        turn.answers.push((Call { repeat, ..call }, outcome));
        turn.answers.sort();
        break;
    }
}

fn land(rules: &Rules, world: &mut World, record: Record) {
    if rules.lacks(Sentence::AnswerAfterFold) {
        for node in 0..rules.nodes {
            for turn in end_turn(world, node, record.attempt) {
                answer(world, turn);
            }
        }
    }
    world.land(rules, record);
}

fn fold(rules: &Rules, world: &mut World, node: usize) {
    let folded = &mut world.nodes[node].folded;
    let record = world.log[usize::from(folded.position)].record.clone();
    let verdict = folded.fold(rules, &record);
    for turn in end_turn(world, node, record.attempt) {
        match verdict {
            Verdict::Effective => answer(world, turn),
            // Somebody was faster: everything in the batch is decided again.
            Verdict::Void => {
                let calls = turn.answers.into_iter().map(|(call, _)| call);
                world.nodes[node].waiting.extend(calls);
            }
        }
    }
}

fn give_up(rules: &Rules, world: &mut World, node: usize) {
    let knows = if rules.lacks(Sentence::TimeoutIsUnknown) {
        Knows::Told {
            outcome: Outcome::Refused,
            from_memory: false,
        }
    } else {
        Knows::Unknown
    };
    let turn = world.nodes[node].turns.remove(0);
    for (call, _) in turn.answers {
        world.tell(call, knows);
    }
}

/// A dying node's decisions are forgotten and its clients cut off. Calls that it had not decided count as still
/// on their way: they may reach the node after its restart, or never.
fn restart(rules: &Rules, world: &mut World, node: usize, snapshot: u8) {
    world.crashes += 1;
    for turn in std::mem::take(&mut world.nodes[node].turns) {
        for (call, _) in turn.answers {
            world.tell(call, Knows::Unknown);
        }
    }
    let mut folded = Folded::replay(rules, &world.log[..usize::from(snapshot)]);
    if rules.lacks(Sentence::SnapshotHasOutcomes) {
        folded.outcomes.fill(None);
    }
    world.nodes[node].folded = folded;
}

fn end_turn(world: &mut World, node: usize, attempt: u8) -> Vec<Turn> {
    let turns = std::mem::take(&mut world.nodes[node].turns);
    let (ended, open) = turns
        .into_iter()
        .partition(|turn| turn.record.attempt == attempt);
    world.nodes[node].turns = open;
    ended
}

fn answer(world: &mut World, turn: Turn) {
    for (call, outcome) in turn.answers {
        world.tell(
            call,
            Knows::Told {
                outcome,
                from_memory: false,
            },
        );
    }
}
