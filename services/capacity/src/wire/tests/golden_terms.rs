//! Terms and forecasts as they were written by every version that had them.

use std::collections::BTreeMap;

use chassis::{Codec, Recorded};
use domain::capacity::{
    Accessibility, Acuity, AcuteRegion, AdmissionHours, Breakdown, Catchment, CatchmentDuty,
    CatchmentKind, ContactKind, ContactRoute, ContractState, Details, Event, ExclusionCriterion,
    Forecast, FundingRoute, Interpreter, LanguageCode, LegalRegime, LegalTitle, NextStep,
    ObservationMode, PayerName, Programme, Report, SexRule, SomaticCapability, SourceClass, Terms,
    UncheckedCounts, Wait, WaitingSince, Weekday,
};

use super::golden::{AT, golden, least};
use crate::wire::Wire;

golden!(
    offering_published_terms_1,
    "offering-published-terms-1.bin",
    vec![
        Event::OfferingPublished(Box::new(Details {
            terms: terms().kept(),
            ..least()
        })),
        Event::OfferingChanged(Box::new(Details {
            terms: other_terms().kept(),
            ..least()
        })),
    ]
);
golden!(
    capacity_reported_forecast_1,
    "capacity-reported-forecast-1.bin",
    vec![Event::CapacityReported {
        report: report(),
        received_at: AT
    }]
);

fn terms() -> Terms {
    let regions = ["drenthe", "groningen"].map(|region| AcuteRegion::parse(region).unwrap());
    let duty = Some(CatchmentDuty::Duty);
    Terms {
        legal_regime: Some(LegalRegime::WvggzAndWzd),
        legal_titles: [LegalTitle::Voluntary, LegalTitle::WfzArticle23].into(),
        programmes: [Programme::Detox, Programme::MotherAndBaby].into(),
        acuity_max: Some(Acuity::VeryHigh),
        observation_modes: [ObservationMode::IntensiveCareUnit].into(),
        seclusion_room: Some(false),
        exclusion_criteria: [ExclusionCriterion::RecentViolence].into(),
        somatic_capabilities: [SomaticCapability::DialysisNearby].into(),
        sex_rule: Some(SexRule::SeparateRooms),
        interpreter: Some(Interpreter::Languages(
            [LanguageCode::parse("ti").unwrap()].into(),
        )),
        accessibility: [Accessibility::SignLanguage].into(),
        catchment: Catchment::parse(CatchmentKind::Regional, regions.into(), duty),
        funding_routes: [FundingRoute::Zvw, FundingRoute::Wmo].into(),
        contracts: [
            (PayerName::parse("3311").unwrap(), ContractState::Contracted),
            (PayerName::parse("GM0014").unwrap(), ContractState::Unknown),
        ]
        .into(),
        admission_hours: [AdmissionHours::parse(
            [Weekday::Monday, Weekday::Sunday].into(),
            0,
            1_440,
        )
        .unwrap()]
        .into(),
        contact_routes: [
            ContactRoute::parse(ContactKind::Phone, "+31 50 1234567").unwrap(),
            ContactRoute::parse(ContactKind::ReferralPlatform, "ZD 4711").unwrap(),
        ]
        .into(),
        response_target_minutes: Some(0),
    }
}

fn other_terms() -> Terms {
    Terms {
        interpreter: Some(Interpreter::AnyLanguage),
        catchment: Catchment::parse(CatchmentKind::National, [].into(), None),
        seclusion_room: Some(true),
        ..Terms::default()
    }
}

fn report() -> Report {
    let breakdown = Breakdown {
        rooms_free_women: Some(0),
        rooms_free_men: Some(2),
        funded_by_route: [(FundingRoute::Zvw, 9), (FundingRoute::Wlz, 1)].into(),
    };
    let forecast = Forecast {
        additional_24h: Some(0),
        additional_72h: Some(2),
        expected_free_at: vec![AT.plus_millis(3_600_000), AT.plus_millis(7_200_000)],
        reserve_7d: Some(4),
        ready_for_discharge: [(NextStep::ShelteredLiving, 3), (NextStep::NotStated, 1)].into(),
    };
    let counts = UncheckedCounts {
        funded: Some(10),
        occupied: 8,
        available: 2,
        breakdown: breakdown.kept(),
        forecast: forecast.kept(),
        ..UncheckedCounts::default()
    };
    Report {
        sequence: None,
        observed_at: AT,
        effective_at: None,
        valid_until: None,
        source_class: SourceClass::Derived,
        reporter_role: None,
        counts: counts.check(0).ok(),
        waits: vec![Wait {
            waiting_since: BTreeMap::from([
                (WaitingSince::Under1Month, 3),
                (WaitingSince::Over12Months, 0),
            ]),
            ..Wait::default()
        }],
    }
}
