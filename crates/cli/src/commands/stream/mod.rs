//! Reports of many offerings over one stream. A connection that breaks is opened again, and what was not acknowledged
//! is sent again under the same command ids.

mod input;
mod progress;
mod report;

use std::path::Path;
use std::time::Duration;

use proto::capacity::v1::{Receipt, StreamReportsRequest, StreamReportsResponse};
use tokio::sync::mpsc::{self, UnboundedSender};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_stream::wrappers::UnboundedReceiverStream;
use tonic::{Code, Status};

use self::input::{Batches, Line};
use self::progress::Progress;
use self::report::{Report, acknowledged};
use crate::args::OutputFormat;
use crate::connection::{Backoff, Client, Connection};
use crate::failure::{Failure, what_failed};
use crate::flight::{Flight, Parcel, Settled, Verdict};
use crate::output::json::{NotTakenObject, ReceiptObject, ReportsSummary};
use crate::output::{Output, table};

/// After this long without one acknowledgement the client gives up.
const PATIENCE: Duration = Duration::from_secs(60);
/// An open stream that is silent this long is opened anew.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);
/// Pause before a report of unknown outcome is sent again.
const AGAIN_AFTER: Duration = Duration::from_millis(250);

/// Reports every line of a file.
pub(super) async fn report(
    file: &Path,
    connect: impl Future<Output = Result<Connection, Failure>>,
    output: &mut Output,
) -> Result<(), Failure> {
    let source = input::open(file)?;
    let connection = connect.await?;
    let mut run = Run {
        flight: Flight::default(),
        input: Some(input::read(source)),
        summary: ReportsSummary::default(),
        progress: Progress::start(),
        moved_at: Instant::now(),
        output,
    };
    let end = run.work(&connection).await;
    run.finish(&connection, end)
}

struct Run<'a> {
    flight: Flight<Report>,
    /// None once everything is read.
    input: Option<Batches>,
    summary: ReportsSummary,
    progress: Progress,
    /// When something was last acknowledged, or first sent after everything was.
    moved_at: Instant,
    output: &'a mut Output,
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
            _ => Self::Lost(status),
        }
    }
}

