//! Terms that are changed one by one.

use domain::capacity::TermsField;
use proto::capacity::v1;

/// By the names that the contract gives them.
pub(in crate::wire) const FIELDS: [(&str, TermsField); 17] = [
    ("legal_regime", TermsField::LegalRegime),
    ("legal_titles", TermsField::LegalTitles),
    ("programmes", TermsField::Programmes),
    ("acuity_max", TermsField::AcuityMax),
    ("observation_modes", TermsField::ObservationModes),
    ("seclusion_room", TermsField::SeclusionRoom),
    ("exclusion_criteria", TermsField::ExclusionCriteria),
    ("somatic_capabilities", TermsField::SomaticCapabilities),
    ("sex_rule", TermsField::SexRule),
    ("interpreter", TermsField::Interpreter),
    ("accessibility", TermsField::Accessibility),
    ("catchment", TermsField::Catchment),
    ("funding_routes", TermsField::FundingRoutes),
    ("contracts", TermsField::Contracts),
    ("admission_hours", TermsField::AdmissionHours),
    ("contact_routes", TermsField::ContactRoutes),
    ("response_target_minutes", TermsField::ResponseTargetMinutes),
];

/// Writes one field as `from` has it.
pub(in crate::wire) fn with_field(
    base: &mut v1::OfferingDetails,
    field: TermsField,
    from: &v1::OfferingDetails,
) {
    match field {
        TermsField::LegalRegime => base.legal_regime = from.legal_regime,
        TermsField::LegalTitles => base.legal_titles.clone_from(&from.legal_titles),
        TermsField::Programmes => base.programmes.clone_from(&from.programmes),
        TermsField::AcuityMax => base.acuity_max = from.acuity_max,
        TermsField::ObservationModes => {
            base.observation_modes.clone_from(&from.observation_modes);
        }
        TermsField::SeclusionRoom => base.seclusion_room = from.seclusion_room,
        TermsField::ExclusionCriteria => {
            base.exclusion_criteria.clone_from(&from.exclusion_criteria);
        }
        TermsField::SomaticCapabilities => {
            base.somatic_capabilities
                .clone_from(&from.somatic_capabilities);
        }
        TermsField::SexRule => base.sex_rule = from.sex_rule,
        TermsField::Interpreter => base.interpreter.clone_from(&from.interpreter),
        TermsField::Accessibility => base.accessibility.clone_from(&from.accessibility),
        TermsField::Catchment => base.catchment.clone_from(&from.catchment),
        TermsField::FundingRoutes => base.funding_routes.clone_from(&from.funding_routes),
        TermsField::Contracts => base.contracts.clone_from(&from.contracts),
        TermsField::AdmissionHours => base.admission_hours.clone_from(&from.admission_hours),
        TermsField::ContactRoutes => base.contact_routes.clone_from(&from.contact_routes),
        TermsField::ResponseTargetMinutes => {
            base.response_target_minutes = from.response_target_minutes;
        }
    }
}
