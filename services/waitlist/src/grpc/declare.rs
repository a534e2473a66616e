//! Entries from record systems: many in a message, each with its own acknowledgement, in the order sent.

use std::collections::HashSet;

use chassis::access_log::Verb;
use chassis::{ExecuteError, Path, Receipt, Violations};
use domain::access::Action;
use domain::waitlist::{Event, Key};
use eventlog::CommandId;
use futures::{Stream, StreamExt, stream};
use proto::waitlist::v1;
use proto::waitlist::v1::acknowledgement::Result as Acknowledged;
use tonic::Status;
use tonic_types::StatusExt;

use super::access::id_reused;
use super::commands::registers;
use super::{Answers, Api, Caller};
use crate::wire::{self, Checks, Order};

const MAX_DECLARATIONS: usize = 500;
/// Messages of one caller that are under way at once; more wait in its connection.
const UNDER_WAY: usize = 4;
/// Violations named per declaration: an answer must not grow far beyond its question.
const MAX_VIOLATIONS: usize = 20;

/// Answers every message; the first that cannot be answered as a whole ends the stream.
pub(super) fn acknowledgements(
    api: Api,
    messages: impl Stream<Item = Result<v1::DeclareEntriesRequest, Status>> + Send + 'static,
    caller: Caller,
) -> Answers<v1::DeclareEntriesResponse> {
    let giving = api.clone();
    // Given one message after the other, so that nothing overtakes what was said before of the same entry; only what
    // becomes of them is waited for side by side.
    let all = (Box::pin(messages), HashSet::new());
    let given = stream::unfold(all, move |(mut messages, mut covered)| {
        let (api, caller) = (giving.clone(), caller.clone());
        async move {
            let given = match messages.next().await? {
                Ok(message) => api.give_all(&message, &caller, &mut covered).await,
                Err(status) => Err(status),
            };
            Some((given, (messages, covered)))
        }
    });
    let answers = given.map(move |given| {
        let api = api.clone();
        async move { Ok(api.acknowledge(given?).await) }
    });
    Box::pin(answers.buffered(UNDER_WAY))
}

/// A declaration on its way: given to the command loop, or already failed.
enum Given<F> {
    UnderWay { command_id: CommandId, answer: F },
    Failed(v1::Failure),
}

type Answer = Result<Receipt<Event>, ExecuteError>;

impl Api {
    /// Gives a message's declarations to the command loop, once their access is recorded.
    async fn give_all(
        &self,
        message: &v1::DeclareEntriesRequest,
        caller: &Caller,
        covered: &mut HashSet<Key>,
    ) -> Result<Vec<(String, Given<impl Future<Output = Answer> + use<>>)>, Status> {
        self.seen(&[]).await?;
        let mut read = self.read_all(message, caller).await?;
        let mut orders: Vec<&mut Order> = read.iter_mut().flatten().collect();
        self.cover(caller, &mut orders, covered).await?;
        let mut given = Vec::with_capacity(read.len());
        for (said, order) in message.declarations.iter().zip(read) {
            let outcome = match order {
                Ok(order) => self.give(order).await,
                Err(failure) => Given::Failed(failure),
            };
            given.push((said.entry_id.clone(), outcome));
        }
        Ok(given)
    }

    /// Reads a message's declarations, and records whose entries are touched.
    async fn read_all(
        &self,
        message: &v1::DeclareEntriesRequest,
        caller: &Caller,
    ) -> Result<Vec<Result<Order, v1::Failure>>, Status> {
        let asking = self.asking(caller);
        let mut checks = Checks::default();
        checks.at_most(
            Path::root("declarations"),
            message.declarations.len(),
            MAX_DECLARATIONS,
        );
        let grant = (message.grant.as_ref(), Path::root("grant"));
        let granted = wire::granted(grant, &asking, &mut checks);
        checks.finish(Some(())).map_err(Violations::into_status)?;

        let mut allowed = None;
        let mut denied = None;
        let (mut taken, mut refused) = (Vec::new(), Vec::new());
        let mut read = Vec::with_capacity(message.declarations.len());
        for said in &message.declarations {
            let order = match wire::declare(said, granted, &asking) {
                Ok(order) => order,
                Err(violations) => {
                    let asked_id = said.context.clone().unwrap_or_default().command_id;
                    read.push(Err(failure(violations.into_status(), asked_id)));
                    continue;
                }
            };
            let owner = registers(&order.call.command);
            match caller.access.may(Action::PublishWaitingEntry, owner) {
                Ok(_) if let Some(because) = self.anothers(caller, order.entry_id) => {
                    denied = Some(because);
                    refused.push(order.entry_id);
                    read.push(Err(failure(id_reused(), order.call.id.to_string())));
                }
                Ok(decision) => {
                    allowed = Some(decision.rule);
                    taken.push(order.entry_id);
                    read.push(Ok(order));
                }
                Err(because) => {
                    denied = Some(because);
                    refused.push(order.entry_id);
                    read.push(Err(failure(because.into(), order.call.id.to_string())));
                }
            }
        }
        // Recorded once for a message: who floods the log with refusals must work for it.
        if let Some(because) = denied {
            self.deny(caller, &because, refused).await;
        }
        if let Some(rule) = allowed {
            self.record(caller, (rule, Verb::Update), taken).await?;
        }
        Ok(read)
    }

    async fn give(&self, order: Order) -> Given<impl Future<Output = Answer> + use<>> {
        let command_id = order.call.id;
        if let Err(status) = self.seen(&order.at_least).await {
            return Given::Failed(failure(status, command_id.to_string()));
        }
        if let Err(status) = self.has_room(&order) {
            return Given::Failed(failure(status, command_id.to_string()));
        }
        match self.0.context.submit(order.stream, order.call).await {
            Ok(answer) => Given::UnderWay { command_id, answer },
            Err(error) => Given::Failed(failure(error.into(), command_id.to_string())),
        }
    }

    /// Waits for what becomes of a message's declarations.
    async fn acknowledge(
        &self,
        given: Vec<(String, Given<impl Future<Output = Answer>>)>,
    ) -> v1::DeclareEntriesResponse {
        let mut acknowledgements = Vec::with_capacity(given.len());
        for (entry_id, given) in given {
            let result = match given {
                Given::Failed(failure) => Acknowledged::Failure(failure),
                Given::UnderWay { command_id, answer } => match answer.await {
                    Ok(receipt) => Acknowledged::Receipt(self.receipt(command_id, &receipt)),
                    Err(error) => {
                        Acknowledged::Failure(failure(error.into(), command_id.to_string()))
                    }
                },
            };
            acknowledgements.push(v1::Acknowledgement {
                entry_id,
                result: Some(result),
            });
        }
        v1::DeclareEntriesResponse { acknowledgements }
    }
}

fn failure(status: Status, command_id: String) -> v1::Failure {
    let reason = status.get_details_error_info().map(|info| info.reason);
    let violations = status
        .get_details_bad_request()
        .map(|request| request.field_violations);
    let violations = violations.into_iter().flatten().take(MAX_VIOLATIONS);
    v1::Failure {
        code: status.code().into(),
        reason: reason.unwrap_or_else(|| "invalid".to_owned()),
        message: status.message().to_owned(),
        violations: violations
            .map(|violation| v1::FieldViolation {
                field: violation.field,
                description: violation.description,
            })
            .collect(),
        command_id,
    }
}
