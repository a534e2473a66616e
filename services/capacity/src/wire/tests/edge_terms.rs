//! What requests are refused for: terms, forecasts and bands.

use proto::capacity::v1;

use super::edge::{details, publication, publish, report, report_with, wrong_fields};
use crate::wire::request::{self, Transport};

fn contract(payer: &str) -> v1::Contract {
    v1::Contract {
        payer: payer.into(),
        state: v1::ContractState::Contracted.into(),
    }
}

#[test]
fn everything_that_is_wrong_with_terms_is_said_at_once() {
    let wrong = publish(publication(v1::OfferingDetails {
        legal_regime: 99,
        legal_titles: vec![1, 0],
        exclusion_criteria: vec![
            v1::ExclusionCriterion::None.into(),
            v1::ExclusionCriterion::RecentViolence.into(),
        ],
        interpreter: Some(v1::Interpreter {
            any_language: true,
            languages: vec!["nld".into()],
        }),
        catchment: Some(v1::Catchment {
            kind: v1::CatchmentKind::National.into(),
            acute_regions: vec!["Groningen".into()],
            duty: 9,
        }),
        contracts: vec![contract("VGZ"), contract("vgz"), contract("GM9999")],
        admission_hours: vec![v1::AdmissionHours {
            weekdays: vec![],
            from_minute: 1_200,
            until_minute: 480,
        }],
        contact_routes: vec![v1::ContactRoute {
            kind: v1::ContactKind::Email.into(),
            address: "bel mij".into(),
        }],
        response_target_minutes: Some(u32::MAX),
        ..details()
    }));
    let expected = [
        "details.legal_regime",
        "details.legal_titles[1]",
        "details.exclusion_criteria",
        "details.interpreter.languages",
        "details.interpreter.languages[0]",
        "details.catchment.duty",
        "details.catchment.acute_regions",
        "details.catchment.acute_regions[0]",
        "details.contracts[1].payer",
        "details.contracts[2].payer",
        "details.admission_hours[0].weekdays",
        "details.admission_hours[0].until_minute",
        "details.contact_routes[0].address",
        "details.response_target_minutes",
    ];
    assert_eq!(wrong, expected);
}

#[test]
fn a_former_municipality_that_pays_is_led_to_its_successor() {
    let terms = v1::OfferingDetails {
        contracts: vec![contract("GM0017")],
        ..details()
    };
    let order = request::publish(publication(terms), &Transport::default()).unwrap();
    let domain::capacity::Command::Publish(publication) = order.call.command else {
        panic!("not a publication");
    };
    let terms = publication.details.terms.unwrap();
    let payer = domain::capacity::PayerName::parse("GM0014").unwrap();
    assert!(terms.contract_with(&payer).is_some());
}

#[test]
fn an_independent_practice_that_is_not_shown_by_itself_has_no_address() {
    let practice = v1::OfferingDetails {
        provider_id: "nza:7".into(),
        provider_name: String::new(),
        provider_kind: v1::ProviderKind::IndependentPractice.into(),
        contact_routes: vec![v1::ContactRoute {
            kind: v1::ContactKind::Website.into(),
            address: "https://jansen.example".into(),
        }],
        ..details()
    };
    assert_eq!(publish(publication(practice)), ["details.contact_routes"]);
}

#[test]
fn everything_that_is_wrong_with_a_forecast_is_said_at_once() {
    let counts = v1::Counts {
        funded: Some(3),
        occupied: 2,
        available: 1,
        rooms_free_women: Some(2),
        funded_by_route: vec![
            v1::FundedPlaces {
                route: v1::FundingRoute::Zvw.into(),
                count: 2,
            };
            2
        ],
        forecast: Some(v1::Forecast {
            additional_24h: Some(3),
            additional_72h: Some(2),
            expected_free_at: vec![prost_types::Timestamp::default()],
            reserve_7d: Some(u32::MAX),
            ready_for_discharge: vec![v1::ReadyForDischarge {
                missing_step: 0,
                count: 3,
            }],
        }),
        ..Default::default()
    };
    let waits = vec![v1::Wait {
        waiting_count: Some(5),
        waiting_since: vec![
            v1::WaitingBand {
                since: v1::WaitingSince::Over12Months.into(),
                count: Some(6),
            },
            v1::WaitingBand::default(),
        ],
        ..Default::default()
    }];
    let wrong = report_with(v1::Report {
        counts: Some(counts),
        waits,
        ..report()
    });
    let expected = [
        "report.counts.rooms_free_women",
        "report.counts.funded_by_route[1].route",
        "report.counts.funded_by_route",
        "report.counts.forecast.reserve_7d",
        "report.counts.forecast.additional_72h",
        "report.counts.forecast.expected_free_at[0]",
        "report.counts.forecast.ready_for_discharge[0].missing_step",
        "report.counts.forecast.ready_for_discharge",
        "report.waits[0].waiting_since[1].since",
        "report.waits[0].waiting_since[1].count",
        "report.waits[0].waiting_since",
    ];
    assert_eq!(wrong, expected);
}

#[test]
fn a_term_can_be_changed_by_its_name() {
    let request = v1::ChangeOfferingRequest {
        offering_id: "one".into(),
        details: Some(v1::OfferingDetails {
            legal_titles: vec![v1::LegalTitle::Voluntary.into()],
            ..Default::default()
        }),
        update_mask: Some(prost_types::FieldMask {
            paths: vec!["legal_titles".into(), "response_target".into()],
        }),
        ..Default::default()
    };
    let wrong = wrong_fields(request::change(request, |_| None, &Transport::default()));
    assert_eq!(wrong, ["update_mask[1]"]);
}

#[test]
fn every_field_of_the_terms_has_a_name_that_the_contract_knows() {
    let descriptor = format!("{:?}", details());
    for (name, _) in crate::wire::terms::FIELDS {
        assert!(descriptor.contains(&format!("{name}: ")), "{name}");
    }
}

#[test]
fn everything_that_is_wrong_with_a_question_about_terms_is_said_at_once() {
    let filter = v1::CapacityFilter {
        legal_title: 99,
        programmes: vec![0],
        not_excluding: vec![v1::ExclusionCriterion::None.into()],
        interpreter_language: "Tigrinya".into(),
        only_contracted: true,
        acute_region: "Noord".into(),
        free_within_hours: Some(0),
        ready_within_hours: Some(48),
        ..Default::default()
    };
    let request = v1::FindCapacityRequest {
        filter: Some(filter),
        ..Default::default()
    };
    let mut wrong = wrong_fields(crate::wire::find(
        request,
        domain::Timestamp::from_millis(1_780_000_000_000),
    ));
    wrong.sort();
    let expected = [
        "filter.acute_region",
        "filter.free_within_hours",
        "filter.interpreter_language",
        "filter.legal_title",
        "filter.not_excluding",
        "filter.only_contracted",
        "filter.programmes[0]",
        "filter.ready_within_hours",
    ];
    assert_eq!(wrong, expected);
}
