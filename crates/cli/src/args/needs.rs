use clap::{Args, builder::BoolishValueParser};
use proto::capacity::v1::{
    Accessibility, Acuity, CapacityFilter, CatchmentKind, ExclusionCriterion, FundingRoute,
    LegalRegime, LegalTitle, ObservationMode, PlaceKind, Programme, SecurityLevel, Sex,
    SomaticCapability,
};

use crate::words::{Word, one_of};

/// What the person needs. What an offering leaves open matches only where the help says so.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "What the person needs")]
pub(crate) struct NeedArgs {
    /// Forensic security level: any of these; may be given more than once
    #[arg(long, value_name = "LEVEL", value_parser = one_of::<SecurityLevel>(), value_delimiter = ',')]
    pub(crate) security_level: Vec<SecurityLevel>,
    /// What a place is: any of these; may be given more than once
    #[arg(long, value_name = "KIND", value_parser = one_of::<PlaceKind>(), value_delimiter = ',')]
    pub(crate) place_kind: Vec<PlaceKind>,
    /// Act under which the accommodation must be registered
    #[arg(long, value_name = "ACT", value_parser = one_of::<LegalRegime>())]
    pub(crate) legal_regime: Option<LegalRegime>,
    /// Legal title that the person comes with
    #[arg(long, value_name = "TITLE", value_parser = one_of::<LegalTitle>())]
    pub(crate) legal_title: Option<LegalTitle>,
    /// Specialty: any of these; may be given more than once
    #[arg(long, value_name = "PROGRAMME", value_parser = one_of::<Programme>(), value_delimiter = ',')]
    pub(crate) specialty: Vec<Programme>,
    /// Acuity that must be taken
    #[arg(long, value_name = "ACUITY", value_parser = one_of::<Acuity>())]
    pub(crate) acuity: Option<Acuity>,
    /// How the person must be watched: all of these; may be given more than once
    #[arg(long, value_name = "MODE", value_parser = one_of::<ObservationMode>(), value_delimiter = ',')]
    pub(crate) observation: Vec<ObservationMode>,
    /// With a seclusion room, or without one
    #[arg(long, value_name = "YES|NO", value_parser = BoolishValueParser::new())]
    pub(crate) seclusion_room: Option<bool>,
    /// Sex of the person; an offering that says nothing of it matches
    #[arg(long, value_parser = one_of::<Sex>())]
    pub(crate) sex: Option<Sex>,
    /// Holds for the person: who excludes it falls out, who says nothing matches; may be given more than once
    #[arg(long, value_name = "CRITERION", value_parser = one_of::<ExclusionCriterion>(), value_delimiter = ',')]
    pub(crate) not_excluding: Vec<ExclusionCriterion>,
    /// Bodily care that must be given: all of these; may be given more than once
    #[arg(long, value_name = "CARE", value_parser = one_of::<SomaticCapability>(), value_delimiter = ',')]
    pub(crate) somatic: Vec<SomaticCapability>,
    /// What the location must be fit for: all of these; may be given more than once
    #[arg(long, value_name = "KIND", value_parser = one_of::<Accessibility>(), value_delimiter = ',')]
    pub(crate) accessibility: Vec<Accessibility>,
    /// Language that is spoken there or for which there is an interpreter (ISO 639-1)
    #[arg(long, value_name = "CODE")]
    pub(crate) interpreter: Option<String>,
    /// Act that pays; an offering that says nothing of it matches
    #[arg(long, value_name = "ROUTE", value_parser = one_of::<FundingRoute>())]
    pub(crate) funding_route: Option<FundingRoute>,
    /// Insurer or municipality that pays: who has no contract with it falls out, who says nothing matches
    #[arg(long, value_name = "PAYER")]
    pub(crate) payer: Option<String>,
    /// Only where a contract with the payer is stated
    #[arg(long, requires = "payer")]
    pub(crate) contracted: bool,
    /// Region for acute care that the person comes from; an offering that says nothing of it matches
    #[arg(long, value_name = "REGION")]
    pub(crate) acute_region: Option<String>,
    /// How far away people may come from: any of these; may be given more than once
    #[arg(long, value_name = "KIND", value_parser = one_of::<CatchmentKind>(), value_delimiter = ',')]
    pub(crate) catchment: Vec<CatchmentKind>,
    /// With a place free, or expected to become free within so many hours
    #[arg(long, value_name = "HOURS")]
    pub(crate) free_within_hours: Option<u32>,
    /// With a place free, or a further one within 24 or 72 hours after the count
    #[arg(long, value_name = "24|72", value_parser = clap::builder::PossibleValuesParser::new(["24", "72"]))]
    pub(crate) ready_within_hours: Option<String>,
}

