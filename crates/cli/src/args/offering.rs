use std::path::PathBuf;

use clap::Args;
use prost_types::Timestamp;
use proto::capacity::v1::{
    AgeRange, CareType, Circuit, Coordinates, OfferingDetails, Origin, PlaceKind, ProviderKind,
    SecurityLevel, Setting, WithdrawalReason,
};

use super::{CommandArgs, TermsArgs, parse_offering_id};
use crate::moments;
use crate::words::one_of;

/// What to declare: flags, or a file, or a file of which flags change a part.
#[derive(Clone, Debug, Args)]
pub(crate) struct PublishArgs {
    /// Id of the offering: the smallest unit that accepts people as one
    #[arg(long, value_name = "ID", value_parser = parse_offering_id)]
    pub(crate) offering: String,
    /// The description as one JSON object ("-": standard input); flags change it
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Registered organisation as scheme and number, such as agb:06011009 or gm:GM0014
    #[arg(long, value_name = "ID")]
    pub(crate) provider: Option<String>,
    /// Name of the provider; not for an independent practice, unless it is shown by itself
    #[arg(long, value_name = "NAME")]
    pub(crate) provider_name: Option<String>,
    /// What the provider is
    #[arg(long, value_name = "KIND", value_parser = one_of::<ProviderKind>())]
    pub(crate) provider_kind: Option<ProviderKind>,
    /// CBS code of the municipality, such as GM0014
    #[arg(long, value_name = "CODE")]
    pub(crate) municipality: Option<String>,
    /// Id of the location
    #[arg(long, value_name = "ID")]
    pub(crate) location_id: Option<String>,
    /// Name of the location
    #[arg(long, value_name = "NAME")]
    pub(crate) location_name: Option<String>,
    /// Four digits, or four digits and two letters: of the location, never of a person
    #[arg(long)]
    pub(crate) postcode: Option<String>,
    /// Degrees, WGS84
    #[arg(long, value_name = "LATITUDE,LONGITUDE", value_parser = parse_coordinates, allow_hyphen_values = true)]
    pub(crate) coordinates: Option<Coordinates>,
    /// Name of the programme
    #[arg(long, value_name = "NAME")]
    pub(crate) programme: Option<String>,
    /// What care it is
    #[arg(long, value_parser = one_of::<CareType>())]
    pub(crate) care_type: Option<CareType>,
    /// What a place is
    #[arg(long, value_name = "KIND", value_parser = one_of::<PlaceKind>())]
    pub(crate) place_kind: Option<PlaceKind>,
    /// Where it is given
    #[arg(long, value_parser = one_of::<Setting>())]
    pub(crate) setting: Option<Setting>,
    /// Forensic security level
    #[arg(long, value_name = "LEVEL", value_parser = one_of::<SecurityLevel>())]
    pub(crate) security_level: Option<SecurityLevel>,
    /// Whom it is for; may be given more than once
    #[arg(long, value_parser = one_of::<Circuit>(), value_delimiter = ',')]
    pub(crate) circuit: Vec<Circuit>,
    /// Youngest age at admission, in years
    #[arg(long, value_name = "YEARS")]
    pub(crate) age_min: Option<u32>,
    /// Oldest age at admission, in years
    #[arg(long, value_name = "YEARS")]
    pub(crate) age_max: Option<u32>,
    /// Diagnosis group that is taken, by default all; may be given more than once
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    pub(crate) diagnosis_group: Vec<String>,
    /// Insurer whose people it is meant for, by default all; may be given more than once
    #[arg(long, value_name = "NAME")]
    pub(crate) insurer: Vec<String>,
    /// Language that is offered (ISO 639-1); may be given more than once
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    pub(crate) language: Vec<String>,
    /// An independent practice that chose to be shown by itself
    #[arg(long)]
    pub(crate) shown_by_itself: bool,
    /// Places are counted anew at least so often; by default as is usual for their kind
    #[arg(long, value_name = "HOURS", value_parser = clap::value_parser!(u32).range(1..=8_760))]
    pub(crate) promised_interval_hours: Option<u32>,
    /// Where the description comes from; by default declared
    #[arg(long, value_parser = one_of::<Origin>())]
    pub(crate) origin: Option<Origin>,
    /// Staff class that goes with the security level
    #[arg(long, value_name = "CLASS")]
    pub(crate) stay_intensity: Option<String>,
    /// The terms.
    #[command(flatten)]
    pub(crate) terms: TermsArgs,
    /// The command.
    #[command(flatten)]
    pub(crate) command: CommandArgs,
}

impl PublishArgs {
    /// Returns `base` with everything that the flags state.
    pub(crate) fn applied_to(&self, base: OfferingDetails) -> OfferingDetails {
        let base = self.terms.applied_to(base);
        let text = |flag: &Option<String>, old: String| flag.clone().unwrap_or(old);
        let texts =
            |flag: &[String], old: Vec<String>| if flag.is_empty() { old } else { flag.to_vec() };
        let circuits: Vec<i32> = self.circuit.iter().copied().map(i32::from).collect();
        let origin = match base.origin {
            0 => Origin::Declared.into(),
            stated => stated,
        };
        OfferingDetails {
            provider_id: text(&self.provider, base.provider_id),
            provider_name: text(&self.provider_name, base.provider_name),
            provider_kind: self.provider_kind.map_or(base.provider_kind, i32::from),
            location_id: text(&self.location_id, base.location_id),
            location_name: text(&self.location_name, base.location_name),
            municipality_code: text(&self.municipality, base.municipality_code),
            coordinates: self.coordinates.or(base.coordinates),
            postcode: text(&self.postcode, base.postcode),
            programme_name: text(&self.programme, base.programme_name),
            care_type: self.care_type.map_or(base.care_type, i32::from),
            place_kind: self.place_kind.map_or(base.place_kind, i32::from),
            setting: self.setting.map_or(base.setting, i32::from),
            security_level: self.security_level.map_or(base.security_level, i32::from),
            stay_intensity: text(&self.stay_intensity, base.stay_intensity),
            circuits: if circuits.is_empty() {
                base.circuits
            } else {
                circuits
            },
            age: self.age(base.age),
            diagnosis_groups: texts(&self.diagnosis_group, base.diagnosis_groups),
            insurers: texts(&self.insurer, base.insurers),
            languages: texts(&self.language, base.languages),
            origin: self.origin.map_or(origin, i32::from),
            remark_codes: base.remark_codes,
            shown_by_itself: self.shown_by_itself || base.shown_by_itself,
            promised_interval_hours: self
                .promised_interval_hours
                .or(base.promised_interval_hours),
            ..base
        }
    }

