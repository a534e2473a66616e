use std::path::PathBuf;

use clap::Args;

use super::EvaluatorArgs;

/// What to import into the waiting list.
#[derive(Debug, Args)]
pub(crate) struct ListImportArgs {
    /// The CSV file
    pub(crate) file: PathBuf,
    /// Also write every refused row to this CSV file
    #[arg(long, value_name = "FILE")]
    pub(crate) rejects: Option<PathBuf>,
    /// Where it is kept which entry each reference is; without it beside the CSV, with `.entries` behind its name
    #[arg(long, value_name = "FILE")]
    pub(crate) entries: Option<PathBuf>,
    /// Begin a new file of entries although the server has entries of this provider: they are registered once more
    #[arg(long)]
    pub(crate) new_entries: bool,
    /// Who evaluates.
    #[command(flatten)]
    pub(crate) evaluator: EvaluatorArgs,
}
