//! Every order in which an erasure, a key that comes late, commits that come late, readers and crashes can meet.

use stateright::{Checker as _, Model, Property};

const READERS: usize = 2;
const COMMITS: u8 = 2;
const CRASHES: u8 = 2;

/// The rules, each of which can be left out.
#[derive(Clone, Copy)]
struct Rules {
    /// The ledger is written before the key is destroyed.
    ledger_first: bool,
    /// Each start goes on with what the ledger names.
    repeated: bool,
    /// An id that was destroyed is taken for good.
    permanent: bool,
    /// Readers look into the ledger before they open anything, and let go of what it names.
    heard: bool,
}

const ALL: Rules = Rules {
    ledger_first: true,
    repeated: true,
    permanent: true,
    heard: true,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Key {
    OnItsWay,
    There,
    Destroyed,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Reader {
    version: u8,
    knows_ledger: bool,
    holds: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct World {
    key: Key,
    /// The key's first write, repeated by whoever did not hear of its success.
    late_write: bool,
    was_destroyed: bool,
    is_in_ledger: bool,
    commits: u8,
    /// What the eraser means to do next, in this process.
    under_way: bool,
    requested: bool,
    crashes: u8,
    readers: [Reader; READERS],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Step {
    KeyArrives,
    CommitArrives,
    Request,
    WriteLedger,
    Destroy,
    Crash,
    HearLedger(usize),
    Fold(usize),
    Restart(usize),
}

impl Model for Rules {
    type State = World;
    type Action = Step;

    fn init_states(&self) -> Vec<World> {
        vec![World {
            key: Key::OnItsWay,
            late_write: true,
            was_destroyed: false,
            is_in_ledger: false,
            commits: 0,
            under_way: false,
            requested: false,
            crashes: 0,
            readers: [Reader::default(); READERS],
        }]
    }

    fn actions(&self, world: &World, steps: &mut Vec<Step>) {
        let may_destroy = !self.ledger_first || world.is_in_ledger;
        let is_done = world.key == Key::Destroyed && world.was_destroyed;
        let wanted = [
            (world.late_write, Step::KeyArrives),
            // Sealed long ago; it may be appended at any time.
            (
                world.commits < COMMITS && (world.was_there() || world.was_destroyed),
                Step::CommitArrives,
            ),
            (!world.requested && world.commits > 0, Step::Request),
            (
                world.under_way && !world.is_in_ledger && (self.ledger_first || is_done),
                Step::WriteLedger,
            ),
            (world.under_way && may_destroy && !is_done, Step::Destroy),
            (world.under_way && world.crashes < CRASHES, Step::Crash),
        ];
        steps.extend(
            wanted
                .into_iter()
                .filter(|(may, _)| *may)
                .map(|(_, step)| step),
        );
        for (index, reader) in world.readers.iter().enumerate() {
            if world.is_in_ledger && !reader.knows_ledger {
                steps.push(Step::HearLedger(index));
            }
            if reader.version < world.commits {
                steps.push(Step::Fold(index));
            }
            if reader.version > 0 && world.crashes < CRASHES {
                steps.push(Step::Restart(index));
            }
        }
    }

    fn next_state(&self, before: &World, step: Step) -> Option<World> {
        let mut world = before.clone();
        match step {
            Step::KeyArrives => {
                // Once more is possible only while the first is not known to have arrived.
                world.late_write = world.key == Key::OnItsWay;
                if !(self.permanent && world.key == Key::Destroyed) {
                    world.key = Key::There;
                }
            }
            Step::CommitArrives => world.commits += 1,
            Step::Request => (world.requested, world.under_way) = (true, true),
            Step::WriteLedger => world.is_in_ledger = true,
            Step::Destroy => (world.key, world.was_destroyed) = (Key::Destroyed, true),
            Step::Crash => {
                world.crashes += 1;
                world.under_way = self.repeated && world.is_in_ledger;
            }
            Step::HearLedger(index) => {
                let reader = &mut world.readers[index];
                reader.knows_ledger = true;
                reader.holds &= !self.heard;
            }
            Step::Fold(index) => {
                let reader = &mut world.readers[index];
                reader.version += 1;
                let is_barred = self.heard && reader.knows_ledger;
                reader.holds |= world.key == Key::There && !is_barred;
            }
            Step::Restart(index) => {
                world.crashes += 1;
                // The ledger is read before the log.
                let knows_ledger = world.is_in_ledger;
                world.readers[index] = Reader {
                    knows_ledger,
                    ..Reader::default()
                };
            }
        }
        Some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(
                "who knows of the erasure holds nothing",
                |_, world: &World| {
                    world
                        .readers
                        .iter()
                        .all(|reader| !(reader.knows_ledger && reader.holds))
                },
            ),
            Property::always("a destroyed key does not come back", |_, world: &World| {
                !world.was_destroyed || world.key == Key::Destroyed
            }),
            Property::always(
                "no key is destroyed that the ledger does not name",
                |_, world: &World| !world.was_destroyed || world.is_in_ledger,
            ),
            Property::always(
                "in the end what the ledger names is destroyed",
                |rules: &Self, world: &World| {
                    let mut steps = Vec::new();
                    rules.actions(world, &mut steps);
                    let is_the_end = steps.is_empty();
                    !(is_the_end && world.is_in_ledger) || world.key == Key::Destroyed
                },
            ),
            Property::sometimes(
                "a commit comes after the erasure and counts",
                |_, world: &World| {
                    world.was_destroyed
                        && world
                            .readers
                            .iter()
                            .all(|r| r.knows_ledger && r.version == COMMITS)
                },
            ),
        ]
    }
}

impl World {
    fn was_there(&self) -> bool {
        self.key == Key::There
    }
}

fn broken(rules: Rules) -> Vec<&'static str> {
    let checker = rules.checker().spawn_bfs().join();
    let found = checker.discoveries().into_keys();
    let mut broken: Vec<_> = found
        .filter(|name| !name.starts_with("a commit comes"))
        .collect();
    broken.sort_unstable();
    broken
}

#[test]
fn erasures_and_late_keys() {
    let checker = ALL.checker().spawn_bfs().join();
    checker.assert_properties();
    assert!(
        checker.unique_state_count() > 1_000,
        "{}",
        checker.unique_state_count()
    );
}

#[test]
fn without_any_one_of_its_rules_the_model_finds_who_is_still_read() {
    let forgetful = Rules {
        heard: false,
        ..ALL
    };
    assert_eq!(
        broken(forgetful),
        ["who knows of the erasure holds nothing"]
    );
    let compacted = Rules {
        permanent: false,
        ..ALL
    };
    assert!(broken(compacted).contains(&"a destroyed key does not come back"));
    let backwards = Rules {
        ledger_first: false,
        ..ALL
    };
    assert!(broken(backwards).contains(&"no key is destroyed that the ledger does not name"));
    let once = Rules {
        repeated: false,
        ..ALL
    };
    assert_eq!(
        broken(once),
        ["in the end what the ledger names is destroyed"]
    );
}
