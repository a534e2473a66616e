use std::path::PathBuf;

use clap::Args;
use tonic::transport::Uri;

use crate::args::parse_server;

/// Where the citizen number (BSN) comes from: never from the command line, where every user of the machine sees it.
#[derive(Debug, Default, Args)]
pub(crate) struct NumberArgs {
    /// The citizen number (BSN) is the first line of this file; it never leaves this process
    #[arg(long, value_name = "FILE", conflicts_with = "bsn_stdin")]
    pub(crate) bsn_file: Option<PathBuf>,
    /// The citizen number (BSN) is typed, or is the first line of standard input; it never leaves this process
    #[arg(long)]
    pub(crate) bsn_stdin: bool,
}

impl NumberArgs {
    /// Whether a number is given.
    pub(crate) fn is_given(&self) -> bool {
        self.bsn_stdin || self.bsn_file.is_some()
    }
}

/// Who evaluates, and which of its keys are believed.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct EvaluatorArgs {
    /// Address of the evaluator, where it is not the server itself
    #[arg(long, value_name = "URL", env = "DOORSTROOM_EVALUATOR", value_parser = parse_server)]
    pub(crate) evaluator: Option<Uri>,
    /// Believe no other keys of the evaluator; may be given more than once
    #[arg(long, value_name = "KEYID")]
    pub(crate) trust_key: Vec<String>,
}
