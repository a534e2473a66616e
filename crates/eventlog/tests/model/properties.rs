//! What must never happen, and what a search must have met before its silence means anything.

use stateright::Property;

use crate::places::Outcome;
use crate::rules::Rules;
use crate::world::{CommandId, Folded, Knows, World};

pub(crate) const ACKNOWLEDGED_STAYS: &str = "no acknowledged commit is lost";
pub(crate) const ONCE: &str = "no command takes effect twice";
pub(crate) const REFUSED_STAYS: &str = "a refused command never takes effect";
pub(crate) const UNCHANGED_STAYS: &str = "a command that decided nothing never takes effect";
pub(crate) const AGREEMENT: &str = "all nodes agree at the same position";
pub(crate) const FITS: &str = "no place is taken that is not there";

pub(crate) const VOID: &str = "a commit is void";
pub(crate) const MEMORY: &str = "a repeat is answered from memory";
pub(crate) const LATE: &str = "a commit takes effect that nobody waits for any more";
pub(crate) const NO_BY_COMMIT: &str = "a repeat gets its no, or nothing-to-do, by a commit";
pub(crate) const TOGETHER: &str = "one commit answers two commands";
pub(crate) const BEHIND: &str = "after a restart nobody knows an acknowledged command";

/// The invariants.
pub(crate) fn always() -> Vec<Property<Rules>> {
    vec![
        Property::always(ACKNOWLEDGED_STAYS, |_, world: &World| {
            told(world, Outcome::Taken).all(|command| times_taken(world, command) > 0)
        }),
        Property::always(ONCE, |_, world: &World| {
            (0..world.clients.len()).all(|command| times_taken(world, command) <= 1)
        }),
        Property::always(REFUSED_STAYS, |_, world: &World| {
            told(world, Outcome::Refused).all(|command| times_taken(world, command) == 0)
        }),
        Property::always(UNCHANGED_STAYS, |_, world: &World| {
            told(world, Outcome::Unchanged).all(|command| times_taken(world, command) == 0)
        }),
        Property::always(AGREEMENT, agreement),
        Property::always(FITS, fits),
    ]
}

/// The dangers: that the invariants hold says something only where these were there.
pub(crate) fn sometimes() -> Vec<Property<Rules>> {
    vec![
        Property::sometimes(VOID, |_, world: &World| {
            world.log.iter().any(|landed| !landed.effective)
        }),
        Property::sometimes(MEMORY, |_, world: &World| {
            let mut clients = world.clients.iter();
            clients.any(|client| {
                matches!(
                    client.knows,
                    Knows::Told {
                        from_memory: true,
                        ..
                    }
                )
            })
        }),
        Property::sometimes(LATE, |_, world: &World| {
            let last = world.log.last();
            last.is_some_and(|last| last.effective && !world.awaited(last.record.attempt))
        }),
        Property::sometimes(NO_BY_COMMIT, |_, world: &World| {
            let mut answers = world.effective().flat_map(|record| &record.answers);
            answers.any(|(_, outcome)| *outcome != Outcome::Taken)
        }),
        Property::sometimes(TOGETHER, |_, world: &World| {
            world.effective().any(|record| record.answers.len() > 1)
        }),
        Property::sometimes(BEHIND, |_, world: &World| {
            let forgot = |command: CommandId| {
                let mut nodes = world.nodes.iter();
                nodes.all(|node| node.folded.outcomes[command].is_none())
            };
            told(world, Outcome::Taken).any(forgot)
        }),
    ]
}

/// Walks through the commands whose clients were told this.
fn told(world: &World, what: Outcome) -> impl Iterator<Item = CommandId> {
    let clients = world.clients.iter().enumerate();
    clients
        .filter(move |(_, client)| matches!(client.knows, Knows::Told { outcome, .. } if outcome == what))
        .map(|(command, _)| command)
}

fn times_taken(world: &World, command: CommandId) -> usize {
    let answers = world.effective().flat_map(|record| &record.answers);
    answers
        .filter(|answer| **answer == (command, Outcome::Taken))
        .count()
}

/// Each node knows what the log up to its position says, and with that the same as any other node there.
fn agreement(rules: &Rules, world: &World) -> bool {
    world.nodes.iter().all(|node| {
        let upto = usize::from(node.folded.position);
        node.folded == Folded::replay(rules, &world.log[..upto])
    })
}

/// Every effective event fits the state that it meets.
fn fits(rules: &Rules, world: &World) -> bool {
    let mut folded = Folded::start(rules);
    world.effective().all(|record| {
        folded.apply(rules, record);
        folded.places >= 0
    })
}