impl NeedArgs {
    /// Returns the filter with what the flags ask.
    pub(crate) fn applied_to(&self, filter: CapacityFilter) -> CapacityFilter {
        let ready_within_hours = self.ready_within_hours.as_deref();
        CapacityFilter {
            security_levels: codes(&self.security_level),
            place_kinds: codes(&self.place_kind),
            legal_regime: code(self.legal_regime),
            legal_title: code(self.legal_title),
            programmes: codes(&self.specialty),
            acuity: code(self.acuity),
            observation_modes: codes(&self.observation),
            seclusion_room: self.seclusion_room,
            sex: code(self.sex),
            not_excluding: codes(&self.not_excluding),
            somatic_needs: codes(&self.somatic),
            accessibility: codes(&self.accessibility),
            interpreter_language: self.interpreter.clone().unwrap_or_default(),
            funding_route: code(self.funding_route),
            payer: self.payer.clone().unwrap_or_default(),
            only_contracted: self.contracted,
            acute_region: self.acute_region.clone().unwrap_or_default(),
            catchments: codes(&self.catchment),
            free_within_hours: self.free_within_hours,
            ready_within_hours: ready_within_hours.and_then(|hours| hours.parse().ok()),
            ..filter
        }
    }
}

fn code<W: Word>(flag: Option<W>) -> i32 {
    flag.map_or(0, Into::into)
}

fn codes<W: Word>(flags: &[W]) -> Vec<i32> {
    flags.iter().copied().map(Into::into).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{CapacityCommand, Cli, Command};
    use clap::Parser;

    fn asked(flags: &[&str]) -> Result<CapacityFilter, clap::Error> {
        let line = ["doorstroom", "capacity", "find"].iter().chain(flags);
        match Cli::try_parse_from(line)?.command {
            Command::Capacity(CapacityCommand::Find(args)) => Ok(args.filter.filter()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_flag_reaches_the_filter() {
        let filter = asked(&[
            "--security-level=2-high,3",
            "--place-kind=bed",
            "--legal-regime=wvggz",
            "--legal-title=wvggz-crisis-measure",
            "--specialty=psychosis",
            "--acuity=high",
            "--observation=one-to-one",
            "--seclusion-room=no",
            "--sex=female",
            "--not-excluding=recent-violence",
            "--somatic=drip",
            "--accessibility=step-free",
            "--interpreter=ti",
            "--funding-route=zvw",
            "--payer=VGZ",
            "--contracted",
            "--acute-region=groningen",
            "--catchment=national,supra-regional",
            "--free-within-hours=12",
            "--ready-within-hours=72",
        ]);
        let expected = CapacityFilter {
            security_levels: vec![
                SecurityLevel::SecurityLevel2High.into(),
                SecurityLevel::SecurityLevel3.into(),
            ],
            place_kinds: vec![PlaceKind::Bed.into()],
            legal_regime: LegalRegime::Wvggz.into(),
            legal_title: LegalTitle::WvggzCrisisMeasure.into(),
            programmes: vec![Programme::Psychosis.into()],
            acuity: Acuity::High.into(),
            observation_modes: vec![ObservationMode::OneToOne.into()],
            seclusion_room: Some(false),
            sex: Sex::Female.into(),
            not_excluding: vec![ExclusionCriterion::RecentViolence.into()],
            somatic_needs: vec![SomaticCapability::Drip.into()],
            accessibility: vec![Accessibility::StepFree.into()],
            interpreter_language: "ti".into(),
            funding_route: FundingRoute::Zvw.into(),
            payer: "VGZ".into(),
            only_contracted: true,
            acute_region: "groningen".into(),
            catchments: vec![
                CatchmentKind::National.into(),
                CatchmentKind::SupraRegional.into(),
            ],
            free_within_hours: Some(12),
            ready_within_hours: Some(72),
            ..CapacityFilter::default()
        };
        assert_eq!(filter.unwrap(), expected);
    }

    #[test]
    fn a_contract_is_with_somebody() {
        assert!(asked(&["--contracted"]).is_err());
        assert!(asked(&["--ready-within-hours=48"]).is_err());
    }
}
