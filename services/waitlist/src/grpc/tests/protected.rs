//! Threats 5 and 7, at the one call that everybody may make: no small figure leaves, and asking twice tells nothing.

use proptest::prelude::*;
use proto::waitlist::v1::record_step_request::Step;

use super::*;

/// The first day after one that tables show; until the next, four weeks later, they stay the same.
const FIRST: &str = "2026-11-19";

impl World {
    async fn table(&self, caller: &str, rows: v1::ProtectedRows) -> v1::GetProtectedTableResponse {
        let request = v1::GetProtectedTableRequest {
            rows: rows.into(),
            ..Default::default()
        };
        self.get_protected_table(caller, request).await.unwrap()
    }

    /// So many persons in a municipality, of each of these diagnosis groups.
    async fn population(&self, of: &[(&str, &str, u32)]) {
        let mut number = 0;
        for (municipality, group, persons) in of {
            for _ in 0..*persons {
                number += 1;
                let mut request = self.region.register(ONE, number, person(number));
                let stated = request.registration.as_mut().unwrap();
                let profile = stated.profile.as_mut().unwrap();
                profile.municipality_code = (*municipality).to_owned();
                profile.diagnosis_group = (*group).to_owned();
                self.register_entry(ONE, request).await.unwrap();
            }
        }
    }
}

fn rows(table: &v1::GetProtectedTableResponse) -> Vec<(&str, u64)> {
    let rows = table.rows.iter();
    rows.map(|row| (row.value.as_str(), row.persons)).collect()
}

#[tokio::test]
async fn an_insurer_sees_the_table_of_a_day_that_is_over() {
    let world = World::start().await;
    world
        .population(&[
            ("GM0114", "04", 13),
            ("GM0114", "05", 14),
            ("GM0109", "04", 12),
            ("GM0106", "04", 3),
        ])
        .await;
    world.region.go_to(FIRST);
    let table = world.table(INSURER, v1::ProtectedRows::Municipality).await;
    assert_eq!(table.on, "2026-11-18");
    assert_eq!(table.persons, Some(40));
    assert_eq!(
        rows(&table),
        [("GM0114", 25)],
        "two are hidden, or the total would tell"
    );
    let kinds = table.rows[0].diagnosis_groups.iter();
    let kinds: Vec<_> = kinds.map(|kind| (&*kind.value, kind.persons)).collect();
    assert_eq!(kinds, [("04", 15), ("05", 15)]);
}

#[tokio::test]
async fn threat_7_the_table_stays_the_same_for_four_weeks_whatever_is_said_between() {
    let world = World::start().await;
    world
        .population(&[("GM0114", "04", 17), ("GM0109", "05", 15)])
        .await;
    world.region.go_to(FIRST);
    let first = world.table(INSURER, v1::ProtectedRows::Municipality).await;
    assert_eq!(first.persons, Some(30));

    // Registered later, for a day long before; withdrawn later; brought up to date; moved house.
    for number in 101..=130 {
        world.register(TWO, number, person(number)).await;
    }
    let gone = Step::Withdrawn(withdrawn("2026-11-12"));
    world.step(ONE, 1, gone).await.unwrap();
    let moved = v1::Profile {
        municipality_code: "GM0109".into(),
        ..profile()
    };
    for number in 2..=10 {
        let step = Step::StillWaits(v1::StillWaits {
            profile: Some(moved.clone()),
            ..Default::default()
        });
        world.step(ONE, number, step).await.unwrap();
    }
    world.region.go_to("2026-12-16");
    let again = world.table(TEAM, v1::ProtectedRows::Municipality).await;
    assert_eq!(again, first);
    let elsewhere = world.region.node("node-2").await;
    let there = elsewhere.table(ONE, v1::ProtectedRows::Municipality).await;
    assert_eq!(there, first, "on another node");

    world.region.go_to("2026-12-17");
    let next = world.table(INSURER, v1::ProtectedRows::Municipality).await;
    assert_eq!(next.on, "2026-12-16");
    assert_ne!(next.persons, first.persons);
}

#[tokio::test]
async fn a_young_region_shows_what_is_known_when_somebody_asks_first() {
    let world = World::start().await;
    for number in 1..=20 {
        world.register(ONE, number, person(number)).await;
    }
    let table = world.table(INSURER, v1::ProtectedRows::Municipality).await;
    assert_eq!(table.on, world.region.today());
    assert_eq!(rows(&table), [("GM0114", 20)]);
    for number in 21..=40 {
        world.register(TWO, number, person(number)).await;
    }
    let again = world.table(TEAM, v1::ProtectedRows::Municipality).await;
    assert_eq!(again, table);
}

#[tokio::test]
async fn that_nobody_is_known_yet_is_not_kept_for_four_weeks() {
    let world = World::start().await;
    let nobody = world.table(INSURER, v1::ProtectedRows::Municipality).await;
    assert_eq!(rows(&nobody), []);
    for number in 1..=20 {
        world.register(ONE, number, person(number)).await;
    }
    let table = world.table(INSURER, v1::ProtectedRows::Municipality).await;
    assert_eq!(rows(&table), [("GM0114", 20)]);
}

#[tokio::test]
async fn a_question_for_a_table_names_every_field_that_is_wrong() {
    let world = World::start().await;
    let request = v1::GetProtectedTableRequest {
        rows: 9,
        at_least: vec![String::new(); 17],
    };
    let refused = world.get_protected_table(INSURER, request).await;
    assert_eq!(wrong_fields(refused), ["rows", "at_least"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn threat_5_no_figure_below_ten_leaves(
        population in prop::collection::vec(
            (prop::sample::select(vec!["GM0114", "GM0109", "GM0106"]), prop::sample::select(vec!["04", "05", "06"]), 0..14_u32),
            0..7,
        )
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let tables = runtime.block_on(async {
            let world = World::start().await;
            world.population(&population).await;
            world.region.go_to(FIRST);
            [
                world.table(INSURER, v1::ProtectedRows::Municipality).await,
                world.table(INSURER, v1::ProtectedRows::GpPractice).await,
            ]
        });
        let persons: u64 = population.iter().map(|(_, _, persons)| u64::from(*persons)).sum();
        for table in tables {
            let kinds = table.rows.iter().flat_map(|row| &row.diagnosis_groups);
            let figures = kinds.map(|kind| kind.persons);
            let figures = figures.chain(table.rows.iter().map(|row| row.persons));
            for figure in figures {
                prop_assert!(figure >= 10 && figure % 5 == 0, "{figure} left");
            }
            let total = match persons {
                0 => Some(0),
                1..10 => None,
                10.. => Some((persons + 2) / 5 * 5),
            };
            prop_assert_eq!(table.persons, total);
        }
    }
}
