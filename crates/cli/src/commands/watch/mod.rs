//! The present state, then every change. A connection that breaks is opened again after the last cursor, so that what
//! is shown is always what the server last said.

mod screen;

use std::time::Duration;

use proto::capacity::v1::watch_capacity_response::Event;
use proto::capacity::v1::{
    CapacityFilter, Heartbeat, Live, OfferingRow, PracticeGroups, WatchCapacityRequest,
    WatchCapacityResponse,
};
use tokio::time::{Instant, sleep, timeout};
use tonic::{Code, Status};

use self::screen::Screen;
use crate::args::{OutputFormat, WatchArgs};
use crate::connection::{Backoff, Connection};
use crate::failure::{Failure, Refusal, is_unknown, one_line, say, what_failed};
use crate::output::completeness::{CompletenessObject, sentence};
use crate::output::json::WatchObject;
use crate::output::offering::OfferingObject;
use crate::output::practices::PracticeGroupObject;
use crate::output::{Output, table};
use crate::record::{moment_text, stated};

/// Heartbeats come far more often: a stream that is silent this long is dead.
const SILENCE: Duration = Duration::from_secs(60);
/// Before the first answer it is not worth waiting longer.
const FIRST_ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// Shows what there is, then every change, until Ctrl-C.
pub(super) async fn watch(
    args: &WatchArgs,
    connection: &Connection,
    output: &mut Output,
) -> Result<(), Failure> {
    tokio::select! {
        end = Watcher::new(args, output).follow(connection) => end,
        _ = tokio::signal::ctrl_c() => Ok(()),
    }?;
    output.flush()
}

struct Watcher<'a> {
    filter: CapacityFilter,
    at_least: Vec<String>,
    cursor: String,
    /// The cursor was given by hand: somebody else has shown what came before it.
    resumed: bool,
    answered: bool,
    screen: Screen,
    output: &'a mut Output,
}

/// Why a stream ended.
enum Interruption {
    /// Anything that a new stream would not change.
    Final(Failure),
    /// The cursor leads nowhere: start anew.
    CursorRefused(String),
    /// Go on after the cursor.
    Lost(String),
}

impl From<Failure> for Interruption {
    fn from(failure: Failure) -> Self {
        Self::Final(failure)
    }
}

impl<'a> Watcher<'a> {
    fn new(args: &WatchArgs, output: &'a mut Output) -> Self {
        Self {
            filter: args.filter.filter(),
            at_least: args.at_least.clone(),
            cursor: args.from.clone().unwrap_or_default(),
            resumed: args.from.is_some(),
            answered: false,
            screen: Screen::default(),
            output,
        }
    }

