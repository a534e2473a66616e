//! What is kept of the list to be counted, as entries come, change and go.

use proptest::prelude::*;

use super::plain_counts::{Told, told};
use super::*;

/// What happens to one of a few entries on a day.
#[derive(Clone, Debug)]
struct Step {
    number: u32,
    day: i32,
    /// None: it is erased.
    command: Option<Command>,
}

fn told_of(counts: &Counts<'_>, by: &[Dimension]) -> Told {
    let rotation = Some(counts.rotation_to(Epoch(1))).filter(Rotation::is_under_way);
    Told {
        table: counts.table(by),
        by_lists: counts.persons_by_lists(),
        on_several_lists: counts.persons_on_several_lists(),
        left_out: counts.left_out(),
        completeness: counts.completeness().clone(),
        rotation: rotation.map(|to| (to.to, to.keyed, to.carrying)),
    }
}

/// Keys of either epoch or of both, of one of few persons; or none.
fn any_person() -> impl Strategy<Value = PersonKeys> {
    (0..5_u8, 0..8_u8).prop_map(|(number, which)| {
        let (old, new) = (keys(1, number), keys(2, number));
        let keys = match which {
            0 => vec![],
            1 | 2 => vec![old, new],
            3 | 4 => vec![new],
            _ => vec![old],
        };
        let grant = if which == 7 {
            Grant::Exceeded
        } else {
            Grant::Covered
        };
        PersonKeys::parse(keys, grant).unwrap()
    })
}

fn any_profile() -> impl Strategy<Value = Profile> {
    (0..3_usize, 0..3_usize, any::<bool>()).prop_map(|(place, practice, is_preferred)| Profile {
        municipality_code: MunicipalityCode::parse(["GM0014", "GM0114", "GM0363"][place]).unwrap(),
        gp_practice: [
            None,
            GpPractice::parse("01054321"),
            GpPractice::parse("01054322"),
        ][practice]
            .clone(),
        is_preferred,
        ..profile()
    })
}

fn any_registration(day: i32) -> impl Strategy<Value = Registration> {
    let parts = (
        1..5_u32,
        0..40_i32,
        any::<bool>(),
        any_person(),
        any_profile(),
    );
    parts.prop_map(
        move |(number, before, has_norm, person, profile)| Registration {
            provider_id: provider(number),
            care_type: if has_norm {
                CareType::Specialised
            } else {
                CareType::Guidance
            },
            person,
            profile,
            ..registration(on(day - before))
        },
    )
}

fn any_command(day: i32) -> impl Strategy<Value = Command> {
    let in_error = Withdrawal {
        reason: WithdrawalReason::RegisteredInError,
        ..withdrawal(on(day))
    };
    let news = (
        prop::option::of(any_person()),
        prop::option::of(any_profile()),
    );
    let reaffirmed = news.prop_map(move |(person, profile)| {
        Command::Reaffirm(Box::new(Reaffirmation {
            on: on(day),
            person,
            profile,
        }))
    });
    let ended = Command::EndTreatment {
        ended_on: on(day),
        outflow: Outflow::Gp,
    };
    prop_oneof![
        6 => any_registration(day).prop_map(register),
        6 => reaffirmed,
        4 => Just(Command::HoldIntake { held_on: on(day) }),
        4 => Just(Command::StartTreatment { started_on: on(day) }),
        3 => Just(ended),
        3 => Just(Command::Return { returned_on: on(day) }),
        1 => Just(Command::Withdraw(withdrawal(on(day)))),
        1 => Just(Command::Withdraw(in_error)),
        2 => (0..2_usize).prop_map(|which| Command::Prioritise {
            category: category(["unsafe-to-wait", "regular"][which]),
            reason: PriorityReason::SafetyAtRisk,
            by: actor("anna", 1),
        }),
    ]
}

