use std::io::Read;
use std::path::Path;

use proto::capacity::v1::{OfferingDetails, PublishOfferingRequest, WithdrawOfferingRequest};

use super::write_receipt;
use crate::args::{PublishArgs, WithdrawArgs};
use crate::connection::Connection;
use crate::failure::Failure;
use crate::output::Output;
use crate::record::{self, DetailsRecord};

/// Declares an offering as it is now.
pub(super) async fn publish(
    args: &PublishArgs,
    connect: impl Future<Output = Result<Connection, Failure>>,
    output: &mut Output,
) -> Result<(), Failure> {
    let base = match &args.file {
        Some(file) => read_details(file)?,
        None => OfferingDetails::default(),
    };
    let details = args.applied_to(base);
    let response = connect
        .await?
        .command(&args.command, async |mut client, context| {
            let request = PublishOfferingRequest {
                context: Some(context),
                offering_id: args.offering.clone(),
                details: Some(details.clone()),
                ..PublishOfferingRequest::default()
            };
            client.publish_offering(request).await
        })
        .await?;
    write_receipt(output, &args.offering, response.receipt.as_ref())
}

/// Takes an offering out.
pub(super) async fn withdraw(
    args: &WithdrawArgs,
    connection: &Connection,
    output: &mut Output,
) -> Result<(), Failure> {
    let response = connection
        .command(&args.command, async |mut client, context| {
            let request = WithdrawOfferingRequest {
                context: Some(context),
                offering_id: args.offering.clone(),
                reason: args.reason.into(),
            };
            client.withdraw_offering(request).await
        })
        .await?;
    write_receipt(output, &args.offering, response.receipt.as_ref())
}

fn read_details(file: &Path) -> Result<OfferingDetails, Failure> {
    let mut text = String::new();
    let read = if file == Path::new("-") {
        std::io::stdin().read_to_string(&mut text)
    } else {
        std::fs::File::open(file).and_then(|mut file| file.read_to_string(&mut text))
    };
    read.map_err(|error| Failure::Usage(format!("{} cannot be read: {error}", file.display())))?;
    parse_details(&text).map_err(|failure| match failure {
        Failure::Usage(reason) => Failure::Usage(format!("{}: {reason}", file.display())),
        other => other,
    })
}

fn parse_details(text: &str) -> Result<OfferingDetails, Failure> {
    let record: DetailsRecord = record::read(text.as_bytes())
        .map_err(|error| Failure::Usage(format!("not a description of an offering: {error}")))?;
    record.details().map_err(Failure::Refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_description_is_wrong_use() {
        for text in ["", "[]", "{", r#"{"care_typ":"basic"}"#] {
            assert_eq!(parse_details(text).unwrap_err().exit_code(), 2, "{text}");
        }
    }

    #[test]
    fn a_description_with_wrong_words_is_refused_with_all_of_them() {
        let failure = parse_details(r#"{"care_type":"spa","setting":"roof"}"#).unwrap_err();
        assert_eq!(failure.exit_code(), 1);
        assert_eq!(failure.lines().len(), 3);
    }
}
