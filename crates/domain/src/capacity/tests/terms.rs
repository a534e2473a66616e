use super::*;
use proptest::prelude::*;

fn every_term() -> Terms {
    Terms {
        legal_regime: Some(LegalRegime::Wvggz),
        legal_titles: [LegalTitle::WvggzCrisisMeasure].into(),
        programmes: [Programme::Psychosis].into(),
        acuity_max: Some(Acuity::High),
        observation_modes: [ObservationMode::OneToOne].into(),
        seclusion_room: Some(false),
        exclusion_criteria: [ExclusionCriterion::ActiveFireSetting].into(),
        somatic_capabilities: [SomaticCapability::Drip].into(),
        sex_rule: Some(SexRule::SeparateRooms),
        interpreter: Some(Interpreter::AnyLanguage),
        accessibility: [Accessibility::StepFree].into(),
        catchment: Catchment::parse(CatchmentKind::National, [].into(), None),
        funding_routes: [FundingRoute::Zvw].into(),
        contracts: [(PayerName::parse("VGZ").unwrap(), ContractState::Contracted)].into(),
        admission_hours: AdmissionHours::parse([Weekday::Monday].into(), 540, 1_020)
            .into_iter()
            .collect(),
        contact_routes: ContactRoute::parse(ContactKind::Phone, "050 1234567")
            .into_iter()
            .collect(),
        response_target_minutes: Some(30),
    }
}

const FIELDS: [TermsField; 17] = [
    TermsField::LegalRegime,
    TermsField::LegalTitles,
    TermsField::Programmes,
    TermsField::AcuityMax,
    TermsField::ObservationModes,
    TermsField::SeclusionRoom,
    TermsField::ExclusionCriteria,
    TermsField::SomaticCapabilities,
    TermsField::SexRule,
    TermsField::Interpreter,
    TermsField::Accessibility,
    TermsField::Catchment,
    TermsField::FundingRoutes,
    TermsField::Contracts,
    TermsField::AdmissionHours,
    TermsField::ContactRoutes,
    TermsField::ResponseTargetMinutes,
];

#[test]
fn every_term_can_be_changed_by_itself_and_taken_back() {
    let stated = Details {
        terms: every_term().kept(),
        ..details()
    };
    let mut patched = details();
    for field in FIELDS.map(DetailsField::Terms) {
        let one = |details: &Details| Patch {
            details: details.clone(),
            fields: vec![field],
        };
        let alone = details().patched(&one(&stated));
        assert_ne!(alone, details(), "{field:?} changes nothing");
        assert_eq!(
            alone.patched(&one(&details())),
            details(),
            "{field:?} stays"
        );
        patched = patched.patched(&one(&stated));
    }
    assert_eq!(patched, stated);
}

#[test]
fn an_offering_that_states_no_terms_keeps_none() {
    assert_eq!(Terms::default().kept(), None);
    assert_eq!(Forecast::default().kept(), None);
    assert_eq!(Breakdown::default().kept(), None);
}

#[test]
fn a_regional_offering_names_its_regions_and_a_national_one_has_none() {
    let north = AcuteRegion::parse("noord").unwrap();
    let own = std::slice::from_ref(&north);
    let parse = |kind, regions: &[AcuteRegion], duty| {
        Catchment::parse(kind, regions.iter().cloned().collect(), duty)
    };
    assert_eq!(parse(CatchmentKind::Regional, &[], None), None);
    assert_eq!(parse(CatchmentKind::National, own, None), None);
    let takes = |kind, duty| {
        let catchment = parse(kind, own, duty).unwrap();
        [
            catchment.takes_from(&north),
            catchment.takes_from(&AcuteRegion::parse("zuid").unwrap()),
        ]
    };
    let duty = Some(CatchmentDuty::Duty);
    assert_eq!(takes(CatchmentKind::Regional, duty), [true, false]);
    assert_eq!(takes(CatchmentKind::Regional, None), [true, false]);
    let free = Some(CatchmentDuty::Free);
    assert_eq!(takes(CatchmentKind::SupraRegional, free), [true, true]);
    let national = parse(CatchmentKind::National, &[], None).unwrap();
    assert!(national.takes_from(&north));
}

#[test]
fn an_accommodation_registered_under_both_acts_is_registered_under_each() {
    let both = LegalRegime::WvggzAndWzd;
    assert!(both.covers(LegalRegime::Wvggz) && both.covers(LegalRegime::Wzd));
    assert!(!LegalRegime::Wzd.covers(LegalRegime::Wvggz));
    assert!(!LegalRegime::Wvggz.covers(both) && !LegalRegime::None.covers(LegalRegime::Wzd));
}

