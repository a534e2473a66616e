use proto::capacity::v1::{PauseAdmissionsRequest, ResumeAdmissionsRequest};

use super::{write_object, write_receipt};
use crate::args::{PauseArgs, ResumeArgs};
use crate::connection::Connection;
use crate::failure::Failure;
use crate::output::Output;
use crate::output::json::ReceiptObject;
use crate::record::stated;

/// Stops admissions.
pub(super) async fn pause(
    args: &PauseArgs,
    connection: &Connection,
    output: &mut Output,
) -> Result<(), Failure> {
    let pause = args.pause();
    let response = connection
        .command(&args.command, async |mut client, context| {
            let request = PauseAdmissionsRequest {
                context: Some(context),
                offering_id: args.offering.clone(),
                pause: Some(pause.clone()),
            };
            client.pause_admissions(request).await
        })
        .await?;
    let mut receipt = ReceiptObject::new(&args.offering, response.receipt.as_ref());
    receipt.pause_id = stated(&response.pause_id);
    write_object(output, &receipt)
}

/// Ends one pause, or all.
pub(super) async fn resume(
    args: &ResumeArgs,
    connection: &Connection,
    output: &mut Output,
) -> Result<(), Failure> {
    let response = connection
        .command(&args.command, async |mut client, context| {
            let request = ResumeAdmissionsRequest {
                context: Some(context),
                offering_id: args.offering.clone(),
                pause_id: args.pause_id.clone().unwrap_or_default(),
            };
            client.resume_admissions(request).await
        })
        .await?;
    write_receipt(output, &args.offering, response.receipt.as_ref())
}
