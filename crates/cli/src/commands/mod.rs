//! One file per thing that can be done.

mod demo;
mod find;
mod history;
mod hold;
mod pause;
mod publish;
mod refuse;
mod report;
mod stream;
pub(crate) mod waitlist;
mod watch;

use proto::capacity::v1::Receipt;

use crate::args::{CapacityCommand, DemoCommand, GlobalArgs, ImportArgs};
use crate::connection::Connection;
use crate::failure::Failure;
use crate::import;
use crate::output::json::ReceiptObject;
use crate::output::{Output, table};

pub(crate) use waitlist::waitlist;

/// Does what was asked.
///
/// # Errors
/// Why it was not done.
pub(crate) async fn capacity(command: CapacityCommand, global: &GlobalArgs) -> Result<(), Failure> {
    let mut output = Output::new(global.output);
    let connect = Connection::open(global);
    match command {
        CapacityCommand::Template => {
            output.line(import::template().trim_end())?;
            output.flush()
        }
        CapacityCommand::Import(args) => {
            import::run(import_options(args), connect, &mut output).await?;
            Ok(())
        }
        CapacityCommand::Publish(args) => publish::publish(&args, connect, &mut output).await,
        CapacityCommand::Withdraw(args) => {
            publish::withdraw(&args, &connect.await?, &mut output).await
        }
        CapacityCommand::Report(args) => match &args.file {
            Some(file) => stream::report(file, connect, &mut output).await,
            None => report::report(&args, connect, &mut output).await,
        },
        CapacityCommand::Correct(args) => report::correct(&args, connect, &mut output).await,
        CapacityCommand::Pause(args) => pause::pause(&args, &connect.await?, &mut output).await,
        CapacityCommand::Resume(args) => pause::resume(&args, &connect.await?, &mut output).await,
        CapacityCommand::Refuse(args) => refuse::refuse(&args, &connect.await?, &mut output).await,
        CapacityCommand::Hold(args) => hold::hold(&args, &connect.await?, &mut output).await,
        CapacityCommand::Extend(args) => hold::extend(&args, &connect.await?, &mut output).await,
        CapacityCommand::Release(args) => hold::release(&args, &connect.await?, &mut output).await,
        CapacityCommand::Consume(args) => hold::consume(&args, &connect.await?, &mut output).await,
        CapacityCommand::Find(args) => find::find(&args, &connect.await?, &mut output).await,
        CapacityCommand::Watch(args) => watch::watch(&args, &connect.await?, &mut output).await,
        CapacityCommand::History(args) => {
            history::history(&args, &connect.await?, &mut output).await
        }
    }
}

/// Does what was asked of the demonstration.
///
/// # Errors
/// Why it was not done.
pub(crate) async fn demo(command: &DemoCommand, global: &GlobalArgs) -> Result<(), Failure> {
    let mut output = Output::new(global.output);
    let connection = Connection::open(global).await?;
    match command {
        DemoCommand::Load(args) => demo::load(args, &connection, &mut output).await,
    }
}

fn import_options(args: ImportArgs) -> import::Options {
    import::Options {
        file: args.file,
        format: args.format,
        rejects: args.rejects,
        now: jiff::Timestamp::now(),
    }
}

/// Writes what came of a command on one offering.
fn write_receipt(
    output: &mut Output,
    offering_id: &str,
    receipt: Option<&Receipt>,
) -> Result<(), Failure> {
    write_object(output, &ReceiptObject::new(offering_id, receipt))
}

fn write_object(output: &mut Output, receipt: &ReceiptObject) -> Result<(), Failure> {
    output.either(receipt, || table::receipt(receipt))?;
    output.flush()
}
