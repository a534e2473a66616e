use proptest::prelude::*;

use super::*;
use crate::capacity::confidence::Cases;

fn any_places() -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(0..9_u32, 0..60)
}

/// Units of three providers.
fn any_units() -> impl Strategy<Value = Vec<Offering>> {
    let unit = (0..3_u32, any_places()).prop_map(|(provider, places)| unit(provider, &places));
    prop::collection::vec(unit, 1..8)
}

/// The first unit, having counted so many places at that hour.
fn shown(units: &[Offering], available: u32, hour: i64) -> Offering {
    let report = Report {
        valid_until: Some(after(100_000)),
        ..report(after(1_000 + hour), None, available)
    };
    units[0].clone().evolve(&reported(report))
}

proptest! {
    #[test]
    fn a_chance_lies_between_0_and_1(
        units in any_units(),
        available in 1..9_u32,
        hour in 0..168_i64,
        age in 0..1_000_i64,
    ) {
        let unit = shown(&units, available, hour);
        if let Some(confidence) = experience(&units).confidence(&unit, after(1_000 + hour + age)) {
            prop_assert!((0.001..=0.999).contains(&confidence.chance));
        }
    }

    #[test]
    fn a_chance_never_rises_with_age_and_never_jumps(
        units in any_units(),
        available in 1..9_u32,
        hour in 0..168_i64,
    ) {
        let unit = shown(&units, available, hour);
        let experience = experience(&units);
        let mut before: Option<f64> = None;
        for minutes in (0..3 * 24 * 60).step_by(10) {
            let now = at(after(1_000 + hour).as_millis() + minutes * 60_000);
            let Some(confidence) = experience.confidence(&unit, now) else {
                break;
            };
            if let Some(before) = before {
                prop_assert!(confidence.chance <= before, "{} after {before}", confidence.chance);
                // Ten minutes are a sixth of the shortest way between two knots.
                prop_assert!(before - confidence.chance <= 0.17, "{} after {before}", confidence.chance);
            }
            before = Some(confidence.chance);
        }
    }

    #[test]
    fn units_of_another_kind_change_nothing(
        units in any_units(),
        others in any_units(),
        available in 1..9_u32,
        age in 0..48_i64,
    ) {
        let unit = shown(&units, available, 0);
        let now = after(1_000 + age);
        let alone = experience(&units).confidence(&unit, now);
        let others = others.into_iter().map(|mut other| {
            other.details.as_mut().unwrap().care_type = CareType::Shelter;
            other
        });
        let all: Vec<Offering> = units.iter().cloned().chain(others).collect();
        prop_assert_eq!(experience(&all).confidence(&unit, now), alone);
    }

    #[test]
    fn the_order_in_which_units_are_taken_in_does_not_matter(
        units in any_units(),
        order in Just((0..8_usize).collect::<Vec<_>>()).prop_shuffle(),
        available in 1..9_u32,
        age in 0..48_i64,
    ) {
        let unit = shown(&units, available, 0);
        let now = after(1_000 + age);
        let mut shuffled = Experience::default();
        for number in order.into_iter().filter(|number| *number < units.len()) {
            // Each twice: first as it once stood.
            shuffled.set(number, &Offering::default());
            shuffled.set(number, &units[number]);
        }
        prop_assert_eq!(
            shuffled.confidence(&unit, now),
            experience(&units).confidence(&unit, now)
        );
    }

    #[test]
    fn a_snapshot_keeps_the_cases(places in any_places()) {
        if let Some(cases) = unit(1, &places).cases {
            let kept = Cases::from_cells(cases.cells());
            prop_assert_eq!(kept.as_ref(), Some(&*cases));
        }
    }
}
