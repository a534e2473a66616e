//! What is asked of the terms and of what is expected; and what an offering that leaves it open counts as.

use domain::capacity::{
    Accessibility, Acuity, AcuteRegion, Breakdown, Catchment, CatchmentKind, ContractState,
    ExclusionCriterion, Forecast, FundingRoute, Interpreter, LegalRegime, LegalTitle,
    ObservationMode, PayerName, PlaceKind, Programme, SecurityLevel, Sex, SexRule,
    SomaticCapability, Terms,
};

use super::*;

fn stating(change: impl Fn(&mut Terms)) -> Vec<Event> {
    let mut terms = Terms::default();
    change(&mut terms);
    vec![published(Details {
        terms: terms.kept(),
        ..details()
    })]
}

/// Of an offering that says yes, one that says no and one that leaves it open, those that match.
fn matching(needs: Needs, yes: impl Fn(&mut Terms), no: impl Fn(&mut Terms)) -> Vec<String> {
    let world = World::of(&[
        ("no", &stating(no)),
        ("open", &stating(|_| ())),
        ("yes", &stating(yes)),
    ]);
    let filter = Filter {
        needs,
        ..Filter::default()
    };
    world.ids(&filter).into_iter().map(str::to_owned).collect()
}

fn bit(number: u32) -> Bits {
    Bits::of([number])
}

#[test]
fn what_would_be_unsafe_to_guess_must_be_stated() {
    let needs = Needs {
        legal_regime: Some(LegalRegime::Wzd),
        ..Needs::default()
    };
    let regime = |regime| move |terms: &mut Terms| terms.legal_regime = Some(regime);
    let found = matching(
        needs,
        regime(LegalRegime::WvggzAndWzd),
        regime(LegalRegime::Wvggz),
    );
    assert_eq!(found, ["yes"]);

    let needs = Needs {
        legal_title: bit(LegalTitle::WvggzCrisisMeasure as u32),
        ..Needs::default()
    };
    let title = |title| move |terms: &mut Terms| terms.legal_titles = [title].into();
    let found = matching(
        needs,
        title(LegalTitle::WvggzCrisisMeasure),
        title(LegalTitle::Voluntary),
    );
    assert_eq!(found, ["yes"]);

    let needs = Needs {
        programmes: bit(Programme::Detox as u32),
        ..Needs::default()
    };
    let programme = |one| move |terms: &mut Terms| terms.programmes = [one].into();
    let found = matching(
        needs,
        programme(Programme::Detox),
        programme(Programme::Mood),
    );
    assert_eq!(found, ["yes"]);

    let needs = Needs {
        acuity: Some(Acuity::High),
        ..Needs::default()
    };
    let acuity = |most| move |terms: &mut Terms| terms.acuity_max = Some(most);
    let found = matching(needs, acuity(Acuity::VeryHigh), acuity(Acuity::Moderate));
    assert_eq!(found, ["yes"]);

    let needs = Needs {
        seclusion_room: Some(false),
        ..Needs::default()
    };
    let seclusion = |there_is| move |terms: &mut Terms| terms.seclusion_room = Some(there_is);
    assert_eq!(matching(needs, seclusion(false), seclusion(true)), ["yes"]);
}

#[test]
fn all_that_a_person_needs_must_be_there() {
    let needs = Needs {
        observation_modes: [ObservationMode::OneToOne, ObservationMode::SecuredRoom].into(),
        ..Needs::default()
    };
    let modes = |modes: &'static [ObservationMode]| {
        move |terms: &mut Terms| terms.observation_modes = modes.iter().copied().collect()
    };
    let found = matching(
        needs,
        modes(&[ObservationMode::SecuredRoom, ObservationMode::OneToOne]),
        modes(&[ObservationMode::OneToOne]),
    );
    assert_eq!(found, ["yes"]);

    let needs = Needs {
        somatic: [SomaticCapability::Drip].into(),
        accessibility: [Accessibility::StepFree].into(),
        ..Needs::default()
    };
    let found = matching(
        needs,
        |terms| {
            terms.somatic_capabilities = [SomaticCapability::Drip].into();
            terms.accessibility = [Accessibility::StepFree].into();
        },
        |terms| terms.accessibility = [Accessibility::StepFree].into(),
    );
    assert_eq!(found, ["yes"]);
}

