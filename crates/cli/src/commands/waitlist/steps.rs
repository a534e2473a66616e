use futures::StreamExt;
use proto::pseudonym::v1::GrantReceipt;
use proto::waitlist::v1::record_step_request::Step;
use proto::waitlist::v1::{
    ApproveScreeningRequest, IntakeHeld, IntakePlanned, Person, RecordStepRequest,
    RecordStepResponse, RequestScreeningRequest, SetPriorityRequest, StillWaits, TreatmentEnded,
    TreatmentStarted, Withdrawn,
};
use sha2::{Digest, Sha256};

use super::person::{asked, read};
use crate::args::{
    ApproveArgs, CommandArgs, EndArgs, EntryArgs, IntakeHeldArgs, PlanArgs, PriorityArgs,
    ReaffirmArgs, ScreenCommand, StartArgs, WithdrawEntryArgs,
};
use crate::connection::Connection;
use crate::failure::Failure;
use crate::output::Output;
use crate::output::waitlist::{ReceiptObject, write_refused};

/// Commands on different entries that may be on their way at once.
const AT_ONCE: usize = 16;

/// Says that people still wait.
pub(super) async fn reaffirm(
    args: &ReaffirmArgs,
    connect: impl Future<Output = Result<Connection, Failure>>,
    output: &mut Output,
) -> Result<(), Failure> {
    let is_one = args.entries.len() == 1;
    if args.command.command_id.is_some() && !is_one {
        return Err(Failure::Usage(
            "--command-id is for one entry: each has a command of its own".to_owned(),
        ));
    }
    if args.number.is_given() && !is_one {
        return Err(Failure::Usage(
            "a citizen number is one person's: give one entry".to_owned(),
        ));
    }
    let number = args.number.is_given().then(|| read(&args.number));
    let number = number.transpose()?;
    let connection = connect.await?;
    let (mut person, mut grant): (Option<Person>, Option<GrantReceipt>) = (None, None);
    if let Some(number) = number {
        let asked = asked(number, &args.evaluator, &connection).await?;
        (person, grant) = (Some(asked.person), Some(asked.grant));
    }
    let step = Step::StillWaits(StillWaits {
        on: args.on.day(),
        person,
        profile: None,
        grant,
    });
    let calls = args.entries.iter().map(async |entry| {
        let answer = record(entry, &args.command, step.clone(), &connection).await;
        (entry, answer)
    });
    let mut answers = futures::stream::iter(calls).buffered(AT_ONCE);
    let (mut refused, mut all) = (0, 0);
    while let Some((entry, answer)) = answers.next().await {
        all += 1;
        match answer {
            Ok(response) => {
                ReceiptObject::new(entry, response.receipt.as_ref()).write(output)?;
            }
            Err(Failure::Refused(refusal)) if !is_one => {
                refused += 1;
                write_refused(output, entry, &refusal)?;
            }
            Err(failure) => return Err(failure),
        }
    }
    match refused {
        0 => Ok(()),
        refused => Err(Failure::SomeRefused { refused, all }),
    }
}

/// Plans the intake.
pub(super) async fn plan(
    args: &PlanArgs,
    connection: &Connection,
    output: &mut Output,
) -> Result<(), Failure> {
    let planned_for = args.on.clone();
    let step = Step::IntakePlanned(IntakePlanned { planned_for });
    take(&args.entry, step, connection, output).await
}

/// Says that the intake was held.
pub(super) async fn intake_held(
    args: &IntakeHeldArgs,
    connection: &Connection,
    output: &mut Output,
) -> Result<(), Failure> {
    let held_on = args.on.day();
    let step = Step::IntakeHeld(IntakeHeld { held_on });
    take(&args.entry, step, connection, output).await
}

/// Says that treatment has begun.
pub(super) async fn start(
    args: &StartArgs,
    connection: &Connection,
    output: &mut Output,
) -> Result<(), Failure> {
    let started_on = args.on.day();
    let step = Step::TreatmentStarted(TreatmentStarted { started_on });
    take(&args.entry, step, connection, output).await
}

/// Says that somebody no longer waits.
pub(super) async fn withdraw(
    args: &WithdrawEntryArgs,
    connection: &Connection,
    output: &mut Output,
) -> Result<(), Failure> {
    let step = Step::Withdrawn(Withdrawn {
        on: args.on.day(),
        by: args.by.into(),
        reason: args.reason.into(),
    });
    take(&args.entry, step, connection, output).await
}

/// Says that treatment has ended.
pub(super) async fn end(
    args: &EndArgs,
    connection: &Connection,
    output: &mut Output,
) -> Result<(), Failure> {
    let step = Step::TreatmentEnded(TreatmentEnded {
        ended_on: args.on.day(),
        outflow: args.outflow.into(),
    });
    take(&args.entry, step, connection, output).await
}

/// Takes one step with one entry.
async fn take(
    args: &EntryArgs,
    step: Step,
    connection: &Connection,
    output: &mut Output,
) -> Result<(), Failure> {
    let response = record(&args.entry, &args.command, step, connection).await?;
    ReceiptObject::new(&args.entry, response.receipt.as_ref()).write(output)
}

/// Records a step.
pub(super) async fn record(
    entry_id: &str,
    command: &CommandArgs,
    step: Step,
    connection: &Connection,
) -> Result<RecordStepResponse, Failure> {
    connection
        .command_list(command, async |mut client, context| {
            let request = RecordStepRequest {
                context: Some(context),
                entry_id: entry_id.to_owned(),
                step: Some(step.clone()),
            };
            client.record_step(request).await
        })
        .await
}

/// Asks two others to look, or says what one has seen.
pub(super) async fn screen(
    command: &ScreenCommand,
    connection: &Connection,
    output: &mut Output,
) -> Result<(), Failure> {
    match command {
        ScreenCommand::Request(args) => {
            let response = connection
                .command_list(&args.command, async |mut client, context| {
                    let request = RequestScreeningRequest {
                        context: Some(context),
                        entry_id: args.entry.clone(),
                    };
                    client.request_screening(request).await
                })
                .await?;
            ReceiptObject::new(&args.entry, response.receipt.as_ref()).write(output)
        }
        ScreenCommand::Approve(args) => approve(args, connection, output).await,
    }
}

async fn approve(
    args: &ApproveArgs,
    connection: &Connection,
    output: &mut Output,
) -> Result<(), Failure> {
    let content = std::fs::read(&args.content).map_err(|error| {
        Failure::Usage(format!("cannot read {}: {error}", args.content.display()))
    })?;
    let content = Sha256::digest(content).to_vec();
    let entry = &args.entry;
    let response = connection
        .command_list(&entry.command, async |mut client, context| {
            let request = ApproveScreeningRequest {
                context: Some(context),
                entry_id: entry.entry.clone(),
                content: content.clone(),
            };
            client.approve_screening(request).await
        })
        .await?;
    let mut receipt = ReceiptObject::new(&entry.entry, response.receipt.as_ref());
    receipt.counts = Some(response.counts);
    receipt.write(output)
}

/// Says how urgent an entry is.
pub(super) async fn priority(
    args: &PriorityArgs,
    connection: &Connection,
    output: &mut Output,
) -> Result<(), Failure> {
    let entry = &args.entry;
    let response = connection
        .command_list(&entry.command, async |mut client, context| {
            let request = SetPriorityRequest {
                context: Some(context),
                entry_id: entry.entry.clone(),
                category: args.category.clone(),
                reason: args.reason.into(),
            };
            client.set_priority(request).await
        })
        .await?;
    ReceiptObject::new(&entry.entry, response.receipt.as_ref()).write(output)
}
