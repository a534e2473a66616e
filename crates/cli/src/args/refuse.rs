use clap::Args;
use proto::capacity::v1::{Refusal, RefusalReason};

use super::{CommandArgs, parse_offering_id};
use crate::words::one_of;

/// What was refused: never anything of the person.
#[derive(Debug, Args)]
pub(crate) struct RefuseArgs {
    /// Which offering
    #[arg(long, value_name = "ID", value_parser = parse_offering_id)]
    pub(crate) offering: String,
    /// The provider's reason
    #[arg(long, value_parser = one_of::<RefusalReason>())]
    pub(crate) reason: RefusalReason,
    /// Main diagnosis group that was asked for
    #[arg(long, value_name = "CODE")]
    pub(crate) group: Option<String>,
    /// The reason does not agree with what the offering declares
    #[arg(long)]
    pub(crate) within_declared: bool,
    /// The command.
    #[command(flatten)]
    pub(crate) command: CommandArgs,
}

impl RefuseArgs {
    /// Returns the refusal as the contract states it.
    pub(crate) fn refusal(&self) -> Refusal {
        Refusal {
            reason: self.reason.into(),
            diagnosis_group: self.group.clone().unwrap_or_default(),
            within_declared: self.within_declared,
        }
    }
}
