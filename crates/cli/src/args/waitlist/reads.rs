use clap::Args;
use proto::waitlist::v1::Phase;

use super::parse;
use super::{EvaluatorArgs, NumberArgs};
use crate::words::one_of;

/// Which entries to see.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Only those with a norm that is exceeded, or will be
    #[arg(long)]
    pub(crate) late: bool,
    /// Only those of whom nobody has said for too long that they still wait
    #[arg(long)]
    pub(crate) stale: bool,
    /// Only those in this phase; may be given more than once; without it all that wait
    #[arg(long, value_parser = one_of::<Phase>())]
    pub(crate) phase: Vec<Phase>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: u32,
    /// All of them
    #[arg(long, conflicts_with = "limit")]
    pub(crate) all: bool,
    /// Answer only after this position has been seen; may be given more than once
    #[arg(long, value_name = "TOKEN")]
    pub(crate) at_least: Vec<String>,
}

/// Which entry to see.
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// Id of the entry
    #[arg(value_name = "ENTRY", value_parser = parse::entry_id)]
    pub(crate) entry: String,
    /// Answer only after this position has been seen; may be given more than once
    #[arg(long, value_name = "TOKEN")]
    pub(crate) at_least: Vec<String>,
}

/// Whose entries to see: the citizen number (BSN) is typed, or is the first line of standard input.
#[derive(Debug, Args)]
pub(crate) struct PersonArgs {
    /// Who.
    #[command(flatten)]
    pub(crate) number: NumberArgs,
    /// Who evaluates.
    #[command(flatten)]
    pub(crate) evaluator: EvaluatorArgs,
    /// Answer only after this position has been seen; may be given more than once
    #[arg(long, value_name = "TOKEN")]
    pub(crate) at_least: Vec<String>,
}
