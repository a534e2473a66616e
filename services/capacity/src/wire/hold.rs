//! Holds of places: contract ↔ domain.

use chassis::Violations;
use domain::Timestamp;
use domain::capacity::{Claim, Command, EndedHold, Hold, HoldId, Holds};
use eventlog::CommandId;
use proto::capacity::v1;
use uuid::Uuid;

use super::checks::Checks;
use super::codes::Coded;
use super::request::{Order, Transport, check_context, check_offering_id, order};
use super::unreadable::{Read, Unreadable, moment, required, timestamp};
use chassis::Path;

/// Returns the contract's form.
pub(super) fn encode(hold: &Hold) -> v1::Hold {
    v1::Hold {
        hold_id: hold.hold_id.to_string(),
        token: hold.token,
        expires_at: Some(timestamp(hold.expires_at)),
    }
}

/// Returns what the contract says of a hold that is over.
pub(super) fn encode_ended(ended: &EndedHold) -> v1::Hold {
    v1::Hold {
        hold_id: ended.hold_id.to_string(),
        token: ended.token,
        expires_at: None,
    }
}

/// Reads what was stored.
pub(super) fn decode(hold: v1::Hold) -> Read<Hold> {
    let expires_at = hold.expires_at.as_ref().map(moment);
    Ok(Hold {
        hold_id: decode_id(&hold.hold_id)?,
        token: hold.token,
        expires_at: expires_at.ok_or(Unreadable::new("expires_at"))?,
    })
}

/// Reads what was stored of a hold that is over.
pub(super) fn decode_ended(stored: &v1::HoldEnded, ended_at: Timestamp) -> Read<EndedHold> {
    Ok(EndedHold {
        hold_id: decode_id(&stored.hold_id)?,
        token: stored.token,
        end: required(stored.end, "end")?,
        ended_at,
    })
}

fn decode_id(hold_id: &str) -> Read<HoldId> {
    HoldId::parse(hold_id).ok_or(Unreadable::new("hold_id"))
}

/// Returns the snapshot's form.
pub(super) fn encode_state(holds: &Holds) -> v1::HoldsState {
    v1::HoldsState {
        last_token: holds.last_token(),
        active: holds.active().iter().map(encode).collect(),
        ended: holds
            .ended()
            .iter()
            .map(|ended| v1::EndedHold {
                hold_id: ended.hold_id.to_string(),
                token: ended.token,
                end: ended.end.code(),
                ended_at_ms: ended.ended_at.as_millis(),
            })
            .collect(),
    }
}

/// Reads what a snapshot kept.
pub(super) fn decode_state(state: v1::HoldsState) -> Read<Holds> {
    let active = state.active.into_iter().map(decode);
    let ended = state.ended.iter().map(|ended| {
        Ok(EndedHold {
            hold_id: decode_id(&ended.hold_id)?,
            token: ended.token,
            end: required(ended.end, "end")?,
            ended_at: Timestamp::from_millis(ended.ended_at_ms),
        })
    });
    Ok(Holds::from_parts(
        state.last_token,
        active.collect::<Read<_>>()?,
        ended.collect::<Read<_>>()?,
    ))
}

/// Reads a wish for a place; also returns the hold's id, which is the command's.
pub(crate) fn place(
    request: v1::HoldPlaceRequest,
    transport: &Transport,
) -> Result<(Order, HoldId), Violations> {
    let mut checks = Checks::default();
    let envelope = check_context(request.context, transport, &mut checks);
    let id = check_offering_id(&request.offering_id, &mut checks);
    let path = Path::root("expires_at");
    let expires_at = checks.required_moment(path, request.expires_at.as_ref());
    let hold_id = named_by(envelope.call.id);
    let asked = hold_id.zip(expires_at);
    let command = asked
        .clone()
        .map(|(hold_id, expires_at)| Command::HoldPlace {
            hold_id,
            expires_at,
        });
    let order = order(checks, envelope, id, command)?;
    let hold_id = asked.map(|(hold_id, _)| hold_id);
    Ok((order, hold_id.ok_or_else(Violations::default)?))
}

/// Reads an extension; also returns the hold's id.
pub(crate) fn extend(
    request: v1::ExtendHoldRequest,
    transport: &Transport,
) -> Result<(Order, HoldId), Violations> {
    let mut checks = Checks::default();
    let envelope = check_context(request.context, transport, &mut checks);
    let id = check_offering_id(&request.offering_id, &mut checks);
    let claim = check_claim(&request.hold_id, request.fencing_token, &mut checks);
    let path = Path::root("expires_at");
    let expires_at = checks.required_moment(path, request.expires_at.as_ref());
    let asked = claim.zip(expires_at);
    let command = asked
        .clone()
        .map(|(claim, expires_at)| Command::ExtendHold { claim, expires_at });
    let order = order(checks, envelope, id, command)?;
    let hold_id = asked.map(|(claim, _)| claim.hold_id);
    Ok((order, hold_id.ok_or_else(Violations::default)?))
}

/// Reads who gives a place back.
pub(crate) fn release(
    request: v1::ReleaseHoldRequest,
    transport: &Transport,
) -> Result<Order, Violations> {
    let mut checks = Checks::default();
    let envelope = check_context(request.context, transport, &mut checks);
    let id = check_offering_id(&request.offering_id, &mut checks);
    let claim = check_claim(&request.hold_id, request.fencing_token, &mut checks);
    order(checks, envelope, id, claim.map(Command::ReleaseHold))
}

/// Reads who takes a place.
pub(crate) fn consume(
    request: v1::ConsumePlaceRequest,
    transport: &Transport,
) -> Result<Order, Violations> {
    let mut checks = Checks::default();
    let envelope = check_context(request.context, transport, &mut checks);
    let id = check_offering_id(&request.offering_id, &mut checks);
    let claim = check_claim(&request.hold_id, request.fencing_token, &mut checks);
    order(checks, envelope, id, claim.map(Command::ConsumePlace))
}

fn check_claim(hold_id: &str, token: u64, checks: &mut Checks) -> Option<Claim> {
    if token == 0 {
        checks.refuse(Path::root("fencing_token"), "must be given");
    }
    let parse = |text: &str| HoldId::parse(&Uuid::try_parse(text).ok()?.to_string());
    let form = "must be the UUID that the hold came with";
    let hold_id = checks.parsed(Path::root("hold_id"), hold_id, parse, form)?;
    Some(Claim { hold_id, token })
}

fn named_by(command: CommandId) -> Option<HoldId> {
    HoldId::parse(&command.to_string())
}
