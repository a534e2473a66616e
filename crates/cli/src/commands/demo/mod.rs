//! The demonstration: offerings and what they report, then who waits for them.

mod lists;
mod nobody;

use std::time::Duration;

use demo::{Pace, Period, Tally, World};
use serde::Serialize;
use tokio::time::{Instant, interval, sleep};
use tonic::{Code, Status};

use crate::args::{LoadArgs, Scale};
use crate::connection::{Backoff, Connection};
use crate::failure::{Failure, is_unknown, say, what_failed};
use crate::output::Output;
use crate::progress::Progress;
use lists::Lists;

/// Without progress for so long, the server counts as gone.
const PATIENCE: Duration = Duration::from_secs(15);
const SHOWN_EVERY: Duration = Duration::from_millis(100);

/// What came of it.
#[derive(Clone, Debug, Default, Serialize)]
struct Summary {
    kind: &'static str,
    offerings: u64,
    taken: u64,
    unchanged: u64,
    /// Reports that were taken, of the past and of now.
    reports: u64,
    refused: u64,
    /// Reports a second while they went on; none if they did not.
    reports_per_second: Option<u64>,
    /// None: left out.
    waiting_lists: Option<Lists>,
}

/// Publishes what the server does not have, and goes on reporting if that is asked for.
pub(super) async fn load(
    args: &LoadArgs,
    connection: &Connection,
    output: &mut Output,
) -> Result<(), Failure> {
    let scale = match args.scale {
        Scale::Region => demo::Scale::Region,
        Scale::Nation => demo::Scale::Nation,
    };
    let world = World::new(scale, args.seed);
    let (loaded, went_on) = (Tally::default(), Tally::default());
    let mut published = publish(args, &world, connection, &loaded).await;
    let mut summary = Summary::new(&world, &loaded);
    if published.is_ok() && !args.no_waiting_lists {
        match lists::load(&world, connection).await {
            Ok(lists) => summary.waiting_lists = lists,
            Err(failure) => published = Err(failure),
        }
    }
    // Also after a failure: whoever reads it must know how far it came.
    if published.is_ok() && args.rate > 0 {
        let began = Instant::now();
        let ended = go_on(args, &world, connection, &went_on).await;
        summary.add(&went_on, began.elapsed());
        write(&summary, output)?;
        return ended;
    }
    write(&summary, output)?;
    published
}

async fn publish(
    args: &LoadArgs,
    world: &World,
    connection: &Connection,
    tally: &Tally,
) -> Result<(), Failure> {
    let period = Period {
        until_millis: now_millis(),
        days: args.days,
    };
    let mut progress = Progress::new("loading", world.size().into());
    let client = connection.client();
    let loading = persist(
        connection,
        || tally.done(),
        async || demo::load(&client, world, period, tally).await,
    );
    let loaded = shown(loading, || progress.at(tally.done())).await;
    progress.done(&format!("{} of {} offerings", tally.done(), world.size()));
    loaded
}

async fn go_on(
    args: &LoadArgs,
    world: &World,
    connection: &Connection,
    tally: &Tally,
) -> Result<(), Failure> {
    let until_when = args.lasts.map_or("until Ctrl-C", |_| "for a while");
    say(&format!("{} reports a second {until_when}", args.rate));
    let length = args.lasts.map_or(0, |lasts| lasts.as_secs());
    let mut progress = args.lasts.map(|_| Progress::new("reporting", length));
    let began = Instant::now();
    let client = connection.client();
    let reporting = persist(
        connection,
        || tally.reports(),
        async || {
            let lasts = args.lasts.map(|all| all.saturating_sub(began.elapsed()));
            let pace = Pace {
                per_second: args.rate,
                lasts,
            };
            demo::go_on(&client, world, pace, now_millis, tally).await
        },
    );
    let reporting = shown(reporting, || {
        if let Some(progress) = &mut progress {
            progress.at(began.elapsed().as_secs());
        }
    });
    let ended = tokio::select! {
        ended = reporting => ended,
        interrupted = tokio::signal::ctrl_c() => interrupted.map_err(Failure::Output),
    };
    if let Some(progress) = progress {
        progress.done(&format!("{} reports", tally.reports()));
    }
    ended
}

/// Works, and shows meanwhile how far it is.
async fn shown<T>(work: impl Future<Output = T>, mut show: impl FnMut()) -> T {
    let mut work = std::pin::pin!(work);
    let mut often = interval(SHOWN_EVERY);
    loop {
        tokio::select! {
            done = &mut work => return done,
            _ = often.tick() => show(),
        }
    }
}

/// Tries again while the server does not say what happened, as long as things move now and then.
async fn persist(
    connection: &Connection,
    done: impl Fn() -> u64,
    mut work: impl AsyncFnMut() -> Result<(), Status>,
) -> Result<(), Failure> {
    let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(2));
    let mut moved = (done(), Instant::now());
    loop {
        let status = match work().await {
            Ok(()) => return Ok(()),
            Err(status) => status,
        };
        if !is_unknown(&status) && status.code() != Code::ResourceExhausted {
            return Err(status.into());
        }
        if done() > moved.0 {
            moved = (done(), Instant::now());
            backoff.reset();
        } else if moved.1.elapsed() > PATIENCE {
            return Err(Failure::Unreachable(format!(
                "the server at {} does not answer: {}; run it again to go on",
                connection.address(),
                what_failed(&status)
            )));
        }
        sleep(backoff.next_pause()).await;
    }
}

fn now_millis() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

impl Summary {
    fn new(world: &World, tally: &Tally) -> Self {
        Self {
            kind: "summary",
            offerings: world.size().into(),
            taken: tally.taken(),
            unchanged: tally.unchanged(),
            reports: tally.reports(),
            ..Self::default()
        }
    }

    fn add(&mut self, went_on: &Tally, took: Duration) {
        self.reports += went_on.reports();
        self.refused = went_on.refused();
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
        self.reports_per_second = Some(went_on.reports().saturating_mul(1_000) / millis);
    }

    fn line(&self) -> String {
        let mut line = format!(
            "{} offerings: {} taken, {} unchanged; {} reports taken",
            self.offerings, self.taken, self.unchanged, self.reports
        );
        if self.refused > 0 {
            line.push_str(&format!(", {} refused", self.refused));
        }
        if let Some(rate) = self.reports_per_second {
            line.push_str(&format!(", {rate} a second"));
        }
        if let Some(lists) = &self.waiting_lists {
            line.push_str(&format!("\n{}", lists.line()));
        }
        line
    }
}

fn write(summary: &Summary, output: &mut Output) -> Result<(), Failure> {
    output.either(summary, || summary.line())?;
    output.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_says_what_was_there_already() {
        let summary = Summary {
            offerings: 288,
            unchanged: 288,
            ..Summary::default()
        };
        assert_eq!(
            summary.line(),
            "288 offerings: 0 taken, 288 unchanged; 0 reports taken"
        );
        let going_on = Summary {
            reports: 40,
            refused: 2,
            reports_per_second: Some(10),
            ..summary
        };
        assert!(
            going_on
                .line()
                .ends_with("40 reports taken, 2 refused, 10 a second")
        );
    }
}
