//! Commands: executed, and answered with a receipt.

use chassis::{Effect, Receipt, Violations};
use domain::capacity::{Details, Event};
use eventlog::{CommandId, StreamId};
use proto::capacity::v1;
use tonic::Status;

use super::Api;
use super::figures::{self, Tally};
use crate::wire::{self, Order, Transport};

impl Api {
    /// Executes a command, and answers with the contract's receipt.
    pub(super) async fn execute(&self, order: Order) -> Result<v1::Receipt, Status> {
        let id = order.call.id;
        let receipt = self.decide(order).await?;
        Ok(self.receipt(id, &receipt))
    }

    /// Executes a command.
    #[tracing::instrument(name = "command", skip_all, fields(stream.id = %order.stream, command.id = %order.call.id))]
    pub(super) async fn decide(&self, order: Order) -> Result<Receipt<Event>, Status> {
        if !order.at_least.is_empty() {
            self.0.context.at_least(&order.at_least).await?;
        }
        if let Err(denied) = self.may(&order) {
            self.0.node.access_log.denied(&order.access, &denied).await;
            return Err(denied.into());
        }
        Ok(self.0.context.execute(order.stream, order.call).await?)
    }

    /// Takes one report.
    pub(super) async fn report(
        &self,
        request: v1::ReportCapacityRequest,
        transport: &Transport,
    ) -> Result<v1::Receipt, Status> {
        let answer = match wire::report_capacity(request, transport) {
            Ok(mut order) => {
                // Few come one by one, typed and without a sequence: the same words a minute later would be
                // another report.
                order.call.remember = true;
                self.execute(order).await
            }
            Err(violations) => Err(violations.into_status()),
        };
        let mut tally = Tally::default();
        match &answer {
            Ok(receipt) => tally.took(receipt.outcome()),
            Err(status) => tally.failed(status.code()),
        }
        figures::reported(tally);
        answer
    }

    /// Returns the contract's receipt.
    pub(super) fn receipt(&self, id: CommandId, receipt: &Receipt<Event>) -> v1::Receipt {
        v1::Receipt {
            outcome: outcome(&receipt.effect).into(),
            position: self.0.context.token(receipt.position),
            command_id: id.to_string(),
        }
    }

    /// Returns an offering's description as it stands.
    pub(super) fn details(&self, stream: &StreamId) -> Option<Details> {
        self.0.context.read().get(stream)?.state.details.clone()
    }
}

/// Says "wrong, in these fields".
pub(super) fn invalid(field: &str, description: impl Into<String>) -> Status {
    let mut violations = Violations::default();
    violations.add(field, description);
    violations.into_status()
}

fn outcome(effect: &Effect<Event>) -> v1::Outcome {
    match effect {
        Effect::Unchanged | Effect::Remembered => v1::Outcome::Repeated,
        Effect::Took(events) if events.is_empty() => v1::Outcome::Repeated,
        Effect::Took(events) if events.iter().all(is_history) => v1::Outcome::Older,
        Effect::Took(_) => v1::Outcome::Taken,
    }
}

fn is_history(event: &Event) -> bool {
    match event {
        Event::LateReportKept(_) => true,
        Event::OfferingPublished(_)
        | Event::OfferingChanged(_)
        | Event::OfferingWithdrawn { .. }
        | Event::CapacityReported { .. }
        | Event::ReportCorrected { .. }
        | Event::AdmissionsPaused(_)
        | Event::AdmissionsResumed(..)
        | Event::RefusalRecorded { .. }
        | Event::PlaceHeld(_)
        | Event::HoldExtended(_)
        | Event::HoldEnded(_)
        | Event::OvercommitmentArisen { .. }
        | Event::OvercommitmentResolved => false,
    }
}
