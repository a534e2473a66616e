//! Threat 17: what arrives late, out of order or twice.

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;

/// What a provider says of one person, by day.
fn statements() -> Vec<Command> {
    vec![
        register(registration(on(0))),
        reaffirm(on(20)),
        reaffirm(on(45)),
        Command::HoldIntake { held_on: on(50) },
        reaffirm(on(70)),
        Command::StartTreatment { started_on: on(90) },
        Command::EndTreatment {
            ended_on: on(180),
            outflow: Outflow::Gp,
        },
    ]
}

/// Delivers until nothing is refused any more: a sender repeats what did not come through.
fn deliver(commands: &[Command]) -> Entry {
    let mut entry = Entry::default();
    for _ in 0..commands.len() {
        for command in commands {
            entry = take(entry, command, noon(200));
        }
    }
    entry
}

fn spell_of(entry: &Entry) -> Spell {
    entry.listed.as_ref().unwrap().spell
}

fn shuffled() -> impl Strategy<Value = (Vec<Command>, Vec<Index>)> {
    let order = Just(statements()).prop_shuffle();
    (order, prop::collection::vec(any::<Index>(), 0..6))
}

fn any_history() -> impl Strategy<Value = Vec<Event>> {
    let person_number = 0..6_u8;
    let parts = (person_number, 1..4_u32, 0..80_i32, 0..5_usize);
    parts.prop_map(|(number, provider_number, since, steps)| {
        let registration = Registration {
            provider_id: provider(provider_number),
            person: person(number),
            ..registration(on(since))
        };
        let held_on = on(since + 10);
        let started_on = on(since + 15);
        let history = [
            registered_as(registration),
            reaffirmed(on(since + 5)),
            Event::IntakeHeld { held_on },
            Event::TreatmentStarted { started_on },
            Event::TreatmentEnded {
                ended_on: on(since + 18),
                outflow: Outflow::Gp,
            },
        ];
        history.into_iter().take(steps + 1).collect()
    })
}

/// A commit as a reader gets it.
#[derive(Clone, Debug)]
struct Delivered {
    entry_id: EntryId,
    version: usize,
    event: Event,
}

/// A reader that applies each version of an entry once, and in order. Entries come in the order of their arrival.
fn read(deliveries: &[Delivered]) -> Vec<(EntryId, Listed)> {
    let mut entries: Vec<(EntryId, usize, Entry)> = Vec::new();
    for _ in 0..deliveries.len() {
        for delivered in deliveries {
            let id = delivered.entry_id;
            if !entries.iter().any(|(known, ..)| *known == id) {
                entries.push((id, 0, Entry::default()));
            }
            let known = entries.iter_mut().find(|(known, ..)| *known == id);
            let (_, version, entry) = known.unwrap();
            if delivered.version == *version + 1 {
                *version += 1;
                *entry = std::mem::take(entry).evolve(&delivered.event);
            }
        }
    }
    let listed =
        |(id, _, entry): (EntryId, usize, Entry)| Some((id, Arc::unwrap_or_clone(entry.listed?)));
    entries.into_iter().filter_map(listed).collect()
}

/// A table, how many stand on so many lists, and what happened.
type Answer = (Table, BTreeMap<usize, u64>, Vec<Flow>);

fn counted(entries: &[(EntryId, Listed)]) -> Answer {
    let mut roll = Roll::default();
    for (id, listed) in entries {
        roll.put(*id, Arc::new(listed.clone()));
    }
    let rows = roll.rows();
    let counts = Counts::on(on(90), &rows);
    let months = on(0).month()..=on(90).month();
    let flows = flows(entries.iter().map(|(_, listed)| listed), months);
    (
        counts.table(&[Dimension::Provider, Dimension::WaitBand]),
        counts.persons_by_lists(),
        flows.into_values().collect(),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn threat_17_any_order_and_any_repeats_lead_to_the_same_entry((order, again) in shuffled()) {
        let mut delivered = order.clone();
        for index in again {
            delivered.insert(index.index(delivered.len() + 1), index.get(&order).clone());
        }
        let once = statements()
            .iter()
            .fold(Entry::default(), |entry, command| take(entry, command, noon(200)));
        prop_assert_eq!(spell_of(&deliver(&delivered)), spell_of(&once));
    }

    #[test]
    fn threat_17_any_interleaving_with_repeats_counts_the_same(
        histories in prop::collection::vec(any_history(), 1..12),
        again in prop::collection::vec(any::<Index>(), 0..8),
        seed in any::<u64>(),
    ) {
        let in_order: Vec<Delivered> = histories
            .iter()
            .zip(1_u32..)
            .flat_map(|(history, number)| {
                history.iter().zip(1..).map(move |(event, version)| Delivered {
                    entry_id: entry_id(number),
                    version,
                    event: event.clone(),
                })
            })
            .collect();
        let mut mixed = in_order.clone();
        mixed.extend(again.iter().map(|index| index.get(&in_order).clone()));
        mixed.sort_by_key(|delivered| mix(seed, delivered));
        prop_assert_eq!(counted(&read(&mixed)), counted(&read(&in_order)));
    }

    #[test]
    fn threat_17_a_late_reaffirmation_does_not_make_an_entry_fresh(late in 0..45_i32) {
        let history = [registered(), reaffirmed(on(45)), Event::WentStale];
        let before = replay::<Entry>(&history);
        let after = take(before.clone(), &reaffirm(on(late)), noon(90));
        prop_assert_eq!(after, before);
    }
}

/// A place for each commit that looks random, and is the same at every run.
fn mix(seed: u64, delivered: &Delivered) -> u64 {
    let [.., last] = *delivered.entry_id.as_bytes();
    let place = u64::from(last) * 31 + delivered.version as u64;
    (seed ^ place)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .rotate_left(29)
}
