//! Reports that go on: places come free and are taken, so many a second.

use std::time::Duration;

use futures::StreamExt as _;
use futures::channel::mpsc;
use futures::stream::FuturesUnordered;
use proto::capacity::v1::report_acknowledgement::Result as Acknowledged;
use proto::capacity::v1::{
    PauseAdmissionsRequest, Report, ReportCapacityRequest, StreamReportsRequest,
    StreamReportsResponse,
};
use tokio::time::{Instant, MissedTickBehavior, interval};
use tonic::Status;

use crate::figures::short_pause;
use crate::load::context;
use crate::random::Random;
use crate::{Client, Habit, Tally, World};

/// What is due since the last tick goes together.
const TICK: Duration = Duration::from_millis(20);
/// Most reports in one message.
const PER_MESSAGE: u64 = 500;
/// Beyond so many without an acknowledgement, nothing more is sent: the server sets the pace then.
const IN_FLIGHT: u64 = 4_000;
const REPORTS_PER_PAUSE: u32 = 60;
/// Waits change slowly: with one report of so many.
const REPORTS_PER_WAIT: u32 = 30;
/// Of a hundred chances to report, so many are missed by who is often late.
const LATE_PERCENT: u32 = 60;

/// How fast reports go on, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Reports a second.
    pub per_second: u32,
    /// After this nothing more is sent; none: it goes on for ever.
    pub lasts: Option<Duration>,
}

/// Reports on one offering after another, at random, until the time is over; now and then one pauses for minutes.
///
/// What is not taken is counted in `tally`: somebody may have taken an offering out.
///
/// # Errors
/// What the server said when it ended the stream; it may be called again.
pub async fn go_on(
    client: &Client,
    world: &World,
    pace: Pace,
    clock: impl Fn() -> i64,
    tally: &Tally,
) -> Result<(), Status> {
    let (requests, outgoing) = mpsc::unbounded();
    let opened = client.clone().stream_reports(outgoing).await?;
    let mut answers = opened.into_inner();
    let mut pauses = FuturesUnordered::new();
    // Another run goes other ways.
    let mut random = Random::new(world.seed() ^ clock().cast_unsigned());
    let began = Instant::now();
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut sent, mut heard) = (0, 0);
    loop {
        tokio::select! {
            now = ticks.tick(), if sent - heard < IN_FLIGHT => {
                let passed = now.saturating_duration_since(began);
                let runs_out = pace.lasts.filter(|lasts| passed >= *lasts);
                let due = pace.due(runs_out.unwrap_or(passed)) - sent;
                let mut reports: Vec<_> = (0..due.min(PER_MESSAGE))
                    .filter_map(|_| chosen(world, clock(), &mut random))
                    .collect();
                // Nobody counts twice at the same moment.
                reports.sort_unstable_by(|one, other| one.offering_id.cmp(&other.offering_id));
                reports.dedup_by(|one, other| one.offering_id == other.offering_id);
                if runs_out.is_some() && due == 0 {
                    break;
                }
                sent += due.min(PER_MESSAGE);
                heard += due.min(PER_MESSAGE) - count(reports.len());
                if let Some(report) = reports.first().filter(|_| pauses.len() < 8)
                    && pause_is_due(reports.len(), &mut random)
                {
                    let id = report.offering_id.clone();
                    pauses.push(pause(client.clone(), id, short_pause(clock(), &mut random)));
                }
                if !reports.is_empty() {
                    let message = StreamReportsRequest { reports };
                    requests.unbounded_send(message).map_err(|_| ended())?;
                }
            }
            answer = answers.message() => {
                heard += settle(&answer?.ok_or_else(ended)?, tally);
            }
            Some(paused) = pauses.next(), if !pauses.is_empty() => {
                // As with a report: somebody may have taken the offering out.
                let _: Result<(), Status> = paused;
            }
        }
    }
    drop(requests);
    while let Some(answer) = answers.message().await? {
        settle(&answer, tally);
    }
    Ok(())
}

fn ended() -> Status {
    Status::unavailable("the server ended the stream")
}

impl Pace {
    fn due(self, passed: Duration) -> u64 {
        let millis = u64::try_from(passed.as_millis()).unwrap_or(u64::MAX);
        millis.saturating_mul(self.per_second.into()) / 1_000
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// Whether one of so many reports brings a pause.
fn pause_is_due(reports: usize, random: &mut Random) -> bool {
    let reports = u32::try_from(reports).unwrap_or(u32::MAX);
    random.between(1, REPORTS_PER_PAUSE) <= reports
}

fn settle(answer: &StreamReportsResponse, tally: &Tally) -> u64 {
    for acknowledgement in &answer.acknowledgements {
        match acknowledgement.result {
            Some(Acknowledged::Receipt(_)) => tally.took(1),
            Some(Acknowledged::Failure(_)) | None => tally.refuse(),
        }
    }
    count(answer.acknowledgements.len())
}

/// Returns the report of somebody, at random; none if whoever it was does not report now.
fn chosen(world: &World, now_millis: i64, random: &mut Random) -> Option<ReportCapacityRequest> {
    loop {
        let number = random.between(0, world.size().checked_sub(1)?);
        let offering = world.offering(number)?;
        match offering.habit {
            Habit::Lively => {}
            Habit::Late if random.percent(LATE_PERCENT) => continue,
            Habit::Late => {}
            Habit::Stopped(_) | Habit::Silent => continue,
        }
        let waits = if random.between(1, REPORTS_PER_WAIT) == 1 {
            offering.waits(now_millis)
        } else {
            Vec::new()
        };
        return Some(ReportCapacityRequest {
            context: Some(context()),
            report: Some(Report {
                waits,
                ..offering.counted(now_millis)
            }),
            offering_id: offering.id,
        });
    }
}

async fn pause(
    mut client: Client,
    offering_id: String,
    pause: proto::capacity::v1::Pause,
) -> Result<(), Status> {
    let request = PauseAdmissionsRequest {
        context: Some(context()),
        offering_id,
        pause: Some(pause),
    };
    client.pause_admissions(request).await.map(drop)
}
