//! Any terms and any forecast there may be.

use std::collections::{BTreeMap, BTreeSet};

use domain::capacity::{
    AcuteRegion, AdmissionHours, Breakdown, Catchment, CatchmentDuty, CatchmentKind, ContactKind,
    ContactRoute, ContractState, Forecast, FundingRoute, Interpreter, LanguageCode, NextStep,
    PayerName, Terms, WaitingSince, Weekday,
};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option::of;
use proptest::prelude::*;

use super::any::{coded, insurer, moment, set};

fn interpreter() -> impl Strategy<Value = Interpreter> {
    let language = "[a-z]{2}".prop_map(|code| LanguageCode::parse(&code).unwrap());
    prop_oneof![
        Just(Interpreter::AnyLanguage),
        set(language).prop_map(Interpreter::Languages),
    ]
}

fn catchment() -> impl Strategy<Value = Catchment> {
    let region = "[a-z]{1,8}".prop_map(|region| AcuteRegion::parse(&region).unwrap());
    let regions = btree_set(region, 1..4);
    (
        coded::<CatchmentKind>(),
        regions,
        of(coded::<CatchmentDuty>()),
    )
        .prop_map(|(kind, regions, duty)| {
            let regions = if kind == CatchmentKind::National {
                BTreeSet::new()
            } else {
                regions
            };
            Catchment::parse(kind, regions, duty).unwrap()
        })
}

fn hours() -> impl Strategy<Value = AdmissionHours> {
    let days = btree_set(coded::<Weekday>(), 1..4);
    (days, 0_u32..700, 700_u32..=1_440)
        .prop_map(|(days, from, until)| AdmissionHours::parse(days, from, until).unwrap())
}

fn route() -> impl Strategy<Value = ContactRoute> {
    prop_oneof![
        "[0-9]{10}".prop_map(|number| ContactRoute::parse(ContactKind::Phone, &number).unwrap()),
        "[a-z]{1,9}@[a-z]{1,9}\\.nl".prop_map(|mailbox| ContactRoute::parse(
            ContactKind::SecureEmail,
            &mailbox
        )
        .unwrap()),
        "https://[a-z]{1,9}\\.nl"
            .prop_map(|page| ContactRoute::parse(ContactKind::Website, &page).unwrap()),
    ]
}

pub(super) fn terms() -> impl Strategy<Value = Terms> {
    let law = (of(coded()), set(coded()), set(coded()), of(coded()));
    let safety = (set(coded()), of(any::<bool>()), set(coded()), set(coded()));
    let people = (
        of(coded()),
        of(interpreter()),
        set(coded()),
        of(catchment()),
    );
    let contract = (
        insurer().prop_map(|name| PayerName::parse(name.as_str()).unwrap()),
        coded::<ContractState>(),
    );
    let payment = (set(coded()), vec(contract, 0..3));
    let reach = (set(hours()), set(route()), of(0_u32..40_000));
    let law = law.boxed();
    (
        law,
        safety.boxed(),
        people.boxed(),
        payment.boxed(),
        reach.boxed(),
    )
        .prop_map(|(law, safety, people, payment, reach)| Terms {
            legal_regime: law.0,
            legal_titles: law.1,
            programmes: law.2,
            acuity_max: law.3,
            observation_modes: safety.0,
            seclusion_room: safety.1,
            exclusion_criteria: safety.2,
            somatic_capabilities: safety.3,
            sex_rule: people.0,
            interpreter: people.1,
            accessibility: people.2,
            catchment: people.3,
            funding_routes: payment.0,
            contracts: payment.1.into_iter().collect(),
            admission_hours: reach.0,
            contact_routes: reach.1,
            response_target_minutes: reach.2,
        })
}

/// Any forecast, and numbers of rooms.
pub(super) fn forecast() -> impl Strategy<Value = (Forecast, (Option<u32>, Option<u32>))> {
    let places = (of(0_u32..5), of(5_u32..9), of(0_u32..9));
    let ready = btree_map(coded::<NextStep>(), 0_u32..9, 0..3);
    let rooms = (of(0_u32..9), of(0_u32..9));
    (places, vec(moment(), 0..3), ready, rooms).prop_map(|(places, moments, ready, rooms)| {
        let forecast = Forecast {
            additional_24h: places.0,
            additional_72h: places.1,
            expected_free_at: moments,
            reserve_7d: places.2,
            ready_for_discharge: ready,
        };
        (forecast, rooms)
    })
}

/// The forecast without those ready for discharge, if they are more than those who are there.
pub(super) fn among(forecast: Forecast, occupied: u32) -> Forecast {
    let ready: u32 = forecast.ready_for_discharge.values().sum();
    if ready <= occupied {
        return forecast;
    }
    Forecast {
        ready_for_discharge: BTreeMap::new(),
        ..forecast
    }
}

/// Parts that fit the counts.
pub(super) fn breakdown(
    rooms: (Option<u32>, Option<u32>),
    available: u32,
    funded: Option<u32>,
) -> Breakdown {
    let by_route = funded.map(|funded| [(FundingRoute::Zvw, funded / 2), (FundingRoute::Wlz, 0)]);
    Breakdown {
        rooms_free_women: rooms.0.map(|rooms| rooms.min(available)),
        rooms_free_men: rooms.1.map(|rooms| rooms.min(available)),
        funded_by_route: by_route.into_iter().flatten().collect(),
    }
}

pub(super) fn bands() -> impl Strategy<Value = BTreeMap<WaitingSince, u32>> {
    btree_map(coded::<WaitingSince>(), 0_u32..40, 0..5)
}
