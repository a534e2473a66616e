//! A declaration on its way.

use std::sync::Arc;

use prost::Message;
use proto::pseudonym::v1::GrantReceipt;
use proto::waitlist::v1::acknowledgement::Result as Given;
use proto::waitlist::v1::{Acknowledgement, CommandContext, Declaration, Receipt};
use uuid::Uuid;

use super::book::State;
use crate::failure::Violation;
use crate::flight::{Acknowledged, NotDone, OutOfTurn, Parcel};

/// What a row of the file became.
#[derive(Clone, Debug)]
pub(super) struct Declared {
    pub(super) line: u64,
    pub(super) reference: String,
    pub(super) declaration: Declaration,
    /// What the server knows of the person once it has taken it; none: no more than before.
    pub(super) then: Option<State>,
    /// What the evaluator granted, with its P1s.
    pub(super) grant: Option<Arc<GrantReceipt>>,
}

impl Declared {
    /// The first attempt.
    pub(super) fn context() -> CommandContext {
        CommandContext {
            command_id: Uuid::now_v7().to_string(),
            ..CommandContext::default()
        }
    }
}

impl Parcel for Declared {
    const MESSAGE_BYTES: usize = 384 * 1024;

    fn id(&self) -> &str {
        &self.declaration.entry_id
    }

    fn command_id(&self) -> &str {
        let context = self.declaration.context.as_ref();
        context.map_or("", |context| &context.command_id)
    }

    fn bytes(&self) -> usize {
        // With its tag and its length.
        self.declaration.encoded_len() + 4
    }

    fn repeat(&mut self) {
        if let Some(context) = &mut self.declaration.context {
            context.repeat = true;
        }
    }

    /// A message brings one receipt; without one it goes with any.
    fn goes_with(&self, other: &Self) -> bool {
        match (&self.grant, &other.grant) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        }
    }
}

/// Reads what the server says of a declaration.
pub(super) fn acknowledged(answer: Acknowledgement) -> Result<Acknowledged<Receipt>, OutOfTurn> {
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
        id: answer.entry_id,
        command_id,
        result,
    })
}
