//! Holds under the version rule, searched for a hole.
//!
//! Two nodes decide on what they have folded, which may be old; their commits land in any order, late or never. Callers
//! want the places of one offering, keep them longer, give them back, take them; a timer ends a hold; a provider counts
//! anew. A commit takes effect if its version follows the last effective one; without that rule the search finds a place
//! that is given twice.

use stateright::{Checker, Model, Property};

use super::*;
use crate::{Aggregate, replay};

const EXPIRY: Timestamp = NOW.plus_millis(3_600_000);
const NODES: usize = 2;
/// How often each wish is decided on: the first time, and once more because nobody knows what became of it.
const CALLS: u8 = 2;

/// What somebody wants. Holds are named by who asked for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Wish {
    Hold(u8),
    Extend(u8),
    Release(u8),
    Consume(u8),
    Expire(u8),
    /// So many places are free, by a count that knows the tokens up to this one.
    Count(u32, Option<u64>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Commit {
    version: u8,
    wish: usize,
    /// How much of the log was folded where it was decided.
    seen: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct World {
    log: Vec<Commit>,
    flight: Vec<Commit>,
    /// How much of the log each node has folded.
    folded: [usize; NODES],
    calls: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq)]
enum Step {
    Decide { node: usize, wish: usize },
    Land(usize),
    Fold(usize),
}

/// Places free at the start, and what is wanted.
struct Story {
    places: u32,
    wishes: Vec<Wish>,
    /// Commits whose version is taken have no effect.
    has_version_rule: bool,
}

/// What a part of the log adds up to.
struct Told {
    offering: Offering,
    version: u8,
    /// The events of each effective commit, with the offering before them.
    turns: Vec<(Offering, Vec<Event>)>,
    voids: usize,
}

impl Told {
    fn events(&self) -> impl Iterator<Item = &Event> {
        self.turns.iter().flat_map(|(_, events)| events)
    }
}

impl Story {
    fn command(&self, wish: usize, offering: &Offering) -> Command {
        let shown = |number: u8| {
            let active = offering.active_holds().iter();
            let active = active.map(|hold| (&hold.hold_id, hold.token));
            let ended = offering.holds.iter().flat_map(|holds| holds.ended());
            let mut all = active.chain(ended.map(|ended| (&ended.hold_id, ended.token)));
            let token = all.find(|(id, _)| **id == hold_id(number));
            claim(number, token.map_or(1, |(_, token)| token))
        };
        match self.wishes[wish] {
            Wish::Hold(number) => place(number, EXPIRY),
            Wish::Extend(number) => Command::ExtendHold {
                claim: shown(number),
                expires_at: EXPIRY.plus_millis(1),
            },
            Wish::Release(number) => Command::ReleaseHold(shown(number)),
            Wish::Consume(number) => Command::ConsumePlace(shown(number)),
            Wish::Expire(number) => Command::ExpireHold {
                hold_id: hold_id(number),
                expires_at: EXPIRY,
            },
            Wish::Count(available, token) => {
                let observed_at = NOW.plus_millis(i64::try_from(wish).unwrap());
                let mut report = report(observed_at, None, available);
                if let Some(counts) = &mut report.counts {
                    counts.highest_token_counted = token;
                }
                Command::Report(report)
            }
        }
    }

    fn decide(&self, wish: usize, offering: &Offering) -> Vec<Event> {
        let command = self.command(wish, offering);
        let decided = offering.decide(&command, NOW.plus_millis(100));
        decided.unwrap_or_default()
    }

    fn told(&self, log: &[Commit]) -> Told {
        let start = [published(), reported(report(at(0), None, self.places))];
        let mut told = Told {
            offering: replay(&start),
            version: 0,
            turns: Vec::new(),
            voids: 0,
        };
        // As it stood at each position.
        let mut stood = vec![told.offering.clone()];
        for commit in log {
            if commit.version == told.version + 1 || !self.has_version_rule {
                let events = self.decide(commit.wish, &stood[commit.seen]);
                let after = events.iter().fold(told.offering.clone(), Offering::evolve);
                told.turns.push((told.offering, events));
                told.offering = after;
                told.version = commit.version;
            } else {
                told.voids += 1;
            }
            stood.push(told.offering.clone());
        }
        told
    }

    fn gives_only_what_is_free(&self, world: &World) -> bool {
        self.told(&world.log).turns.iter().all(|(before, events)| {
            let gives = |event: &Event| matches!(event, Event::PlaceHeld(_));
            let free = before.balance().map_or(0, |balance| balance.available);
            !events.iter().any(gives) || free > 0
        })
    }

    fn tokens_rise_by_one(&self, world: &World) -> bool {
        let mut last = 0;
        self.told(&world.log).events().all(|event| {
            let Event::PlaceHeld(hold) = event else {
                return true;
            };
            last += 1;
            hold.token == last
        })
    }

    fn holds_end_once(&self, world: &World) -> bool {
        let mut over = BTreeSet::new();
        self.told(&world.log).events().all(|event| {
            let Event::HoldEnded(ended) = event else {
                return true;
            };
            over.insert(ended.token)
        })
    }

    /// By the latest count, whatever it knew: no place comes back twice, none is lost.
    fn places_add_up(&self, world: &World) -> bool {
        let offering = self.told(&world.log).offering;
        let (Some(balance), Some(counts)) = (offering.balance(), &offering.counts) else {
            return false;
        };
        let most = counts.value.available + counts.value.highest_token_counted.map_or(0, |_| 1);
        balance.available <= most && (balance.available == 0 || balance.missing == 0)
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
            calls: vec![0; self.wishes.len()],
        }]
    }

    fn actions(&self, world: &World, steps: &mut Vec<Step>) {
        for node in 0..NODES {
            let wishes = (0..self.wishes.len()).filter(|wish| world.calls[*wish] < CALLS);
            steps.extend(wishes.map(|wish| Step::Decide { node, wish }));
            if world.folded[node] < world.log.len() {
                steps.push(Step::Fold(node));
            }
        }
        steps.extend((0..world.flight.len()).map(Step::Land));
    }

    fn next_state(&self, last: &World, step: Step) -> Option<World> {
        let mut world = last.clone();
        match step {
            Step::Decide { node, wish } => {
                let seen = world.folded[node];
                let told = self.told(&world.log[..seen]);
                if self.decide(wish, &told.offering).is_empty() {
                    return None;
                }
                world.calls[wish] += 1;
                let version = told.version + 1;
                world.flight.push(Commit {
                    version,
                    wish,
                    seen,
                });
                world.flight.sort();
            }
            Step::Land(send) => {
                let commit = world.flight.remove(send);
                world.log.push(commit);
            }
            Step::Fold(node) => world.folded[node] += 1,
        }
        // Which node is which makes no difference.
        world.folded.sort_unstable();
        Some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("only what is free is given", Self::gives_only_what_is_free),
            Property::always("tokens rise by one", Self::tokens_rise_by_one),
            Property::always("a hold ends once", Self::holds_end_once),
            Property::always("places add up", Self::places_add_up),
            Property::sometimes("a commit is void", |story: &Self, world: &World| {
                story.told(&world.log).voids > 0
            }),
            Property::sometimes("the last place is held", |story: &Self, world: &World| {
                let offering = story.told(&world.log).offering;
                let free = offering.balance().map_or(0, |balance| balance.available);
                free == 0 && !offering.active_holds().is_empty()
            }),
        ]
    }
}

