//! Reports that go on: places come free and are taken, a few a second.

use std::collections::HashMap;
use std::convert::Infallible;
use std::time::Duration;

use chassis::Clock;
use proto::capacity::v1::{
    CommandContext, Freshness, OfferingRow, PauseAdmissionsRequest, ReportCapacityRequest,
};
use tokio::time::sleep;
use tonic::Status;
use uuid::Uuid;

use super::Client;
use super::figures::{report, short_pause};
use super::offerings::Offering;
use super::random::Random;

const GOING_ON: u64 = 2;
/// Between two reports, in milliseconds.
const PACE: (u32, u32) = (150, 450);
/// One pause for so many reports.
const REPORTS_PER_PAUSE: u32 = 60;

/// What an offering said last.
struct Standing<'a> {
    offering: &'a Offering,
    places: u32,
    free: u32,
    is_current: bool,
}

/// Reports until the server cannot take it.
pub(super) async fn go_on(
    mut client: Client,
    lively: &[&Offering],
    known: &HashMap<String, OfferingRow>,
    clock: &Clock,
) -> Result<Infallible, Status> {
    let mut random = Random::new(GOING_ON);
    let mut standings: Vec<Standing<'_>> = lively
        .iter()
        .map(|offering| standing(offering, known.get(&offering.id)))
        .collect();
    // After a long stop the figures have expired: whoever is lively says at once how it stands.
    for standing in standings.iter().filter(|standing| !standing.is_current) {
        say(&mut client, standing, clock).await?;
    }
    let last = u32::try_from(standings.len().saturating_sub(1)).unwrap_or(u32::MAX);
    loop {
        sleep(Duration::from_millis(random.between(PACE.0, PACE.1).into())).await;
        let chosen = random.between(0, last) as usize;
        let Some(standing) = standings.get_mut(chosen) else {
            continue;
        };
        if random.between(1, REPORTS_PER_PAUSE) == 1 {
            pause(&mut client, standing.offering, clock, &mut random).await?;
        }
        standing.step(&mut random);
        say(&mut client, standing, clock).await?;
    }
}

fn standing<'a>(offering: &'a Offering, row: Option<&OfferingRow>) -> Standing<'a> {
    let counts = row.and_then(|row| row.counts.as_ref());
    let status = row.and_then(|row| row.counts_status.as_ref());
    Standing {
        offering,
        places: counts
            .and_then(|counts| counts.operational)
            .unwrap_or(offering.places),
        free: counts.map_or(0, |counts| counts.available),
        // One that was published just now has said how it stands.
        is_current: row.is_none()
            || status.is_some_and(|status| status.freshness() == Freshness::Current),
    }
}

impl Standing<'_> {
    /// Somebody comes, somebody leaves; most places are taken most of the time.
    fn step(&mut self, random: &mut Random) {
        let most = self.places.div_ceil(5).max(1);
        let leaves = random.percent(if self.free * 10 > self.places { 30 } else { 55 });
        self.free = if leaves {
            (self.free + 1).min(most)
        } else {
            self.free.saturating_sub(1)
        };
    }
}

async fn say(client: &mut Client, standing: &Standing<'_>, clock: &Clock) -> Result<(), Status> {
    let request = ReportCapacityRequest {
        context: Some(context()),
        offering_id: standing.offering.id.clone(),
        report: Some(report(standing.places, standing.free, clock.now())),
    };
    client.report_capacity(request).await.map(drop)
}

async fn pause(
    client: &mut Client,
    offering: &Offering,
    clock: &Clock,
    random: &mut Random,
) -> Result<(), Status> {
    let request = PauseAdmissionsRequest {
        context: Some(context()),
        offering_id: offering.id.clone(),
        pause: Some(short_pause(clock.now(), random)),
    };
    client.pause_admissions(request).await.map(drop)
}

fn context() -> CommandContext {
    CommandContext {
        command_id: Uuid::now_v7().to_string(),
        ..CommandContext::default()
    }
}
