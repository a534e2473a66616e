use proto::capacity::v1::RecordRefusalRequest;

use super::write_receipt;
use crate::args::RefuseArgs;
use crate::connection::Connection;
use crate::failure::Failure;
use crate::output::Output;

/// Says that somebody was refused.
pub(super) async fn refuse(
    args: &RefuseArgs,
    connection: &Connection,
    output: &mut Output,
) -> Result<(), Failure> {
    let response = connection
        .command(&args.command, async |mut client, context| {
            let request = RecordRefusalRequest {
                context: Some(context),
                offering_id: args.offering.clone(),
                refusal: Some(args.refusal()),
            };
            client.record_refusal(request).await
        })
        .await?;
    write_receipt(output, &args.offering, response.receipt.as_ref())
}
