use super::*;

/// Of two offerings the filter takes `yes` and leaves `no`.
fn tells_apart(filter: &Filter, yes: &[Event], no: &[Event]) {
    let world = World::of(&[("yes", yes), ("no", no)]);
    assert_eq!(world.ids(filter), ["yes"]);
    assert_eq!(
        world.ids(&Filter::default()).len(),
        2,
        "without a filter both are there"
    );
}

#[test]
fn a_municipality_is_told_apart_from_others_and_from_those_near() {
    let within = |km: f64| {
        let centre = reference::municipality("GM0014").unwrap();
        Places::those(|other| {
            other.code == centre.code || reference::distance_km(centre, other) <= km
        })
    };
    let in_ = |code: &str| {
        [published(Details {
            municipality_code: MunicipalityCode::parse(code).unwrap(),
            ..details()
        })]
    };
    let alone = Filter {
        within: Some(within(0.0)),
        ..Filter::default()
    };
    tells_apart(&alone, &in_("GM0014"), &in_("GM0106"));
    let near = Filter {
        within: Some(within(30.0)),
        ..Filter::default()
    };
    tells_apart(&near, &in_("GM0106"), &in_("GM0363"));
    // Haren was joined to Groningen: what was stored before counts there.
    tells_apart(&alone, &in_("GM0017"), &in_("GM0106"));
}

#[test]
fn an_offering_that_moves_is_found_where_it_is_now() {
    let within = |code: &'static str| Filter {
        within: Some(Places::those(|place| place.code == code)),
        ..Filter::default()
    };
    let mut world = World::of(&[("one", &[published(details())])]);
    let moved = Details {
        municipality_code: MunicipalityCode::parse("GM0106").unwrap(),
        ..details()
    };
    world.record("one", &Event::OfferingChanged(Box::new(moved)));
    assert_eq!(world.ids(&within("GM0106")), ["one"]);
    assert_eq!(world.ids(&within("GM0014")), [""; 0]);
}

#[test]
fn coded_filters_tell_apart() {
    let bit = |number: u32| Bits::of([number]);
    let basic = [published(Details {
        care_type: CareType::Basic,
        ..details()
    })];
    let other = [published(details())];
    let filter = Filter {
        care_types: bit(CareType::Basic as u32),
        ..Filter::default()
    };
    tells_apart(&filter, &basic, &other);

    let elderly = [published(Details {
        circuits: [Circuit::Elderly].into(),
        ..details()
    })];
    let filter = Filter {
        circuits: bit(Circuit::Elderly as u32),
        ..Filter::default()
    };
    tells_apart(&filter, &elderly, &other);

    let closed = [published(Details {
        setting: Some(Setting::Closed),
        ..details()
    })];
    let unstated = [published(Details {
        setting: None,
        ..details()
    })];
    let filter = Filter {
        settings: bit(Setting::Closed as u32),
        ..Filter::default()
    };
    tells_apart(&filter, &closed, &other);
    tells_apart(&filter, &closed, &unstated);

    let real = [published(Details {
        origin: Origin::Published,
        ..details()
    })];
    let filter = Filter {
        origins: bit(Origin::Published as u32),
        ..Filter::default()
    };
    tells_apart(&filter, &real, &other);
}

#[test]
fn an_age_is_judged_by_what_is_stated_and_else_by_the_circuits() {
    let age = |age_years| Filter {
        age_years: Some(age_years),
        ..Filter::default()
    };
    let stated = |min, max| {
        [published(Details {
            age: AgeRange::parse(min, max).unwrap(),
            ..details()
        })]
    };
    let circuit = |circuit| {
        let circuits = BTreeSet::from([circuit]);
        [published(Details {
            circuits,
            ..details()
        })]
    };
    tells_apart(
        &age(16),
        &stated(Some(12), Some(17)),
        &stated(Some(18), None),
    );
    tells_apart(
        &age(16),
        &circuit(Circuit::Youth),
        &circuit(Circuit::Adults),
    );
    tells_apart(
        &age(40),
        &circuit(Circuit::Addiction),
        &circuit(Circuit::Youth),
    );
}

