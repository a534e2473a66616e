//! Sends declarations over one stream, several messages at once. A connection that breaks is opened again, and what was
//! not acknowledged is sent again under the same command ids.

use std::collections::HashSet;
use std::time::Duration;

use proto::waitlist::v1::{DeclareEntriesRequest, DeclareEntriesResponse, Outcome, Receipt};
use tokio::sync::mpsc::{self, Receiver, UnboundedSender};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_stream::wrappers::UnboundedReceiverStream;
use tonic::{Code, Status};

use super::book::State;
use super::guard;
use super::parcel::{Declared, acknowledged};
use super::prepare::{Prepared, SharedBook, locked};
use super::summary::Tally;
use crate::connection::{Backoff, Connection, ListClient};
use crate::failure::{self, Failure, what_failed};
use crate::flight::{Flight, Settled, Verdict};
use crate::import::refusal::{Refusal, Wrong};
use crate::import::stage::Stage;
use crate::progress::Progress;

/// After this long without one acknowledgement the client gives up.
const PATIENCE: Duration = Duration::from_secs(60);
/// An open stream that is silent this long is opened anew.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// Pause before a declaration of unknown outcome is sent again.
const AGAIN_AFTER: Duration = Duration::from_millis(250);

/// One import at work.
pub(super) struct Run {
    pub(super) flight: Flight<Declared>,
    /// None once everything is prepared.
    pub(super) input: Option<Receiver<Result<Prepared, Failure>>>,
    /// Why nothing more is prepared.
    pub(super) ended_by: Option<Failure>,
    pub(super) book: SharedBook,
    /// Lines of persons of whom the server knows nothing, though the file of entries says so: it is another server, or
    /// has lost them. They are evaluated once more.
    pub(super) unsaid: HashSet<u64>,
    /// Keeps the refused rows.
    pub(super) stage: Stage,
    pub(super) tally: Tally,
    pub(super) progress: Progress,
    /// When something was last acknowledged, or first sent after everything was.
    pub(super) moved_at: Instant,
}

/// Why a stream ended before everything was acknowledged.
enum Broken {
    /// The connection: try again.
    Lost(Status),
    /// Anything that a new connection would not change.
    Final(Failure),
}

impl From<Failure> for Broken {
    fn from(failure: Failure) -> Self {
        Self::Final(failure)
    }
}

impl From<Status> for Broken {
    fn from(status: Status) -> Self {
        match status.code() {
            Code::InvalidArgument
            | Code::NotFound
            | Code::PermissionDenied
            | Code::Unauthenticated
            | Code::FailedPrecondition
            | Code::OutOfRange
            | Code::Unimplemented => Self::Final(status.into()),
            Code::Ok
            | Code::Cancelled
            | Code::Unknown
            | Code::DeadlineExceeded
            | Code::AlreadyExists
            | Code::ResourceExhausted
            | Code::Aborted
            | Code::Internal
            | Code::Unavailable
            | Code::DataLoss => Self::Lost(status),
        }
    }
}

