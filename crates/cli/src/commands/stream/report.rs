//! A report as a command on its way.

use prost::Message;
use proto::capacity::v1::report_acknowledgement::Result as Given;
use proto::capacity::v1::{Receipt, ReportAcknowledgement, ReportCapacityRequest};

use crate::failure::Violation;
use crate::flight::{Acknowledged, NotDone, OutOfTurn, Parcel};

/// A report of a line of the input.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Report {
    pub(super) line: u64,
    pub(super) request: ReportCapacityRequest,
}

impl Parcel for Report {
    const MESSAGE_BYTES: usize = 1024 * 1024;

    fn id(&self) -> &str {
        &self.request.offering_id
    }

    fn command_id(&self) -> &str {
        let context = self.request.context.as_ref();
        context.map_or("", |context| &context.command_id)
    }

    fn bytes(&self) -> usize {
        self.request.encoded_len()
    }

    fn repeat(&mut self) {
        if let Some(context) = &mut self.request.context {
            context.repeat = true;
        }
    }

    fn goes_with(&self, _: &Self) -> bool {
        true
    }
}

/// Reads what the server says of a report.
pub(super) fn acknowledged(
    answer: ReportAcknowledgement,
) -> Result<Acknowledged<Receipt>, OutOfTurn> {
    let (command_id, result) = match answer.result.ok_or(OutOfTurn)? {
        Given::Receipt(receipt) => (receipt.command_id.clone(), Ok(receipt)),
        Given::Failure(failure) => {
            let violations = failure.violations.into_iter().map(|wrong| Violation {
                field: wrong.field,
                description: wrong.description,
            });
            let not_done = NotDone {
                code: failure.code,
                reason: failure.reason,
                message: failure.message,
                violations: violations.collect(),
            };
            (failure.command_id, Err(not_done))
        }
    };
    Ok(Acknowledged {
        id: answer.offering_id,
        command_id,
        result,
    })
}
