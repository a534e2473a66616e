use domain::capacity::{PlaceKind, Refusal, RefusalReason, ReportingInterval};

use super::completeness::Silent;
use super::*;

fn of_provider(number: u32) -> Details {
    Details {
        provider_id: ProviderId::parse(&format!("agb:{number:08}")).unwrap(),
        place_kind: Some(PlaceKind::Bed),
        ..details()
    }
}

/// Beds are counted every 24 hours by default.
fn hours_ago(hours: i64) -> Timestamp {
    NOW.plus_millis(-hours * HOUR)
}

impl World {
    fn completeness(&self, filter: &Filter) -> Completeness {
        self.view
            .completeness(filter, NOW, |stream| self.states.get(stream))
    }

    /// Ids, words and numbers of what was just missed.
    fn missed(&self, filter: &Filter) -> Vec<(&str, &'static str, Option<f64>)> {
        let missed = self
            .view
            .missed(filter, 100, NOW, |stream| self.states.get(stream));
        let shown = missed.iter();
        shown
            .map(|missed| {
                let miss = missed.miss;
                (self.id(missed.number), miss.filter, miss.would_fit_at)
            })
            .collect()
    }
}

#[test]
fn an_answer_is_complete_up_to_the_oldest_count_of_those_that_reported() {
    let world = World::of(&[
        ("a", &[published(of_provider(1)), counted(1, hours_ago(2))]),
        ("b", &[published(of_provider(1)), counted(0, hours_ago(5))]),
        ("c", &[published(of_provider(2)), counted(3, NOW)]),
        (
            "late",
            &[published(of_provider(3)), counted(9, hours_ago(24))],
        ),
        ("never", &[published(of_provider(4))]),
    ]);
    let found = world.completeness(&Filter::default());
    assert_eq!((found.expected, found.reported), (4, 2));
    assert_eq!(found.complete_up_to, Some(hours_ago(5)));
    let silent: Vec<_> = found
        .silent
        .iter()
        .map(|silent| (world.id(silent.row), silent.last_observed_at))
        .collect();
    assert_eq!(silent, [("never", None), ("late", Some(hours_ago(24)))]);
}

#[test]
fn one_late_offering_makes_its_provider_late() {
    let world = World::of(&[
        ("a", &[published(of_provider(1)), counted(1, NOW)]),
        ("b", &[published(of_provider(1)), counted(1, hours_ago(30))]),
    ]);
    let found = world.completeness(&Filter::default());
    assert_eq!((found.expected, found.reported), (1, 0));
    assert_eq!(found.complete_up_to, None);
    let [
        Silent {
            last_observed_at,
            expected_offerings: 2,
            overdue_offerings: 1,
            ..
        },
    ] = found.silent[..]
    else {
        panic!("{found:?}")
    };
    assert_eq!(last_observed_at, Some(hours_ago(30)));
}

#[test]
fn who_is_silent_does_not_depend_on_filters_of_figures_but_on_those_of_what_is_offered() {
    let elsewhere = Details {
        municipality_code: MunicipalityCode::parse("GM0363").unwrap(),
        ..of_provider(2)
    };
    let world = World::of(&[
        ("here", &[published(of_provider(1))]),
        ("elsewhere", &[published(elsewhere)]),
    ]);
    let filter = Filter {
        within: Some(Places::those(|place| place.code == "GM0014")),
        only_available: true,
        max_wait_days: Some(7),
        ..Filter::default()
    };
    assert_eq!(world.ids(&filter), [""; 0]);
    let found = world.completeness(&filter);
    assert_eq!((found.expected, found.silent_total), (1, 1));
    assert_eq!(world.id(found.silent[0].row), "here");
}

fn practice(number: u32) -> Details {
    Details {
        provider_kind: ProviderKind::IndependentPractice,
        ..of_provider(number)
    }
}

#[test]
fn nobody_waits_for_what_promises_nothing() {
    let read_elsewhere = Details {
        origin: Origin::Published,
        ..of_provider(1)
    };
    let world = World::of(&[
        ("published", &[published(read_elsewhere)]),
        ("gone", &[published(of_provider(3)), withdrawn()]),
    ]);
    assert_eq!(
        world.completeness(&Filter::default()),
        Completeness::default()
    );
}

#[test]
fn practices_among_others_are_counted_from_three_on_and_never_named() {
    let mut world = World::of(&[
        ("p1", &[published(practice(1)), counted(1, hours_ago(3))]),
        ("p2", &[published(practice(2))]),
    ]);
    // Of one or two, what is shown would be a practice's own.
    assert_eq!(
        world.completeness(&Filter::default()),
        Completeness::default()
    );
    world.record("p3", &published(practice(3)));
    let found = world.completeness(&Filter::default());
    assert_eq!((found.expected, found.reported), (3, 1));
    assert_eq!((found.silent_total, found.unlisted), (2, 2));
    assert!(found.silent.is_empty());
    // Nor does it help to ask for one by its id.
    let by_id = Filter {
        provider: Some(practice(1).provider_id),
        ..Filter::default()
    };
    assert_eq!(world.completeness(&by_id), Completeness::default());
}

#[test]
fn what_is_late_by_its_own_promise_is_found() {
    let filter = Filter {
        only_overdue: true,
        ..Filter::default()
    };
    let eager = Details {
        promised_interval: ReportingInterval::parse(1),
        ..of_provider(1)
    };
    let world = World::of(&[
        ("eager", &[published(eager), counted(1, hours_ago(1))]),
        (
            "bed",
            &[published(of_provider(2)), counted(1, hours_ago(1))],
        ),
        ("never", &[published(of_provider(3))]),
    ]);
    assert_eq!(world.ids(&filter), ["eager", "never"]);
}

