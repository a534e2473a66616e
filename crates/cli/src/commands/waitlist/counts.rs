use proto::waitlist::v1::{
    CountFlowsRequest, CountWaitingRequest, GetProtectedTableRequest, ProtectedRows,
};

use crate::args::{OutputFormat, StatsArgs};
use crate::connection::Connection;
use crate::failure::Failure;
use crate::output::Output;
use crate::output::waitlist::{
    CellObject, CountsSummary, FlowObject, ProtectedObject, ProtectedSummary, counts_text,
    flows_text, protected_text,
};

/// Counts who waits, what happened, or what anybody may see.
pub(super) async fn stats(
    args: &StatsArgs,
    connection: &Connection,
    output: &mut Output,
) -> Result<(), Failure> {
    match (&args.months, args.protected) {
        (Some(months), _) => flows(months, args, connection, output).await?,
        (None, Some(rows)) => protected(rows, args, connection, output).await?,
        (None, None) => waiting(args, connection, output).await?,
    }
    output.flush()
}

async fn waiting(
    args: &StatsArgs,
    connection: &Connection,
    output: &mut Output,
) -> Result<(), Failure> {
    let request = CountWaitingRequest {
        by: args.by.iter().copied().map(i32::from).collect(),
        on: args.on.clone().unwrap_or_default(),
        at_least: args.at_least.clone(),
    };
    let counts = connection
        .ask_list(async |mut client| client.count_waiting(request.clone()).await)
        .await
        .map_err(or_protected)?;
    match output.format() {
        OutputFormat::Json => {
            for cell in &counts.cells {
                output.object(&CellObject::new(&counts.by, cell))?;
            }
            output.object(&CountsSummary::from(&counts))
        }
        OutputFormat::Table => output.line(&counts_text(&counts)),
    }
}

/// Says what somebody who may not see exact figures may see.
fn or_protected(failure: Failure) -> Failure {
    match failure {
        Failure::Refused(mut refusal) if refusal.reason == "role-may-not" => {
            refusal
                .message
                .push_str("; `stats --protected` shows what anybody may see");
            Failure::Refused(refusal)
        }
        failure => failure,
    }
}

async fn flows(
    (from_month, to_month): &(String, String),
    args: &StatsArgs,
    connection: &Connection,
    output: &mut Output,
) -> Result<(), Failure> {
    let request = CountFlowsRequest {
        from_month: from_month.clone(),
        to_month: to_month.clone(),
        at_least: args.at_least.clone(),
    };
    let flows = connection
        .ask_list(async |mut client| client.count_flows(request.clone()).await)
        .await?;
    match output.format() {
        OutputFormat::Json => flows
            .months
            .iter()
            .try_for_each(|month| output.object(&FlowObject::from(month))),
        OutputFormat::Table => output.line(&flows_text(&flows.months)),
    }
}

async fn protected(
    rows: ProtectedRows,
    args: &StatsArgs,
    connection: &Connection,
    output: &mut Output,
) -> Result<(), Failure> {
    let request = GetProtectedTableRequest {
        rows: rows.into(),
        at_least: args.at_least.clone(),
    };
    let table = connection
        .ask_list(async |mut client| client.get_protected_table(request.clone()).await)
        .await?;
    match output.format() {
        OutputFormat::Json => {
            for row in &table.rows {
                output.object(&ProtectedObject::new(rows, row))?;
            }
            output.object(&ProtectedSummary::from(&table))
        }
        OutputFormat::Table => output.line(&protected_text(rows, &table)),
    }
}
