//! What there is in the model: the log, the sends in flight, the nodes and the clients.

use eventlog::rule::{self, Verdict};
use stateright::Representative;

use crate::places::{Command, Outcome};
use crate::rules::{Rules, Sentence};

/// A command, by its place in [`Rules::commands`].
pub(crate) type CommandId = usize;

/// A moment of the whole system.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct World {
    /// The topic, in its order. A position is how many of these somebody has folded.
    pub(crate) log: Vec<Landed>,
    /// Produced, not landed. Each may land at any later time, or never.
    pub(crate) flight: Vec<Record>,
    pub(crate) nodes: Vec<Node>,
    /// One for each command.
    pub(crate) clients: Vec<Client>,
    pub(crate) duplicates: u8,
    pub(crate) crashes: u8,
}

/// A commit.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Record {
    pub(crate) version: u8,
    /// The commands that it answers, in the order in which they were decided.
    pub(crate) answers: Vec<(CommandId, Outcome)>,
    pub(crate) attempt: u8,
}

/// A commit at its place in the log.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Landed {
    pub(crate) record: Record,
    /// What everybody who reads the log must find.
    pub(crate) effective: bool,
}

/// One delivery of a command to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Call {
    pub(crate) command: CommandId,
    /// 1, 2, 3: the client listens to its latest call only.
    pub(crate) serial: u8,
    /// It says that it is a repeat.
    pub(crate) repeat: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Node {
    pub(crate) folded: Folded,
    /// Calls on their way to this node, or waiting for their stream's turn.
    pub(crate) waiting: Vec<Call>,
    /// Own commits that this node waits for: at most one, unless an overlay is allowed.
    pub(crate) turns: Vec<Turn>,
}

/// A decision whose commit is not folded yet.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Turn {
    pub(crate) record: Record,
    /// What each call of the batch will hear if the commit takes effect.
    pub(crate) answers: Vec<(Call, Outcome)>,
}

/// What a node knows of the stream: the same for everybody at the same position.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Folded {
    pub(crate) position: u8,
    pub(crate) head: u8,
    pub(crate) places: i8,
    /// The remembered outcomes, by command.
    pub(crate) outcomes: Vec<Option<Outcome>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Client {
    pub(crate) calls: u8,
    /// Its latest call says that it is a repeat.
    pub(crate) repeat: bool,
    pub(crate) knows: Knows,
}

/// What a client knows of its command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Knows {
    /// It has not asked yet, or waits for its latest call.
    Nothing,
    /// Its call failed with UNAVAILABLE or a timeout. It may repeat.
    Unknown,
    /// A definite answer.
    Told { outcome: Outcome, from_memory: bool },
}

fn judge(rules: &Rules, head: u8, record: &Record) -> Verdict {
    match rule::judge(u64::from(head), u64::from(record.version)) {
        Verdict::Void if rules.lacks(Sentence::VoidHasNoEffect) => Verdict::Effective,
        verdict => verdict,
    }
}

impl Folded {
    pub(crate) fn start(rules: &Rules) -> Self {
        Self {
            position: 0,
            head: 0,
            places: rules.places,
            outcomes: vec![None; rules.commands.len()],
        }
    }

    /// Returns what everybody should know after this part of the log.
    pub(crate) fn replay(rules: &Rules, log: &[Landed]) -> Self {
        let mut folded = Self::start(rules);
        for landed in log {
            folded.fold(rules, &landed.record);
        }
        folded
    }

    /// Moves on by one record.
    pub(crate) fn fold(&mut self, rules: &Rules, record: &Record) -> Verdict {
        self.position += 1;
        let verdict = judge(rules, self.head, record);
        if verdict == Verdict::Effective {
            self.apply(rules, record);
        }
        verdict
    }

    /// Takes a commit's effect for granted.
    pub(crate) fn apply(&mut self, rules: &Rules, record: &Record) {
        self.head = record.version;
        for (command, outcome) in &record.answers {
            self.answer(rules, *command, *outcome);
        }
    }