impl Run<'_> {
    /// Sends everything, over as many streams as it takes.
    async fn work(&mut self, connection: &Connection) -> Result<(), Failure> {
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(2));
        let mut told = false;
        loop {
            // Nothing is asked of the server before there is something to send.
            while self.flight.is_empty() {
                if self.input.is_none() {
                    return Ok(());
                }
                let batch = next_batch(&mut self.input).await;
                self.take(batch)?;
            }
            let before = self.moved_at;
            match self.stream(connection.client()).await {
                Ok(()) => return Ok(()),
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
                    let count = self.flight.len();
                    if !told && count > 0 {
                        told = true;
                        self.progress.say(&format!(
                            "connection to {} lost ({cause}); {count} reports will be sent again",
                            connection.address()
                        ));
                    }
                    sleep(backoff.next_pause()).await;
                }
            }
        }
    }

    fn given_up(&self, connection: &Connection, cause: &str) -> Failure {
        Failure::Unreachable(format!(
            "the server at {} does not answer: {cause}; {} reports are without acknowledgement, and the rest of the \
             file was not sent: send the file again, what was taken is not taken twice",
            connection.address(),
            self.flight.len()
        ))
    }

    /// Works one stream until everything is acknowledged.
    async fn stream(&mut self, mut client: Client) -> Result<(), Broken> {
        let (requests, outgoing) = mpsc::unbounded_channel();
        self.send(&requests);
        let call = client.stream_reports(UnboundedReceiverStream::new(outgoing));
        let opened = timeout(ANSWER_WITHIN, call).await;
        let mut answers = opened.map_err(|_| silent())??.into_inner();
        let mut heard = Instant::now();
        let mut again_at = Instant::now();
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
                batch = next_batch(&mut self.input), if self.flight.has_room() => {
                    // An idle stream waits for the reader; its silence counts from the next report on.
                    if !self.flight.awaits_answer() {
                        heard = Instant::now();
                    }
                    self.take(batch)?;
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
    fn send(&mut self, requests: &UnboundedSender<StreamReportsRequest>) {
        while let Some(reports) = self.flight.next_message() {
            let reports = reports.into_iter().map(|report| report.request);
            let reports = reports.collect();
            if requests.send(StreamReportsRequest { reports }).is_err() {
                // Who listens no more may still have answered what it heard: its last word is read first.
                return;
            }
        }
    }

    fn take(&mut self, batch: Option<std::io::Result<Vec<Line>>>) -> Result<(), Failure> {
        let Some(batch) = batch else {
            self.input = None;
            return Ok(());
        };
        if self.flight.is_empty() {
            self.moved_at = Instant::now();
        }
        let lines = batch
            .map_err(|error| Failure::Usage(format!("the reports cannot be read on: {error}")))?;
        for line in lines {
            self.summary.reports += 1;
            match line.report {
                Ok(request) => self.flight.take(Report {
                    line: line.number,
                    request,
                }),
                Err(refusal) => {
                    self.summary.refused += 1;
                    self.not_taken(NotTakenObject::refused(line.number, None, refusal))?;
                }
            }
        }
        // Whoever pipes lines in one by one wants to see what is wrong with this one now.
        self.output.flush()
    }

    fn settle(&mut self, answer: StreamReportsResponse) -> Result<(), Broken> {
        for acknowledgement in answer.acknowledgements {
            let settled = acknowledged(acknowledgement)
                .and_then(|acknowledged| self.flight.acknowledge(acknowledged))
                .map_err(|error| Failure::Unreachable(error.to_string()))?;
            self.moved_at = Instant::now();
            if let Some(settled) = settled {
                self.write(settled)?;
            }
        }
        self.progress.show(&self.summary);
        Ok(self.output.flush()?)
    }

    fn write(&mut self, settled: Settled<Report, Receipt>) -> Result<(), Failure> {
        let Settled { parcel, result, .. } = settled;
        let (offering_id, command_id) = (parcel.id(), parcel.command_id().to_owned());
        let (kind, refusal) = match result {
            Verdict::Done(receipt) => {
                let mut object = ReceiptObject::new(offering_id, Some(&receipt));
                object.line = Some(parcel.line);
                object.command_id = Some(command_id);
                match object.outcome.as_deref() {
                    Some("repeated") => self.summary.repeated += 1,
                    Some("older") => self.summary.older += 1,
                    Some(_) | None => self.summary.taken += 1,
                }
                return match self.output.format() {
                    OutputFormat::Json => self.output.object(&object),
                    OutputFormat::Table => Ok(()),
                };
            }
            Verdict::Refused(refusal) => {
                self.summary.refused += 1;
                ("refused", refusal)
            }
            Verdict::Unknown(refusal) => {
                self.summary.unknown += 1;
                ("unknown", refusal)
            }
        };
        let mut object = NotTakenObject::refused(parcel.line, Some(offering_id), refusal);
        object.kind = kind;
        object.command_id = Some(command_id);
        self.not_taken(object)
    }

    fn not_taken(&mut self, object: NotTakenObject) -> Result<(), Failure> {
        match self.output.format() {
            OutputFormat::Json => self.output.object(&object),
            OutputFormat::Table => {
                for line in table::not_taken(&object) {
                    self.progress.say(&line);
                }
                Ok(())
            }
        }
    }

    fn finish(self, connection: &Connection, end: Result<(), Failure>) -> Result<(), Failure> {
        self.progress.finish();
        let summary = self.summary;
        // Also after a failure: whoever reads it must know how far it came.
        if !matches!(end, Err(Failure::OutputClosed)) {
            self.output
                .either(&summary, || table::reports_summary(&summary))?;
            self.output.flush()?;
        }
        end?;
        if summary.unknown > 0 {
            return Err(Failure::Unreachable(format!(
                "the server at {} does not say what came of {} reports: send them again",
                connection.address(),
                summary.unknown
            )));
        }
        if summary.refused > 0 {
            return Err(Failure::SomeRefused {
                refused: summary.refused,
                all: summary.reports,
            });
        }
        Ok(())
    }
}

/// Returns the next lines; none at the end.
async fn next_batch(input: &mut Option<Batches>) -> Option<std::io::Result<Vec<Line>>> {
    match input {
        Some(batches) => batches.recv().await,
        None => std::future::pending().await,
    }
}

fn silent() -> Broken {
    Broken::Lost(Status::unavailable("no answer in time"))
}
