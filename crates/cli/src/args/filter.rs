use clap::Args;
use prost_types::Timestamp;
use proto::capacity::v1::{
    CapacityFilter, CareType, Circuit, Origin, PauseFilter, Region, Setting, SortOrder,
};

use super::needs::NeedArgs;
use crate::moments;
use crate::words::one_of;

/// Which offerings; all that is given must hold.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct FilterArgs {
    /// Only this municipality, or the centre for --max-distance-km
    #[arg(long, value_name = "CODE")]
    pub(crate) municipality: Option<String>,
    /// As the crow flies, between the centres of municipalities
    #[arg(long, value_name = "KM", requires = "municipality", value_parser = parse_distance)]
    pub(crate) max_distance_km: Option<f64>,
    /// Region of a layout: province, care-office, ggd, safety or municipality
    #[arg(long, value_name = "SCHEME:CODE", value_parser = parse_region)]
    pub(crate) region: Option<Region>,
    /// Any of these; may be given more than once
    #[arg(long, value_parser = one_of::<CareType>(), value_delimiter = ',')]
    pub(crate) care_type: Vec<CareType>,
    /// Any of these; may be given more than once
    #[arg(long, value_parser = one_of::<Circuit>(), value_delimiter = ',')]
    pub(crate) circuit: Vec<Circuit>,
    /// Age of the person, in years
    #[arg(long, value_name = "YEARS")]
    pub(crate) age: Option<u32>,
    /// Diagnosis group that must be taken
    #[arg(long, value_name = "CODE")]
    pub(crate) diagnosis_group: Option<String>,
    /// Any of these; may be given more than once
    #[arg(long, value_parser = one_of::<Setting>(), value_delimiter = ',')]
    pub(crate) setting: Vec<Setting>,
    /// Insurer of the person
    #[arg(long, value_name = "NAME")]
    pub(crate) insurer: Option<String>,
    /// Language that must be offered (ISO 639-1)
    #[arg(long, value_name = "CODE")]
    pub(crate) language: Option<String>,
    /// A known, current wait of at most this, intake and treatment together
    #[arg(long, value_name = "DAYS")]
    pub(crate) max_wait_days: Option<u32>,
    /// Only with a place free in current figures, admissions not paused
    #[arg(long)]
    pub(crate) available: bool,
    /// Only with a place that still exists with at least this chance, from 0 to 1
    #[arg(long, value_name = "CHANCE", value_parser = parse_chance)]
    pub(crate) min_confidence: Option<f64>,
    /// Only with more places held than there are
    #[arg(long)]
    pub(crate) overcommitted: bool,
    /// Only with figures that may still be believed
    #[arg(long)]
    pub(crate) current: bool,
    /// Only with counts that are late by the promise of their provider, or were never there
    #[arg(long)]
    pub(crate) overdue: bool,
    /// Only with admissions paused
    #[arg(long, conflicts_with = "not_paused")]
    pub(crate) paused: bool,
    /// Only with admissions not paused
    #[arg(long)]
    pub(crate) not_paused: bool,
    /// Only this provider
    #[arg(long, value_name = "ID")]
    pub(crate) provider: Option<String>,
    /// Where the description came from: any of these; may be given more than once
    #[arg(long, value_parser = one_of::<Origin>(), value_delimiter = ',')]
    pub(crate) origin: Vec<Origin>,
    /// What the person needs.
    #[command(flatten)]
    pub(crate) needs: NeedArgs,
}

impl FilterArgs {
    /// Returns the filter as the contract states it.
    pub(crate) fn filter(&self) -> CapacityFilter {
        let pause = match (self.paused, self.not_paused) {
            (true, _) => PauseFilter::Paused,
            (false, true) => PauseFilter::NotPaused,
            (false, false) => PauseFilter::Unspecified,
        };
        let filter = CapacityFilter {
            municipality_code: self.municipality.clone().unwrap_or_default(),
            max_distance_km: self.max_distance_km,
            region: self.region.clone(),
            care_types: self.care_type.iter().copied().map(i32::from).collect(),
            circuits: self.circuit.iter().copied().map(i32::from).collect(),
            age_years: self.age,
            diagnosis_group: self.diagnosis_group.clone().unwrap_or_default(),
            settings: self.setting.iter().copied().map(i32::from).collect(),
            insurer: self.insurer.clone().unwrap_or_default(),
            language: self.language.clone().unwrap_or_default(),
            max_wait_days: self.max_wait_days,
            only_available: self.available,
            only_current: self.current,
            pause: pause.into(),
            provider_id: self.provider.clone().unwrap_or_default(),
            origins: self.origin.iter().copied().map(i32::from).collect(),
            min_confidence: self.min_confidence,
            only_overdue: self.overdue,
            only_overcommitted: self.overcommitted,
            ..CapacityFilter::default()
        };
        self.needs.applied_to(filter)
    }
}

/// What to find.
#[derive(Debug, Args)]
pub(crate) struct FindArgs {
    /// Which offerings.
    #[command(flatten)]
    pub(crate) filter: FilterArgs,
    /// The first decides, the next break ties; may be given more than once
    #[arg(long, value_parser = one_of::<SortOrder>(), value_delimiter = ',')]
    pub(crate) sort: Vec<SortOrder>,
    /// Show at most so many
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: u32,
    /// Also name so many offerings that fail one filter only, and which
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=100))]
    pub(crate) why_not: u32,
    /// Show all that match
    #[arg(long, conflicts_with = "limit")]
    pub(crate) all: bool,
    /// What could be seen at this moment, at least five seconds ago
    #[arg(long, value_name = "MOMENT", value_parser = moments::parse)]
    pub(crate) as_of: Option<Timestamp>,
    /// Answer only after this position has been seen; may be given more than once
    #[arg(long, value_name = "TOKEN")]
    pub(crate) at_least: Vec<String>,
}