    async fn follow(mut self, connection: &Connection) -> Result<(), Failure> {
        let started = Instant::now();
        let mut backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(5));
        let mut told = false;
        loop {
            let before = self.cursor.clone();
            let interruption = match self.stream(connection, told).await {
                Ok(never) => match never {},
                Err(interruption) => interruption,
            };
            if self.cursor != before {
                backoff.reset();
                told = false;
            }
            match interruption {
                Interruption::Final(failure) => return Err(failure),
                Interruption::CursorRefused(reason) => {
                    self.start_anew(&reason)?;
                    sleep(backoff.next_pause()).await;
                }
                Interruption::Lost(cause)
                    if !self.answered && started.elapsed() > FIRST_ANSWER_WITHIN =>
                {
                    let address = connection.address();
                    return Err(Failure::Unreachable(format!(
                        "the server at {address} gives no answer: {cause}"
                    )));
                }
                Interruption::Lost(cause) => {
                    if !told {
                        told = true;
                        say(&format!(
                            "connection to {} lost ({cause}): what is shown is as of then; trying again",
                            connection.address()
                        ));
                    }
                    sleep(backoff.next_pause()).await;
                }
            }
        }
    }

    /// Shows one stream until it ends, which is never meant to happen.
    async fn stream(
        &mut self,
        connection: &Connection,
        was_lost: bool,
    ) -> Result<std::convert::Infallible, Interruption> {
        let request = WatchCapacityRequest {
            filter: Some(self.filter.clone()),
            cursor: self.cursor.clone(),
            at_least: self.at_least.clone(),
            with_completeness: true,
        };
        let mut client = connection.client();
        let opened = timeout(SILENCE, client.watch_capacity(request)).await;
        let mut messages = opened
            .map_err(|_| silent())?
            .map_err(|status| self.classify(status))?
            .into_inner();
        let mut say_connected = was_lost;
        loop {
            let message = timeout(SILENCE, messages.message()).await;
            let message = message
                .map_err(|_| silent())?
                .map_err(|status| self.classify(status))?;
            let Some(message) = message else {
                return Err(Interruption::Lost("the server ended the stream".to_owned()));
            };
            if std::mem::take(&mut say_connected) {
                say("connected again; going on after the last change");
            }
            if !std::mem::replace(&mut self.answered, true)
                && self.output.format() == OutputFormat::Table
            {
                self.output.line(&table::watch_header())?;
            }
            self.show(message)?;
        }
    }

    fn classify(&self, status: Status) -> Interruption {
        if is_unknown(&status) {
            return Interruption::Lost(what_failed(&status));
        }
        if !self.cursor.is_empty() && refuses_cursor(&status) {
            return Interruption::CursorRefused(one_line(status.message()));
        }
        match status.code() {
            // Too slow, or too many for now: it may go on after the cursor.
            Code::ResourceExhausted | Code::Aborted | Code::Cancelled if self.answered => {
                Interruption::Lost(what_failed(&status))
            }
            _ => Interruption::Final(status.into()),
        }
    }

    fn start_anew(&mut self, reason: &str) -> Result<(), Failure> {
        say(&format!(
            "the server cannot go on where this left off ({reason}): starting anew"
        ));
        self.cursor.clear();
        self.screen.begin_anew();
        if std::mem::take(&mut self.resumed) && self.output.format() == OutputFormat::Json {
            self.output.object(&WatchObject::Anew { reason })?;
        }
        Ok(())
    }

    fn show(&mut self, message: WatchCapacityResponse) -> Result<(), Failure> {
        let cursor = message.cursor;
        match message.event {
            Some(Event::Offering(row)) => self.put(&row, &cursor)?,
            Some(Event::Removed(removed)) => self.remove(&removed.offering_id, &cursor)?,
            Some(Event::Live(live)) => self.live(&live, &cursor)?,
            Some(Event::Heartbeat(heartbeat)) => self.beat(&heartbeat, &cursor)?,
            Some(Event::Practices(practices)) => self.practices(&practices, &cursor)?,
            // A kind of event that this client does not know yet.
            None => {}
        }
        // Only now: what could not be shown must come again.
        self.cursor = cursor;
        self.output.flush()
    }

    fn put(&mut self, row: &OfferingRow, cursor: &str) -> Result<(), Failure> {
        if !self.screen.put(row) {
            return Ok(());
        }
        let object = OfferingObject::with_cursor(row, cursor);
        self.output.either(&object, || table::watched(row))
    }

    fn remove(&mut self, offering_id: &str, cursor: &str) -> Result<(), Failure> {
        if self.screen.remove(offering_id) || self.resumed {
            self.gone(offering_id, cursor)?;
        }
        Ok(())
    }

    fn live(&mut self, live: &Live, cursor: &str) -> Result<(), Failure> {
        for offering_id in self.screen.complete() {
            self.gone(&offering_id, cursor)?;
        }
        let object = WatchObject::Live {
            position: stated(&live.position),
            cursor,
            completeness: live.completeness.as_ref().map(CompletenessObject::from),
        };
        let count = self.screen.len();
        self.output.either(&object, || {
            let mut line = format!("-- live: {count} shown, changes follow");
            if let Some(completeness) = &live.completeness {
                line.push_str(&format!("\n-- {}", sentence(completeness)));
            }
            line
        })
    }

    fn beat(&mut self, heartbeat: &Heartbeat, cursor: &str) -> Result<(), Failure> {
        match self.output.format() {
            OutputFormat::Table => Ok(()),
            OutputFormat::Json => self.output.object(&WatchObject::Heartbeat {
                sent_at: moment_text(heartbeat.sent_at.as_ref()),
                position: stated(&heartbeat.position),
                cursor,
                completeness: heartbeat
                    .completeness
                    .as_ref()
                    .map(CompletenessObject::from),
            }),
        }
    }

    fn practices(&mut self, practices: &PracticeGroups, cursor: &str) -> Result<(), Failure> {
        let groups = practices.groups.iter();
        let object = WatchObject::PracticeGroups {
            groups: groups.map(PracticeGroupObject::from).collect(),
            cursor,
        };
        self.output
            .either(&object, || table::practices(&practices.groups))
    }

    fn gone(&mut self, offering_id: &str, cursor: &str) -> Result<(), Failure> {
        let object = WatchObject::Removed {
            offering_id,
            cursor,
        };
        self.output.either(&object, || {
            format!("-- no longer matches: {}", one_line(offering_id))
        })
    }
}

/// Tells whether it is the cursor that the server says no to, not the filter.
fn refuses_cursor(status: &Status) -> bool {
    let refusal = Refusal::from(status);
    match status.code() {
        Code::InvalidArgument => {
            !refusal.violations.is_empty()
                && refusal
                    .violations
                    .iter()
                    .all(|wrong| wrong.field == "cursor")
        }
        Code::FailedPrecondition | Code::OutOfRange | Code::NotFound | Code::DataLoss => {
            refusal.violations.is_empty()
        }
        _ => false,
    }
}

fn silent() -> Interruption {
    Interruption::Lost("nothing was heard for too long".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tonic_types::{ErrorDetails, StatusExt};

    fn wrong_field(field: &str) -> Status {
        let mut details = ErrorDetails::new();
        details.add_bad_request_violation(field, "is wrong");
        Status::with_error_details(Code::InvalidArgument, "wrong", details)
    }

    #[test]
    fn a_refused_cursor_is_told_apart_from_a_refused_filter() {
        assert!(refuses_cursor(&wrong_field("cursor")));
        assert!(!refuses_cursor(&wrong_field("filter.age_years")));
        assert!(!refuses_cursor(&Status::invalid_argument("wrong")));
        assert!(refuses_cursor(&Status::failed_precondition("another log")));
        assert!(refuses_cursor(&Status::out_of_range("beyond the end")));
        assert!(!refuses_cursor(&Status::permission_denied("no")));
    }
}