impl Run {
    /// Sends everything, over as many streams as it takes.
    pub(super) async fn work(&mut self, connection: &Connection) -> Result<(), Failure> {
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(2));
        let mut told = false;
        loop {
            while self.flight.is_empty() {
                if self.input.is_none() {
                    return self.ended_by.take().map_or(Ok(()), Err);
                }
                let prepared = next_prepared(&mut self.input).await;
                self.take(prepared)?;
            }
            let before = self.moved_at;
            match self.stream(connection.list_client()).await {
                Ok(()) => return self.ended_by.take().map_or(Ok(()), Err),
                Err(Broken::Final(failure)) => return Err(failure),
                Err(Broken::Lost(status)) => {
                    self.flight.lost();
                    if self.moved_at > before {
                        backoff.reset();
                        told = false;
                    }
                    let cause = what_failed(&status);
                    if self.moved_at.elapsed() > PATIENCE {
                        return Err(self.given_up(connection, &cause));
                    }
                    if !told {
                        told = true;
                        self.progress.say(&format!(
                            "connection to {} lost ({cause}); {} rows will be sent again",
                            connection.address(),
                            self.flight.len()
                        ));
                    }
                    sleep(backoff.next_pause()).await;
                }
            }
        }
    }

    fn given_up(&self, connection: &Connection, cause: &str) -> Failure {
        Failure::Unreachable(format!(
            "the server at {} does not answer: {cause}; {} rows are without acknowledgement, and the rest of the file was \
             not sent: run it again, what was taken is not taken twice",
            connection.address(),
            self.flight.len()
        ))
    }

    /// Works one stream until everything is acknowledged.
    async fn stream(&mut self, mut client: ListClient) -> Result<(), Broken> {
        let (requests, outgoing) = mpsc::unbounded_channel();
        self.send(&requests);
        let call = client.declare_entries(UnboundedReceiverStream::new(outgoing));
        let opened = timeout(ANSWER_WITHIN, call).await;
        let mut answers = opened.map_err(|_| silent())??.into_inner();
        let (mut heard, mut again_at) = (Instant::now(), Instant::now());
        loop {
            if self.flight.is_empty() && self.input.is_none() {
                return Ok(());
            }
            tokio::select! {
                answer = answers.message() => {
                    let Some(answer) = answer? else {
                        return Err(Status::unavailable("the server ended the stream").into());
                    };
                    heard = Instant::now();
                    let waited = self.flight.has_later();
                    self.settle(answer)?;
                    if self.flight.has_later() && !waited {
                        again_at = heard + AGAIN_AFTER;
                    }
                }
                prepared = next_prepared(&mut self.input), if self.flight.has_room() => {
                    // An idle stream waits for the evaluator; its silence counts from the next message on.
                    if !self.flight.awaits_answer() {
                        heard = Instant::now();
                    }
                    self.take(prepared)?;
                    self.send(&requests);
                }
                () = sleep_until(again_at), if self.flight.has_later() => {
                    self.flight.send_later_ones();
                    self.send(&requests);
                }
                () = sleep_until(heard + ANSWER_WITHIN), if self.flight.awaits_answer() => {
                    return Err(silent());
                }
            }
        }
    }

    /// Hands everything in the outbox to the stream. What waits there is bounded by what may be in flight.
    fn send(&mut self, requests: &UnboundedSender<DeclareEntriesRequest>) {
        while let Some(declared) = self.flight.next_message() {
            let grant = declared
                .first()
                .and_then(|declared| declared.grant.as_deref());
            let message = DeclareEntriesRequest {
                grant: grant.cloned(),
                declarations: declared
                    .into_iter()
                    .map(|declared| declared.declaration)
                    .collect(),
            };
            if requests.send(message).is_err() {
                // Who listens no more may still have answered what it heard: its last word is read first.
                return;
            }
        }
    }

    fn take(&mut self, prepared: Option<Result<Prepared, Failure>>) -> Result<(), Failure> {
        let prepared = match prepared {
            Some(Ok(prepared)) => prepared,
            // What is on its way is still waited for.
            Some(Err(failure)) => {
                self.ended_by = Some(failure);
                self.input = None;
                return Ok(());
            }
            None => {
                self.input = None;
                return Ok(());
            }
        };
        if self.flight.is_empty() {
            self.moved_at = Instant::now();
        }
        for (line, refusal) in &prepared.refused {
            self.stage.refuse(*line, refusal)?;
        }
        self.tally.take(&prepared);
        prepared
            .declared
            .into_iter()
            .for_each(|declared| self.flight.take(declared));
        self.progress.at(prepared.bytes);
        Ok(())
    }

    fn settle(&mut self, answer: DeclareEntriesResponse) -> Result<(), Broken> {
        for acknowledgement in answer.acknowledgements {
            let settled = acknowledged(acknowledgement)
                .and_then(|acknowledged| self.flight.acknowledge(acknowledged))
                .map_err(|error| Failure::Unreachable(error.to_string()))?;
            self.moved_at = Instant::now();
            if let Some(settled) = settled {
                self.settle_one(settled)?;
            }
        }
        Ok(locked(&self.book).keep()?)
    }

    fn settle_one(&mut self, settled: Settled<Declared, Receipt>) -> Result<(), Failure> {
        let Settled {
            parcel,
            tries,
            result,
        } = settled;
        match result {
            Verdict::Done(receipt) => {
                // A repeat that took effect the first time says "repeated".
                match receipt.outcome() {
                    Outcome::Repeated if tries == 1 => self.tally.unchanged += 1,
                    Outcome::Taken | Outcome::Repeated | Outcome::Unspecified => {
                        self.tally.taken += 1;
                    }
                }
                self.tally.position = receipt.position;
                if let Some(state) = parcel.then {
                    locked(&self.book).acknowledged(&parcel.reference, state);
                }
            }
            Verdict::Refused(refusal) => {
                if let Some(state) = State::after(&refusal.reason) {
                    let is_unsaid = state == State::New && parcel.then.is_none();
                    let is_let_go = state == State::Erased && parcel.declaration.end.is_some();
                    locked(&self.book).acknowledged(&parcel.reference, state);
                    if is_unsaid {
                        self.unsaid.insert(parcel.line);
                        // Counted when it is read again.
                        self.tally.rows -= 1;
                        return Ok(());
                    }
                    if is_let_go {
                        self.tally.unchanged += 1;
                        return Ok(());
                    }
                }
                self.stage.refuse(parcel.line, &named(refusal))?;
            }
            Verdict::Unknown(_) => self.tally.unknown += 1,
        }
        Ok(())
    }
}