#[test]
fn what_a_provider_answers_in_a_call_shuts_out_only_when_it_is_said() {
    let needs = Needs {
        sex: Some(Sex::Female),
        ..Needs::default()
    };
    let rule = |rule| move |terms: &mut Terms| terms.sex_rule = Some(rule);
    let found = matching(needs, rule(SexRule::WomenOnly), rule(SexRule::MenOnly));
    assert_eq!(found, ["open", "yes"]);

    let needs = Needs {
        not_excluding: bit(ExclusionCriterion::RecentViolence as u32),
        ..Needs::default()
    };
    let excludes = |one| move |terms: &mut Terms| terms.exclusion_criteria = [one].into();
    let found = matching(
        needs,
        excludes(ExclusionCriterion::None),
        excludes(ExclusionCriterion::RecentViolence),
    );
    assert_eq!(found, ["open", "yes"]);

    let needs = Needs {
        funding_route: Some(FundingRoute::Wlz),
        ..Needs::default()
    };
    let route = |route| move |terms: &mut Terms| terms.funding_routes = [route].into();
    let found = matching(needs, route(FundingRoute::Wlz), route(FundingRoute::Zvw));
    assert_eq!(found, ["open", "yes"]);

    let north = AcuteRegion::parse("noord").unwrap();
    let needs = Needs {
        acute_region: Some(north.clone()),
        ..Needs::default()
    };
    let region = |name: &'static str| {
        move |terms: &mut Terms| {
            let regions = [AcuteRegion::parse(name).unwrap()].into();
            terms.catchment = Catchment::parse(CatchmentKind::Regional, regions, None);
        }
    };
    assert_eq!(
        matching(needs, region("noord"), region("zuid")),
        ["open", "yes"]
    );
}

#[test]
fn a_contract_is_needed_only_where_it_is_asked_for() {
    let payer = PayerName::parse("VGZ").unwrap();
    let state = |state| {
        let payer = PayerName::parse("vgz").unwrap();
        move |terms: &mut Terms| terms.contracts = [(payer.clone(), state)].into()
    };
    let asked = |only_contracted| Needs {
        payer: Some(payer.clone()),
        only_contracted,
        ..Needs::default()
    };
    let found = |needs, yes| matching(needs, state(yes), state(ContractState::NotContracted));
    let yes = ContractState::Contracted;
    assert_eq!(found(asked(false), yes), ["open", "yes"]);
    assert_eq!(found(asked(true), yes), ["yes"]);
    assert_eq!(found(asked(false), ContractState::Unknown), ["open", "yes"]);
    assert_eq!(found(asked(true), ContractState::Unknown), [""; 0]);
}

#[test]
fn national_offer_is_the_same_record_with_another_catchment() {
    let needs = Needs {
        catchments: [CatchmentKind::National].into(),
        ..Needs::default()
    };
    let found = matching(
        needs,
        |terms| terms.catchment = Catchment::parse(CatchmentKind::National, [].into(), None),
        |terms| terms.catchment = Catchment::parse(CatchmentKind::SupraRegional, [].into(), None),
    );
    assert_eq!(found, ["yes"]);
}

#[test]
fn a_language_is_understood_by_those_who_speak_it_or_by_an_interpreter() {
    let needs = || Needs {
        interpreter_language: Some(LanguageCode::parse("ti").unwrap()),
        ..Needs::default()
    };
    let interpreter =
        |offered: Interpreter| move |terms: &mut Terms| terms.interpreter = Some(offered.clone());
    let none = || interpreter(Interpreter::Languages([].into()));
    let any = interpreter(Interpreter::AnyLanguage);
    assert_eq!(matching(needs(), any, none()), ["yes"]);
    let speaks = Details {
        languages: [LanguageCode::parse("ti").unwrap()].into(),
        ..details()
    };
    let world = World::of(&[("speaks", &[published(speaks)]), ("not", &stating(none()))]);
    let filter = Filter {
        needs: needs(),
        ..Filter::default()
    };
    assert_eq!(world.ids(&filter), ["speaks"]);
}

