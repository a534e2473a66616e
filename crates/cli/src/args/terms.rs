use clap::{Args, builder::BoolishValueParser};
use proto::capacity::v1::{
    Accessibility, Acuity, AdmissionHours, Catchment, CatchmentDuty, CatchmentKind, ContactRoute,
    Contract, ExclusionCriterion, FundingRoute, Interpreter, LegalRegime, LegalTitle,
    ObservationMode, OfferingDetails, Programme, SexRule, SomaticCapability,
};

use crate::notation;
use crate::words::{Word, one_of};

/// Whom an offering accepts, and on what terms. What is not given is not stated.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Whom it accepts, and on what terms")]
pub(crate) struct TermsArgs {
    /// Under which act the accommodation is registered
    #[arg(long, value_name = "ACT", value_parser = one_of::<LegalRegime>())]
    pub(crate) legal_regime: Option<LegalRegime>,
    /// Legal title that a person may come with; may be given more than once
    #[arg(long, value_name = "TITLE", value_parser = one_of::<LegalTitle>(), value_delimiter = ',')]
    pub(crate) legal_title: Vec<LegalTitle>,
    /// Specialty (the name that it goes by is --programme); may be given more than once
    #[arg(long, value_name = "PROGRAMME", value_parser = one_of::<Programme>(), value_delimiter = ',')]
    pub(crate) specialty: Vec<Programme>,
    /// Highest acuity that is taken
    #[arg(long, value_name = "ACUITY", value_parser = one_of::<Acuity>())]
    pub(crate) acuity_max: Option<Acuity>,
    /// How closely somebody can be watched; may be given more than once
    #[arg(long, value_name = "MODE", value_parser = one_of::<ObservationMode>(), value_delimiter = ',')]
    pub(crate) observation: Vec<ObservationMode>,
    /// Whether there is a seclusion room
    #[arg(long, value_name = "YES|NO", value_parser = BoolishValueParser::new())]
    pub(crate) seclusion_room: Option<bool>,
    /// Who is refused without exception; "none": nobody is; may be given more than once
    #[arg(long, value_name = "CRITERION", value_parser = one_of::<ExclusionCriterion>(), value_delimiter = ',')]
    pub(crate) excludes: Vec<ExclusionCriterion>,
    /// Bodily care that is given; may be given more than once
    #[arg(long, value_name = "CARE", value_parser = one_of::<SomaticCapability>(), value_delimiter = ',')]
    pub(crate) somatic: Vec<SomaticCapability>,
    /// Whether women and men are taken, and where
    #[arg(long, value_name = "RULE", value_parser = one_of::<SexRule>())]
    pub(crate) sex_rule: Option<SexRule>,
    /// Interpreter as offered: "any", "none", or languages such as ar+ti
    #[arg(long, value_name = "LANGUAGES", value_parser = parse_interpreter)]
    pub(crate) interpreter: Option<Interpreter>,
    /// What the location is fit for; may be given more than once
    #[arg(long, value_name = "KIND", value_parser = one_of::<Accessibility>(), value_delimiter = ',')]
    pub(crate) accessibility: Vec<Accessibility>,
    /// How far away people may come from
    #[arg(long, value_name = "KIND", value_parser = one_of::<CatchmentKind>())]
    pub(crate) catchment: Option<CatchmentKind>,
    /// Region for acute care of which people are taken, such as groningen; may be given more than once
    #[arg(
        long,
        value_name = "REGION",
        requires = "catchment",
        value_delimiter = ','
    )]
    pub(crate) acute_region: Vec<String>,
    /// Whether it must take people of its regions, or may take others too
    #[arg(long, value_name = "DUTY", requires = "catchment", value_parser = one_of::<CatchmentDuty>())]
    pub(crate) catchment_duty: Option<CatchmentDuty>,
    /// Act that pays; may be given more than once
    #[arg(long, value_name = "ROUTE", value_parser = one_of::<FundingRoute>(), value_delimiter = ',')]
    pub(crate) funding_route: Vec<FundingRoute>,
    /// Contract with an insurer or a municipality: contracted, not-contracted or unknown; may be given more than once
    #[arg(long, value_name = "PAYER=STATE", value_parser = notation::contract)]
    pub(crate) contract: Vec<Contract>,
    /// When people are admitted, such as monday-friday=09:00-17:00; may be given more than once
    #[arg(long, value_name = "DAYS=HOURS", value_parser = notation::hours)]
    pub(crate) admission_hours: Vec<AdmissionHours>,
    /// How the organisation is reached, such as phone=0501234567; never a person; may be given more than once
    #[arg(long, value_name = "KIND=ADDRESS", value_parser = notation::contact)]
    pub(crate) contact: Vec<ContactRoute>,
    /// Within how many minutes a request is answered, as promised
    #[arg(long, value_name = "MINUTES")]
    pub(crate) response_target_minutes: Option<u32>,
}

impl TermsArgs {
    /// Returns `base` with everything that the flags state.
    pub(crate) fn applied_to(&self, base: OfferingDetails) -> OfferingDetails {
        let code = |flag: Option<i32>, old: i32| flag.unwrap_or(old);
        OfferingDetails {
            legal_regime: code(self.legal_regime.map(i32::from), base.legal_regime),
            legal_titles: codes(&self.legal_title, base.legal_titles),
            programmes: codes(&self.specialty, base.programmes),
            acuity_max: code(self.acuity_max.map(i32::from), base.acuity_max),
            observation_modes: codes(&self.observation, base.observation_modes),
            seclusion_room: self.seclusion_room.or(base.seclusion_room),
            exclusion_criteria: codes(&self.excludes, base.exclusion_criteria),
            somatic_capabilities: codes(&self.somatic, base.somatic_capabilities),
            sex_rule: code(self.sex_rule.map(i32::from), base.sex_rule),
            interpreter: self.interpreter.clone().or(base.interpreter),
            accessibility: codes(&self.accessibility, base.accessibility),
            catchment: self.catchment().or(base.catchment),
            funding_routes: codes(&self.funding_route, base.funding_routes),
            contracts: given(&self.contract, base.contracts),
            admission_hours: given(&self.admission_hours, base.admission_hours),
            contact_routes: given(&self.contact, base.contact_routes),
            response_target_minutes: self
                .response_target_minutes
                .or(base.response_target_minutes),
            ..base
        }
    }

    fn catchment(&self) -> Option<Catchment> {
        Some(Catchment {
            kind: self.catchment?.into(),
            acute_regions: self.acute_region.clone(),
            duty: self.catchment_duty.map_or(0, i32::from),
        })
    }
}

fn codes<W: Word>(flags: &[W], old: Vec<i32>) -> Vec<i32> {
    given(
        &flags.iter().copied().map(Into::into).collect::<Vec<_>>(),
        old,
    )
}

fn given<T: Clone>(flags: &[T], old: Vec<T>) -> Vec<T> {
    if flags.is_empty() {
        old
    } else {
        flags.to_vec()
    }
}

fn parse_interpreter(text: &str) -> Result<Interpreter, String> {
    Ok(notation::interpreter(text))
}
