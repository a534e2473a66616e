use proto::capacity::v1::{
    ConsumePlaceRequest, ExtendHoldRequest, HoldPlaceRequest, ReleaseHoldRequest,
};

use crate::args::{ClaimArgs, ExtendArgs, HoldArgs};
use crate::connection::Connection;
use crate::failure::Failure;
use crate::output::json::HoldObject;
use crate::output::{Output, table};
use crate::record::moment_text;

/// Keeps a free place.
pub(super) async fn hold(
    args: &HoldArgs,
    connection: &Connection,
    output: &mut Output,
) -> Result<(), Failure> {
    let expires_at = Some(args.end.expires_at());
    let response = connection
        .command(&args.command, async |mut client, context| {
            let request = HoldPlaceRequest {
                context: Some(context),
                offering_id: args.offering.clone(),
                expires_at,
            };
            client.hold_place(request).await
        })
        .await?;
    let mut held = HoldObject::new(&args.offering, response.receipt.as_ref());
    held.hold_id = response.hold_id;
    held.token = response.fencing_token;
    held.expires_at = moment_text(response.expires_at.as_ref());
    write(output, &held)
}

/// Moves the end of a hold.
pub(super) async fn extend(
    args: &ExtendArgs,
    connection: &Connection,
    output: &mut Output,
) -> Result<(), Failure> {
    let ExtendArgs { claim, end } = args;
    let expires_at = Some(end.expires_at());
    let response = connection
        .command(&claim.command, async |mut client, context| {
            let request = ExtendHoldRequest {
                context: Some(context),
                offering_id: claim.offering.clone(),
                hold_id: claim.hold.to_string(),
                fencing_token: claim.token,
                expires_at,
            };
            client.extend_hold(request).await
        })
        .await?;
    let mut held = HoldObject::of(claim, response.receipt.as_ref());
    held.expires_at = moment_text(response.expires_at.as_ref());
    write(output, &held)
}

/// Gives a held place back.
pub(super) async fn release(
    claim: &ClaimArgs,
    connection: &Connection,
    output: &mut Output,
) -> Result<(), Failure> {
    let response = connection
        .command(&claim.command, async |mut client, context| {
            let request = ReleaseHoldRequest {
                context: Some(context),
                offering_id: claim.offering.clone(),
                hold_id: claim.hold.to_string(),
                fencing_token: claim.token,
            };
            client.release_hold(request).await
        })
        .await?;
    write(output, &HoldObject::of(claim, response.receipt.as_ref()))
}

/// Takes the place that is held.
pub(super) async fn consume(
    claim: &ClaimArgs,
    connection: &Connection,
    output: &mut Output,
) -> Result<(), Failure> {
    let response = connection
        .command(&claim.command, async |mut client, context| {
            let request = ConsumePlaceRequest {
                context: Some(context),
                offering_id: claim.offering.clone(),
                hold_id: claim.hold.to_string(),
                fencing_token: claim.token,
            };
            client.consume_place(request).await
        })
        .await?;
    write(output, &HoldObject::of(claim, response.receipt.as_ref()))
}

fn write(output: &mut Output, held: &HoldObject) -> Result<(), Failure> {
    output.either(held, || table::hold(held))?;
    output.flush()
}
