use super::*;

/// On the list of a provider with such keys, stated on the first day.
fn with_keys(provider_number: u32, by_epoch: &[EpochKeys]) -> Event {
    registered_as(Registration {
        provider_id: provider(provider_number),
        person: person_of(by_epoch),
        ..registration(on(0))
    })
}

fn reaffirmed_with(days: i32, by_epoch: &[EpochKeys]) -> Event {
    Event::Reaffirmed(Box::new(Reaffirmation {
        person: Some(person_of(by_epoch)),
        ..reaffirmation(on(days))
    }))
}

fn persons(entries: &[Listed]) -> u64 {
    Counts::on(on(20), &rows(entries)).table(&[]).total.persons
}

#[test]
fn nobody_counts_twice_while_keys_rotate() {
    let (old, new) = (keys(1, 1), keys(2, 1));
    let entries = [
        // Not yet reaffirmed; reaffirmed with both; registered in the new epoch.
        listed(&[with_keys(1, &[old])]),
        listed(&[with_keys(2, &[old]), reaffirmed_with(10, &[old, new])]),
        listed(&[with_keys(3, &[new])]),
    ];
    assert_eq!(persons(&entries), 1);
}

#[test]
fn the_old_key_is_carried_for_one_cycle_also_if_only_the_new_one_is_stated() {
    let (old, new) = (keys(1, 1), keys(2, 1));
    let epochs = |history: &[Event]| -> Vec<u16> {
        let listed = listed(history);
        listed
            .person
            .keys()
            .iter()
            .map(|(epoch, _)| epoch.0)
            .collect()
    };
    let mut history = vec![with_keys(1, &[old]), reaffirmed_with(10, &[new])];
    assert_eq!(epochs(&history), [1, 2]);
    history.push(reaffirmed_with(44, &[new]));
    assert_eq!(epochs(&history), [1, 2]);
    history.push(reaffirmed_with(45, &[new]));
    assert_eq!(epochs(&history), [2]);
}

#[test]
fn old_keys_may_go_when_all_but_one_in_two_hundred_carry_the_new_ones() {
    let entry = |is_new: bool| {
        let new = if is_new { vec![keys(2, 1)] } else { vec![] };
        listed(&[with_keys(1, &[vec![keys(1, 1)], new].concat())])
    };
    let after = |carrying: usize| {
        let entries: Vec<Listed> = (0..200).map(|place| entry(place < carrying)).collect();
        let rows = rows(&entries);
        let rotation = Counts::on(on(20), &rows).rotation_to(Epoch(2));
        assert_eq!((rotation.keyed, rotation.carrying), (200, carrying as u64));
        rotation.is_complete()
    };
    assert_eq!([0, 198, 199, 200].map(after), [false, false, true, true]);
}

#[test]
fn whoever_is_open_and_has_only_old_keys_loses_its_person_stale_or_helped() {
    let (old, new) = (keys(1, 1), keys(2, 1));
    let entries = [
        // Waits; helped; waits with both; withdrawn; waits without a number.
        listed(&[with_keys(1, &[old])]),
        listed(&[
            with_keys(2, &[old]),
            Event::IntakeHeld { held_on: on(9) },
            Event::TreatmentStarted { started_on: on(10) },
        ]),
        listed(&[with_keys(3, &[old]), reaffirmed_with(10, &[old, new])]),
        listed(&[with_keys(4, &[old]), Event::Withdrawn(withdrawal(on(10)))]),
        listed(&[with_keys(5, &[])]),
    ];
    let rows = rows(&entries);
    let counts = Counts::on(on(50), &rows);
    assert_eq!(counts.left_out().stale, 3, "all who wait");
    let rotation = counts.rotation_to(Epoch(2));
    assert_eq!((rotation.keyed, rotation.carrying), (3, 1));
    assert_eq!(rotation.losing(), 2);
}

#[test]
fn old_keys_stay_for_stale_entries_though_all_that_count_carry_the_new_ones() {
    let (old, new) = (keys(1, 1), keys(2, 1));
    let stale = listed(&[with_keys(1, &[old])]);
    let confirmed = listed(&[with_keys(2, &[old]), reaffirmed_with(40, &[old, new])]);
    let rows = rows(&[stale, confirmed]);
    let counts = Counts::on(on(50), &rows);
    assert_eq!(counts.table(&[]).total.entries, 1);
    let rotation = counts.rotation_to(Epoch(2));
    assert_eq!((rotation.keyed, rotation.losing()), (2, 1));
    assert!(!rotation.is_complete());
}

#[test]
fn the_national_key_is_not_kept_beside_the_regions() {
    let national = keys(1, 1).national.unwrap();
    let listed = listed(&[registered()]);
    let first = listed.registration.person.by_epoch();
    let mut kept = listed.person.keys().iter();
    assert!(first.is_empty() && kept.len() == 1);
    assert!(kept.all(|(_, key)| key.as_bytes() != national.as_bytes()));
}
