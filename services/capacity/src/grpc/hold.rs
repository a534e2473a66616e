//! Holds: answered with the hold as it stands.

use chassis::status::refusal;
use chassis::{Effect, Receipt, Violations};
use domain::capacity::{Event, Hold, HoldId};
use eventlog::StreamId;
use proto::capacity::v1;
use tonic::{Code, Status};

use super::Api;
use crate::wire::{self, Order, Transport, timestamp};

impl Api {
    /// Holds a place, or finds the hold that this command made before.
    pub(super) async fn hold(
        &self,
        request: v1::HoldPlaceRequest,
        transport: &Transport,
    ) -> Result<v1::HoldPlaceResponse, Status> {
        let (order, hold_id) =
            wire::hold_place(request, transport).map_err(Violations::into_status)?;
        let (receipt, hold) = self.with_hold(order, &hold_id).await?;
        Ok(v1::HoldPlaceResponse {
            receipt: Some(receipt),
            hold_id: hold_id.to_string(),
            fencing_token: hold.token,
            expires_at: Some(timestamp(hold.expires_at)),
        })
    }

    /// Moves the end of a hold.
    pub(super) async fn extend(
        &self,
        request: v1::ExtendHoldRequest,
        transport: &Transport,
    ) -> Result<v1::ExtendHoldResponse, Status> {
        let (order, hold_id) =
            wire::extend_hold(request, transport).map_err(Violations::into_status)?;
        let (receipt, hold) = self.with_hold(order, &hold_id).await?;
        Ok(v1::ExtendHoldResponse {
            receipt: Some(receipt),
            fencing_token: hold.token,
            expires_at: Some(timestamp(hold.expires_at)),
        })
    }

    async fn with_hold(
        &self,
        order: Order,
        hold_id: &HoldId,
    ) -> Result<(v1::Receipt, Hold), Status> {
        let id = order.call.id;
        let stream = order.stream.clone();
        let receipt = self.decide(order).await?;
        let hold = made(&receipt).or_else(|| self.active_hold(&stream, hold_id));
        match hold {
            Some(hold) => Ok((self.receipt(id, &receipt), hold)),
            // A repeat whose hold is over must not look as if a place were kept.
            None => {
                let message = "the hold has ended: the place is no longer kept";
                Err(refusal(Code::FailedPrecondition, "hold-ended", message))
            }
        }
    }

    /// A hold as it stands now: what a repeat finds.
    fn active_hold(&self, stream: &StreamId, hold_id: &HoldId) -> Option<Hold> {
        let folded = self.0.context.read();
        let mut holds = folded.get(stream)?.state.active_holds().iter();
        holds.find(|hold| hold.hold_id == *hold_id).cloned()
    }
}

/// The hold that this very command made or moved.
fn made(receipt: &Receipt<Event>) -> Option<Hold> {
    let Effect::Took(events) = &receipt.effect else {
        return None;
    };
    events.iter().find_map(|event| {
        if let Event::PlaceHeld(hold) | Event::HoldExtended(hold) = event {
            Some(hold.clone())
        } else {
            None
        }
    })
}
