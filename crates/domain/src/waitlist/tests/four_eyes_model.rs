//! Four eyes under the version rule, searched for a hole (threat 21).
//!
//! Two nodes decide on what they have folded, which may be old; their commits land in any order, late or never. Reviewers
//! approve, think better of it, race; two weeks go by. Without the version rule the search finds a screening that counts
//! although its first reviewer had thought better of it.

use stateright::{Checker, HasDiscoveries, Model, Property};

use super::*;

const NODES: usize = 2;
/// How often an approval is decided on: the first time, and once more because nobody knows what became of it.
const CALLS: u8 = 2;

/// What somebody wants: user, organisation, content. Users `r` ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Wish {
    Ask(&'static str, u32),
    Approve(&'static str, u32, u8),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Commit {
    version: u8,
    wish: usize,
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
    calls: Vec<u8>,
    day: i32,
}

#[derive(Clone, Debug, PartialEq)]
enum Step {
    Decide {
        node: usize,
        wish: usize,
    },
    Land(usize),
    Fold(usize),
    /// Fifteen days go by.
    Wait,
}

struct Story {
    wishes: Vec<Wish>,
    /// Among these people are two that may agree.
    can_count: bool,
    /// How often each approval is decided on.
    calls: u8,
    /// Commits whose version is taken have no effect.
    has_version_rule: bool,
}

/// What a part of the log adds up to.
struct Told {
    entry: Entry,
    version: u8,
    /// The events of each effective commit, with the entry before them.
    turns: Vec<(Entry, Vec<Event>)>,
    voids: usize,
}

impl Story {
    fn decide(&self, wish: usize, entry: &Entry, day: i32) -> Vec<Event> {
        let command = match self.wishes[wish] {
            Wish::Ask(user, organisation) => Command::RequestScreening(actor(user, organisation)),
            Wish::Approve(user, organisation, number) => Command::ApproveScreening {
                by: actor(user, organisation),
                content: content(number),
            },
        };
        entry.decide(&command, noon(day)).unwrap_or_default()
    }

    fn told(&self, log: &[Commit]) -> Told {
        let mut told = Told {
            entry: replay(&[registered()]),
            version: 0,
            turns: Vec::new(),
            voids: 0,
        };
        // As it stood at each position.
        let mut stood = vec![told.entry.clone()];
        for commit in log {
            if commit.version == told.version + 1 || !self.has_version_rule {
                let events = self.decide(commit.wish, &stood[commit.seen], commit.day);
                let after = events.iter().fold(told.entry.clone(), Entry::evolve);
                told.turns.push((told.entry, events));
                told.entry = after;
                told.version = commit.version;
            } else {
                told.voids += 1;
            }
            stood.push(told.entry.clone());
        }
        told
    }

    /// The rule as it is written down, of what everybody last said when the screening came to count.
    fn has_four_eyes(&self, world: &World) -> bool {
        let told = self.told(&world.log);
        told.turns.iter().all(|(before, events)| {
            let Some(Event::Screened(screened)) = events.last() else {
                return true;
            };
            let standing = before.listed.as_ref().map(|listed| &listed.screening);
            let (one, other) = (&screened.first, &screened.second);
            let asker = &screened.requested_by;
            standing.and_then(|screening| screening.first.as_ref()) == Some(one)
                && one.by.user != other.by.user
                && one.by.organisation != other.by.organisation
                && [one, other].iter().all(|eyes| {
                    eyes.by.user != asker.user && eyes.by.organisation != asker.organisation
                })
                && one.content == other.content
                && other.approved_at.millis_since(one.approved_at) <= 14 * DAY_MILLIS
        })
    }

    fn counts(&self, world: &World) -> bool {
        let turns = self.told(&world.log).turns;
        let mut events = turns.iter().flat_map(|(_, events)| events);
        events.any(|event| matches!(event, Event::Screened(_)))
    }

    fn counts_once_for_each_request(&self, world: &World) -> bool {
        let told = self.told(&world.log);
        let mut open = 0;
        told.turns
            .iter()
            .flat_map(|(_, events)| events)
            .all(|event| {
                open += i32::from(matches!(event, Event::ScreeningRequested(_)));
                open -= i32::from(matches!(event, Event::Screened(_)));
                open >= 0
            })
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
            day: 1,
        }]
    }

    fn actions(&self, world: &World, steps: &mut Vec<Step>) {
        for node in 0..NODES {
            let calls = |wish: usize| match self.wishes[wish] {
                Wish::Ask(..) => 1,
                Wish::Approve(..) => self.calls,
            };
            let wishes = (0..self.wishes.len()).filter(|wish| world.calls[*wish] < calls(*wish));
            steps.extend(wishes.map(|wish| Step::Decide { node, wish }));
            if world.folded[node] < world.log.len() {
                steps.push(Step::Fold(node));
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
            Step::Decide { node, wish } => {
                let seen = world.folded[node];
                let told = self.told(&world.log[..seen]);
                if self.decide(wish, &told.entry, world.day).is_empty() {
                    return None;
                }
                world.calls[wish] += 1;
                world.flight.push(Commit {
                    version: told.version + 1,
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
            Step::Wait => world.day += 15,
        }
        // Which node is which makes no difference.
        world.folded.sort_unstable();
        Some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("four eyes", Self::has_four_eyes),
            Property::always("counts once", Self::counts_once_for_each_request),
            Property::always("counts only if two may agree", |story, world| {
                story.can_count || !story.counts(world)
            }),
            Property::sometimes("counts if two may agree", |story: &Self, world: &World| {
                !story.can_count || story.counts(world)
            }),
            Property::sometimes("a commit is void", |story: &Self, world: &World| {
                story.told(&world.log).voids > 0
            }),
        ]
    }
}

fn story(wishes: &[Wish], can_count: bool) -> Story {
    Story {
        wishes: wishes.to_vec(),
        can_count,
        calls: CALLS,
        has_version_rule: true,
    }
}

/// Searches everything that may happen.
fn exhaust(wishes: &[Wish], can_count: bool) {
    let search = story(wishes, can_count).checker().threads(2);
    let search = search.spawn_dfs().join();
    search.assert_properties();
    assert!(search.unique_state_count() > 100);
}

const ASKED: Wish = Wish::Ask("r", 1);
const SEEN: Wish = Wish::Approve("a", 2, 7);
const AGREED: Wish = Wish::Approve("b", 3, 7);

#[test]
fn threat_21_approvals_that_race_on_two_nodes_make_one_screening() {
    exhaust(&[ASKED, SEEN, AGREED], true);
}

#[test]
fn threat_21_no_race_makes_two_pairs_of_eyes_of_one_person_or_organisation() {
    exhaust(&[ASKED, SEEN, Wish::Approve("a", 3, 7)], false);
    exhaust(&[ASKED, SEEN, Wish::Approve("b", 2, 7)], false);
    exhaust(&[ASKED, SEEN, Wish::Approve("r", 3, 7)], false);
    exhaust(&[ASKED, SEEN, Wish::Approve("b", 1, 7)], false);
}

#[test]
fn without_the_version_rule_a_screening_counts_whose_first_reviewer_thought_better_of_it() {
    let without = Story {
        calls: 1,
        has_version_rule: false,
        ..story(&[ASKED, SEEN, Wish::Approve("a", 2, 8), AGREED], true)
    };
    let hole = HasDiscoveries::AnyOf(["four eyes"].into());
    let search = without.checker().finish_when(hole).spawn_bfs().join();
    search.assert_any_discovery("four eyes");
}
