use proto::waitlist::v1::{Person, RegisterEntryRequest};

use super::person::{asked, read};
use crate::args::RegisterArgs;
use crate::connection::Connection;
use crate::entry_id;
use crate::failure::Failure;
use crate::output::Output;
use crate::output::waitlist::ReceiptObject;

/// Puts one person on the list.
pub(super) async fn register(
    args: &RegisterArgs,
    connect: impl Future<Output = Result<Connection, Failure>>,
    output: &mut Output,
) -> Result<(), Failure> {
    let number = (!args.without_number)
        .then(|| read(&args.number))
        .transpose()?;
    let connection = connect.await?;
    let (person, grant) = match number {
        Some(number) => {
            let asked = asked(number, &args.evaluator, &connection).await?;
            (asked.person, Some(asked.grant))
        }
        None => (nobody_knows(), None),
    };
    let mut entry_id = args.entry_id.clone();
    let response = connection
        .command_list(&args.command, async |mut client, context| {
            // A command that is given again is about the same entry, also where only its own id was told.
            let entry_id = entry_id.get_or_insert_with(|| entry_id::of(&context.command_id));
            let request = RegisterEntryRequest {
                entry_id: entry_id.clone(),
                context: Some(context),
                registration: Some(args.registration()),
                person: Some(person.clone()),
                grant: grant.clone(),
            };
            client.register_entry(request).await
        })
        .await?;
    let entry_id = entry_id.unwrap_or_default();
    ReceiptObject::new(&entry_id, response.receipt.as_ref()).write(output)
}

fn nobody_knows() -> Person {
    Person {
        first_stages: Vec::new(),
        without_number: true,
    }
}
