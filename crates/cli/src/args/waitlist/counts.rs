use clap::Args;
use proto::waitlist::v1::{Dimension, ProtectedRows};

use super::parse;
use crate::words::one_of;

/// What to count.
#[derive(Debug, Args)]
pub(crate) struct StatsArgs {
    /// Split by these, at most three, with commas between
    #[arg(long, value_name = "WHAT", value_delimiter = ',', value_parser = one_of::<Dimension>())]
    pub(crate) by: Vec<Dimension>,
    /// At the end of this day; without it today
    #[arg(long, value_name = "DAY", value_parser = parse::day)]
    pub(crate) on: Option<String>,
    /// Instead: what happened in these months, such as 2026-01..2026-06
    #[arg(long, value_name = "FIRST..LAST", conflicts_with_all = ["by", "on"], value_parser = parse::months)]
    pub(crate) months: Option<(String, String)>,
    /// Instead: the table that anybody may see, nothing under ten persons
    #[arg(long, value_name = "ROWS", conflicts_with_all = ["by", "on", "months"], value_parser = one_of::<ProtectedRows>())]
    pub(crate) protected: Option<ProtectedRows>,
    /// Answer only after this position has been seen; may be given more than once
    #[arg(long, value_name = "TOKEN")]
    pub(crate) at_least: Vec<String>,
}
