use super::*;

#[test]
fn totals_count_current_figures_only() {
    let world = World::of(&[
        ("a", &[published(details()), counted(3, NOW)]),
        ("b", &[published(details()), counted(4, NOW)]),
        (
            "expired",
            &[
                published(details()),
                counted(50, NOW.plus_millis(-49 * HOUR)),
            ],
        ),
        ("never", &[published(details())]),
    ]);
    let found = world.find(&Filter::default(), &page(&[], 1));
    assert_eq!(
        (
            found.total,
            found.available_total,
            found.unknown_count,
            found.has_more
        ),
        (4, 7, 2, true)
    );
}

#[test]
fn rows_come_in_the_order_that_is_asked_for() {
    let named = |name: &str, code: &str| {
        published(Details {
            provider_name: Some(name.to_owned()),
            municipality_code: MunicipalityCode::parse(code).unwrap(),
            ..details()
        })
    };
    let world = World::of(&[
        (
            "1",
            &[
                named("beta", "GM0106"),
                counted(1, NOW.plus_millis(-2)),
                waiting(vec![wait(9)]),
            ],
        ),
        (
            "2",
            &[named("Alpha", "GM0363"), counted(7, NOW.plus_millis(-1))],
        ),
        ("3", &[named("alpha", "GM0014"), waiting(vec![wait(5)])]),
        (
            "4",
            &[
                published(Details {
                    provider_name: None,
                    ..details()
                }),
                counted(9, NOW.plus_millis(-50 * HOUR)),
            ],
        ),
    ]);
    let any = Filter::default();
    assert_eq!(world.sorted(&any, &[]), ["1", "2", "3", "4"]);
    assert_eq!(world.sorted(&any, &[Order::Name]), ["2", "3", "1", "4"]);
    assert_eq!(
        world.sorted(&any, &[Order::Available]),
        ["2", "1", "3", "4"]
    );
    assert_eq!(world.sorted(&any, &[Order::Wait]), ["3", "1", "2", "4"]);
    assert_eq!(
        world.sorted(&any, &[Order::Freshness]),
        ["1", "3", "2", "4"]
    );
    let from_groningen = Filter {
        distances: Some(Distances::from(reference::municipality("GM0014").unwrap())),
        ..Filter::default()
    };
    assert_eq!(
        world.sorted(&from_groningen, &[Order::Distance]),
        ["3", "4", "1", "2"]
    );
    assert_eq!(
        world.sorted(&from_groningen, &[Order::Distance, Order::Name]),
        ["3", "4", "1", "2"]
    );
}

#[test]
fn moments_are_those_of_the_figures_and_pauses_that_stand() {
    let mut world = World::of(&[("one", &[published(details()), counted(1, NOW)])]);
    let all = |world: &World| -> Vec<Timestamp> {
        let until = Timestamp::from_millis(i64::MAX);
        world
            .view
            .moments((Timestamp::default(), 0), until)
            .map(|(moment, _)| moment)
            .collect()
    };
    assert_eq!(all(&world), [NOW.plus_millis(48 * HOUR)]);
    assert_eq!(
        world.view.next_moment(NOW),
        Some(NOW.plus_millis(48 * HOUR))
    );
    world.record("one", &counted(1, NOW.plus_millis(5)));
    assert_eq!(all(&world), [NOW.plus_millis(5 + 48 * HOUR)]);
    assert_eq!(world.view.next_moment(NOW.plus_millis(5 + 48 * HOUR)), None);
    let none: Vec<_> = world.view.moments((NOW, RowNumber::MAX), NOW).collect();
    assert!(none.is_empty());
}

fn any_order() -> impl Strategy<Value = Order> {
    prop::sample::select(vec![
        Order::Distance,
        Order::Wait,
        Order::Available,
        Order::Freshness,
        Order::Name,
    ])
}