#[test]
fn security_levels_and_kinds_of_place_are_told_apart() {
    let filter = Filter {
        needs: Needs {
            security_levels: bit(SecurityLevel::Level3 as u32),
            place_kinds: bit(PlaceKind::Bed as u32),
            ..Needs::default()
        },
        ..Filter::default()
    };
    let of = |security_level, place_kind| {
        vec![published(Details {
            security_level,
            place_kind,
            ..details()
        })]
    };
    let (level, bed) = (Some(SecurityLevel::Level3), Some(PlaceKind::Bed));
    let world = World::of(&[
        ("both", &of(level, bed)),
        ("one", &of(level, Some(PlaceKind::Slot))),
        ("open", &of(None, bed)),
    ]);
    assert_eq!(world.ids(&filter), ["both"]);
}

/// An offering with so many free places and this forecast, counted just now.
fn expecting(available: u32, change: impl Fn(&mut Forecast)) -> Vec<Event> {
    let mut forecast = Forecast::default();
    change(&mut forecast);
    let counts = UncheckedCounts {
        occupied: 3,
        available,
        forecast: forecast.kept(),
        ..UncheckedCounts::default()
    };
    vec![
        published(details()),
        Event::CapacityReported {
            report: Report {
                counts: counts.check(0).ok(),
                ..report(NOW)
            },
            received_at: NOW,
        },
    ]
}

#[test]
fn a_place_that_is_free_in_time_counts_and_one_that_expired_does_not() {
    let in_hours = |hours: i64| NOW.plus_millis(hours * 3_600_000);
    let expected = |hours: i64| {
        expecting(0, move |forecast| {
            forecast.expected_free_at = vec![in_hours(hours)];
        })
    };
    let old = counted(1, NOW.plus_millis(-49 * 3_600_000));
    let world = World::of(&[
        ("free", &expecting(1, |_| ())),
        ("full", &expecting(0, |_| ())),
        ("late", &expected(30)),
        ("old", &[published(details()), old]),
        ("soon", &expected(5)),
    ]);
    let within = |hours| Filter {
        needs: Needs {
            free_within_hours: Some(hours),
            ..Needs::default()
        },
        ..Filter::default()
    };
    assert_eq!(world.ids(&within(6)), ["free", "soon"]);
    assert_eq!(world.ids(&within(48)), ["free", "late", "soon"]);
}

#[test]
fn a_further_place_counts_within_the_hours_that_it_was_reported_for() {
    let world = World::of(&[
        ("full", &expecting(0, |_| ())),
        (
            "in-24",
            &expecting(0, |forecast| forecast.additional_24h = Some(1)),
        ),
        (
            "in-72",
            &expecting(0, |forecast| forecast.additional_72h = Some(2)),
        ),
        (
            "none",
            &expecting(0, |forecast| forecast.additional_24h = Some(0)),
        ),
    ]);
    let within = |ready| Filter {
        needs: Needs {
            ready_within: Some(ready),
            ..Needs::default()
        },
        ..Filter::default()
    };
    assert_eq!(world.ids(&within(Ready::Within24Hours)), ["in-24"]);
    assert_eq!(world.ids(&within(Ready::Within72Hours)), ["in-24", "in-72"]);
}

#[test]
fn a_place_in_the_others_room_is_not_free_for_a_person() {
    let rooms = |rooms_free_women| {
        let breakdown = Breakdown {
            rooms_free_women,
            ..Breakdown::default()
        };
        let counts = UncheckedCounts {
            occupied: 3,
            available: 1,
            breakdown: breakdown.kept(),
            ..UncheckedCounts::default()
        };
        let mut events = stating(|terms| terms.sex_rule = Some(SexRule::SeparateRooms));
        events.push(Event::CapacityReported {
            report: Report {
                counts: counts.check(0).ok(),
                ..report(NOW)
            },
            received_at: NOW,
        });
        events
    };
    let world = World::of(&[
        ("has", &rooms(Some(1))),
        ("none", &rooms(Some(0))),
        ("open", &rooms(None)),
    ]);
    let asked = |only_available| Filter {
        only_available,
        needs: Needs {
            sex: Some(Sex::Female),
            ..Needs::default()
        },
        ..Filter::default()
    };
    assert_eq!(world.ids(&asked(true)), ["has", "open"]);
    assert_eq!(world.ids(&asked(false)).len(), 3);
}
