//! Whom an offering accepts, and on what terms, from its cells.

use proto::capacity::v1::{
    Accessibility, Acuity, Catchment, CatchmentDuty, CatchmentKind, ExclusionCriterion,
    FundingRoute, Interpreter, LegalRegime, LegalTitle, ObservationMode, OfferingDetails,
    Programme, SexRule, SomaticCapability,
};

use super::cells::Cells;
use crate::import::refusal::reason;
use crate::notation;

/// Returns `details` with the terms that the cells state.
pub(super) fn read(cells: &mut Cells<'_>, details: OfferingDetails) -> OfferingDetails {
    OfferingDetails {
        legal_regime: cells.word::<LegalRegime>("legal_regime"),
        legal_titles: cells.words::<LegalTitle>("legal_titles"),
        programmes: cells.words::<Programme>("programmes"),
        acuity_max: cells.word::<Acuity>("acuity_max"),
        observation_modes: cells.words::<ObservationMode>("observation_modes"),
        seclusion_room: (!cells.is_empty("seclusion_room")).then(|| cells.yes("seclusion_room")),
        exclusion_criteria: cells.words::<ExclusionCriterion>("exclusion_criteria"),
        somatic_capabilities: cells.words::<SomaticCapability>("somatic_capabilities"),
        sex_rule: cells.word::<SexRule>("sex_rule"),
        interpreter: interpreter(cells),
        accessibility: cells.words::<Accessibility>("accessibility"),
        catchment: catchment(cells),
        funding_routes: cells.words::<FundingRoute>("funding_routes"),
        contracts: cells.noted("contracts", notation::contract),
        admission_hours: cells.noted("admission_hours", notation::hours),
        contact_routes: cells.noted("contact_routes", notation::contact),
        response_target_minutes: cells.number("response_target_minutes"),
        ..details
    }
}

fn interpreter(cells: &Cells<'_>) -> Option<Interpreter> {
    let languages = cells.list("interpreter").join("+");
    (!languages.is_empty()).then(|| notation::interpreter(&languages))
}

fn catchment(cells: &mut Cells<'_>) -> Option<Catchment> {
    let catchment = Catchment {
        kind: cells.word::<CatchmentKind>("catchment"),
        acute_regions: cells.list("acute_regions"),
        duty: cells.word::<CatchmentDuty>("catchment_duty"),
    };
    if catchment == Catchment::default() {
        return None;
    }
    if cells.is_empty("catchment") {
        cells.wrong("catchment", reason::MISSING);
    }
    Some(catchment)
}
