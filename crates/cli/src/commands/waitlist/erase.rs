use proto::waitlist::v1::request_erasure_request::Subject;
use proto::waitlist::v1::{
    ApproveErasureRequest, EntryIds, ErasureGround, RequestErasureRequest, RevokeErasureRequest,
};

use super::person::{asked, read};
use crate::args::{EraseArgs, EraseCommand, ErasureArgs};
use crate::connection::Connection;
use crate::failure::Failure;
use crate::output::Output;
use crate::output::waitlist::{ErasureObject, erasure};

/// Erases entries, asks for the erasure of a person, agrees to it, or takes it back.
pub(super) async fn erase(
    args: &EraseArgs,
    connect: impl Future<Output = Result<Connection, Failure>>,
    output: &mut Output,
) -> Result<(), Failure> {
    match &args.decision {
        Some(EraseCommand::Approve(args)) => return approve(args, &connect.await?, output).await,
        Some(EraseCommand::Revoke(args)) => return revoke(args, &connect.await?, output).await,
        None => {}
    }
    let number = args.person.then(|| read(&args.number)).transpose()?;
    let connection = connect.await?;
    let subject = match number {
        Some(number) => Subject::Person(asked(number, &args.evaluator, &connection).await?.person),
        None => Subject::Entries(EntryIds {
            entry_ids: args.entries.clone(),
        }),
    };
    let ground = args.ground.unwrap_or(ErasureGround::Unspecified);
    let response = connection
        .command_list(&args.command, async |mut client, context| {
            let request = RequestErasureRequest {
                context: Some(context),
                ground: ground.into(),
                subject: Some(subject.clone()),
            };
            client.request_erasure(request).await
        })
        .await?;
    let done = ErasureObject::requested(&response, args.entries.len());
    output.either(&done, || erasure(&done))?;
    output.flush()
}

async fn approve(
    args: &ErasureArgs,
    connection: &Connection,
    output: &mut Output,
) -> Result<(), Failure> {
    let response = connection
        .command_list(&args.command, async |mut client, context| {
            let request = ApproveErasureRequest {
                context: Some(context),
                erasure_id: args.erasure_id.clone(),
            };
            client.approve_erasure(request).await
        })
        .await?;
    let done = ErasureObject::approved(&args.erasure_id, &response);
    output.either(&done, || erasure(&done))?;
    output.flush()
}

async fn revoke(
    args: &ErasureArgs,
    connection: &Connection,
    output: &mut Output,
) -> Result<(), Failure> {
    connection
        .command_list(&args.command, async |mut client, context| {
            let request = RevokeErasureRequest {
                context: Some(context),
                erasure_id: args.erasure_id.clone(),
            };
            client.revoke_erasure(request).await
        })
        .await?;
    let done = ErasureObject::revoked(&args.erasure_id);
    output.either(&done, || erasure(&done))?;
    output.flush()
}
