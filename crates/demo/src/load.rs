//! Says to a server what it does not have yet.

use std::iter;

use futures::{StreamExt as _, TryStreamExt as _, future, stream};
use proto::capacity::v1::report_acknowledgement::Result as Acknowledged;
use proto::capacity::v1::{
    CommandContext, Freshness, GetOfferingRequest, OfferingRow, PublishOfferingRequest, Report,
    ReportCapacityRequest, StreamReportsRequest,
};
use tonic::{Code, Status};
use uuid::Uuid;

use crate::figures::millis;
use crate::rhythm::DAY_MILLIS;
use crate::{Client, Habit, Offering, Tally, World};

/// So many offerings are under way at once; a server serves more on one connection.
const AT_ONCE: usize = 48;
/// Reports in one message.
const PER_MESSAGE: usize = 250;
/// Whoever was away for longer begins anew: what lies between is not made up for.
const LONGEST_GAP_DAYS: i64 = 35;

/// Which past is told.
#[derive(Clone, Copy, Debug)]
pub struct Period {
    /// Until when, in milliseconds since 1970.
    pub until_millis: i64,
    /// The reports of so many days before; 0: only the last one of each offering.
    pub days: u32,
}

/// Publishes every offering that the server does not have, with its reports of the period, and brings up to date those
/// whose figures have expired although they report regularly. What is there already is left as it stands.
///
/// Goes on after the offerings that `tally` counts as done, so that it can be called again.
///
/// # Errors
/// What the server said; UNAVAILABLE means that it may be tried again.
pub async fn load(
    client: &Client,
    world: &World,
    period: Period,
    tally: &Tally,
) -> Result<(), Status> {
    let first = u32::try_from(tally.done()).unwrap_or(u32::MAX);
    let offerings = (first..world.size()).filter_map(|number| world.offering(number));
    stream::iter(offerings)
        .map(|offering| bring(client.clone(), offering, period))
        // In order, so that a count says how far it is.
        .buffered(AT_ONCE)
        .try_for_each(|brought| {
            tally.took(brought.reports);
            tally.offering(brought.taken);
            future::ready(Ok(()))
        })
        .await
}

struct Brought {
    taken: bool,
    reports: u64,
}

async fn bring(mut client: Client, offering: Offering, period: Period) -> Result<Brought, Status> {
    let Some(row) = known(&mut client, &offering.id).await? else {
        let mut reports = offering.told(period);
        let first = reports.next();
        let count = u64::from(first.is_some());
        publish(&mut client, &offering, first, period.until_millis).await?;
        return Ok(Brought {
            taken: true,
            reports: count + report(&mut client, &offering.id, reports).await?,
        });
    };
    let missing = missed(&offering, &row, period.until_millis);
    let reports = report(&mut client, &offering.id, offering.reports(missing)).await?;
    Ok(Brought {
        taken: reports > 0,
        reports,
    })
}

async fn known(client: &mut Client, offering_id: &str) -> Result<Option<OfferingRow>, Status> {
    let request = GetOfferingRequest {
        offering_id: offering_id.to_owned(),
        ..GetOfferingRequest::default()
    };
    match client.get_offering(request).await {
        Ok(answer) => Ok(answer.into_inner().row),
        Err(status) if status.code() == Code::NotFound => Ok(None),
        Err(status) => Err(status),
    }
}

/// Returns when a regular reporter should have reported since the server last heard of it, if that is too long ago.
fn missed(offering: &Offering, row: &OfferingRow, now_millis: i64) -> Vec<i64> {
    let status = row.counts_status.as_ref();
    let is_current = status.is_some_and(|status| status.freshness() == Freshness::Current);
    if offering.habit != Habit::Lively || is_current || row.withdrawn {
        return Vec::new();
    }
    let heard = status.and_then(|status| status.observed_at.as_ref());
    let heard = heard.map_or(now_millis, millis);
    let days = ((now_millis - heard) / DAY_MILLIS).clamp(0, LONGEST_GAP_DAYS);
    let mut moments = offering.report_moments(now_millis, u32::try_from(days).unwrap_or(0));
    moments.retain(|at| *at > heard || status.is_none());
    moments
}