    fn age(&self, base: Option<AgeRange>) -> Option<AgeRange> {
        let old = base.unwrap_or_default();
        let age = AgeRange {
            min_years: self.age_min.or(old.min_years),
            max_years: self.age_max.or(old.max_years),
        };
        (base.is_some() || age != AgeRange::default()).then_some(age)
    }
}

/// What to take out.
#[derive(Debug, Args)]
pub(crate) struct WithdrawArgs {
    /// Which offering
    #[arg(long, value_name = "ID", value_parser = parse_offering_id)]
    pub(crate) offering: String,
    /// Why
    #[arg(long, value_parser = one_of::<WithdrawalReason>())]
    pub(crate) reason: WithdrawalReason,
    /// The command.
    #[command(flatten)]
    pub(crate) command: CommandArgs,
}

/// Whose history to see.
#[derive(Debug, Args)]
pub(crate) struct HistoryArgs {
    /// Which offering
    #[arg(long, value_name = "ID", value_parser = parse_offering_id)]
    pub(crate) offering: String,
    /// Show at most so many events
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: u32,
    /// As it could be seen at this moment, at least five seconds ago
    #[arg(long, value_name = "MOMENT", value_parser = moments::parse)]
    pub(crate) as_of: Option<Timestamp>,
    /// Answer only after this position has been seen; may be given more than once
    #[arg(long, value_name = "TOKEN")]
    pub(crate) at_least: Vec<String>,
}

fn parse_coordinates(text: &str) -> Result<Coordinates, String> {
    let numbers = text
        .split_once(',')
        .and_then(|(latitude, longitude)| Some((latitude.parse().ok()?, longitude.parse().ok()?)));
    match numbers {
        Some((latitude_degrees, longitude_degrees)) => Ok(Coordinates {
            latitude_degrees,
            longitude_degrees,
        }),
        None => Err("give two numbers of degrees, such as 53.2194,6.5665".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{CapacityCommand, Cli, Command};
    use clap::Parser;

    fn publish(flags: &[&str]) -> Box<PublishArgs> {
        let line = ["doorstroom", "capacity", "publish"].iter().chain(flags);
        match Cli::try_parse_from(line).unwrap().command {
            Command::Capacity(CapacityCommand::Publish(args)) => args,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn flags_describe_an_offering() {
        let args = publish(&[
            "--offering",
            "bw-1",
            "--provider",
            "gm:GM0014",
            "--provider-kind",
            "municipality",
            "--municipality",
            "GM0014",
            "--care-type",
            "sheltered-housing",
            "--circuit",
            "adults,elderly",
            "--age-min",
            "18",
            "--coordinates",
            "53.2,-6.5",
            "--postcode",
            "9711",
            "--promised-interval-hours",
            "12",
        ]);
        let details = args.applied_to(OfferingDetails::default());
        assert_eq!(details.provider_id, "gm:GM0014");
        assert_eq!(details.provider_kind(), ProviderKind::Municipality);
        assert_eq!(details.care_type(), CareType::ShelteredHousing);
        assert_eq!(
            details.circuits,
            [i32::from(Circuit::Adults), i32::from(Circuit::Elderly)]
        );
        assert_eq!(
            details.age.map(|age| (age.min_years, age.max_years)),
            Some((Some(18), None))
        );
        assert_eq!(
            details.coordinates.map(|at| at.longitude_degrees),
            Some(-6.5)
        );
        assert_eq!(details.origin(), Origin::Declared);
        assert_eq!(details.promised_interval_hours, Some(12));
    }

    #[test]
    fn flags_change_what_a_file_says_and_leave_the_rest() {
        let base = OfferingDetails {
            provider_name: "Old".into(),
            programme_name: "Kept".into(),
            languages: vec!["nl".into()],
            origin: Origin::Demonstration.into(),
            age: Some(AgeRange {
                min_years: Some(18),
                max_years: Some(65),
            }),
            ..OfferingDetails::default()
        };
        let args = publish(&[
            "--offering",
            "o",
            "--provider-name",
            "New",
            "--age-max",
            "23",
        ]);
        let details = args.applied_to(base);
        assert_eq!(details.provider_name, "New");
        assert_eq!(details.programme_name, "Kept");
        assert_eq!(details.languages, ["nl"]);
        assert_eq!(details.origin(), Origin::Demonstration);
        assert_eq!(
            details.age.map(|age| (age.min_years, age.max_years)),
            Some((Some(18), Some(23)))
        );
    }

    #[test]
    fn an_age_that_nobody_stated_stays_unstated() {
        let details = publish(&["--offering", "o"]).applied_to(OfferingDetails::default());
        assert_eq!(details.age, None);
    }
}
