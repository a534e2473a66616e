//! What is asked of the terms: contract → what the view looks for.

use std::collections::BTreeSet;

use domain::capacity::{
    Acuity, ExclusionCriterion, FundingRoute, LanguageCode, LegalRegime, LegalTitle, PlaceKind,
    Programme, SecurityLevel, Sex,
};
use proto::capacity::v1;

use super::checks::Checks;
use super::codes::Coded;
use crate::view::{Bits, Needs, Ready};
use chassis::Path;

/// A year: nobody knows what becomes free later.
const MAX_HOURS: u32 = 8_760;
const LANGUAGE_FORM: &str = "must be a language of ISO 639-1: two lower-case letters";

/// Reads what is asked, with all that is wrong with it.
pub(super) fn check(filter: &v1::CapacityFilter, path: Path<'_>, checks: &mut Checks) -> Needs {
    let levels = path.field("security_levels");
    let levels = checks.codes::<SecurityLevel>(levels, &filter.security_levels);
    let kinds = checks.codes::<PlaceKind>(path.field("place_kinds"), &filter.place_kinds);
    let title = checks.optional_code::<LegalTitle>(path.field("legal_title"), filter.legal_title);
    let programmes = checks.codes::<Programme>(path.field("programmes"), &filter.programmes);
    let flags = path.field("not_excluding");
    let flags = checks.codes::<ExclusionCriterion>(flags, &filter.not_excluding);
    // It holds for nobody: it is what an offering says that excludes nobody.
    if flags.contains(&ExclusionCriterion::None) {
        checks.refuse(path.field("not_excluding"), "none holds for no person");
    }
    if filter.only_contracted && filter.payer.is_empty() {
        checks.refuse(path.field("only_contracted"), "needs a payer");
    }
    let regime = path.field("legal_regime");
    Needs {
        security_levels: Bits::of(levels.into_iter().map(|level| level as u32)),
        place_kinds: Bits::of(kinds.into_iter().map(|kind| kind as u32)),
        legal_title: Bits::of(title.map(|title| title as u32)),
        programmes: Bits::of(programmes.into_iter().map(|programme| programme as u32)),
        not_excluding: Bits::of(flags.into_iter().map(|flag| flag as u32)),
        legal_regime: checks.optional_code::<LegalRegime>(regime, filter.legal_regime),
        acuity: checks.optional_code::<Acuity>(path.field("acuity"), filter.acuity),
        observation_modes: set(
            checks,
            path.field("observation_modes"),
            &filter.observation_modes,
        ),
        seclusion_room: filter.seclusion_room,
        sex: checks.optional_code::<Sex>(path.field("sex"), filter.sex),
        somatic: set(checks, path.field("somatic_needs"), &filter.somatic_needs),
        accessibility: set(checks, path.field("accessibility"), &filter.accessibility),
        interpreter_language: interpreter_language(filter, path, checks),
        funding_route: checks
            .optional_code::<FundingRoute>(path.field("funding_route"), filter.funding_route),
        payer: stated(&filter.payer).and_then(|payer| checks.payer(path.field("payer"), payer)),
        only_contracted: filter.only_contracted,
        acute_region: stated(&filter.acute_region)
            .and_then(|region| checks.acute_region(path.field("acute_region"), region)),
        catchments: set(checks, path.field("catchments"), &filter.catchments),
        free_within_hours: free_within(filter, path, checks),
        ready_within: ready_within(filter, path, checks),
    }
}

fn set<T: Coded + Ord>(checks: &mut Checks, path: Path<'_>, codes: &[i32]) -> BTreeSet<T> {
    checks.codes(path, codes).into_iter().collect()
}

fn stated(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

fn interpreter_language(
    filter: &v1::CapacityFilter,
    path: Path<'_>,
    checks: &mut Checks,
) -> Option<LanguageCode> {
    let language = stated(&filter.interpreter_language)?;
    let here = path.field("interpreter_language");
    checks.parsed(here, language, LanguageCode::parse, LANGUAGE_FORM)
}

fn free_within(filter: &v1::CapacityFilter, path: Path<'_>, checks: &mut Checks) -> Option<u32> {
    let hours = filter.free_within_hours?;
    if !(1..=MAX_HOURS).contains(&hours) {
        let form = format!("must be between 1 and {MAX_HOURS}");
        checks.refuse(path.field("free_within_hours"), form);
    }
    Some(hours)
}

fn ready_within(filter: &v1::CapacityFilter, path: Path<'_>, checks: &mut Checks) -> Option<Ready> {
    match filter.ready_within_hours {
        None => None,
        Some(24) => Some(Ready::Within24Hours),
        Some(72) => Some(Ready::Within72Hours),
        Some(_) => {
            let here = path.field("ready_within_hours");
            checks.refuse(here, "must be 24 or 72: nothing else is reported");
            None
        }
    }
}
