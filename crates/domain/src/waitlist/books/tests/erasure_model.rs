//! An erasure that is taken back while nodes begin to carry it out, searched for a hole.
//!
//! Two nodes decide on what they have folded, which may be old; their commits land in any order, late or never; the hold
//! ends at any moment. A node destroys what it is about once it has folded that somebody began. Without the beginning, or
//! without the version rule, the search finds an erasure that was taken back and whose keys are gone.

use stateright::{Checker, HasDiscoveries, Model, Property};

use super::erasure::{BEGIN, approved, requested, revoke};
use super::*;

const NODES: usize = 2;
/// How often each thing is decided on: the first time, and once more because nobody knows what became of it.
const CALLS: u8 = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Wish {
    Revoke,
    Begin,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Commit {
    version: u8,
    wish: Wish,
    /// How much of the log was folded where it was decided, and on which day.
    seen: usize,
    day: i32,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct World {
    log: Vec<Commit>,
    flight: Vec<Commit>,
    /// How much of the log each node has folded.
    folded: [usize; NODES],
    calls: [u8; 2],
    day: i32,
    /// Keys are gone.
    destroyed: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum Step {
    Decide(usize, Wish),
    Land(usize),
    Fold(usize),
    Destroy(usize),
    /// The hold is over.
    Wait,
}

struct Story {
    /// Who destroys has said so before.
    begins_first: bool,
    /// Commits whose version is taken have no effect.
    has_version_rule: bool,
}

fn decide(wish: Wish, book: &Book, day: i32) -> Vec<Event> {
    let command = match wish {
        Wish::Revoke => revoke("one", 1),
        Wish::Begin => BEGIN,
    };
    book.decide(&command, noon(day)).unwrap_or_default()
}

impl Story {
    /// What a part of the log adds up to, and how many commits of it took effect.
    fn told(&self, log: &[Commit]) -> (Book, u8) {
        let agreed = replay::<Book>(&[requested(), approved("two", 1, 0)]);
        let (mut book, mut version) = (agreed.clone(), 0);
        // As it stood at each position.
        let mut stood = vec![agreed];
        for commit in log {
            if commit.version == version + 1 || !self.has_version_rule {
                let events = decide(commit.wish, &stood[commit.seen], commit.day);
                book = events.iter().fold(book, Book::evolve);
                version = commit.version;
            }
            stood.push(book.clone());
        }
        (book, version)
    }

    fn erasure(&self, log: &[Commit]) -> Erasure {
        let (Book::Erasure(erasure), _) = self.told(log) else {
            panic!("it is about an erasure");
        };
        *erasure
    }

    fn may_destroy(&self, world: &World, node: usize) -> bool {
        let erasure = self.erasure(&world.log[..world.folded[node]]);
        if self.begins_first {
            erasure.begun.is_some()
        } else {
            erasure.is_due(noon(world.day))
        }
    }

    fn is_revoked(&self, world: &World) -> bool {
        self.erasure(&world.log).revoked.is_some()
    }
}

impl Model for Story {
    type State = World;
    type Action = Step;

    fn init_states(&self) -> Vec<World> {
        vec![World {
            log: Vec::new(),
            flight: Vec::new(),
            folded: [0; NODES],
            calls: [0; 2],
            day: 1,
            destroyed: false,
        }]
    }

    fn actions(&self, world: &World, steps: &mut Vec<Step>) {
        for node in 0..NODES {
            let wishes = [Wish::Revoke, Wish::Begin].into_iter();
            let wishes = wishes.filter(|wish| world.calls[*wish as usize] < CALLS);
            steps.extend(wishes.map(|wish| Step::Decide(node, wish)));
            if world.folded[node] < world.log.len() {
                steps.push(Step::Fold(node));
            }
            if !world.destroyed && self.may_destroy(world, node) {
                steps.push(Step::Destroy(node));
            }
        }
        steps.extend((0..world.flight.len()).map(Step::Land));
        if world.day == 1 {
            steps.push(Step::Wait);
        }
    }

    fn next_state(&self, last: &World, step: Step) -> Option<World> {
        let mut world = last.clone();
        match step {
            Step::Decide(node, wish) => {
                let seen = world.folded[node];
                let (book, version) = self.told(&world.log[..seen]);
                if decide(wish, &book, world.day).is_empty() {
                    return None;
                }
                world.calls[wish as usize] += 1;
                world.flight.push(Commit {
                    version: version + 1,
                    wish,
                    seen,
                    day: world.day,
                });
                world.flight.sort_unstable();
            }
            Step::Land(send) => {
                let commit = world.flight.remove(send);
                world.log.push(commit);
            }
            Step::Fold(node) => world.folded[node] += 1,
            Step::Destroy(_) => world.destroyed = true,
            Step::Wait => world.day = 4,
        }
        // Which node is which makes no difference.
        world.folded.sort_unstable();
        Some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("one of the two", |story: &Self, world: &World| {
                !(world.destroyed && story.is_revoked(world))
            }),
            Property::always("held", |_: &Self, world: &World| {
                !world.destroyed || world.day > 1
            }),
            Property::sometimes("carried out", |_: &Self, world: &World| world.destroyed),
            Property::sometimes("taken back", |story: &Self, world: &World| {
                world.day > 1 && story.is_revoked(world)
            }),
        ]
    }
}

#[test]
fn an_erasure_that_is_taken_back_while_nodes_begin_ends_in_exactly_one() {
    let story = Story {
        begins_first: true,
        has_version_rule: true,
    };
    let search = story.checker().threads(2).spawn_dfs().join();
    search.assert_properties();
    assert!(search.unique_state_count() > 100);
}

fn has_a_hole(story: Story) {
    let hole = HasDiscoveries::AnyOf(["one of the two"].into());
    let search = story.checker().finish_when(hole).spawn_bfs().join();
    search.assert_any_discovery("one of the two");
}

#[test]
fn who_destroys_before_saying_so_destroys_what_was_taken_back() {
    has_a_hole(Story {
        begins_first: false,
        has_version_rule: true,
    });
}

#[test]
fn without_the_version_rule_both_take_effect() {
    has_a_hole(Story {
        begins_first: true,
        has_version_rule: false,
    });
}
