use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};
use proto::waitlist::v1::{Outflow, PriorityReason, WithdrawalReason, WithdrawnBy};

use super::parse;
use super::{EvaluatorArgs, NumberArgs};
use crate::args::CommandArgs;
use crate::days;
use crate::words::one_of;

/// An entry, and the command on it.
#[derive(Debug, Args)]
pub(crate) struct EntryArgs {
    /// Id of the entry
    #[arg(value_name = "ENTRY", value_parser = parse::entry_id)]
    pub(crate) entry: String,
    /// The command.
    #[command(flatten)]
    pub(crate) command: CommandArgs,
}

/// The day of a step.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct OnArgs {
    /// The day; without it today
    #[arg(long, value_name = "DAY", value_parser = parse::day)]
    pub(crate) on: Option<String>,
}

impl OnArgs {
    /// Returns the day.
    pub(crate) fn day(&self) -> String {
        self.on.clone().unwrap_or_else(|| days::today().to_string())
    }
}

/// Who still waits.
#[derive(Debug, Args)]
pub(crate) struct ReaffirmArgs {
    /// Ids of the entries
    #[arg(value_name = "ENTRY", required = true, value_parser = parse::entry_id)]
    pub(crate) entries: Vec<String>,
    /// The day that it was so.
    #[command(flatten)]
    pub(crate) on: OnArgs,
    /// Who it is, when the evaluator has published a new epoch; of one entry at a time.
    #[command(flatten)]
    pub(crate) number: NumberArgs,
    /// Who evaluates.
    #[command(flatten)]
    pub(crate) evaluator: EvaluatorArgs,
    /// The command.
    #[command(flatten)]
    pub(crate) command: CommandArgs,
}

/// When the intake is to be.
#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// Which.
    #[command(flatten)]
    pub(crate) entry: EntryArgs,
    /// The day of the intake
    #[arg(long, value_name = "DAY", value_parser = parse::day)]
    pub(crate) on: String,
}

/// When the intake was.
#[derive(Debug, Args)]
pub(crate) struct IntakeHeldArgs {
    /// Which.
    #[command(flatten)]
    pub(crate) entry: EntryArgs,
    /// When.
    #[command(flatten)]
    pub(crate) on: OnArgs,
}

/// When treatment began.
#[derive(Debug, Args)]
pub(crate) struct StartArgs {
    /// Which.
    #[command(flatten)]
    pub(crate) entry: EntryArgs,
    /// When.
    #[command(flatten)]
    pub(crate) on: OnArgs,
}

/// Why somebody no longer waits.
#[derive(Debug, Args)]
pub(crate) struct WithdrawEntryArgs {
    /// Which.
    #[command(flatten)]
    pub(crate) entry: EntryArgs,
    /// When.
    #[command(flatten)]
    pub(crate) on: OnArgs,
    /// Who ended the wait
    #[arg(long, value_parser = one_of::<WithdrawnBy>())]
    pub(crate) by: WithdrawnBy,
    /// Why
    #[arg(long, value_parser = one_of::<WithdrawalReason>())]
    pub(crate) reason: WithdrawalReason,
}

/// Where somebody went after treatment.
#[derive(Debug, Args)]
pub(crate) struct EndArgs {
    /// Which.
    #[command(flatten)]
    pub(crate) entry: EntryArgs,
    /// The last day.
    #[command(flatten)]
    pub(crate) on: OnArgs,
    /// Where the person went
    #[arg(long, value_parser = one_of::<Outflow>())]
    pub(crate) outflow: Outflow,
}

/// Who waits again; or the month of which a return is owed.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("which").required(true).args(["entry", "month"]))]
pub(crate) struct ReturnArgs {
    /// Id of the entry of somebody who waits again
    #[arg(value_name = "ENTRY", value_parser = parse::entry_id)]
    pub(crate) entry: Option<String>,
    /// When.
    #[command(flatten)]
    pub(crate) on: OnArgs,
    /// Print the return of this month as CSV
    #[arg(long, value_name = "MONTH", value_parser = parse::month, conflicts_with_all = ["on", "command_id"])]
    pub(crate) month: Option<String>,
    /// The command.
    #[command(flatten)]
    pub(crate) command: CommandArgs,
}

/// Two others look at an entry.
#[derive(Debug, Subcommand)]
pub(crate) enum ScreenCommand {
    /// Ask two others, of two other organisations, to look
    Request(EntryArgs),
    /// Say what one has seen; it counts when a second one says the same
    Approve(ApproveArgs),
}

/// What one has seen.
#[derive(Debug, Args)]
pub(crate) struct ApproveArgs {
    /// Which.
    #[command(flatten)]
    pub(crate) entry: EntryArgs,
    /// File with what the screening says; only its SHA-256 is sent
    #[arg(long, value_name = "FILE")]
    pub(crate) content: PathBuf,
}

/// How urgent an entry is.
#[derive(Debug, Args)]
pub(crate) struct PriorityArgs {
    /// Which.
    #[command(flatten)]
    pub(crate) entry: EntryArgs,
    /// One of the region's categories, such as `regular`
    #[arg(long, value_name = "CODE")]
    pub(crate) category: String,
    /// Why
    #[arg(long, value_parser = one_of::<PriorityReason>())]
    pub(crate) reason: PriorityReason,
}
