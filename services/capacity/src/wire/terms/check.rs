//! What requests say of an offering's terms, with every violation.

use domain::capacity::{
    Accessibility, Acuity, AcuteRegion, CatchmentDuty, CatchmentKind, ContactKind, ContactRoute,
    ContractState, ExclusionCriterion, FundingRoute, LanguageCode, LegalRegime, LegalTitle,
    MunicipalityCode, ObservationMode, PayerName, Programme, SexRule, SomaticCapability, Weekday,
};
use proto::capacity::v1;

use super::super::checks::{Checks, MAX_LIST};
use chassis::Path;

const MAX_HOURS: usize = 32;
const MAX_ROUTES: usize = 16;
const MINUTES_A_DAY: u32 = 24 * 60;
/// Thirty days: whoever promises to answer later promises nothing.
const MAX_RESPONSE_MINUTES: u32 = 30 * MINUTES_A_DAY;
const LANGUAGE_FORM: &str = "must be a language of ISO 639-1: two lower-case letters";

/// Checks the terms; a former municipality that pays is led to its successor.
pub(in crate::wire) fn check(
    details: &mut v1::OfferingDetails,
    path: Path<'_>,
    checks: &mut Checks,
) {
    checks.optional_code::<LegalRegime>(path.field("legal_regime"), details.legal_regime);
    checks.codes::<LegalTitle>(path.field("legal_titles"), &details.legal_titles);
    checks.codes::<Programme>(path.field("programmes"), &details.programmes);
    checks.optional_code::<Acuity>(path.field("acuity_max"), details.acuity_max);
    checks.codes::<ObservationMode>(path.field("observation_modes"), &details.observation_modes);
    exclusions(details, path, checks);
    checks.codes::<SomaticCapability>(
        path.field("somatic_capabilities"),
        &details.somatic_capabilities,
    );
    checks.optional_code::<SexRule>(path.field("sex_rule"), details.sex_rule);
    if let Some(interpreter) = &details.interpreter {
        check_interpreter(interpreter, path.field("interpreter"), checks);
    }
    checks.codes::<Accessibility>(path.field("accessibility"), &details.accessibility);
    if let Some(catchment) = &details.catchment {
        check_catchment(catchment, path.field("catchment"), checks);
    }
    checks.codes::<FundingRoute>(path.field("funding_routes"), &details.funding_routes);
    contracts(&mut details.contracts, path.field("contracts"), checks);
    hours(
        &details.admission_hours,
        path.field("admission_hours"),
        checks,
    );
    routes(
        &details.contact_routes,
        path.field("contact_routes"),
        checks,
    );
    let target = path.field("response_target_minutes");
    checks.number(
        target,
        details.response_target_minutes,
        MAX_RESPONSE_MINUTES,
    );
}

fn exclusions(details: &v1::OfferingDetails, path: Path<'_>, checks: &mut Checks) {
    let here = path.field("exclusion_criteria");
    let criteria = checks.codes::<ExclusionCriterion>(here, &details.exclusion_criteria);
    if criteria.len() > 1 && criteria.contains(&ExclusionCriterion::None) {
        checks.refuse(here, "must be none alone, or some without none");
    }
}

fn check_interpreter(interpreter: &v1::Interpreter, path: Path<'_>, checks: &mut Checks) {
    let languages = path.field("languages");
    if interpreter.any_language && !interpreter.languages.is_empty() {
        checks.refuse(languages, "must be empty if any language is offered");
    }
    if checks.at_most(languages, interpreter.languages.len(), MAX_LIST) {
        for (index, language) in interpreter.languages.iter().enumerate() {
            let here = languages.item(index);
            checks.parsed(here, language, LanguageCode::parse, LANGUAGE_FORM);
        }
    }
}

