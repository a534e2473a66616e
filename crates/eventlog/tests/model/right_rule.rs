//! The rule as it stands, searched to the end of several bounds: nothing is found.

use stateright::{Checker, Model};

use crate::places::Command::{self, Empty, Give, Take};
use crate::properties::{self, BEHIND, LATE, MEMORY, NO_BY_COMMIT, TOGETHER, VOID};
use crate::rules::Rules;

const THREADS: usize = 2;

/// Searches everything within the bounds. At least so many different states are there, and these dangers among
/// them, or the search was not what it says.
fn exhaust(rules: Rules, states: usize, dangers: &[&'static str]) {
    let search = rules.checker().threads(THREADS).symmetry().spawn_dfs();
    let search = search.join();
    for invariant in properties::always() {
        search.assert_no_discovery(invariant.name);
    }
    for danger in dangers {
        search.assert_any_discovery(danger);
    }
    let seen = search.unique_state_count();
    assert!(seen >= states, "only {seen} states");
}

/// No faults but those of the network.
fn quiet(places: i8, commands: &[Command]) -> Rules {
    Rules {
        crashes: 0,
        duplicates: 0,
        ..Rules::small(places, commands)
    }
}

const QUIET: [&str; 5] = [VOID, MEMORY, LATE, NO_BY_COMMIT, TOGETHER];
const ALL: [&str; 6] = [VOID, MEMORY, LATE, NO_BY_COMMIT, TOGETHER, BEHIND];

#[test]
fn holds_when_a_node_restarts_from_any_snapshot() {
    let rules = Rules {
        crashes: 1,
        ..quiet(0, &[Give, Take])
    };
    exhaust(rules, 995_000, &ALL);
}

#[test]
fn holds_when_a_record_lands_twice() {
    let rules = Rules {
        duplicates: 1,
        batches: false,
        ..quiet(0, &[Give, Take])
    };
    exhaust(rules, 875_000, &[VOID, MEMORY, LATE, NO_BY_COMMIT]);
}

#[test]
fn holds_when_there_is_nothing_to_do() {
    exhaust(quiet(0, &[Give, Empty]), 108_000, &QUIET);
}

#[test]
fn holds_for_the_last_place() {
    exhaust(quiet(1, &[Take, Take]), 144_000, &QUIET);
}

#[test]
fn holds_when_one_command_is_repeated_again_and_again() {
    let rules = Rules {
        calls: vec![3],
        ..Rules::small(0, &[Give])
    };
    exhaust(rules, 84_000, &[VOID, MEMORY, LATE, BEHIND]);
}

#[test]
fn holds_with_three_nodes() {
    let rules = Rules {
        nodes: 3,
        ..quiet(0, &[Give, Take])
    };
    exhaust(rules, 515_000, &QUIET);
}

#[test]
#[ignore = "takes minutes: run by `make soak`"]
fn holds_when_everything_happens_at_once() {
    exhaust(Rules::small(0, &[Give, Take]), 19_479_000, &ALL);
}

#[test]
#[ignore = "takes minutes: run by `make soak`"]
fn holds_when_one_of_two_commands_is_repeated_again_and_again() {
    let rules = Rules {
        calls: vec![3, 2],
        ..quiet(0, &[Give, Take])
    };
    exhaust(rules, 1_000_000, &QUIET);
}