/// What to watch.
#[derive(Debug, Args)]
pub(crate) struct WatchArgs {
    /// Which offerings.
    #[command(flatten)]
    pub(crate) filter: FilterArgs,
    /// Go on after this cursor of an earlier watch with the same filter
    #[arg(long, value_name = "CURSOR")]
    pub(crate) from: Option<String>,
    /// Begin only after this position has been seen; may be given more than once
    #[arg(long, value_name = "TOKEN")]
    pub(crate) at_least: Vec<String>,
}

fn parse_region(text: &str) -> Result<Region, String> {
    match text.split_once(':') {
        Some((scheme, code)) if !scheme.is_empty() && !code.is_empty() => Ok(Region {
            scheme: scheme.to_owned(),
            code: code.to_owned(),
        }),
        Some(_) | None => {
            Err("give a scheme and a code, such as province:PV20 (Groningen)".to_owned())
        }
    }
}

fn parse_distance(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(km) if km.is_finite() && km >= 0.0 => Ok(km),
        Ok(_) | Err(_) => Err("a number of kilometres from 0".to_owned()),
    }
}

fn parse_chance(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(chance) if (0.0..=1.0).contains(&chance) => Ok(chance),
        Ok(_) | Err(_) => Err("a chance from 0 to 1, such as 0.8".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{CapacityCommand, Cli, Command};
    use clap::Parser;

    fn find(flags: &[&str]) -> Result<Box<FindArgs>, clap::Error> {
        let line = ["doorstroom", "capacity", "find"].iter().chain(flags);
        match Cli::try_parse_from(line)?.command {
            Command::Capacity(CapacityCommand::Find(args)) => Ok(args),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_flag_reaches_the_filter() {
        let args = find(&[
            "--municipality",
            "GM0014",
            "--max-distance-km",
            "50",
            "--region",
            "ggd:GG0111",
            "--care-type",
            "basic",
            "--care-type",
            "specialised",
            "--circuit",
            "adults,elderly",
            "--age",
            "40",
            "--diagnosis-group",
            "ZK22",
            "--setting",
            "outpatient",
            "--insurer",
            "x",
            "--language",
            "nl",
            "--max-wait-days",
            "28",
            "--available",
            "--min-confidence",
            "0.8",
            "--not-paused",
            "--provider",
            "agb:1",
            "--origin",
            "declared",
            "--overcommitted",
            "--sort",
            "distance,wait,confidence",
            "--all",
            "--at-least",
            "t",
        ])
        .unwrap();
        let expected = CapacityFilter {
            municipality_code: "GM0014".into(),
            max_distance_km: Some(50.0),
            region: Some(Region {
                scheme: "ggd".into(),
                code: "GG0111".into(),
            }),
            care_types: vec![CareType::Basic.into(), CareType::Specialised.into()],
            circuits: vec![Circuit::Adults.into(), Circuit::Elderly.into()],
            age_years: Some(40),
            diagnosis_group: "ZK22".into(),
            settings: vec![Setting::Outpatient.into()],
            insurer: "x".into(),
            language: "nl".into(),
            max_wait_days: Some(28),
            only_available: true,
            pause: PauseFilter::NotPaused.into(),
            provider_id: "agb:1".into(),
            origins: vec![Origin::Declared.into()],
            min_confidence: Some(0.8),
            only_overcommitted: true,
            ..CapacityFilter::default()
        };
        assert_eq!(args.filter.filter(), expected);
        let sort = [SortOrder::Distance, SortOrder::Wait, SortOrder::Confidence];
        assert_eq!(args.sort, sort);
        assert!(args.all);
        assert_eq!(args.at_least, ["t"]);
    }

    #[test]
    fn a_moment_of_the_past_can_be_asked_about() {
        let args = find(&["--as-of", "2026-03-01T02:14:00+01:00"]).unwrap();
        assert_eq!(args.as_of, moments::parse("2026-03-01T01:14:00Z").ok());
        assert_eq!(find(&[]).unwrap().as_of, None);
    }

    #[test]
    fn who_is_late_and_what_was_missed_are_asked_for() {
        let args = find(&["--current", "--overdue", "--why-not", "7"]).unwrap();
        let filter = args.filter.filter();
        assert!(filter.only_current && filter.only_overdue);
        assert_eq!(args.why_not, 7);
        assert!(find(&["--why-not", "101"]).is_err());
    }

    #[test]
    fn no_flags_ask_for_everything() {
        let args = find(&[]).unwrap();
        assert_eq!(args.filter.filter(), CapacityFilter::default());
        assert_eq!(args.limit, 100);
    }

    #[test]
    fn flags_that_exclude_each_other_are_wrong_use() {
        for wrong in [
            &["--paused", "--not-paused"][..],
            &["--all", "--limit", "3"],
            &["--limit", "0"],
            &["--max-distance-km", "5"],
            &["--municipality", "GM0014", "--max-distance-km", "NaN"],
            &["--municipality", "GM0014", "--max-distance-km", "-1"],
            &["--region", "province"],
            &["--min-confidence", "80"],
            &["--circuit", "everybody"],
            &["--as-of", "yesterday"],
        ] {
            assert_eq!(find(wrong).unwrap_err().exit_code(), 2, "{wrong:?}");
        }
    }
}
