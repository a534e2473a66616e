//! Whom an offering accepts, and on what terms: contract ↔ domain.

mod check;
mod patch;

use std::collections::BTreeSet;

use domain::capacity::{
    AcuteRegion, AdmissionHours, Catchment, ContactRoute, Interpreter, LanguageCode, PayerName,
    Terms,
};
use proto::capacity::v1;

use super::codes::{Coded, code_of};
use super::details::texts;
use super::unreadable::{Read, Unreadable, each, optional, required};

pub(super) use check::check;
pub(super) use patch::{FIELDS, with_field};

/// Writes the terms into a description.
pub(super) fn encode(terms: &Terms, details: &mut v1::OfferingDetails) {
    details.legal_regime = code_of(terms.legal_regime);
    details.legal_titles = codes_of(&terms.legal_titles);
    details.programmes = codes_of(&terms.programmes);
    details.acuity_max = code_of(terms.acuity_max);
    details.observation_modes = codes_of(&terms.observation_modes);
    details.seclusion_room = terms.seclusion_room;
    details.exclusion_criteria = codes_of(&terms.exclusion_criteria);
    details.somatic_capabilities = codes_of(&terms.somatic_capabilities);
    details.sex_rule = code_of(terms.sex_rule);
    details.interpreter = terms.interpreter.as_ref().map(encode_interpreter);
    details.accessibility = codes_of(&terms.accessibility);
    details.catchment = terms.catchment.as_ref().map(|catchment| v1::Catchment {
        kind: catchment.kind().code(),
        acute_regions: texts(catchment.acute_regions()),
        duty: code_of(catchment.duty()),
    });
    details.funding_routes = codes_of(&terms.funding_routes);
    let contracts = terms.contracts.iter().map(|(payer, state)| v1::Contract {
        payer: payer.to_string(),
        state: state.code(),
    });
    details.contracts = contracts.collect();
    let hours = terms
        .admission_hours
        .iter()
        .map(|hours| v1::AdmissionHours {
            weekdays: codes_of(hours.weekdays()),
            from_minute: hours.from_minute().into(),
            until_minute: hours.until_minute().into(),
        });
    details.admission_hours = hours.collect();
    let routes = terms.contact_routes.iter().map(|route| v1::ContactRoute {
        kind: route.kind().code(),
        address: route.address().to_owned(),
    });
    details.contact_routes = routes.collect();
    details.response_target_minutes = terms.response_target_minutes;
}

fn codes_of<'a, T: Coded + 'a>(values: impl IntoIterator<Item = &'a T>) -> Vec<i32> {
    values.into_iter().map(|value| value.code()).collect()
}

fn encode_interpreter(interpreter: &Interpreter) -> v1::Interpreter {
    match interpreter {
        Interpreter::AnyLanguage => v1::Interpreter {
            any_language: true,
            languages: Vec::new(),
        },
        Interpreter::Languages(languages) => v1::Interpreter {
            any_language: false,
            languages: texts(languages),
        },
    }
}

/// Reads what was stored, or what was checked before.
pub(super) fn decode(details: &v1::OfferingDetails) -> Read<Option<Box<Terms>>> {
    let contracts = details.contracts.iter().map(|contract| {
        let payer = PayerName::parse(&contract.payer).ok_or(Unreadable::new("payer"))?;
        Ok((payer, required(contract.state, "contracts.state")?))
    });
    let terms = Terms {
        legal_regime: optional(details.legal_regime, "legal_regime")?,
        legal_titles: codes(&details.legal_titles, "legal_titles")?,
        programmes: codes(&details.programmes, "programmes")?,
        acuity_max: optional(details.acuity_max, "acuity_max")?,
        observation_modes: codes(&details.observation_modes, "observation_modes")?,
        seclusion_room: details.seclusion_room,
        exclusion_criteria: codes(&details.exclusion_criteria, "exclusion_criteria")?,
        somatic_capabilities: codes(&details.somatic_capabilities, "somatic_capabilities")?,
        sex_rule: optional(details.sex_rule, "sex_rule")?,
        interpreter: details
            .interpreter
            .as_ref()
            .map(decode_interpreter)
            .transpose()?,
        accessibility: codes(&details.accessibility, "accessibility")?,
        catchment: details
            .catchment
            .as_ref()
            .map(decode_catchment)
            .transpose()?,
        funding_routes: codes(&details.funding_routes, "funding_routes")?,
        contracts: contracts.collect::<Read<_>>()?,
        admission_hours: details
            .admission_hours
            .iter()
            .map(decode_hours)
            .collect::<Read<_>>()?,
        contact_routes: details
            .contact_routes
            .iter()
            .map(decode_route)
            .collect::<Read<_>>()?,
        response_target_minutes: details.response_target_minutes,
    };
    Ok(terms.kept())
}

fn codes<T: Coded + Ord>(codes: &[i32], field: &'static str) -> Read<BTreeSet<T>> {
    codes.iter().map(|code| required(*code, field)).collect()
}

fn decode_interpreter(interpreter: &v1::Interpreter) -> Read<Interpreter> {
    if interpreter.any_language {
        return Ok(Interpreter::AnyLanguage);
    }
    let languages = each(
        &interpreter.languages,
        LanguageCode::parse,
        "interpreter.languages",
    )?;
    Ok(Interpreter::Languages(languages))
}

fn decode_catchment(catchment: &v1::Catchment) -> Read<Catchment> {
    let regions = each(
        &catchment.acute_regions,
        AcuteRegion::parse,
        "catchment.acute_regions",
    )?;
    let kind = required(catchment.kind, "catchment.kind")?;
    let duty = optional(catchment.duty, "catchment.duty")?;
    Catchment::parse(kind, regions, duty).ok_or(Unreadable::new("catchment"))
}

fn decode_hours(hours: &v1::AdmissionHours) -> Read<AdmissionHours> {
    let weekdays = codes(&hours.weekdays, "admission_hours.weekdays")?;
    AdmissionHours::parse(weekdays, hours.from_minute, hours.until_minute)
        .ok_or(Unreadable::new("admission_hours"))
}

fn decode_route(route: &v1::ContactRoute) -> Read<ContactRoute> {
    let kind = required(route.kind, "contact_routes.kind")?;
    ContactRoute::parse(kind, &route.address).ok_or(Unreadable::new("contact_routes"))
}