fn check_catchment(catchment: &v1::Catchment, path: Path<'_>, checks: &mut Checks) {
    let kind = checks.required_code::<CatchmentKind>(path.field("kind"), catchment.kind);
    checks.optional_code::<CatchmentDuty>(path.field("duty"), catchment.duty);
    let regions = path.field("acute_regions");
    match kind {
        Some(CatchmentKind::Regional) if catchment.acute_regions.is_empty() => {
            checks.refuse(regions, "must be given for a regional offering");
        }
        Some(CatchmentKind::National) if !catchment.acute_regions.is_empty() => {
            checks.refuse(regions, "must be empty for a national offering");
        }
        Some(CatchmentKind::Regional | CatchmentKind::SupraRegional | CatchmentKind::National)
        | None => {}
    }
    if checks.at_most(regions, catchment.acute_regions.len(), MAX_LIST) {
        for (index, region) in catchment.acute_regions.iter().enumerate() {
            checks.acute_region(regions.item(index), region);
        }
    }
}

fn contracts(contracts: &mut [v1::Contract], path: Path<'_>, checks: &mut Checks) {
    if !checks.at_most(path, contracts.len(), MAX_LIST) {
        return;
    }
    let mut known: Vec<PayerName> = Vec::new();
    for (index, contract) in contracts.iter_mut().enumerate() {
        let here = path.item(index);
        checks.required_code::<ContractState>(here.field("state"), contract.state);
        let Some(payer) = checks.payer(here.field("payer"), &contract.payer) else {
            continue;
        };
        if known.iter().any(|other| other.is_same(&payer)) {
            checks.refuse(here.field("payer"), "is named more than once");
        }
        payer.as_str().clone_into(&mut contract.payer);
        known.push(payer);
    }
}

fn hours(hours: &[v1::AdmissionHours], path: Path<'_>, checks: &mut Checks) {
    if !checks.at_most(path, hours.len(), MAX_HOURS) {
        return;
    }
    for (index, hours) in hours.iter().enumerate() {
        let here = path.item(index);
        checks.codes::<Weekday>(here.field("weekdays"), &hours.weekdays);
        if hours.weekdays.is_empty() {
            checks.refuse(here.field("weekdays"), "must name at least one day");
        }
        if hours.until_minute > MINUTES_A_DAY {
            let form = "must be minutes since midnight, at most 1440";
            checks.refuse(here.field("until_minute"), form);
        }
        if hours.from_minute >= hours.until_minute {
            let form = "must be later than from_minute; over midnight give two entries";
            checks.refuse(here.field("until_minute"), form);
        }
    }
}

fn routes(routes: &[v1::ContactRoute], path: Path<'_>, checks: &mut Checks) {
    if !checks.at_most(path, routes.len(), MAX_ROUTES) {
        return;
    }
    for (index, route) in routes.iter().enumerate() {
        let here = path.item(index);
        let kind = checks.required_code::<ContactKind>(here.field("kind"), route.kind);
        checks.name(here.field("address"), &route.address);
        if let Some(kind) = kind
            && ContactRoute::parse(kind, &route.address).is_none()
        {
            checks.refuse(here.field("address"), form_of(kind));
        }
    }
}

fn form_of(kind: ContactKind) -> &'static str {
    match kind {
        ContactKind::Phone => "must be a telephone number: digits, spaces, dashes, perhaps a plus",
        ContactKind::Email | ContactKind::SecureEmail => {
            "must be the address of a mailbox of the organisation"
        }
        ContactKind::Website | ContactKind::Endpoint => {
            "must be an address that begins with https://"
        }
        ContactKind::ReferralPlatform => "must be a code of 1 to 200 characters",
    }
}

impl Checks {
    /// A region for acute care.
    pub(in crate::wire) fn acute_region(
        &mut self,
        path: Path<'_>,
        region: &str,
    ) -> Option<AcuteRegion> {
        let form = "must be 1 to 40 lower-case letters, digits and dashes";
        self.parsed(path, region, AcuteRegion::parse, form)
    }

    /// An insurer or a municipality that pays; a former municipality is led to its successor.
    pub(in crate::wire) fn payer(&mut self, path: Path<'_>, payer: &str) -> Option<PayerName> {
        if MunicipalityCode::parse(payer).is_some() {
            return self.municipality(path, payer).and_then(PayerName::parse);
        }
        let insurer = self.insurer(path, payer)?;
        PayerName::parse(insurer.as_str())
    }
}