#[test]
fn a_diagnosis_group_is_served_by_those_that_name_it_and_those_that_make_no_distinction() {
    let filter = Filter {
        group: Some(group("05")),
        ..Filter::default()
    };
    let takes = |codes: &[&str]| {
        let diagnosis_groups = codes.iter().map(|code| group(code)).collect();
        [published(Details {
            diagnosis_groups,
            ..details()
        })]
    };
    tells_apart(&filter, &takes(&["05", "18"]), &takes(&["18"]));
    tells_apart(&filter, &takes(&[]), &takes(&["not-yet-diagnosed"]));
}

#[test]
fn an_insurer_is_told_apart_whatever_its_case() {
    let filter = Filter {
        insurer: Some(insurer("VGZ")),
        ..Filter::default()
    };
    let meant_for = |names: &[&str]| {
        [published(Details {
            insurers: names.iter().map(|name| insurer(name)).collect(),
            ..details()
        })]
    };
    tells_apart(
        &filter,
        &meant_for(&["Menzis", "vgz"]),
        &meant_for(&["Menzis"]),
    );
    tells_apart(&filter, &meant_for(&[]), &meant_for(&["CZ"]));
}

#[test]
fn a_language_and_a_provider_are_told_apart() {
    let turkish = LanguageCode::parse("tr").unwrap();
    let filter = Filter {
        language: Some(turkish.clone()),
        ..Filter::default()
    };
    let speaks = [published(Details {
        languages: [turkish].into(),
        ..details()
    })];
    tells_apart(&filter, &speaks, &[published(details())]);
    let unstated = [published(Details {
        languages: [].into(),
        ..details()
    })];
    tells_apart(&filter, &speaks, &unstated);

    let other = ProviderId::parse("kvk:01234567").unwrap();
    let filter = Filter {
        provider: Some(other.clone()),
        ..Filter::default()
    };
    tells_apart(
        &filter,
        &[published(Details {
            provider_id: other,
            ..details()
        })],
        &[published(details())],
    );
}

#[test]
fn only_known_current_unpaused_places_are_available() {
    let filter = Filter {
        only_available: true,
        ..Filter::default()
    };
    let with = |events: &[Event]| [&[published(details())], events].concat();
    let free = with(&[counted(1, NOW)]);
    tells_apart(&filter, &free, &with(&[counted(0, NOW)]));
    tells_apart(&filter, &free, &with(&[]));
    tells_apart(
        &filter,
        &free,
        &with(&[counted(5, NOW.plus_millis(-48 * HOUR))]),
    );
    tells_apart(
        &filter,
        &free,
        &with(&[counted(5, NOW), paused(PauseScope::default())]),
    );
    // A pause of some only stops those.
    let scope = PauseScope {
        insurers: [insurer("VGZ")].into(),
        ..PauseScope::default()
    };
    let partly = with(&[counted(5, NOW), paused(scope)]);
    tells_apart(&filter, &partly, &with(&[]));
    let for_vgz = Filter {
        insurer: Some(insurer("VGZ")),
        ..filter
    };
    tells_apart(&for_vgz, &free, &partly);
}

#[test]
fn expired_figures_are_not_current() {
    let filter = Filter {
        only_current: true,
        ..Filter::default()
    };
    let with = |event: Event| [published(details()), event];
    let expired = with(counted(5, NOW.plus_millis(-48 * HOUR)));
    tells_apart(
        &filter,
        &with(counted(5, NOW.plus_millis(1 - 48 * HOUR))),
        &expired,
    );
    tells_apart(
        &filter,
        &with(waiting(vec![wait(7)])),
        &[published(details())],
    );
}

#[test]
fn a_wait_counts_when_it_is_known_and_current() {
    let with = |waits: Vec<Wait>| [published(details()), waiting(waits)];
    let within = |days| Filter {
        max_wait_days: Some(days),
        ..Filter::default()
    };
    let both = Wait {
        treatment_wait_days: Some(10),
        ..wait(20)
    };
    tells_apart(
        &within(30),
        &with(vec![both.clone()]),
        &with(vec![wait(31)]),
    );
    tells_apart(&within(29), &with(vec![wait(29)]), &with(vec![both]));
    tells_apart(
        &within(9_999),
        &with(vec![wait(1)]),
        &with(vec![Wait::default()]),
    );
    tells_apart(
        &within(9_999),
        &with(vec![wait(1)]),
        &[published(details())],
    );
}

