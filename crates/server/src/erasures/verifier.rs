//! Looks, two days after an erasure, whether it left anything, and writes into the ledger that it did not.
//!
//! Every node does so, without asking the others: the ledger takes one line of it.

use std::collections::HashSet;
use std::sync::LazyLock;
use std::time::Duration;

use chassis::Node;
use chassis::erasure::{Keyring, Verification, check};
use domain::Timestamp;
use eventlog::Status;
use opentelemetry::metrics::Gauge;
use pseudonym::vault::VaultError;

use super::find::{bodies_in, keys_there, kids_of, overdue, shown};
use super::opened::Opened;
use crate::config::Settings;

/// How often a node asks itself whether there is something to look for.
const LOOK_EVERY: Duration = Duration::from_secs(20);
/// What was looked for and is not verified is looked for again after so long.
const AGAIN_AFTER_MILLIS: i64 = 3_600_000;

struct Instruments {
    unverified: Gauge<u64>,
    problems: Gauge<u64>,
}

static INSTRUMENTS: LazyLock<Instruments> = LazyLock::new(|| {
    let meter = opentelemetry::global::meter("doorstroom");
    Instruments {
        unverified: meter
            .u64_gauge("doorstroom_erasures_unverified")
            .with_description("Erasures of more than two days ago that nobody has verified")
            .build(),
        problems: meter
            .u64_gauge("doorstroom_erasure_problems")
            .with_description("What of the erased was there still when this node last looked")
            .build(),
    }
});

/// What was seen.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// All of it is gone, and the ledger says so.
    Gone,
    /// Keys that are destroyed wait on Kafka to be compacted away, until then at the latest, in milliseconds since 1970.
    NotYet(i64),
    /// Some of it is there.
    Left(Vec<Left>),
}

/// Something that should be gone.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Left {
    /// What, and where.
    pub(super) what: String,
    /// What is to be done.
    then: &'static str,
}

impl Left {
    /// A key is there, or a body opens.
    fn there(what: String) -> Self {
        let then = "start the node anew, which destroys it again, find the copy that it came from and tell the privacy officer";
        Self { what, then }
    }

    /// The broker has not compacted it away.
    fn overdue(what: String) -> Self {
        let then = "look at the broker's log cleaner";
        Self { what, then }
    }

    /// It is not known what was to go.
    fn ledger(what: String) -> Self {
        let then = "restore the ledger's newest copy";
        Self { what, then }
    }
}

/// Starts it, as a task of the node, if the node serves something about persons.
pub(crate) fn spawn(node: &Node, settings: &Settings) {
    let Some(keyring) = node.keyring.clone() else {
        return;
    };
    let verifier = Verifier {
        node: node.clone(),
        keyring,
        settings: settings.clone(),
    };
    node.tasks.spawn(verifier.go_on());
}

pub(super) struct Verifier {
    pub(super) node: Node,
    pub(super) keyring: Keyring,
    pub(super) settings: Settings,
}

impl Verifier {
    async fn go_on(self) {
        let mut last = None;
        while self.node.goes_on_after(LOOK_EVERY).await {
            let now = self.node.clock.now();
            let due = self.keyring.to_verify(now);
            let count = due.map_or(0, |due| due.count);
            INSTRUMENTS.unverified.record(count, &[]);
            let is_soon = |last: Timestamp| now.millis_since(last) < AGAIN_AFTER_MILLIS;
            let Some(due) = due.filter(|_| !last.is_some_and(is_soon) && self.serves()) else {
                continue;
            };
            last = Some(now);
            let shutdown = &self.node.shutdown;
            // Nothing is done by half: the next start looks again.
            let _ = shutdown.run_until_cancelled(self.round(due, now)).await;
        }
    }

    /// Bodies that this node does not have yet cannot be tried.
    fn serves(&self) -> bool {
        let log = &self.node.log;
        let mut topics = log.topic_names().into_iter();
        topics.all(|name| {
            let topic = log.topic(&name);
            topic.is_ok_and(|topic| *topic.status().borrow() == Status::Serving)
        })
    }

    async fn round(&self, due: Verification, now: Timestamp) {
        match self.look(due, now).await {
            Ok(Seen::Gone) => {
                INSTRUMENTS.problems.record(0, &[]);
                tracing::info!(
                    erasures.line = due.due,
                    "what was erased up to line {} of the ledger is gone",
                    due.due
                );
            }
            Ok(Seen::NotYet(until)) => tracing::info!(
                "destroyed keys still lie on Kafka, to be compacted away by {} at the latest: they are looked for again",
                shown(until)
            ),
            Ok(Seen::Left(left)) => {
                let count = u64::try_from(left.len()).unwrap_or(u64::MAX);
                INSTRUMENTS.problems.record(count, &[]);
                for Left { what, then } in left {
                    tracing::error!(reason = what, "what was erased is not gone: {what}: {then}");
                }
            }
            Err(error) => tracing::warn!(
                error = format!("{error:#}"),
                "whether what was erased is gone could not be looked for, which is tried again in an hour: {error:#}"
            ),
        }
    }

    /// Reads the ledger and the keys from their start, tries bodies, and writes down that all is gone, if it is.
    pub(super) async fn look(&self, due: Verification, now: Timestamp) -> anyhow::Result<Seen> {
        let opened = Opened::open(&self.settings).await?;
        let lines = check(&opened.ledger, opened.key).await;
        opened.close();
        let mut lines = match lines {
            Ok(lines) => lines,
            Err(fault) => return Ok(Seen::Left(vec![Left::ledger(fault.to_string())])),
        };
        lines.retain(|line| line.number <= due.due);
        let keys = opened.keys;
        let work = move || {
            let (named, problems) = keys_there(&lines, &keys)?;
            let mut fresh = HashSet::new();
            for line in lines.iter().filter(|line| line.number > due.verified) {
                fresh.extend(kids_of(line, &keys)?);
            }
            Ok::<_, VaultError>((named, problems, fresh, keys))
        };
        let (named, mut problems, fresh, keys) = tokio::task::spawn_blocking(work).await??;
        let mut leftover = keys.leftover();
        leftover.retain(|(kid, _)| named.contains(kid));
        for topic in self.node.log.topic_names() {
            let bodies = bodies_in(&self.node.log, &topic, (&fresh, &keys)).await?;
            problems.extend(bodies.problems(&topic, &leftover));
        }
        let there = problems.into_iter().map(Left::there);
        let left: Vec<_> = there
            .chain(overdue(&leftover, now).map(Left::overdue))
            .collect();
        if !left.is_empty() {
            return Ok(Seen::Left(left));
        }
        if let Some(until) = leftover.iter().map(|(_, until)| *until).max() {
            return Ok(Seen::NotYet(until));
        }
        self.keyring.set_verified(due.due, now).await?;
        Ok(Seen::Gone)
    }
}
