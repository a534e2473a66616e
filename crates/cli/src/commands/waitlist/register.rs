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
    let entry_id = args.entry_id.clone().unwrap_or_else(entry_id::random);
    let response = connection
        .command_list(&args.command, async |mut client, context| {
            let request = RegisterEntryRequest {
                context: Some(context),
                entry_id: entry_id.clone(),
                registration: Some(args.registration()),
                person: Some(person.clone()),
                grant: grant.clone(),
            };
            client.register_entry(request).await
        })
        .await?;
    ReceiptObject::new(&entry_id, response.receipt.as_ref()).write(output)
}

fn nobody_knows() -> Person {
    Person {
        first_stages: Vec::new(),
        without_number: true,
    }
}
