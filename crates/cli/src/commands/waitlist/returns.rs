//! Somebody waits again; and the return that is owed each month. The field calls both a return.

use proto::waitlist::v1::record_step_request::Step;
use proto::waitlist::v1::{GetMonthlyReturnRequest, Returned};

use super::steps::record;
use crate::args::{OutputFormat, ReturnArgs};
use crate::connection::Connection;
use crate::failure::{Failure, say};
use crate::output::Output;
use crate::output::waitlist::{
    ReceiptObject, ReturnLineObject, ReturnSummary, complete_until, return_csv,
};

/// Does the one or the other.
pub(super) async fn either(
    args: &ReturnArgs,
    connection: &Connection,
    output: &mut Output,
) -> Result<(), Failure> {
    if let Some(month) = &args.month {
        return monthly(month, args, connection, output).await;
    }
    let entry = args.entry.as_deref().unwrap_or_default();
    let step = Step::Returned(Returned {
        returned_on: args.on.day(),
    });
    let response = record(entry, &args.command, step, connection).await?;
    ReceiptObject::new(entry, response.receipt.as_ref()).write(output)
}

async fn monthly(
    month: &str,
    args: &ReturnArgs,
    connection: &Connection,
    output: &mut Output,
) -> Result<(), Failure> {
    let request = GetMonthlyReturnRequest {
        month: month.to_owned(),
        at_least: args.command.at_least.clone(),
    };
    let answer = connection
        .ask_list(async |mut client| client.get_monthly_return(request.clone()).await)
        .await?;
    match output.format() {
        OutputFormat::Json => {
            for line in &answer.lines {
                output.object(&ReturnLineObject::new(month, line))?;
            }
            output.object(&ReturnSummary::new(month, &answer))?;
        }
        OutputFormat::Table => {
            output.line(return_csv(month, &answer.lines)?.trim_end())?;
            say(&complete_until(&answer.complete_until));
        }
    }
    output.flush()
}