#[test]
fn an_address_has_the_form_of_its_kind() {
    let right = [
        (ContactKind::Phone, "+31 50-1234567"),
        (ContactKind::SecureEmail, "aanmelding@ggz.example"),
        (ContactKind::Website, "https://ggz.example/aanmelden"),
        (ContactKind::ReferralPlatform, "ZD 4711"),
    ];
    for (kind, address) in right {
        assert!(ContactRoute::parse(kind, address).is_some(), "{address}");
    }
    let wrong = [
        (ContactKind::Phone, "bel mij"),
        (ContactKind::Email, "aanmelding"),
        (ContactKind::Endpoint, "http://ggz.example"),
        (ContactKind::ReferralPlatform, ""),
    ];
    for (kind, address) in wrong {
        assert!(ContactRoute::parse(kind, address).is_none(), "{address}");
    }
}

fn checked(breakdown: Breakdown, forecast: Forecast) -> Result<Counts, CountsError> {
    let counts = UncheckedCounts {
        funded: Some(10),
        occupied: 8,
        available: 2,
        breakdown: breakdown.kept(),
        forecast: forecast.kept(),
        ..UncheckedCounts::default()
    };
    counts.check(0)
}

#[test]
fn no_part_of_a_count_is_more_than_the_whole() {
    let rooms = Breakdown {
        rooms_free_men: Some(3),
        ..Breakdown::default()
    };
    assert_eq!(
        checked(rooms, Forecast::default()),
        Err(CountsError::MoreRoomsThanAvailable {
            rooms: 3,
            available: 2
        })
    );
    let routes = Breakdown {
        funded_by_route: [(FundingRoute::Zvw, 6), (FundingRoute::Wlz, 5)].into(),
        ..Breakdown::default()
    };
    assert_eq!(
        checked(routes, Forecast::default()),
        Err(CountsError::MoreByRouteThanFunded {
            by_route: 11,
            funded: 10
        })
    );
    let ready = Forecast {
        ready_for_discharge: [(NextStep::Home, 9)].into(),
        ..Forecast::default()
    };
    assert_eq!(
        checked(Breakdown::default(), ready),
        Err(CountsError::MoreReadyThanOccupied {
            ready: 9,
            occupied: 8
        })
    );
    let sooner = Forecast {
        additional_24h: Some(2),
        additional_72h: Some(1),
        ..Forecast::default()
    };
    assert_eq!(
        checked(Breakdown::default(), sooner),
        Err(CountsError::MoreWithin24Hours {
            within_24h: 2,
            within_72h: 1
        })
    );
}

#[test]
fn forecasts_that_name_the_same_moments_say_the_same() {
    let free_at = |moments: &[i64]| {
        let forecast = Forecast {
            expected_free_at: moments.iter().copied().map(at).collect(),
            ..Forecast::default()
        };
        forecast.kept()
    };
    assert_eq!(free_at(&[3, 1, 1]), free_at(&[1, 3, 1]));
    assert_ne!(free_at(&[3, 1, 1]), free_at(&[1, 3]));
}

#[test]
fn every_part_of_a_forecast_is_in_the_fingerprint() {
    let with = |change: fn(&mut Breakdown, &mut Forecast, &mut Wait)| {
        let (mut breakdown, mut forecast) = (Breakdown::default(), Forecast::default());
        let mut wait = wait(7);
        change(&mut breakdown, &mut forecast, &mut wait);
        let counts = UncheckedCounts {
            occupied: 5,
            available: 5,
            breakdown: breakdown.kept(),
            forecast: forecast.kept(),
            ..UncheckedCounts::default()
        };
        let report = Report {
            counts: counts.check(0).ok(),
            waits: vec![wait],
            ..report(at(10), None, 0)
        };
        report.fingerprint()
    };
    let prints: BTreeSet<u64> = [
        with(|_, _, _| {}),
        with(|parts, _, _| parts.rooms_free_women = Some(1)),
        with(|parts, _, _| parts.rooms_free_men = Some(1)),
        with(|parts, _, _| parts.funded_by_route = [(FundingRoute::Zvw, 1)].into()),
        with(|parts, _, _| parts.funded_by_route = [(FundingRoute::Zvw, 2)].into()),
        with(|_, forecast, _| forecast.additional_24h = Some(1)),
        with(|_, forecast, _| forecast.additional_72h = Some(1)),
        with(|_, forecast, _| forecast.expected_free_at = vec![at(1)]),
        with(|_, forecast, _| forecast.reserve_7d = Some(1)),
        with(|_, forecast, _| forecast.ready_for_discharge = [(NextStep::Home, 1)].into()),
        with(|_, forecast, _| forecast.ready_for_discharge = [(NextStep::WlzPlace, 1)].into()),
        with(|_, _, wait| wait.waiting_since = [(WaitingSince::Under1Month, 1)].into()),
        with(|_, _, wait| wait.waiting_since = [(WaitingSince::Over12Months, 1)].into()),
    ]
    .into();
    assert_eq!(prints.len(), 13);
}

