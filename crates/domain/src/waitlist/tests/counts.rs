use proptest::prelude::*;

use super::*;

fn at(provider_number: u32, person_number: u8) -> Registration {
    Registration {
        provider_id: provider(provider_number),
        person: person(person_number),
        ..registration(on(0))
    }
}

fn on_list(registration: Registration) -> Listed {
    listed(&[registered_as(registration)])
}

fn preferring(mut registration: Registration) -> Registration {
    registration.profile.is_preferred = true;
    registration
}

fn table_of(entries: &[Listed], by: &[Dimension]) -> Table {
    Counts::on(on(10), &rows(entries)).table(by)
}

#[test]
fn somebody_on_three_lists_is_one_person() {
    let entries = [at(1, 1), at(2, 1), at(3, 1), at(1, 2)].map(on_list);
    let rows = rows(&entries);
    let counts = Counts::on(on(10), &rows);
    let total = counts.table(&[]).total;
    assert_eq!((total.entries, total.persons), (4, 2));
    assert_eq!(counts.persons_on_several_lists(), 1);
    assert_eq!(counts.persons_by_lists(), BTreeMap::from([(1, 1), (3, 1)]));
}

#[test]
fn the_preferred_entry_is_the_persons_choice_else_the_longest_wait_else_the_smallest_id() {
    let since = |days: i32, registration| Registration {
        registered_on: on(days),
        ..registration
    };
    let preferred = |entries: &[Listed]| {
        let table = table_of(entries, &[Dimension::Provider]);
        let mut cells = table.cells.into_iter();
        let chosen = cells.find(|(_, cell)| cell.preferring == 1);
        chosen.map(|(values, _)| values)
    };
    let at_provider = |number| Some(vec![Value::Provider(provider(number))]);
    let chosen = [at(1, 1), preferring(since(5, at(2, 1)))].map(on_list);
    assert_eq!(preferred(&chosen), at_provider(2));
    let longest = [since(5, at(1, 1)), since(4, at(2, 1))].map(on_list);
    assert_eq!(preferred(&longest), at_provider(2));
    let alike = [at(2, 1), at(1, 1)].map(on_list);
    assert_eq!(preferred(&alike), at_provider(2));
}

#[test]
fn a_person_counts_in_every_cell_and_prefers_one() {
    let entries = [at(1, 1), preferring(at(2, 1)), at(2, 2)].map(on_list);
    let table = table_of(&entries, &[Dimension::Provider]);
    let cell = |number| table.cells[&vec![Value::Provider(provider(number))]];
    assert_eq!((cell(1).persons, cell(1).preferring), (1, 0));
    assert_eq!((cell(2).persons, cell(2).preferring), (2, 2));
}

#[test]
fn somebody_without_a_number_is_joined_with_nobody() {
    let nobody = Registration {
        person: person_of(&[]),
        ..at(1, 1)
    };
    let entries = [nobody.clone(), nobody, at(1, 1)].map(on_list);
    let total = table_of(&entries, &[]).total;
    assert_eq!((total.persons, total.persons_without_number), (3, 2));
}

#[test]
fn what_is_stale_or_not_granted_is_left_out_and_shown_as_such() {
    let flagged = Registration {
        person: PersonKeys::parse(vec![keys(1, 3)], Grant::Exceeded).unwrap(),
        ..at(1, 3)
    };
    let entries = [
        on_list(at(1, 1)),
        on_list(flagged),
        listed(&[registered_as(at(2, 2)), reaffirmed(on(20))]),
    ];
    let rows = rows(&entries);
    let counts = Counts::on(on(36), &rows);
    assert_eq!(counts.table(&[]).total.entries, 1);
    let left_out = LeftOut {
        stale: 1,
        not_granted: 1,
    };
    assert_eq!(counts.left_out(), left_out);
}

#[test]
fn who_never_was_on_the_list_is_nowhere_counted() {
    let in_error = Event::Withdrawn(Withdrawal {
        reason: WithdrawalReason::RegisteredInError,
        ..withdrawal(on(20))
    });
    let entries = [listed(&[registered(), in_error])];
    assert_eq!(table_of(&entries, &[]).total, Cell::default());
    let january = on(0).month();
    let flow = &flows(&entries, january..=january)[&january];
    assert_eq!(*flow, Flow::default());
}

