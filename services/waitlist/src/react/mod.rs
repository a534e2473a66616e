//! What a node does by itself: says what is to be expected, keeps what months end with, lets go of whose term is over.
//!
//! Every node does it, without asking the others. All of them count the same log, and what one of them has said decides
//! nothing when another says it: a month is frozen once, and an erasure stays one.

mod plan;
#[cfg(test)]
mod tests;

use std::time::Duration;

use chassis::erasure::{EraseError, Ground};
use chassis::{Call, Context, Effect, Node, ServiceStatus};
use domain::waitlist::books::{self, FrozenMonth};
use domain::waitlist::{Command, EntryId, Expectation};
use domain::{Day, Month, Timestamp};
use eventlog::LogError;
use futures::StreamExt as _;

use crate::books::{BooksView, BooksWire, month_stream};
use crate::view::{WaitlistView, stream_of};
use crate::wire::Wire;
use plan::{Plan, months_to_freeze};

/// How often a node looks whether there is something to do.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// What a provider's pace lets expect changes this slowly.
const ROUND_EVERY_MILLIS: i64 = 3_600_000;
/// Nodes begin a day this long after one another, over so many turns: who comes later finds that all is said.
const TURN_MILLIS: i64 = 10_000;
const TURNS: u32 = 30;
/// How many forecasts may be under way at once.
const UNDER_WAY: usize = 64;
/// How many entries are let go of together.
const LET_GO_AT_ONCE: usize = 100;
/// Who says what is to be expected.
const FORECAST: &str = "timer:forecast";
/// Who keeps what a month ended with.
const MONTH: &str = "timer:month";

/// Starts it, as a task of the node.
pub(crate) fn spawn(
    node: &Node,
    waitlist: Context<Wire, WaitlistView>,
    books: Context<BooksWire, BooksView>,
) {
    let rounds = Rounds {
        node: node.clone(),
        waitlist,
        books,
    };
    node.tasks.spawn(rounds.go_on(LOOK_EVERY));
}

struct Rounds {
    node: Node,
    waitlist: Context<Wire, WaitlistView>,
    books: Context<BooksWire, BooksView>,
}

impl Rounds {
    async fn go_on(self, look_every: Duration) {
        let turn_millis = turn_millis(&self.node.name);
        let mut last = None;
        while self.node.goes_on_after(look_every).await {
            let now = self.node.clock.now();
            if is_due(last, now, turn_millis) && self.serves() {
                last = Some(now);
                let shutdown = &self.node.shutdown;
                // What was given is decided all the same, and what was not is found again.
                let _ = shutdown.run_until_cancelled(self.round(now)).await;
            }
        }
    }

    /// Before everything is folded too few would be counted.
    fn serves(&self) -> bool {
        let serving = ServiceStatus::Serving;
        *self.waitlist.status().borrow() == serving && *self.books.status().borrow() == serving
    }

    async fn round(&self, now: Timestamp) {
        let months = self.months(Day::at(now)).await;
        let months = months.unwrap_or_else(|error| {
            tracing::warn!(%error, "it is not known which months are to be frozen: {error}");
            Vec::new()
        });
        let (entries, rows) = {
            let view = &self.waitlist.read().view;
            (view.entries(), view.rows())
        };
        let plan = move || Plan::new((&entries, &rows), &months, now);
        match self.node.tasks.spawn_blocking(plan).await {
            Ok(plan) => {
                // Who is let go of was counted before.
                self.freeze(plan.frozen).await;
                self.foresee(plan.foreseen).await;
                self.let_go(&plan.let_go, now).await;
            }
            Err(error) => tracing::error!(%error, "what is to be done could not be worked out"),
        }
    }

    /// Of months that ended before anything was registered here nothing is known.
    async fn months(&self, today: Day) -> Result<Vec<Month>, LogError> {
        let mut months = {
            let books = self.books.read();
            months_to_freeze(today, |month| books.view.month(month).is_some())
        };
        let topic = self.node.log.topic(self.waitlist.topic())?;
        while let Some(first) = months.first() {
            let is_over = first.plus(1).first_day().begins_at();
            let last = topic.position_at(is_over.as_millis() - 1).await?;
            if last != eventlog::Position::START {
                break;
            }
            months.remove(0);
        }
        Ok(months)
    }

    async fn freeze(&self, frozen: Vec<FrozenMonth>) {
        for FrozenMonth { month, totals } in frozen {
            let Some(stream) = month_stream(month) else {
                continue;
            };
            let call = Call::by_itself(books::Command::Freeze { month, totals }, MONTH);
            match self.books.execute(stream, call).await {
                Ok(receipt) if matches!(receipt.effect, Effect::Took(_)) => {
                    tracing::info!(%month, "what {month} ended with is kept");
                }
                // Another node was first.
                Ok(_) => {}
                Err(error) => tracing::warn!(
                    %error, %month, "what {month} ended with is not kept yet: {error}"
                ),
            }
        }
    }

    async fn foresee(&self, foreseen: Vec<(EntryId, Expectation)>) {
        let given = futures::stream::iter(foreseen).map(|(id, expectation)| async move {
            let stream = stream_of(id)?;
            let call = Call::by_itself(Command::Foresee(expectation), FORECAST);
            self.waitlist.execute(stream, call).await.err()
        });
        let failed = given
            .buffer_unordered(UNDER_WAY)
            .filter_map(std::future::ready);
        let failed: Vec<_> = failed.collect().await;
        if let Some(error) = failed.first() {
            let count = failed.len();
            tracing::warn!(
                %error, forecasts.failed = count,
                "{count} forecasts were not taken, and are made again in an hour: {error}"
            );
        }
    }

    async fn let_go(&self, entries: &[EntryId], now: Timestamp) {
        for batch in entries.chunks(LET_GO_AT_ONCE) {
            let streams: Vec<_> = batch.iter().filter_map(|id| stream_of(*id)).collect();
            let erased = self.waitlist.erase(&streams, Ground::Retention, now).await;
            let count = streams.len();
            match erased {
                // Only the destruction of the keys is still to come; the keyring goes on with it.
                Ok(()) | Err(EraseError::Recorded) => tracing::info!(
                    entries.erased = count,
                    "{count} entries were erased: their term is over"
                ),
                Err(error) => {
                    return tracing::warn!(
                        %error,
                        "entries whose term is over were not erased, which is tried again in an hour: {error}"
                    );
                }
            }
        }
    }
}

/// Soon after the start, every hour, and when a day is over: months end then.
fn is_due(last: Option<Timestamp>, now: Timestamp, turn_millis: i64) -> bool {
    let day = |moment: Timestamp| Day::at(moment.plus_millis(-turn_millis));
    last.is_none_or(|last| now.millis_since(last) >= ROUND_EVERY_MILLIS || day(now) != day(last))
}

/// Names that differ by a digit have different turns.
fn turn_millis(node: &str) -> i64 {
    let sum: u32 = node.bytes().map(u32::from).sum();
    i64::from(sum % TURNS) * TURN_MILLIS
}
