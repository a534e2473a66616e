//! Commands: recorded, executed, and answered with a receipt.

use std::collections::HashSet;

use chassis::access_log::Verb;
use chassis::status::refusal;
use chassis::{Effect, Receipt};
use domain::access::Action;
use domain::waitlist::{Command, Event};
use eventlog::CommandId;
use proto::waitlist::v1;
use tonic::{Code, Status};

use super::access::id_reused;
use super::{Api, Caller};
use crate::wire::Order;

/// Twice a day for nearly three years.
const MOST_COMMITS: u64 = 2_000;

impl Api {
    /// Executes a provider's command on an entry of its own.
    pub(super) async fn publish(
        &self,
        caller: &Caller,
        order: Order,
    ) -> Result<v1::Receipt, Status> {
        self.seen(&order.at_least).await?;
        self.may_publish(caller, &order).await?;
        let mut order = order;
        self.cover(caller, &mut [&mut order], &mut HashSet::new())
            .await?;
        let id = order.call.id;
        let receipt = self.decide(order).await?;
        Ok(self.receipt(id, &receipt))
    }

    /// Says what somebody has seen.
    pub(super) async fn approve(
        &self,
        caller: &Caller,
        order: Order,
    ) -> Result<v1::ApproveScreeningResponse, Status> {
        self.seen(&order.at_least).await?;
        self.may_screen(caller, &order).await?;
        let (id, stream) = (order.call.id, order.stream.clone());
        let receipt = self.decide(order).await?;
        let is_screened = |event: &Event| matches!(event, Event::Screened(_));
        let counts = match &receipt.effect {
            Effect::Took(events) => events.iter().any(is_screened),
            // Nothing is left to say once the screening counts by this very approval.
            Effect::Unchanged => true,
            Effect::Remembered => {
                let history = self.0.context.history(&stream).await?;
                let own = history.iter().filter(|item| item.command_id == Some(id));
                own.filter_map(|item| item.recorded.as_ref())
                    .any(|recorded| is_screened(&recorded.event))
            }
        };
        Ok(v1::ApproveScreeningResponse {
            receipt: Some(self.receipt(id, &receipt)),
            counts,
        })
    }

    /// Says how urgent an entry is: a screening member of any of the region, a provider of its own.
    pub(super) async fn prioritise(
        &self,
        caller: &Caller,
        order: Order,
    ) -> Result<v1::Receipt, Status> {
        self.seen(&order.at_least).await?;
        if caller.access.may(Action::ScreenEntry, None).is_ok() {
            self.may_screen(caller, &order).await?;
        } else {
            self.may_publish(caller, &order).await?;
        }
        let id = order.call.id;
        let receipt = self.decide(order).await?;
        Ok(self.receipt(id, &receipt))
    }

    /// Waits until what the tokens name is folded here. Before everything is folded nothing is answered: too few would be
    /// counted, and nobody's entry would be known.
    pub(super) async fn seen(&self, tokens: &[String]) -> Result<(), Status> {
        self.0.context.at_least(tokens).await?;
        self.0.books.at_least(&[]).await?;
        Ok(())
    }

    async fn may_publish(&self, caller: &Caller, order: &Order) -> Result<(), Status> {
        let action = Action::PublishWaitingEntry;
        let Some(provider_id) = registers(&order.call.command) else {
            self.own(caller, (action, Verb::Update), order.entry_id)
                .await?;
            return Ok(());
        };
        match caller.access.may(action, Some(provider_id)) {
            Ok(decision) => {
                if let Some(denied) = self.anothers(caller, order.entry_id) {
                    self.deny(caller, &denied, [order.entry_id]).await;
                    return Err(id_reused());
                }
                let what = (decision.rule, Verb::Create);
                self.record(caller, what, [order.entry_id]).await
            }
            Err(denied) => {
                self.deny(caller, &denied, [order.entry_id]).await;
                Err(denied.into())
            }
        }
    }

    async fn may_screen(&self, caller: &Caller, order: &Order) -> Result<(), Status> {
        let decision = caller.access.may(Action::ScreenEntry, None)?;
        let what = (decision.rule, Verb::Update);
        self.record(caller, what, [order.entry_id]).await?;
        let is_known = self.0.context.read().view.get(order.entry_id).is_some();
        if is_known {
            Ok(())
        } else {
            Err(super::access::unknown_entry())
        }
    }

    #[tracing::instrument(name = "command", skip_all, fields(stream.id = %order.stream, command.id = %order.call.id))]
    async fn decide(&self, order: Order) -> Result<Receipt<Event>, Status> {
        self.has_room(&order)?;
        Ok(self.0.context.execute(order.stream, order.call).await?)
    }

    /// An entry that is told something every night for years has room; one that is told something every second would keep
    /// everybody waiting whenever it is shown.
    pub(super) fn has_room(&self, order: &Order) -> Result<(), Status> {
        let folded = self.0.context.read();
        let version = folded
            .get(&order.stream)
            .map_or(0, |slot| slot.version.get());
        if version < MOST_COMMITS {
            return Ok(());
        }
        let message = format!(
            "the entry was changed {version} times, which is as often as may be: end it, and register the person anew"
        );
        Err(refusal(Code::FailedPrecondition, "entry-full", message))
    }

    /// Returns the contract's receipt. It says nothing of whether the person was known.
    pub(super) fn receipt(&self, id: CommandId, receipt: &Receipt<Event>) -> v1::Receipt {
        let outcome = match &receipt.effect {
            Effect::Took(events) if !events.is_empty() => v1::Outcome::Taken,
            Effect::Took(_) | Effect::Unchanged | Effect::Remembered => v1::Outcome::Repeated,
        };
        v1::Receipt {
            outcome: outcome.into(),
            position: self.0.context.token(receipt.position),
            command_id: id.to_string(),
        }
    }
}

/// The provider that a command puts an entry on the list of.
pub(super) fn registers(command: &Command) -> Option<&str> {
    if let Command::Register(registration) = command {
        Some(registration.provider_id.as_str())
    } else if let Command::Declare(declaration) = command {
        Some(declaration.provider_id.as_str())
    } else {
        None
    }
}
