use proto::capacity::v1::GetOfferingRequest;

use crate::args::{HistoryArgs, OutputFormat};
use crate::connection::Connection;
use crate::failure::Failure;
use crate::output::json::{EventObject, HistorySummary};
use crate::output::offering::OfferingObject;
use crate::output::{Output, table};

/// Shows one offering and what happened to it, newest first.
pub(super) async fn history(
    args: &HistoryArgs,
    connection: &Connection,
    output: &mut Output,
) -> Result<(), Failure> {
    let request = GetOfferingRequest {
        offering_id: args.offering.clone(),
        history_limit: args.limit,
        at_least: args.at_least.clone(),
        as_of: args.as_of,
    };
    let response = connection
        .ask(async |mut client| client.get_offering(request.clone()).await)
        .await?;
    match output.format() {
        OutputFormat::Json => {
            if let Some(row) = &response.row {
                output.object(&OfferingObject::from(row))?;
            }
            for entry in &response.history {
                output.object(&EventObject::from(entry))?;
            }
            output.object(&HistorySummary::new(
                response.history.len(),
                &response.position,
                args.as_of.as_ref(),
            ))?;
        }
        OutputFormat::Table => {
            if let Some(row) = response.row {
                output.line(&table::offerings(std::slice::from_ref(&row)))?;
                for line in table::described(&row) {
                    output.line(&line)?;
                }
                output.line("")?;
            }
            output.line(&table::history(&response.history))?;
        }
    }
    output.flush()
}