async fn publish(
    client: &mut Client,
    offering: &Offering,
    report: Option<Report>,
    now_millis: i64,
) -> Result<(), Status> {
    let pause = offering.first_pause(now_millis);
    let request = PublishOfferingRequest {
        context: Some(context()),
        offering_id: offering.id.clone(),
        details: Some(offering.details.clone()),
        report,
        replace_pauses: pause.is_some(),
        pauses: pause.into_iter().collect(),
    };
    client.publish_offering(request).await.map(drop)
}

/// Reports in order; returns how many were taken.
async fn report(
    client: &mut Client,
    offering_id: &str,
    reports: impl Iterator<Item = Report> + Send + 'static,
) -> Result<u64, Status> {
    let id = offering_id.to_owned();
    let mut requests = reports
        .map(move |report| ReportCapacityRequest {
            context: Some(context()),
            offering_id: id.clone(),
            report: Some(report),
        })
        .peekable();
    if requests.peek().is_none() {
        return Ok(0);
    }
    let messages = iter::from_fn(move || {
        let reports: Vec<_> = requests.by_ref().take(PER_MESSAGE).collect();
        (!reports.is_empty()).then_some(StreamReportsRequest { reports })
    });
    let answer = client.stream_reports(stream::iter(messages)).await?;
    let mut answers = answer.into_inner();
    let mut taken = 0;
    while let Some(answer) = answers.message().await? {
        for acknowledgement in answer.acknowledgements {
            match acknowledgement.result {
                Some(Acknowledged::Receipt(_)) => taken += 1,
                Some(Acknowledged::Failure(failure)) => {
                    return Err(Status::new(Code::from_i32(failure.code), failure.message));
                }
                None => return Err(Status::internal("an acknowledgement says nothing")),
            }
        }
    }
    Ok(taken)
}

pub(crate) fn context() -> CommandContext {
    CommandContext {
        command_id: Uuid::now_v7().to_string(),
        ..CommandContext::default()
    }
}

#[cfg(test)]
mod tests {
    use proto::capacity::v1::FigureStatus;

    use super::*;
    use crate::figures::moment;
    use crate::world::{SEED, Scale};

    const NOW: i64 = 1_795_392_000_000;

    fn heard(days_ago: i64, freshness: Freshness) -> OfferingRow {
        OfferingRow {
            counts_status: Some(FigureStatus {
                freshness: freshness.into(),
                observed_at: Some(moment(NOW - days_ago * DAY_MILLIS)),
                ..FigureStatus::default()
            }),
            ..OfferingRow::default()
        }
    }

    fn offering(habit: Habit) -> Offering {
        let world = World::new(Scale::Region, SEED);
        Offering {
            habit,
            ..world.offering(0).unwrap()
        }
    }

    #[test]
    fn what_may_still_be_believed_is_left_as_it_stands() {
        let row = heard(1, Freshness::Current);
        assert!(missed(&offering(Habit::Lively), &row, NOW).is_empty());
    }

    #[test]
    fn a_regular_reporter_makes_up_for_the_days_that_nothing_was_heard() {
        let row = heard(10, Freshness::Expired);
        let missed = missed(&offering(Habit::Lively), &row, NOW);
        assert!((9..=11).contains(&missed.len()), "{}", missed.len());
        assert!(
            missed
                .iter()
                .all(|at| *at > NOW - 10 * DAY_MILLIS && *at <= NOW)
        );
    }

    #[test]
    fn a_regular_reporter_that_was_never_heard_says_how_it_stands() {
        let never = missed(&offering(Habit::Lively), &OfferingRow::default(), NOW);
        assert_eq!(never.len(), 1);
    }

    #[test]
    fn who_is_silent_or_was_taken_out_stays_so() {
        let row = heard(10, Freshness::Expired);
        for habit in [Habit::Silent, Habit::Late, Habit::Stopped(10)] {
            assert!(missed(&offering(habit), &row, NOW).is_empty());
        }
        let withdrawn = OfferingRow {
            withdrawn: true,
            ..row
        };
        assert!(missed(&offering(Habit::Lively), &withdrawn, NOW).is_empty());
    }
}
