//! Whom an offering accepts, and on what terms.

mod codes;
mod parts;

use std::collections::{BTreeMap, BTreeSet};

use super::{LanguageCode, PayerName};

pub use codes::{
    Accessibility, Acuity, CatchmentDuty, CatchmentKind, ContactKind, ContractState,
    ExclusionCriterion, FundingRoute, LegalRegime, LegalTitle, ObservationMode, Programme, Sex,
    SexRule, SomaticCapability, Weekday,
};
pub use parts::{AdmissionHours, Catchment, ContactRoute, Interpreter};

/// Whom an offering accepts, and on what terms. Whatever is none or empty is not stated, and that is never "no".
///
/// Kept behind one pointer: by far most offerings state none of it. Default: nothing is stated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// Under which act the accommodation is registered.
    pub legal_regime: Option<LegalRegime>,
    /// Titles that a person may come with.
    pub legal_titles: BTreeSet<LegalTitle>,
    /// Specialties.
    pub programmes: BTreeSet<Programme>,
    /// The highest that is taken.
    pub acuity_max: Option<Acuity>,
    /// How closely somebody can be watched.
    pub observation_modes: BTreeSet<ObservationMode>,
    /// Whether there is a seclusion room.
    pub seclusion_room: Option<bool>,
    /// Hard exclusions.
    pub exclusion_criteria: BTreeSet<ExclusionCriterion>,
    /// Bodily care that is given.
    pub somatic_capabilities: BTreeSet<SomaticCapability>,
    /// Whether women and men are taken, and where.
    pub sex_rule: Option<SexRule>,
    /// An interpreter as offered.
    pub interpreter: Option<Interpreter>,
    /// Of the location.
    pub accessibility: BTreeSet<Accessibility>,
    /// Where the people come from.
    pub catchment: Option<Catchment>,
    /// Acts that pay.
    pub funding_routes: BTreeSet<FundingRoute>,
    /// By payer.
    pub contracts: BTreeMap<PayerName, ContractState>,
    /// When people are admitted.
    pub admission_hours: BTreeSet<AdmissionHours>,
    /// How the organisation is reached.
    pub contact_routes: BTreeSet<ContactRoute>,
    /// Within this many minutes a request is answered, as promised.
    pub response_target_minutes: Option<u32>,
}

/// Terms that can be changed one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    missing_docs,
    reason = "each names the field of `Terms` with the same name"
)]
pub enum TermsField {
    LegalRegime,
    LegalTitles,
    Programmes,
    AcuityMax,
    ObservationModes,
    SeclusionRoom,
    ExclusionCriteria,
    SomaticCapabilities,
    SexRule,
    Interpreter,
    Accessibility,
    Catchment,
    FundingRoutes,
    Contracts,
    AdmissionHours,
    ContactRoutes,
    ResponseTargetMinutes,
}

impl Terms {
    /// Returns what a description keeps: nothing where nothing is stated, so that equal means "says the same".
    pub fn kept(self) -> Option<Box<Self>> {
        (self != Self::default()).then(|| Box::new(self))
    }

    /// Returns the state of the contract with a payer, if it is stated.
    pub fn contract_with(&self, payer: &PayerName) -> Option<ContractState> {
        self.contracts
            .iter()
            .find(|(known, _)| known.is_same(payer))
            .map(|(_, state)| *state)
    }

    /// Takes over one field.
    pub(super) fn take(&mut self, field: TermsField, from: &Self) {
        match field {
            TermsField::LegalRegime => self.legal_regime = from.legal_regime,
            TermsField::LegalTitles => self.legal_titles.clone_from(&from.legal_titles),
            TermsField::Programmes => self.programmes.clone_from(&from.programmes),
            TermsField::AcuityMax => self.acuity_max = from.acuity_max,
            TermsField::ObservationModes => {
                self.observation_modes.clone_from(&from.observation_modes);
            }
            TermsField::SeclusionRoom => self.seclusion_room = from.seclusion_room,
            TermsField::ExclusionCriteria => {
                self.exclusion_criteria.clone_from(&from.exclusion_criteria);
            }
            TermsField::SomaticCapabilities => {
                self.somatic_capabilities
                    .clone_from(&from.somatic_capabilities);
            }
            TermsField::SexRule => self.sex_rule = from.sex_rule,
            TermsField::Interpreter => self.interpreter.clone_from(&from.interpreter),
            TermsField::Accessibility => self.accessibility.clone_from(&from.accessibility),
            TermsField::Catchment => self.catchment.clone_from(&from.catchment),
            TermsField::FundingRoutes => self.funding_routes.clone_from(&from.funding_routes),
            TermsField::Contracts => self.contracts.clone_from(&from.contracts),
            TermsField::AdmissionHours => self.admission_hours.clone_from(&from.admission_hours),
            TermsField::ContactRoutes => self.contact_routes.clone_from(&from.contact_routes),
            TermsField::ResponseTargetMinutes => {
                self.response_target_minutes = from.response_target_minutes;
            }
        }
    }
}
