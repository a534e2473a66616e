use clap::{Args, Subcommand};
use proto::waitlist::v1::ErasureGround;

use super::parse;
use super::{EvaluatorArgs, NumberArgs};
use crate::args::CommandArgs;
use crate::words::one_of;

/// What is to be erased.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct EraseArgs {
    /// Instead: agree to the erasure of a person, or take it back.
    #[command(subcommand)]
    pub(crate) decision: Option<EraseCommand>,
    /// Ids of entries of one's own: erased at once
    #[arg(value_name = "ENTRY", required_unless_present = "person", value_parser = parse::entry_id)]
    pub(crate) entries: Vec<String>,
    /// Everything about a person, on all lists of the region, some days after a second person agrees; the citizen number (BSN) is
    /// typed, or is the first line of standard input
    #[arg(long, conflicts_with = "entries")]
    pub(crate) person: bool,
    /// Article 17(1) GDPR (AVG)
    #[arg(long, required = true, value_parser = one_of::<ErasureGround>())]
    pub(crate) ground: Option<ErasureGround>,
    /// Who.
    #[command(flatten)]
    pub(crate) number: NumberArgs,
    /// Who evaluates.
    #[command(flatten)]
    pub(crate) evaluator: EvaluatorArgs,
    /// The command.
    #[command(flatten)]
    pub(crate) command: CommandArgs,
}

/// What is said of the erasure of a person that was asked for.
#[derive(Debug, Subcommand)]
pub(crate) enum EraseCommand {
    /// Agree to the erasure of a person: it is held then, and carried out some days later
    Approve(ErasureArgs),
    /// Take the erasure of a person back, until it is carried out
    Revoke(ErasureArgs),
}

/// Which erasure.
#[derive(Debug, Args)]
pub(crate) struct ErasureArgs {
    /// Id that `erase --person` printed
    #[arg(value_name = "ERASURE-ID")]
    pub(crate) erasure_id: String,
    /// The command.
    #[command(flatten)]
    pub(crate) command: CommandArgs,
}