#[test]
fn the_wait_that_counts_is_the_one_closest_to_the_person_asked_for() {
    let with = |waits: Vec<Wait>| [published(details()), waiting(waits)];
    let within = |days| Filter {
        max_wait_days: Some(days),
        ..Filter::default()
    };
    // The figure of the person's own group goes before the one for all.
    let of_group = |days, code: &str| Wait {
        diagnosis_group: Some(group(code)),
        ..wait(days)
    };
    let filter = Filter {
        group: Some(group("05")),
        ..within(10)
    };
    let slow_for_05 = with(vec![wait(5), of_group(50, "05")]);
    tells_apart(
        &filter,
        &with(vec![wait(50), of_group(5, "05")]),
        &slow_for_05,
    );
    tells_apart(
        &filter,
        &with(vec![wait(5), of_group(50, "18")]),
        &slow_for_05,
    );
    tells_apart(
        &filter,
        &with(vec![wait(5)]),
        &with(vec![of_group(5, "18")]),
    );

    let of_insurer = |days| Wait {
        insurers: [insurer("VGZ")].into(),
        ..wait(days)
    };
    let filter = Filter {
        insurer: Some(insurer("vgz")),
        ..within(10)
    };
    tells_apart(
        &filter,
        &with(vec![wait(50), of_insurer(5)]),
        &with(vec![wait(5), of_insurer(50)]),
    );
    let filter = Filter {
        insurer: Some(insurer("CZ")),
        ..within(10)
    };
    tells_apart(
        &filter,
        &with(vec![wait(5), of_insurer(50)]),
        &with(vec![of_insurer(5)]),
    );
}

#[test]
fn paused_and_not_paused_are_told_apart_for_the_person_asked_for() {
    let not_paused = Filter {
        pause: Some(Pausing::NotPaused),
        ..Filter::default()
    };
    let is_paused = Filter {
        pause: Some(Pausing::Paused),
        ..Filter::default()
    };
    let open = [published(details())];
    let whole = [published(details()), paused(PauseScope::default())];
    tells_apart(&not_paused, &open, &whole);
    tells_apart(&is_paused, &whole, &open);

    let scope = PauseScope {
        diagnosis_groups: [group("05")].into(),
        ..PauseScope::default()
    };
    let for_05 = [published(details()), paused(scope)];
    let asks = |filter: &Filter, code| Filter {
        group: Some(group(code)),
        ..filter.clone()
    };
    tells_apart(&asks(&not_paused, "05"), &open, &for_05);
    tells_apart(&asks(&is_paused, "05"), &for_05, &open);
    // For another group, or for nobody in particular, there is a way in; some are stopped all the same.
    assert_eq!(
        World::of(&[("one", &for_05)]).ids(&asks(&not_paused, "18")),
        ["one"]
    );
    assert_eq!(World::of(&[("one", &for_05)]).ids(&not_paused), ["one"]);
    tells_apart(&is_paused, &for_05, &open);
    assert_eq!(
        World::of(&[("one", &for_05)]).ids(&asks(&is_paused, "18")),
        [""; 0]
    );
}

#[test]
fn a_pause_that_has_not_begun_stops_nobody() {
    let later = |starts_at| {
        let Event::AdmissionsPaused(pause) = paused(PauseScope::default()) else {
            panic!()
        };
        [
            published(details()),
            Event::AdmissionsPaused(Pause {
                starts_at: Some(starts_at),
                ..pause
            }),
        ]
    };
    let filter = Filter {
        pause: Some(Pausing::NotPaused),
        ..Filter::default()
    };
    tells_apart(&filter, &later(NOW.plus_millis(1)), &later(NOW));
}

#[test]
fn what_is_withdrawn_matches_nothing() {
    let mut world = World::of(&[("one", &[published(details())])]);
    assert_eq!(world.ids(&Filter::default()), ["one"]);
    world.record("one", &withdrawn());
    assert_eq!(world.ids(&Filter::default()), [""; 0]);
    world.record("one", &published(details()));
    assert_eq!(world.ids(&Filter::default()), ["one"]);
}

#[test]
fn whether_something_is_late_or_promised_too_often_is_a_question_about_figures() {
    let late = Filter {
        only_overdue: true,
        ..Filter::default()
    };
    let overcommitted = Filter {
        only_overcommitted: true,
        ..Filter::default()
    };
    assert!(late.asks_for_figures() && overcommitted.asks_for_figures());
    assert!(!Filter::default().asks_for_figures());
}