#[test]
fn waits_stand_against_the_norm_of_what_is_waited_for() {
    let held = Event::IntakeHeld { held_on: on(30) };
    let entries = [
        listed(&[registered(), reaffirmed(on(90))]),
        listed(&[registered(), held, reaffirmed(on(90))]),
    ];
    let total = Counts::on(on(100), &rows(&entries)).table(&[]).total;
    assert_eq!((total.for_intake.over, total.for_intake.within), (1, 0));
    assert_eq!(
        (total.for_treatment.over, total.for_treatment.within),
        (0, 1)
    );
    assert_eq!(total.total_wait.over, 2);
}

#[test]
fn a_past_day_is_counted_as_it_was() {
    let steps = [
        registered(),
        Event::IntakeHeld { held_on: on(20) },
        Event::TreatmentStarted { started_on: on(30) },
    ];
    let entries = [listed(&steps)];
    let waiting = |days: i32| {
        let total = Counts::on(on(days), &rows(&entries)).table(&[]).total;
        (total.for_intake.all(), total.for_treatment.all())
    };
    assert_eq!(
        [19, 20, 29, 30].map(waiting),
        [(1, 0), (0, 1), (0, 1), (0, 0)]
    );
    assert_eq!(waiting(-1), (0, 0));
}

#[test]
fn a_month_tells_who_came_was_seen_began_and_left() {
    let ended = Event::TreatmentEnded {
        ended_on: on(25),
        outflow: Outflow::SocialDomain,
    };
    let helped = [
        registered(),
        Event::IntakeHeld { held_on: on(3) },
        Event::TreatmentStarted { started_on: on(9) },
        ended,
        Event::Returned {
            returned_on: on(40),
        },
    ];
    let entries = [
        listed(&helped),
        listed(&[registered(), Event::Withdrawn(withdrawal(on(8)))]),
    ];
    let (january, february) = (on(0).month(), on(40).month());
    let flows = flows(&entries, january..=february);
    let flow = &flows[&january];
    assert_eq!((flow.registered, flow.returned, flow.withdrawn), (2, 0, 1));
    assert_eq!((flow.intakes.within, flow.starts.within), (1, 1));
    assert_eq!(flow.ended, BTreeMap::from([(Outflow::SocialDomain, 1)]));
    assert_eq!(
        (flows[&february].registered, flows[&february].returned),
        (0, 1)
    );
}

#[test]
fn every_answer_says_who_was_heard_and_up_to_when() {
    let entries = [
        listed(&[registered_as(at(1, 1)), reaffirmed(on(50))]),
        listed(&[registered_as(at(1, 2)), reaffirmed(on(44))]),
        on_list(at(1, 3)),
        on_list(at(2, 4)),
    ];
    let rows = rows(&entries);
    let counts = Counts::on(on(60), &rows);
    let completeness = counts.completeness();
    assert_eq!(completeness.complete_until(), Some(on(44)));
    let silent: Vec<_> = completeness.silent().collect();
    assert_eq!(silent, [&provider(2)]);
    let heard = Heard {
        waiting: 3,
        stale: 1,
        last_on: on(50),
        complete_until: Some(on(44)),
    };
    assert_eq!(completeness.providers[&provider(1)], heard);
}

fn any_entry() -> impl Strategy<Value = Listed> {
    let parts = (1..5_u32, 0..12_u8, 0..10_i32, any::<bool>());
    parts.prop_map(|(provider_number, person_number, since, is_preferred)| {
        let mut registration = Registration {
            registered_on: on(since),
            ..at(provider_number, person_number)
        };
        registration.profile.is_preferred = is_preferred;
        on_list(registration)
    })
}

proptest! {
    #[test]
    fn unique_persons_are_the_different_keys_and_each_prefers_one_entry(
        entries in prop::collection::vec(any_entry(), 0..40)
    ) {
        let table = table_of(&entries, &[Dimension::Provider, Dimension::WaitBand]);
        let keys: std::collections::BTreeSet<_> =
            entries.iter().flat_map(|listed| listed.person.keys()).collect();
        prop_assert_eq!(table.total.persons, keys.len() as u64);
        prop_assert_eq!(table.total.entries, entries.len() as u64);
        let preferring: u64 = table.cells.values().map(|cell| cell.preferring).sum();
        prop_assert_eq!(preferring, table.total.persons);
        let places: u64 = table.cells.values().map(|cell| cell.entries).sum();
        prop_assert_eq!(places, table.total.entries);
    }
}
