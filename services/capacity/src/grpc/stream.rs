//! Reports from machines: many in a message, each with its own acknowledgement, in the order sent.

use chassis::access::Denied;
use chassis::{ExecuteError, Receipt, Violations};
use domain::capacity::Event;
use eventlog::CommandId;
use futures::{Stream, StreamExt};
use proto::capacity::v1;
use proto::capacity::v1::report_acknowledgement::Result as Acknowledged;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::commands::invalid;
use super::figures::{self, Tally};
use super::{Answers, Api};
use crate::wire::{self, Transport};

const MAX_REPORTS: usize = 500;
/// Messages of one caller that are under way at once; more wait in its connection.
const UNDER_WAY: usize = 4;
/// Violations named per report: an answer must not grow far beyond its question.
const MAX_VIOLATIONS: usize = 20;

/// Answers every message of reports; the first that cannot be answered as a whole ends the stream.
pub(super) fn acknowledgements(
    api: Api,
    messages: impl Stream<Item = Result<v1::StreamReportsRequest, Status>> + Send + 'static,
    transport: Transport,
) -> Answers<v1::StreamReportsResponse> {
    let giving = api.clone();
    // Given one message after the other, so that no report overtakes an earlier one of its offering; only what
    // becomes of them is waited for side by side.
    let given = messages.then(move |message| {
        let api = giving.clone();
        let transport = transport.clone();
        async move { api.give_all(message?, &transport).await }
    });
    let answers = given.map(move |given| {
        let api = api.clone();
        async move { Ok(api.acknowledge(given?).await) }
    });
    Box::pin(answers.buffered(UNDER_WAY))
}

/// A report on its way: given to the command loop, or already failed.
enum Given<F> {
    UnderWay { command_id: CommandId, answer: F },
    Failed(v1::ReportFailure),
}

type Answer = Result<Receipt<Event>, ExecuteError>;

impl Api {
    /// Gives a message's reports to the command loop.
    async fn give_all(
        &self,
        message: v1::StreamReportsRequest,
        transport: &Transport,
    ) -> Result<Vec<(String, Given<impl Future<Output = Answer> + use<>>)>, Status> {
        let count = message.reports.len();
        if count > MAX_REPORTS {
            let description =
                format!("has {count} items; at most {MAX_REPORTS} are taken in one message");
            return Err(invalid("reports", description));
        }
        let mut given = Vec::with_capacity(count);
        let mut denied = None;
        for report in message.reports {
            let offering_id = report.offering_id.clone();
            given.push((offering_id, self.give(report, transport, &mut denied).await));
        }
        // Recorded once for a message: who floods the log with refusals must work for it.
        if let Some(denied) = denied {
            self.0
                .node
                .access_log
                .denied(&transport.access, &denied)
                .await;
        }
        Ok(given)
    }

    /// Waits for what becomes of a message's reports.
    async fn acknowledge(
        &self,
        given: Vec<(String, Given<impl Future<Output = Answer>>)>,
    ) -> v1::StreamReportsResponse {
        let mut tally = Tally::default();
        let mut acknowledgements = Vec::with_capacity(given.len());
        for (offering_id, given) in given {
            let result = match given {
                Given::Failed(failure) => Acknowledged::Failure(failure),
                Given::UnderWay { command_id, answer } => match answer.await {
                    Ok(receipt) => Acknowledged::Receipt(self.receipt(command_id, &receipt)),
                    Err(error) => Acknowledged::Failure(failure(error, command_id.to_string())),
                },
            };
            match &result {
                Acknowledged::Receipt(receipt) => tally.took(receipt.outcome()),
                Acknowledged::Failure(failure) => tally.failed(Code::from_i32(failure.code)),
            }
            acknowledgements.push(v1::ReportAcknowledgement {
                offering_id,
                result: Some(result),
            });
        }
        figures::reported(tally);
        v1::StreamReportsResponse { acknowledgements }
    }

    /// Gives one report to the command loop, without waiting for what becomes of it. `last_denied`: the last "no" of the
    /// table.
    async fn give(
        &self,
        report: v1::ReportCapacityRequest,
        transport: &Transport,
        last_denied: &mut Option<Denied>,
    ) -> Given<impl Future<Output = Answer> + use<>> {
        let asked_id = report
            .context
            .as_ref()
            .map(|context| context.command_id.clone());
        let order = match wire::report_capacity(report, transport) {
            Ok(order) => order,
            Err(violations) => {
                return Given::Failed(wrong(&violations, asked_id.unwrap_or_default()));
            }
        };
        let command_id = order.call.id;
        if !order.at_least.is_empty()
            && let Err(error) = self.0.context.at_least(&order.at_least).await
        {
            return Given::Failed(failure(error, command_id.to_string()));
        }
        if let Err(denied) = self.may(&order) {
            *last_denied = Some(denied);
            return Given::Failed(failure(denied, command_id.to_string()));
        }
        match self.0.context.submit(order.stream, order.call).await {
            Ok(answer) => Given::UnderWay { command_id, answer },
            Err(error) => Given::Failed(failure(error, command_id.to_string())),
        }
    }
}

fn wrong(violations: &Violations, command_id: String) -> v1::ReportFailure {
    let named = violations
        .iter()
        .take(MAX_VIOLATIONS)
        .map(|(field, description)| v1::FieldViolation {
            field: field.to_owned(),
            description: description.to_owned(),
        });
    v1::ReportFailure {
        code: Code::InvalidArgument.into(),
        reason: "invalid".to_owned(),
        message: violations.summary(),
        violations: named.collect(),
        command_id,
    }
}

fn failure(error: impl Into<Status>, command_id: String) -> v1::ReportFailure {
    let status = error.into();
    let reason = status.get_details_error_info().map(|info| info.reason);
    let violations = status
        .get_details_bad_request()
        .map(|request| request.field_violations);
    v1::ReportFailure {
        code: status.code().into(),
        reason: reason.unwrap_or_else(|| "invalid".to_owned()),
        message: status.message().to_owned(),
        violations: violations
            .unwrap_or_default()
            .into_iter()
            .map(|violation| v1::FieldViolation {
                field: violation.field,
                description: violation.description,
            })
            .collect(),
        command_id,
    }
}