#[test]
fn a_band_that_could_be_worked_out_from_the_sum_is_not_shown_either() {
    use WaitingSince::{From1To3Months, From3To6Months, Over12Months, Under1Month};
    let shown = |bands: &[(WaitingSince, u32)]| {
        let bands = bands.iter().copied().collect();
        shown_bands(&bands).into_values().collect::<Vec<_>>()
    };
    let large = [(Under1Month, 30), (From1To3Months, 10)];
    assert_eq!(shown(&large), [Some(30), Some(10)]);
    let one_small = [(Under1Month, 30), (From1To3Months, 12), (Over12Months, 3)];
    assert_eq!(shown(&one_small), [Some(30), None, None]);
    let small_together = [
        (Under1Month, 30),
        (From1To3Months, 4),
        (From3To6Months, 15),
        (Over12Months, 3),
    ];
    assert_eq!(shown(&small_together), [Some(30), None, None, None]);
    assert_eq!(shown(&[(Under1Month, 9)]), [None]);
}

#[test]
fn beds_have_the_codes_of_the_age_that_they_are_for() {
    let bed = |circuit: Circuit, ages: (Option<u32>, Option<u32>)| Details {
        place_kind: Some(PlaceKind::Bed),
        circuits: [circuit].into(),
        age: AgeRange::parse(ages.0, ages.1).unwrap(),
        ..details()
    };
    let unoccupied = |details: Details| details.bed_codes().map(|codes| codes.loinc_unoccupied);
    let all = (None, None);
    assert_eq!(unoccupied(bed(Circuit::Elderly, all)), Some("112530-1"));
    assert_eq!(unoccupied(bed(Circuit::Youth, all)), Some("112528-5"));
    assert_eq!(unoccupied(bed(Circuit::Adolescents, all)), None);
    let adults = (Some(18), None);
    assert_eq!(unoccupied(bed(Circuit::Forensic, adults)), Some("112530-1"));
    let mixed = bed(Circuit::Adults, (Some(12), Some(24)));
    assert_eq!(unoccupied(mixed), None);
    let slot = Details {
        place_kind: Some(PlaceKind::Slot),
        ..bed(Circuit::Adults, all)
    };
    assert_eq!(unoccupied(slot), None);
    let housing = Details {
        care_type: CareType::ShelteredHousing,
        ..bed(Circuit::Adults, all)
    };
    assert_eq!(unoccupied(housing), None);
}

fn any_bands() -> impl Strategy<Value = BTreeMap<WaitingSince, u32>> {
    let since = prop::sample::select(vec![
        WaitingSince::Under1Month,
        WaitingSince::From1To3Months,
        WaitingSince::From3To6Months,
        WaitingSince::From6To12Months,
        WaitingSince::Over12Months,
    ]);
    prop::collection::btree_map(since, 0_u32..40, 0..6)
}

proptest! {
    #[test]
    fn no_band_below_ten_is_shown_and_none_can_be_worked_out(bands in any_bands()) {
        let shown = shown_bands(&bands);
        prop_assert_eq!(shown.len(), bands.len());
        for (since, count) in &shown {
            prop_assert!(count.is_none_or(|count| count >= 10 && bands[since] == count));
        }
        let hidden: Vec<u32> = shown
            .iter()
            .filter(|(_, count)| count.is_none())
            .map(|(since, _)| bands[since])
            .collect();
        let all_hidden = hidden.len() == bands.len();
        prop_assert!(
            hidden.is_empty() || all_hidden || (hidden.len() > 1 && hidden.iter().sum::<u32>() >= 10)
        );
    }
}
