//! Offerings on their way to the server: many at once, repeated while their outcome is unknown.

use std::collections::VecDeque;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use proto::capacity::v1::{
    CommandContext, GetOfferingRequest, Outcome, PublishOfferingRequest, Receipt,
};
use tokio::time::{sleep, timeout};
use tonic::{Code, Status};

use super::pipeline::{Ready, Source, next_ready};
use super::refusal::{Refusal, Wrong};
use super::stage::Stage;
use crate::connection::{Backoff, Client};
use crate::failure::{self, Failure, is_unknown, what_failed};
use crate::progress::Progress;

/// So many calls are under way at once; a server serves more on one connection.
const UNDER_WAY: usize = 48;
const TRIES: u32 = 8;
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// The offering is not the caller's to speak for.
const OTHER_ORGANISATION: &str = "other-organisation";
/// A repeat's own events are among the newest of its offering.
const NEWEST_EVENTS: u32 = 20;

/// What came of the rows that were sent.
#[derive(Debug, Default)]
pub(super) struct Sent {
    pub(super) taken: u64,
    pub(super) unchanged: u64,
    pub(super) offerings: u64,
    /// Positions of the last commits: the latest of all is among them, since no more calls were under way at once.
    pub(super) positions: VecDeque<String>,
}

/// What the server made of one offering.
enum Answer {
    Taken,
    Unchanged,
    Refused(failure::Refusal),
    /// Not about this offering: the import cannot go on.
    Stopped(Failure),
}

/// Sends every offering of the stage.
///
/// # Errors
/// When the server cannot be reached any more, or refuses everything; the message says how far it got.
pub(super) async fn all(
    client: &Client,
    source: &impl Source,
    stage: &Stage,
    progress: &mut Progress,
) -> Result<Sent, Failure> {
    let mut sent = Sent::default();
    let mut under_way = FuturesUnordered::new();
    let mut after = String::new();
    let mut more = true;
    let mut stopped: Option<Failure> = None;
    loop {
        while more && stopped.is_none() && under_way.len() < UNDER_WAY {
            match next_ready(source, stage, &mut after)? {
                Some(ready) => under_way.push(publish(client.clone(), ready)),
                None => more = false,
            }
        }
        let Some((ready, answer, position)) = under_way.next().await else {
            break;
        };
        match answer {
            Answer::Taken => {
                sent.taken += ready.rows;
                sent.unchanged += ready.repeats;
            }
            Answer::Unchanged => sent.unchanged += ready.rows + ready.repeats,
            Answer::Refused(refusal) => {
                stage.refuse_offering(&ready.request.offering_id, &named(source, refusal))?
            }
            Answer::Stopped(failure) => {
                stopped.get_or_insert(failure);
                continue;
            }
        }
        sent.remember(position);
        sent.offerings += 1;
        progress.at(sent.offerings);
    }
    match stopped {
        None => Ok(sent),
        Some(failure) => Err(sent.so_far(failure)),
    }
}

impl Sent {
    fn remember(&mut self, position: Option<String>) {
        self.positions.extend(position);
        if self.positions.len() > UNDER_WAY {
            self.positions.pop_front();
        }
    }

    fn so_far(&self, failure: Failure) -> Failure {
        let so_far = format!(
            "the import stopped after {} offerings ({} rows taken, {} unchanged); run it again to go on",
            self.offerings, self.taken, self.unchanged
        );
        match failure {
            Failure::Unreachable(why) => Failure::Unreachable(format!("{why}; {so_far}")),
            Failure::Refused(mut refusal) => {
                refusal.message = format!("{}; {so_far}", refusal.message);
                Failure::Refused(refusal)
            }
            other @ (Failure::SomeRefused { .. }
            | Failure::Usage(_)
            | Failure::OutputClosed
            | Failure::Output(_)) => other,
        }
    }
}