/// One of few of everything, so that ties are common.
fn any_offering() -> impl Strategy<Value = Vec<Event>> {
    let place = prop::sample::select(vec!["GM0014", "GM0106", "GM0363"]);
    let name = prop::sample::select(vec![None, Some("a"), Some("B")]);
    let counts = prop::option::of((0_u32..3, 0_i64..3));
    (place, name, counts, prop::option::of(0_u32..3)).prop_map(|(place, name, counts, days)| {
        let mut events = vec![published(Details {
            municipality_code: MunicipalityCode::parse(place).unwrap(),
            provider_name: name.map(str::to_owned),
            ..details()
        })];
        events.extend(counts.map(|(available, days_old)| {
            counted(available, NOW.plus_millis(-24 * HOUR * days_old))
        }));
        events.extend(days.map(|days| waiting(vec![wait(days)])));
        events
    })
}

proptest! {
    #[test]
    fn pages_hold_every_row_once_in_the_order_of_the_whole(
        offerings in prop::collection::vec(any_offering(), 0..40),
        orders in prop::collection::vec(any_order(), 0..3),
        size in 1_usize..12,
    ) {
        let mut world = World::default();
        for (number, events) in offerings.iter().enumerate() {
            for event in events {
                world.record(&format!("offering-{number}"), event);
            }
        }
        let filter = Filter {
            distances: Some(Distances::from(reference::municipality("GM0014").unwrap())),
            ..Filter::default()
        };
        let whole = world.find(&filter, &page(&orders, 500)).rows;
        prop_assert_eq!(whole.len(), offerings.len());
        let mut paged: Vec<RowNumber> = Vec::new();
        let mut next = Page { size, ..page(&orders, size) };
        loop {
            let found = world.find(&filter, &next);
            prop_assert_eq!(found.total, offerings.len() as u64);
            paged.extend(&found.rows);
            if !found.has_more {
                break;
            }
            let last = *found.rows.last().unwrap();
            let mark = world.view.mark(last, (&filter, &orders, NOW), |stream| world.states.get(stream));
            next.after = mark;
        }
        prop_assert_eq!(paged, whole);
    }

    #[test]
    fn changes_hold_every_offering_once_in_the_order_of_its_last_change(
        touched in prop::collection::vec(0_usize..10, 1..60)
    ) {
        let mut world = World::default();
        let mut last: HashMap<usize, u64> = HashMap::new();
        for (position, number) in (1..).zip(&touched) {
            world.record(&format!("{number}"), &published(details()));
            last.insert(*number, position);
        }
        let mut expected: Vec<u64> = last.into_values().collect();
        expected.sort_unstable();
        let changes: Vec<u64> = world.view.changed_after(Position::START).map(|(at, _)| at.get()).collect();
        prop_assert_eq!(changes, expected);
    }
}

#[test]
fn what_is_not_published_is_not_there() {
    let state: Offering = replay(&[]);
    assert!(Facts::of(&state, 0).is_none());
}

proptest! {
    #[test]
    fn offerings_that_move_are_each_found_once_and_where_they_are(
        moves in prop::collection::vec((0_usize..8, 0_usize..4), 1..60)
    ) {
        // Haren was joined to Groningen; Haaren was split: its offerings are nowhere in particular.
        let codes = ["GM0014", "GM0106", "GM0017", "GM0788"];
        let mut world = World::default();
        let mut homes: HashMap<usize, usize> = HashMap::new();
        for (number, code) in moves {
            let municipality_code = MunicipalityCode::parse(codes[code]).unwrap();
            world.record(&format!("{number}"), &published(Details { municipality_code, ..details() }));
            homes.insert(number, code);
        }
        let found_in = |code: &'static str| {
            let within = Some(Places::those(|place| place.code == code));
            let mut found: Vec<_> = world.ids(&Filter { within, ..Filter::default() });
            found.sort_unstable();
            found.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>()
        };
        let at_home = |these: &[usize]| {
            let mut ids: Vec<_> = homes
                .iter()
                .filter(|(_, home)| these.contains(home))
                .map(|(number, _)| format!("{number}"))
                .collect();
            ids.sort_unstable();
            ids
        };
        prop_assert_eq!(found_in("GM0014"), at_home(&[0, 2]));
        prop_assert_eq!(found_in("GM0106"), at_home(&[1]));
        prop_assert_eq!(world.ids(&Filter::default()).len(), homes.len());
    }
}
