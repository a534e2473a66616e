//! The loop itself: listens, folds, decides, ticks, and stops in order.

use std::sync::Arc;
use std::time::{Duration, Instant};

use eventlog::{LogError, Position, StreamId, Subscription};
use pseudonym::vault::Kid;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::worker::{Inputs, Worker};
use super::{Incoming, Shared, skips, snapshot};
use crate::erasure::Erasures;
use crate::{Codec, DecodeError, ExecuteError, Node, View};

/// Calls looked at together.
const CALLS: usize = 1_024;
const TICK: Duration = Duration::from_millis(250);
/// How long commands that are under way are waited for when the node stops.
const DRAIN: Duration = Duration::from_secs(5);

/// Starts the loop as a task of the node.
pub(super) fn spawn<C: Codec, V: View<C::Aggregate>>(
    node: &Node,
    service: &'static str,
    shared: Arc<Shared<C, V>>,
    calls: mpsc::Receiver<Incoming<C>>,
) -> Result<(), LogError> {
    let (worker, inputs) = Worker::new(node, service, shared, calls)?;
    let shutdown = node.shutdown.clone();
    node.tasks.spawn(worker.run(inputs, shutdown));
    Ok(())
}

impl<C: Codec, V: View<C::Aggregate>> Worker<C, V> {
    async fn run(mut self, mut inputs: Inputs<C>, shutdown: CancellationToken) {
        let started = shutdown.run_until_cancelled(self.start()).await;
        if let Some(Some(mut subscription)) = started {
            self.follow(&mut inputs, &mut subscription, &shutdown).await;
            self.drain(&mut inputs, &mut subscription).await;
            self.save_last_snapshot().await;
        }
        inputs.calls.close();
        while let Ok(Incoming { pending, .. }) = inputs.calls.try_recv() {
            pending.answer(Position::START, &Err(ExecuteError::Stopping));
        }
    }

    /// Waits for the log, reads the operators' decisions, loads the snapshot.
    async fn start(&mut self) -> Option<Subscription> {
        let topic = self.shared.topic.clone();
        let mut status = topic.status();
        while topic.log_id().is_none() {
            self.refresh();
            status.changed().await.ok()?;
        }
        if let Err(error) = self.skips.catch_up().await {
            tracing::error!(%error, "the control topic cannot be read: {error}");
            self.stuck = Some(format!("the control topic cannot be read: {error}"));
        }
        self.hear_of_erasures().await;
        let shared = Arc::clone(&self.shared);
        let from = snapshot::From {
            topic: &topic,
            skipped: &shared.skipped,
            bodies: &shared.bodies,
        };
        match self.snapshot.load(from).await {
            Some(folded) => {
                shared.positions.send_replace(folded.position());
                *shared.folded.write() = folded;
            }
            // They are made again with it.
            None => shared.past.checkpoints.clear(),
        }
        let from = *self.shared.positions.borrow();
        self.refresh();
        Some(topic.subscribe(from))
    }

    /// Waits until it is known who was erased; what the ledger names before the snapshot is read is erased in it.
    async fn hear_of_erasures(&mut self) {
        let Some(erasures) = &mut self.erasures else {
            return;
        };
        if let Err(fault) = erasures.catch_up().await {
            self.stuck = Some(fault);
        }
        self.shared.erased.send_replace(erasures.seen());
    }

    /// Applies the operators' decisions to what is folded already.
    async fn fold_skipped_anew(&mut self) {
        (self.stuck, self.awaits_key, self.is_folded_too_far) = (None, false, false);
        let shared = Arc::clone(&self.shared);
        let position = *shared.positions.borrow();
        let cut_at = |stream: &StreamId| shared.folded.read().get(stream)?.skipped_at;
        let streams = skips::folded_too_far(&shared.topic, &shared.skipped, position, cut_at).await;
        let streams = streams.unwrap_or_else(|error| {
            self.stuck = Some(error.to_string());
            Vec::new()
        });
        for (stream, commits) in streams {
            let mut folded = shared.folded.write();
            let is_skipped = |position| shared.skipped.contains(position);
            let commits = (&commits[..], &*shared.bodies);
            if let Err(error) = folded.fold_anew(&stream, commits, is_skipped) {
                self.is_folded_too_far |= matches!(error, DecodeError::NotNow(_));
                self.stuck = Some(format!("stream {stream}: {error}"));
            }
        }
    }

    async fn follow(
        &mut self,
        inputs: &mut Inputs<C>,
        subscription: &mut Subscription,
        shutdown: &CancellationToken,
    ) {
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut status = self.shared.topic.status();
        let mut calls = Vec::with_capacity(CALLS);
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                page = subscription.next(), if self.stuck.is_none() => match page {
                    Ok(page) => self.fold(page),
                    Err(LogError::Replaced { .. }) => self.start_anew(),
                    Err(LogError::Closed) => return,
                    Err(error) => {
                        tracing::error!(%error, "the view stopped: {error}");
                        self.stuck = Some(error.to_string());
                        self.refresh();
                    }
                },
                Some((id, error)) = inputs.failures.recv() => self.failed(id, error),
                count = inputs.calls.recv_many(&mut calls, CALLS), if !inputs.calls.is_closed() || !inputs.calls.is_empty() => {
                    if count > 0 {
                        self.take(&mut calls);
                    }
                }
                changed = self.skips.next() => {
                    if changed {
                        self.fold_skipped_anew().await;
                        self.fold(Vec::new());
                    }
                }
                kids = next_erasures(&mut self.erasures) => self.erase(&kids),
                Ok(()) = status.changed() => self.refresh(),
                _ = ticks.tick() => {
                    // A key was not to be had when the decision was heard of.
                    if self.is_folded_too_far {
                        self.fold_skipped_anew().await;
                        self.fold(Vec::new());
                    }
                    self.tick();
                    self.save_snapshot_if_due();
                }
            }
        }
    }

    /// Waits for the commits that are under way; their callers get an answer.
    async fn drain(&mut self, inputs: &mut Inputs<C>, subscription: &mut Subscription) {
        let end = Instant::now() + DRAIN;
        while !self.turns.is_empty() && Instant::now() < end && self.stuck.is_none() {
            tokio::select! {
                page = subscription.next() => match page {
                    Ok(page) => self.fold(page),
                    Err(_) => break,
                },
                Some((id, error)) = inputs.failures.recv() => self.failed(id, error),
                () = tokio::time::sleep(TICK) => {}
            }
        }
        self.expire(Duration::ZERO);
    }
}

/// What was erased since; never comes where nobody can be.
async fn next_erasures(erasures: &mut Option<Erasures>) -> Vec<Kid> {
    match erasures {
        Some(erasures) => erasures.next().await,
        None => std::future::pending().await,
    }
}