/// By day, as in a log.
fn any_steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (0..10_u32, 0..200_i32).prop_flat_map(|(number, day)| {
        let command = prop_oneof![
            20 => any_command(day).prop_map(Some),
            1 => Just(None),
        ];
        command.prop_map(move |command| Step {
            number,
            day,
            command,
        })
    });
    let steps = prop::collection::vec(step, 0..150);
    steps.prop_map(|mut steps| {
        steps.sort_by_key(|step| step.day);
        steps
    })
}

const DIMENSIONS: [Dimension; 6] = [
    Dimension::Provider,
    Dimension::DiagnosisGroup,
    Dimension::Municipality,
    Dimension::GpPractice,
    Dimension::Priority,
    Dimension::WaitBand,
];

fn any_split() -> impl Strategy<Value = Vec<Dimension>> {
    let some = prop::sample::subsequence(DIMENSIONS.to_vec(), 0..=3);
    some.prop_shuffle()
}

/// Entries as they stand, and the roll that was kept of them.
#[derive(Default)]
struct World {
    entries: BTreeMap<u32, Entry>,
    roll: Roll,
}

impl World {
    fn take(&mut self, step: &Step) {
        let id = entry_id(step.number);
        let Some(command) = &step.command else {
            self.entries.remove(&step.number);
            self.roll.remove(id);
            return;
        };
        let entry = self.entries.entry(step.number).or_default();
        *entry = take(std::mem::take(entry), command, noon(step.day));
        if let Some(listed) = &entry.listed {
            self.roll.put(id, Arc::clone(listed));
        }
    }

    fn told(&self, day: Day, by: &[Dimension]) -> Told {
        let entries = self.entries.iter();
        let listed = entries.filter_map(|(number, entry)| {
            Some((entry_id(*number), Listed::clone(entry.listed.as_ref()?)))
        });
        told(&listed.collect::<Vec<_>>(), day, by)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_is_kept_of_the_list_counts_as_the_list_itself(
        steps in any_steps(),
        until in any::<prop::sample::Index>(),
        day in 0..260_i32,
        by in any_split(),
    ) {
        let mut world = World::default();
        let (first, then) = steps.split_at(until.index(steps.len() + 1));
        first.iter().for_each(|step| world.take(step));
        let (rows, expected) = (world.roll.rows(), world.told(on(day), &by));
        prop_assert_eq!(told_of(&Counts::on(on(day), &rows), &by), expected);
        let expected = world.told(on(day), &by);
        then.iter().for_each(|step| world.take(step));
        // Who counts is not disturbed by what comes meanwhile.
        prop_assert_eq!(told_of(&Counts::on(on(day), &rows), &by), expected);
        let (rows, expected) = (world.roll.rows(), world.told(on(day), &by));
        prop_assert_eq!(told_of(&Counts::on(on(day), &rows), &by), expected);
        for step in &steps {
            world.take(&Step { command: None, ..step.clone() });
        }
        prop_assert!(world.roll.is_blank());
    }
}

#[test]
fn of_who_is_erased_nothing_is_left() {
    let mut roll = Roll::default();
    let mine = listed(&[registered()]);
    let key = mine.person.keys()[0];
    roll.put(entry_id(1), Arc::new(mine));
    assert_eq!(roll.entries_with(&key), [entry_id(1)]);
    roll.remove(entry_id(1));
    assert!(roll.is_blank());
}

#[test]
fn of_some_only_they_are_counted() {
    let mut world = World::default();
    let all = [(1, person(1)), (2, person(2)), (1, person_of(&[]))];
    for (number, (at, person)) in (0..).zip(all) {
        let command = register(Registration {
            provider_id: provider(at),
            person,
            ..registration(on(0))
        });
        world.take(&Step {
            number,
            day: 0,
            command: Some(command),
        });
    }
    let entries = |rows: Rows| Counts::on(on(1), &rows).table(&[]).total.entries;
    let of_one = |value: &Value| *value == Value::Provider(provider(1));
    let rows = world.roll.rows();
    assert_eq!(entries(rows.clone()), 3);
    assert_eq!(entries(rows.clone().with_value(of_one)), 2);
    assert_eq!(entries(rows.with_number()), 2);
}
