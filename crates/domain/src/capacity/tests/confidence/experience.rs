use super::*;

/// How a unit that has counted one place stands so many hours later, after what these units taught.
fn promised(units: &[Offering], number: usize, hours: i64) -> Option<Confidence> {
    let unit = units[number].clone().evolve(&counted(after(1_000), 1));
    experience(units).confidence(&unit, after(1_000 + hours))
}

#[test]
fn nothing_is_promised_where_the_kind_has_too_little_history() {
    let few = [unit(1, &often_free(20)), unit(1, &[])];
    assert_eq!(promised(&few, 1, 8), None);
    let enough = [unit(1, &often_free(60)), unit(1, &[])];
    assert!(promised(&enough, 1, 8).is_some());
}

#[test]
fn nothing_is_promised_of_a_unit_that_shows_no_place_or_nothing_at_all() {
    let units = [unit(1, &often_free(60))];
    let experience = experience(&units);
    for shown in [
        counted(after(1_000), 0),
        reported(waits_report(after(1_000), None, vec![wait(3)])),
    ] {
        let unit = unit(1, &[]).evolve(&shown);
        assert_eq!(experience.confidence(&unit, after(1_001)), None);
    }
}

#[test]
fn what_has_expired_is_unknown_and_not_a_small_chance() {
    let units = [unit(1, &often_free(60))];
    assert!(promised(&units, 0, 47).is_some());
    assert_eq!(promised(&units, 0, 48), None);
}

#[test]
fn a_chance_rests_on_the_narrowest_group_with_enough_cases() {
    let units = [
        unit(1, &often_free(90)),
        unit(2, &often_free(40)),
        unit(2, &[]),
        unit(3, &[]),
    ];
    let basis = |number| {
        let promised = promised(&units, number, 8).unwrap();
        (promised.basis, promised.cases)
    };
    assert_eq!(basis(0), (Basis::Unit, 60));
    assert_eq!(basis(2), (Basis::Provider, 26));
    assert_eq!(basis(3), (Basis::Kind, 86));
}

#[test]
fn a_unit_that_keeps_its_places_is_believed_more_than_one_that_loses_them() {
    let keeps = unit(1, &[1; 60]);
    let loses = unit(1, &[1, 0].repeat(30));
    let units = [keeps, loses, unit(1, &[])];
    let [keeps, loses, unknown] = [0, 1, 2].map(|number| chance(promised(&units, number, 8)));
    assert!(keeps > 0.9, "{keeps}");
    assert!(loses < 0.4, "{loses}");
    assert!(loses < unknown && unknown < keeps, "{unknown}");
}

#[test]
fn what_one_unit_shows_at_its_own_ages_counts_at_others_too() {
    let keeps = unit(1, &[1; 60]);
    let loses = unit(2, &[1, 0].repeat(30));
    let units = [keeps, loses];
    // Both were only ever seen eight hours after a count.
    let [keeps, loses] = [0, 1].map(|number| chance(promised(&units, number, 40)));
    assert!(keeps > loses + 0.2, "{keeps} {loses}");
}

#[test]
fn a_silent_night_costs_less_confidence_than_a_silent_day() {
    let units = [unit(1, &often_free(90))];
    let experience = experience(&units);
    let nine_hours_after = |hour: i64| {
        let unit = units[0].clone().evolve(&counted(after(1_008 + hour), 1));
        chance(experience.confidence(&unit, after(1_008 + hour + 9)))
    };
    // 08:00 and 22:00 of a Monday.
    assert!(nine_hours_after(14) > nine_hours_after(0));
}

#[test]
fn a_unit_that_changes_its_provider_takes_its_cases_along() {
    let mut moved = experience(&[unit(1, &often_free(60)), unit(2, &often_free(60))]);
    let goes_over = unit(2, &often_free(60));
    moved.set(0, &goes_over);
    let at_once = experience(&[goes_over.clone(), unit(2, &often_free(60))]);
    let shown = goes_over.evolve(&counted(after(1_000), 1));
    let now = after(1_005);
    assert_eq!(
        moved.confidence(&shown, now),
        at_once.confidence(&shown, now)
    );
}
