use proto::capacity::v1::{CorrectReportRequest, ReportCapacityRequest};

use super::write_receipt;
use crate::args::{CorrectArgs, ReportArgs};
use crate::connection::Connection;
use crate::failure::Failure;
use crate::moments;
use crate::output::Output;

/// Reports the figures of one offering.
pub(super) async fn report(
    args: &ReportArgs,
    connect: impl Future<Output = Result<Connection, Failure>>,
    output: &mut Output,
) -> Result<(), Failure> {
    let Some(offering_id) = &args.offering else {
        return Err(Failure::Usage(
            "say which offering with --offering".to_owned(),
        ));
    };
    let report = args.figures.report(&args.forecast, moments::now())?;
    let response = connect
        .await?
        .command(&args.command, async |mut client, context| {
            let request = ReportCapacityRequest {
                context: Some(context),
                offering_id: offering_id.clone(),
                report: Some(report.clone()),
            };
            client.report_capacity(request).await
        })
        .await?;
    write_receipt(output, offering_id, response.receipt.as_ref())
}

/// Replaces an earlier report. Unless the flags say otherwise, the new one was counted when the old one was.
pub(super) async fn correct(
    args: &CorrectArgs,
    connect: impl Future<Output = Result<Connection, Failure>>,
    output: &mut Output,
) -> Result<(), Failure> {
    let report = args
        .figures
        .report(&args.forecast, args.supersedes_observed_at)?;
    let response = connect
        .await?
        .command(&args.command, async |mut client, context| {
            let request = CorrectReportRequest {
                context: Some(context),
                offering_id: args.offering.clone(),
                supersedes_observed_at: Some(args.supersedes_observed_at),
                supersedes_sequence: args.supersedes_sequence,
                report: Some(report.clone()),
                reason: args.reason.into(),
            };
            client.correct_report(request).await
        })
        .await?;
    write_receipt(output, &args.offering, response.receipt.as_ref())
}
