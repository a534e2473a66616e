//! The settings of one search, and the sentences of the rule that it may leave out.

use stateright::{Model, Property};

use crate::places::Command;
use crate::properties;
use crate::steps::{self, Step};
use crate::world::World;

/// What is searched: how much of everything, and by which rule.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) nodes: usize,
    /// Places at the start.
    pub(crate) places: i8,
    /// Each is given once by a client of its own.
    pub(crate) commands: Vec<Command>,
    /// How many calls each command's client may make: the first and its repeats.
    pub(crate) calls: Vec<u8>,
    pub(crate) crashes: u8,
    /// Records that land twice.
    pub(crate) duplicates: u8,
    /// What waits on a node may be decided together.
    pub(crate) batches: bool,
    pub(crate) left_out: Option<Sentence>,
}

/// A sentence of the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sentence {
    /// Never decide on a state that is not folded: no overlay of one's own commits in flight.
    DecideOnFoldedOnly,
    /// A repeat that is refused is refused by a commit.
    RefuseRepeatsByCommit,
    /// A repeat that decides nothing is answered by a commit.
    AnswerUnchangedRepeatsByCommit,
    /// A call that the transport delivers a second time is a repeat.
    DuplicatedCallIsRepeat,
    /// The remembered outcomes belong to the snapshot.
    SnapshotHasOutcomes,
    /// Nothing is answered before its commit is folded and effective.
    AnswerAfterFold,
    /// UNAVAILABLE after a send whose outcome is unknown: never a "no".
    TimeoutIsUnknown,
    /// A commit whose version does not follow the head is void.
    VoidHasNoEffect,
    /// A repeat that joins a fresh call of its command is still a repeat.
    JoinedRepeatIsRepeat,
    /// A command id that is already in the batch is not decided again.
    OncePerBatch,
    /// A repeat joins its command in a decision under way only if the commit says what became of it. A fresh
    /// command that is refused on the batch's earlier events waits for that commit, but is not in it.
    JoinOnlyWhatIsCommitted,
}

impl Rules {
    /// The right rule within the smallest bounds that show everything.
    pub(crate) fn small(places: i8, commands: &[Command]) -> Self {
        Self {
            nodes: 2,
            places,
            commands: commands.to_vec(),
            calls: vec![2; commands.len()],
            crashes: 1,
            duplicates: 1,
            batches: true,
            left_out: None,
        }
    }

    pub(crate) fn without(self, sentence: Sentence) -> Self {
        Self {
            left_out: Some(sentence),
            ..self
        }
    }

    pub(crate) fn lacks(&self, sentence: Sentence) -> bool {
        self.left_out == Some(sentence)
    }
}

impl Model for Rules {
    type State = World;
    type Action = Step;

    fn init_states(&self) -> Vec<World> {
        vec![World::start(self)]
    }

    fn actions(&self, world: &World, steps: &mut Vec<Step>) {
        steps::possible(self, world, steps);
    }

    fn next_state(&self, world: &World, step: Step) -> Option<World> {
        Some(steps::after(self, world, step))
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = properties::always();
        properties.append(&mut properties::sometimes());
        properties
    }
}