fn story(places: u32, wishes: &[Wish]) -> Story {
    Story {
        places,
        wishes: wishes.to_vec(),
        has_version_rule: true,
    }
}

/// Searches everything that may happen.
fn exhaust(places: u32, wishes: &[Wish]) {
    let search = story(places, wishes).checker().threads(2);
    let search = search.spawn_dfs().join();
    search.assert_properties();
    assert!(search.unique_state_count() > 1_000);
}

#[test]
fn nobody_gets_a_place_twice_when_two_want_the_last() {
    exhaust(1, &[Wish::Hold(1), Wish::Hold(2), Wish::Release(1)]);
}

#[test]
fn a_hold_that_runs_out_while_it_is_taken_or_kept_longer_ends_once() {
    exhaust(1, &[Wish::Hold(1), Wish::Consume(1), Wish::Expire(1)]);
    exhaust(1, &[Wish::Hold(1), Wish::Extend(1), Wish::Expire(1)]);
}

#[test]
fn counts_that_come_in_between_make_no_place_of_nothing() {
    exhaust(1, &[Wish::Hold(1), Wish::Hold(2), Wish::Count(0, None)]);
    exhaust(
        1,
        &[Wish::Hold(1), Wish::Release(1), Wish::Count(1, Some(1))],
    );
}

#[test]
fn without_the_version_rule_the_last_place_is_given_twice() {
    let without = Story {
        has_version_rule: false,
        ..story(1, &[Wish::Hold(1), Wish::Hold(2)])
    };
    let search = without.checker().spawn_bfs().join();
    search.assert_any_discovery("only what is free is given");
}