async fn publish(mut client: Client, ready: Ready) -> (Ready, Answer, Option<String>) {
    let command_id = uuid::Uuid::now_v7().to_string();
    let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(3));
    let mut cause = String::new();
    for attempt in 0..TRIES {
        if attempt > 0 {
            sleep(backoff.next_pause()).await;
        }
        let context = CommandContext {
            command_id: command_id.clone(),
            repeat: attempt > 0,
            ..CommandContext::default()
        };
        let request = PublishOfferingRequest {
            context: Some(context),
            ..ready.request.clone()
        };
        match timeout(ANSWER_WITHIN, client.publish_offering(request)).await {
            Ok(Ok(response)) => {
                let receipt = response.into_inner().receipt.unwrap_or_default();
                let answer = outcome(&mut client, &ready, &receipt, attempt > 0).await;
                return (
                    ready,
                    answer,
                    Some(receipt.position).filter(|position| !position.is_empty()),
                );
            }
            Ok(Err(status)) if is_unknown(&status) || status.code() == Code::ResourceExhausted => {
                cause = what_failed(&status);
            }
            Ok(Err(status)) => return (ready, refused(&status), None),
            Err(_elapsed) => "no answer in time".clone_into(&mut cause),
        }
    }
    (
        ready,
        Answer::Stopped(Failure::Unreachable(format!(
            "the server gives no answer: {cause}"
        ))),
        None,
    )
}

/// A repeat that was answered from memory took effect the first time; its events say so.
async fn outcome(client: &mut Client, ready: &Ready, receipt: &Receipt, repeated: bool) -> Answer {
    match receipt.outcome() {
        Outcome::Taken | Outcome::Older => Answer::Taken,
        Outcome::Repeated | Outcome::Unspecified if !repeated => Answer::Unchanged,
        Outcome::Repeated | Outcome::Unspecified => {
            let request = GetOfferingRequest {
                offering_id: ready.request.offering_id.clone(),
                history_limit: NEWEST_EVENTS,
                at_least: Some(receipt.position.clone())
                    .filter(|position| !position.is_empty())
                    .into_iter()
                    .collect(),
                as_of: None,
            };
            match client.get_offering(request).await {
                Ok(response) => {
                    let history = response.into_inner().history;
                    let took_effect = history
                        .iter()
                        .any(|event| event.command_id == receipt.command_id);
                    if took_effect {
                        Answer::Taken
                    } else {
                        Answer::Unchanged
                    }
                }
                Err(status) => Answer::Stopped(Failure::Unreachable(format!(
                    "the server does not say what came of an offering: {}",
                    what_failed(&status)
                ))),
            }
        }
    }
}

fn refused(status: &Status) -> Answer {
    let refusal = failure::Refusal::from(status);
    match status.code() {
        // A file may hold other organisations' rows: each is named, and the others go in.
        Code::PermissionDenied if refusal.reason == OTHER_ORGANISATION => Answer::Refused(refusal),
        Code::InvalidArgument
        | Code::FailedPrecondition
        | Code::NotFound
        | Code::AlreadyExists
        | Code::OutOfRange => Answer::Refused(refusal),
        Code::Ok
        | Code::Cancelled
        | Code::Unknown
        | Code::DeadlineExceeded
        | Code::PermissionDenied
        | Code::ResourceExhausted
        | Code::Aborted
        | Code::Unimplemented
        | Code::Internal
        | Code::Unavailable
        | Code::DataLoss
        | Code::Unauthenticated => Answer::Stopped(Failure::from(status.clone())),
    }
}

/// What the server says is wrong, by the columns of the file.
fn named(source: &impl Source, refusal: failure::Refusal) -> Refusal {
    let wrongs = refusal
        .violations
        .iter()
        .map(|violation| {
            let value = format!("{}: {}", violation.field, violation.description);
            Wrong::new(source.column_of(&violation.field), &value, &refusal.reason)
        })
        .collect();
    Refusal::of(wrongs).unwrap_or_else(|| Wrong::new("", &refusal.message, &refusal.reason).into())
}
