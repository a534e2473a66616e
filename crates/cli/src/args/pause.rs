use clap::Args;
use prost_types::Timestamp;
use proto::capacity::v1::{Pause, PauseReason, PauseScope};

use super::{CommandArgs, parse_offering_id};
use crate::moments;
use crate::words::one_of;

/// What to stop.
#[derive(Debug, Args)]
pub(crate) struct PauseArgs {
    /// Which offering
    #[arg(long, value_name = "ID", value_parser = parse_offering_id)]
    pub(crate) offering: String,
    /// Why
    #[arg(long, value_parser = one_of::<PauseReason>())]
    pub(crate) reason: PauseReason,
    /// Only for this diagnosis group; may be given more than once
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    pub(crate) diagnosis_group: Vec<String>,
    /// Only for people of this insurer; may be given more than once
    #[arg(long, value_name = "NAME")]
    pub(crate) insurer: Vec<String>,
    /// Since when; by default from the start
    #[arg(long, value_name = "TIME", value_parser = moments::parse)]
    pub(crate) starts_at: Option<Timestamp>,
    /// Ends the pause by itself at this moment
    #[arg(long, value_name = "TIME", value_parser = moments::parse)]
    pub(crate) ends_at: Option<Timestamp>,
    /// When the end is expected; only informs
    #[arg(long, value_name = "TIME", value_parser = moments::parse)]
    pub(crate) expected_end: Option<Timestamp>,
    /// No new names are taken on the waiting list either
    #[arg(long)]
    pub(crate) waiting_list_closed: bool,
    /// Name of the pause within the offering; by default the command's id
    #[arg(long, value_name = "ID")]
    pub(crate) pause_id: Option<String>,
    /// The command.
    #[command(flatten)]
    pub(crate) command: CommandArgs,
}

impl PauseArgs {
    /// Returns the pause as the contract states it.
    pub(crate) fn pause(&self) -> Pause {
        let scope = PauseScope {
            diagnosis_groups: self.diagnosis_group.clone(),
            insurers: self.insurer.clone(),
        };
        Pause {
            pause_id: self.pause_id.clone().unwrap_or_default(),
            scope: Some(scope),
            reason: self.reason.into(),
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            expected_end: self.expected_end,
            waiting_list_closed: self.waiting_list_closed,
        }
    }
}

/// What to resume.
#[derive(Debug, Args)]
pub(crate) struct ResumeArgs {
    /// Which offering
    #[arg(long, value_name = "ID", value_parser = parse_offering_id)]
    pub(crate) offering: String,
    /// Which pause; by default all of the offering
    #[arg(long, value_name = "ID", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(crate) pause_id: Option<String>,
    /// The command.
    #[command(flatten)]
    pub(crate) command: CommandArgs,
}
