//! The rule with one sentence left out. The search names the invariants that break; the comments tell how.

use stateright::{Checker, HasDiscoveries, Model};

use crate::places::Command::{self, Empty, Give, Take};
use crate::properties::{
    ACKNOWLEDGED_STAYS, AGREEMENT, FITS, ONCE, REFUSED_STAYS, UNCHANGED_STAYS,
};
use crate::rules::{Rules, Sentence};

/// Searches, the fewest steps first, until each of these invariants is seen broken.
fn breaks(rules: Rules, sentence: Sentence, invariants: &[&'static str]) {
    let search = rules
        .without(sentence)
        .checker()
        .finish_when(HasDiscoveries::AllOf(invariants.iter().copied().collect()))
        .target_state_count(20_000_000)
        .spawn_bfs()
        .join();
    for invariant in invariants {
        search.assert_any_discovery(invariant);
    }
}

/// No faults but those of the network: what breaks here needs no more.
fn quiet(places: i8, commands: &[Command]) -> Rules {
    Rules {
        crashes: 0,
        duplicates: 0,
        batches: false,
        ..Rules::small(places, commands)
    }
}

/// A node gives a place with version 1 and, without waiting, takes it with version 2. Another node's version 1 lands
/// first: the giving is void, the taking takes effect on a state that it was never decided on.
#[test]
fn a_decision_on_ones_own_commits_in_flight_breaks_nearly_everything() {
    let rules = quiet(0, &[Give, Take]);
    let broken = [FITS, ONCE, REFUSED_STAYS, ACKNOWLEDGED_STAYS];
    breaks(rules, Sentence::DecideOnFoldedOnly, &broken);
}

/// A node takes a place, and its send hangs. The client repeats on a node that does not know of the place yet, and
/// is refused. Then the send lands.
#[test]
fn a_repeat_refused_without_a_commit_takes_effect_later() {
    let rules = quiet(0, &[Give, Take]);
    breaks(rules, Sentence::RefuseRepeatsByCommit, &[REFUSED_STAYS]);
}

/// The same, where the node that does not know yet finds nothing to do.
#[test]
fn a_repeat_answered_unchanged_without_a_commit_takes_effect_later() {
    let rules = quiet(0, &[Give, Empty]);
    let sentence = Sentence::AnswerUnchangedRepeatsByCommit;
    breaks(rules, sentence, &[UNCHANGED_STAYS]);
}

/// The same, where the client has not repeated anything: the transport did, and nobody told the node.
#[test]
fn a_duplicated_call_taken_for_a_fresh_one_is_refused_and_takes_effect_later() {
    let rules = quiet(0, &[Give, Take]);
    breaks(rules, Sentence::DuplicatedCallIsRepeat, &[REFUSED_STAYS]);
}

/// A command takes effect; a node restarts from a snapshot that has the effect, but not the command's outcome; the
/// repeat comes there and is decided anew.
#[test]
fn a_snapshot_without_the_outcomes_lets_a_command_take_effect_twice() {
    let rules = Rules {
        crashes: 1,
        ..quiet(0, &[Give])
    };
    breaks(rules, Sentence::SnapshotHasOutcomes, &[ONCE, AGREEMENT]);
}

/// A send lands and its client hears of it at once. But another version 1 had landed before.
#[test]
fn an_answer_before_the_fold_acknowledges_what_is_void() {
    let rules = quiet(0, &[Give, Take]);
    breaks(rules, Sentence::AnswerAfterFold, &[ACKNOWLEDGED_STAYS]);
}

/// A send hangs, the client is told "no", the send lands.
#[test]
fn a_timeout_answered_with_a_no_takes_effect_later() {
    let rules = quiet(0, &[Give]);
    breaks(rules, Sentence::TimeoutIsUnknown, &[REFUSED_STAYS]);
}

/// A send hangs, the client repeats, both land.
#[test]
fn without_void_commits_a_command_takes_effect_twice() {
    let rules = quiet(0, &[Give]);
    breaks(rules, Sentence::VoidHasNoEffect, &[ONCE]);
}

/// A call and its repeat wait on the same node, and are decided together.
#[test]
fn a_command_decided_twice_in_one_batch_takes_effect_twice() {
    let rules = Rules {
        batches: true,
        ..quiet(0, &[Give])
    };
    breaks(rules, Sentence::OncePerBatch, &[ONCE]);
}

/// The first call waits on a node that is behind; a repeat elsewhere is taken, and its send hangs; the next repeat
/// joins the first call, and is refused with it from the folded state.
#[test]
fn a_repeat_that_joins_a_fresh_call_is_refused_and_takes_effect_later() {
    let rules = Rules {
        calls: vec![1, 3],
        batches: true,
        ..quiet(0, &[Give, Take])
    };
    breaks(rules, Sentence::JoinedRepeatIsRepeat, &[REFUSED_STAYS]);
}

/// The last place is taken and the next taker refused, both waiting for one commit. That lands; elsewhere a place is
/// given, and the refused one's repeat takes it, and its send hangs. The next repeat comes to the first node, where
/// the refusal still waits, and joins it.
#[test]
fn a_repeat_that_joins_what_its_commit_does_not_mention_takes_effect_later() {
    let rules = Rules {
        calls: vec![1, 3, 1],
        batches: true,
        ..quiet(1, &[Take, Take, Give])
    };
    breaks(rules, Sentence::JoinOnlyWhatIsCommitted, &[REFUSED_STAYS]);
}
