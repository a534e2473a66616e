use clap::{ArgGroup, Args};
use proto::capacity::v1::CareType;
use proto::waitlist::v1::{Profile, Registration};

use super::parse;
use super::{EvaluatorArgs, NumberArgs};
use crate::args::CommandArgs;
use crate::words::{one_of, word};

/// Who is put on the list, and for what.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("who").required(true).args(["bsn_file", "bsn_stdin", "without_number"]))]
pub(crate) struct RegisterArgs {
    /// Who.
    #[command(flatten)]
    pub(crate) number: NumberArgs,
    /// There is no citizen number: counted apart, and joined with nobody
    #[arg(long)]
    pub(crate) without_number: bool,
    /// The kind of care
    #[arg(long, value_parser = one_of::<CareType>())]
    care_type: CareType,
    /// The day on which the first appointment was asked for: all clocks run from it
    #[arg(long, value_name = "DAY", value_parser = parse::day)]
    registered_on: String,
    /// The person's age
    #[arg(long, value_name = "BAND", value_parser = parse::age_band())]
    age_band: String,
    /// Where the person lives: a municipality's code or name
    #[arg(long, value_name = "CODE", value_parser = parse::municipality)]
    municipality: String,
    /// The GP practice where the person is enrolled: its AGB code
    #[arg(long, value_name = "AGB", value_parser = parse::gp_practice)]
    gp_practice: Option<String>,
    /// Main diagnosis group
    #[arg(long, value_name = "CODE", value_parser = parse::diagnosis_group())]
    diagnosis_group: String,
    /// The provider's own id of the location, if that is settled
    #[arg(long, value_name = "ID")]
    location: Option<String>,
    /// The person would rather be helped here than anywhere else
    #[arg(long)]
    preferred: bool,
    /// Id of the entry; without it one is made, which is the same for the same command
    #[arg(long, value_name = "ID", value_parser = parse::entry_id)]
    pub(crate) entry_id: Option<String>,
    /// Who evaluates.
    #[command(flatten)]
    pub(crate) evaluator: EvaluatorArgs,
    /// The command.
    #[command(flatten)]
    pub(crate) command: CommandArgs,
}

impl RegisterArgs {
    /// Returns the registration as the contract states it: at the organisation that calls.
    pub(crate) fn registration(&self) -> Registration {
        Registration {
            provider_id: String::new(),
            location_id: self.location.clone().unwrap_or_default(),
            care_type: word(self.care_type),
            registered_on: self.registered_on.clone(),
            profile: Some(Profile {
                age_band: self.age_band.clone(),
                municipality_code: self.municipality.clone(),
                gp_practice: self.gp_practice.clone().unwrap_or_default(),
                diagnosis_group: self.diagnosis_group.clone(),
                preferred: self.preferred,
            }),
        }
    }
}