/// What the server says is wrong, by the columns of the file.
fn named(refusal: failure::Refusal) -> Refusal {
    let wrongs = refusal
        .violations
        .iter()
        .map(|wrong| Wrong::new(column_of(&wrong.field), &wrong.description, &refusal.reason));
    let said = Refusal::of(wrongs.collect());
    let whole = || Wrong::new("", &refusal.message, &refusal.reason).into();
    guard::hidden_numbers(said.unwrap_or_else(whole))
}

fn column_of(field: &str) -> &'static str {
    let name = field.rsplit('.').next().unwrap_or_default();
    let name = match (field.contains("withdrawn"), name) {
        (_, "municipality_code") => "municipality",
        (_, "person" | "first_stages" | "p1" | "without_number") => "bsn",
        (true, "on") => "withdrawn_on",
        (true, "by") => "withdrawn_by",
        (true, "reason") => "withdrawal_reason",
        (_, name) => name,
    };
    let known = super::row::COLUMNS.iter().find(|known| **known == name);
    known.copied().unwrap_or_default()
}

/// Returns the next rows; none at the end.
async fn next_prepared(
    input: &mut Option<Receiver<Result<Prepared, Failure>>>,
) -> Option<Result<Prepared, Failure>> {
    match input {
        Some(input) => input.recv().await,
        None => std::future::pending().await,
    }
}

fn silent() -> Broken {
    Broken::Lost(Status::unavailable("no answer in time"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_finds_wrong_is_named_by_its_column() {
        for (field, column) in [
            (
                "declarations[3].registration.profile.municipality_code",
                "municipality",
            ),
            ("registration.profile.age_band", "age_band"),
            ("declarations[0].withdrawn.on", "withdrawn_on"),
            ("withdrawn.reason", "withdrawal_reason"),
            ("treatment_ended.outflow", "outflow"),
            ("person", "bsn"),
            ("context.command_id", ""),
        ] {
            assert_eq!(column_of(field), column, "{field}");
        }
    }
}