    pub(crate) fn answer(&mut self, rules: &Rules, command: CommandId, outcome: Outcome) {
        match outcome {
            Outcome::Taken => self.places = rules.commands[command].evolve(self.places),
            Outcome::Refused | Outcome::Unchanged => {}
        }
        self.outcomes[command] = Some(outcome);
    }

    pub(crate) fn decide(&self, command: Command) -> Outcome {
        command.decide(self.places)
    }
}

impl Turn {
    /// Returns what was decided on this call's command, and for which call.
    pub(crate) fn decided(&self, call: &Call) -> Option<(Call, Outcome)> {
        let mut answers = self.answers.iter();
        let first = answers.find(|(other, _)| other.command == call.command);
        first.copied()
    }

    /// Returns whether the commit says what became of this call's command.
    pub(crate) fn commits(&self, call: &Call) -> bool {
        let mut answers = self.record.answers.iter();
        answers.any(|(command, _)| *command == call.command)
    }
}

impl World {
    pub(crate) fn start(rules: &Rules) -> Self {
        let node = Node {
            folded: Folded::start(rules),
            waiting: Vec::new(),
            turns: Vec::new(),
        };
        let client = Client {
            calls: 0,
            repeat: false,
            knows: Knows::Nothing,
        };
        Self {
            log: Vec::new(),
            flight: Vec::new(),
            nodes: vec![node; rules.nodes],
            clients: vec![client; rules.commands.len()],
            duplicates: 0,
            crashes: 0,
        }
    }

    pub(crate) fn land(&mut self, rules: &Rules, record: Record) {
        let head = self.effective().last().map_or(0, |last| last.version);
        let effective = judge(rules, head, &record) == Verdict::Effective;
        self.log.push(Landed { record, effective });
    }

    /// Walks through the commits that took effect.
    pub(crate) fn effective(&self) -> impl Iterator<Item = &Record> {
        let effective = self.log.iter().filter(|landed| landed.effective);
        effective.map(|landed| &landed.record)
    }

    /// Returns an attempt id that no record carries: attempts are numbered as they are made.
    pub(crate) fn next_attempt(&self) -> u8 {
        let records = self.log.iter().map(|landed| &landed.record);
        let last = records.chain(&self.flight).map(|record| record.attempt);
        last.max().map_or(0, |last| last + 1)
    }

    /// Returns whether a node waits for this attempt.
    pub(crate) fn awaited(&self, attempt: u8) -> bool {
        let mut turns = self.nodes.iter().flat_map(|node| &node.turns);
        turns.any(|turn| turn.record.attempt == attempt)
    }

    /// Gives a node's answer to the client, if that still listens to this very call.
    pub(crate) fn tell(&mut self, call: Call, knows: Knows) {
        if self.listens(&call) {
            self.clients[call.command].knows = knows;
        }
    }
}

impl Representative for World {
    /// Returns the same world with nodes and attempts in a fixed order: their names decide nothing.
    fn representative(&self) -> Self {
        let mut world = self.clone();
        world.name_attempts_in_order();
        world.nodes.sort();
        world
    }
}

impl World {
    fn listens(&self, call: &Call) -> bool {
        let client = &self.clients[call.command];
        client.knows == Knows::Nothing && client.calls == call.serial
    }

    fn name_attempts_in_order(&mut self) {
        let landed = self.log.iter().map(|landed| landed.record.attempt);
        let mut names: Vec<u8> = Vec::new();
        for attempt in landed.chain(self.flight.iter().map(|record| record.attempt)) {
            if !names.contains(&attempt) {
                names.push(attempt);
            }
        }
        let turns = self.nodes.iter_mut().flat_map(|node| &mut node.turns);
        let records = turns
            .map(|turn| &mut turn.record)
            .chain(self.log.iter_mut().map(|landed| &mut landed.record))
            .chain(&mut self.flight);
        for record in records {
            let name = names.iter().position(|name| *name == record.attempt);
            record.attempt = name
                .and_then(|name| u8::try_from(name).ok())
                .unwrap_or(u8::MAX);
        }
    }
}
