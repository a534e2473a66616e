//! The version rule, searched for a hole.
//!
//! Everybody who reads a topic decides alone, by one rule, which commits took effect. That nothing is lost, doubled
//! or half refused by that cannot be seen by reading code or by running it a thousand times: what breaks such a
//! rule is an order of events that nobody thought of. So this model tries them all.
//!
//! # What is modelled
//!
//! One stream of one topic ([`world`]): the log in its order, the sends in flight, two or three nodes, and one
//! client for each command. The stream is a tiny aggregate ([`places`]). What may happen, at any moment and in any
//! order ([`steps`]):
//!
//! - A client calls any node. Its deadline passes; it repeats the same command on any node and says so. The
//!   transport delivers a call twice. Calls arrive late, in any order, or never.
//! - A node takes its stream's turn and decides what waits, one command or several in one commit, on what it has
//!   folded. It waits for its own commit, or gives up on it. A call whose command is in that commit joins it.
//! - A send lands at once, much later, twice, or never: a send that never lands is one whose step is not taken.
//! - A node folds the next record, judges it with `eventlog::rule::judge`, the very function that the backends
//!   use, and answers.
//! - A node dies and starts from a snapshot at any position that it had reached. What it sent stays in flight.
//!
//! # What is looked for
//!
//! Invariants, in [`properties`]: no acknowledged commit is lost; no command takes effect twice; a command whose
//! client was told "no", or "nothing to do", never takes effect; all nodes agree at the same position; every
//! effective event fits the state that it meets. The dangers are looked for as well (a void commit, a late landing,
//! a repeat answered from memory, …): a search that never met one has shown nothing.
//!
//! - [`right_rule`] searches the rule as it stands to the end of its bounds. Nothing is found.
//! - [`left_out`] leaves out one sentence of the rule at a time. Each time something is found, in seconds.
//!
//! # How far
//!
//! Small bounds in every `cargo test`, half a minute on two cores; the larger ones are ignored there and run by
//! `make soak` (`cargo test -p eventlog --test model -- --ignored`). Two nodes, two commands, two calls each, batches
//! allowed, no restart and no duplicate record, unless it says otherwise. States are different ones: what the nodes
//! and attempts are called makes no difference.
//!
//! | Bounds | States |
//! |---|---|
//! | one restart | 995,185 |
//! | one record lands twice, no batches | 875,866 |
//! | a command that may have nothing to do | 108,645 |
//! | two commands for the last place | 144,192 |
//! | one command, three calls, one restart, one record lands twice | 84,139 |
//! | three nodes | 515,452 |
//! | soak: one restart and one record lands twice | 19,479,086 |
//! | soak: three calls of one, two of the other | more than a million |
//!
//! Not modelled: several streams (they share nothing but the order of the log), the 24 hours after which a
//! remembered outcome is forgotten, and clients that repeat a command after a definite answer.

mod left_out;
mod places;
mod properties;
mod right_rule;
mod rules;
mod steps;
mod world;