#[test]
fn the_moment_at_which_counts_become_late_is_one_at_which_answers_change() {
    let world = World::of(&[("one", &[published(of_provider(1)), counted(1, NOW)])]);
    let day = NOW.plus_millis(24 * HOUR);
    assert_eq!(world.view.next_moment(NOW), Some(day));
}

#[test]
fn an_offering_that_fails_one_filter_says_which_and_what_would_have_let_it_in() {
    let aged = |min, max| Details {
        age: AgeRange::parse(min, max).unwrap(),
        ..details()
    };
    let world = World::of(&[
        ("fits", &[published(details()), counted(1, NOW)]),
        ("old", &[published(aged(Some(60), None)), counted(1, NOW)]),
        ("full", &[published(details()), counted(0, NOW)]),
        (
            "expired",
            &[published(details()), counted(1, hours_ago(50))],
        ),
        ("never", &[published(details())]),
        (
            "paused",
            &[
                published(details()),
                counted(1, NOW),
                paused(PauseScope::default()),
            ],
        ),
        (
            "old-and-full",
            &[published(aged(Some(60), None)), counted(0, NOW)],
        ),
    ]);
    let filter = Filter {
        age_years: Some(50),
        only_available: true,
        ..Filter::default()
    };
    assert_eq!(world.ids(&filter), ["fits"]);
    assert_eq!(
        world.missed(&filter),
        [
            ("expired", "expired", None),
            ("old", "age", Some(60.0)),
            ("full", "available", None),
            ("paused", "paused", None),
            ("never", "never-reported", None),
        ]
    );
}

#[test]
fn distance_and_wait_say_how_far_off_they_were() {
    let in_ = |code: &str| Details {
        municipality_code: MunicipalityCode::parse(code).unwrap(),
        ..details()
    };
    let world = World::of(&[
        ("slow", &[published(in_("GM0014")), waiting(vec![wait(40)])]),
        ("far", &[published(in_("GM0363")), waiting(vec![wait(5)])]),
    ]);
    let centre = reference::municipality("GM0014").unwrap();
    let filter = Filter {
        within: Some(Places::those(|place| place.code == centre.code)),
        distances: Some(Distances::from(centre)),
        max_wait_days: Some(30),
        ..Filter::default()
    };
    let missed = world.missed(&filter);
    assert_eq!(missed[0], ("slow", "max-wait", Some(40.0)));
    let km = reference::distance_km(centre, reference::municipality("GM0363").unwrap());
    assert_eq!(missed[1], ("far", "place", Some(km)));
}

#[test]
fn what_was_missed_is_never_anothers_or_a_practice_among_others() {
    let world = World::of(&[
        ("practice", &[published(practice(1))]),
        ("another", &[published(of_provider(2)), counted(1, NOW)]),
        ("own", &[published(of_provider(1)), counted(0, NOW)]),
    ]);
    let filter = Filter {
        provider: Some(of_provider(1).provider_id),
        only_available: true,
        ..Filter::default()
    };
    assert_eq!(world.missed(&filter), [("own", "available", None)]);
}

#[test]
fn who_refuses_against_its_declaration_comes_last() {
    let refused = |contradicts| Event::RefusalRecorded {
        refusal: Refusal {
            reason: RefusalReason::Age,
            diagnosis_group: None,
            within_declared: contradicts,
        },
        contradicts,
        recorded_at: NOW,
    };
    let world = World::of(&[
        ("against", &[published(details()), refused(true)]),
        (
            "within",
            &[published(details()), refused(false), refused(false)],
        ),
        ("welcome", &[published(details())]),
    ]);
    let sorted = world.sorted(&Filter::default(), &[Order::Practised]);
    assert_eq!(sorted, ["welcome", "within", "against"]);
}

proptest! {
    #[test]
    fn an_offering_is_found_or_was_just_missed_or_fails_several(
        age in 0_u32..100, most in 0_u32..60, available in any::<bool>(),
        offered in prop::collection::vec((0_u32..60, 0_u32..60, 0_u32..3, 0_i64..80), 1..12)
    ) {
        let mut world = World::default();
        for (number, (min, days, free, hours)) in offered.iter().enumerate() {
            let id = format!("o{number}");
            let described = Details {
                age: AgeRange::parse(Some(*min), None).unwrap(),
                ..details()
            };
            world.record(&id, &published(described));
            world.record(&id, &waiting(vec![wait(*days)]));
            world.record(&id, &counted(*free, hours_ago(*hours)));
        }
        let filter = Filter {
            age_years: Some(age),
            max_wait_days: Some(most),
            only_available: available,
            ..Filter::default()
        };
        let found = world.ids(&filter);
        let missed: Vec<_> = world.missed(&filter).iter().map(|(id, ..)| *id).collect();
        for (number, (min, days, free, hours)) in offered.iter().enumerate() {
            let fails = [age < *min, *days > most, available && (*free == 0 || *hours >= 48)];
            let fails = fails.iter().filter(|fails| **fails).count();
            let id = format!("o{number}");
            prop_assert_eq!(found.contains(&id.as_str()), fails == 0);
            // What is both expired and empty is unknown: one filter.
            prop_assert_eq!(missed.contains(&id.as_str()), fails == 1);
        }
    }
}
