//! From a report's acknowledgement until a watcher has it.

use std::time::{Duration, Instant};

use anyhow::Context;
use e2e::Server;
use proto::capacity::v1::watch_capacity_response::Event;
use proto::capacity::v1::{CapacityFilter, WatchCapacityRequest};
use tokio::sync::mpsc;

use crate::workload::{publication, report};

const REPORTS: usize = 2_000;
const OFFERINGS: usize = 100;
/// Far from the sequences of the other figure.
const FIRST_SEQUENCE: u64 = 1_000_000_000;
const DEADLINE: Duration = Duration::from_secs(30);

/// The time from acknowledged to seen of each report; zero where the watcher had it first.
pub(crate) async fn measure(server: &Server) -> anyhow::Result<Vec<Duration>> {
    let mut client = server.client();
    for number in 0..OFFERINGS {
        client.publish_offering(publication(number)).await?;
    }
    let (seen, mut arrivals) = mpsc::unbounded_channel();
    let request = WatchCapacityRequest {
        filter: Some(CapacityFilter {
            municipality_code: "GM0014".to_owned(),
            ..CapacityFilter::default()
        }),
        ..WatchCapacityRequest::default()
    };
    let mut watch = server.client().watch_capacity(request).await?.into_inner();
    while let Some(message) = watch.message().await? {
        if let Some(Event::Live(_)) = message.event {
            break;
        }
    }
    tokio::spawn(async move {
        while let Ok(Some(message)) = watch.message().await {
            if let Some(Event::Offering(row)) = message.event
                && seen.send((row.offering_id, Instant::now())).is_err()
            {
                return;
            }
        }
    });
    let mut latencies = Vec::with_capacity(REPORTS);
    for number in 0..REPORTS {
        let request = report(number % OFFERINGS, FIRST_SEQUENCE + number as u64);
        let offering = request.offering_id.clone();
        client.report_capacity(request).await?;
        let acknowledged = Instant::now();
        let arrived = arrival(&mut arrivals, &offering).await?;
        latencies.push(arrived.saturating_duration_since(acknowledged));
    }
    Ok(latencies)
}

async fn arrival(
    arrivals: &mut mpsc::UnboundedReceiver<(String, Instant)>,
    offering: &str,
) -> anyhow::Result<Instant> {
    loop {
        let next = tokio::time::timeout(DEADLINE, arrivals.recv()).await;
        let (id, at) = next
            .context("the watcher did not see a report")?
            .context("the watch ended")?;
        if id == offering {
            return Ok(at);
        }
    }
}
