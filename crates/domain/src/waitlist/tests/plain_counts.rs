//! Counts as the rules say them, entry by entry and person by person: slow, and plain to read. What `counts` keeps and adds
//! up in another way must come to the same.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// Everything that is told of a day.
#[derive(Debug, PartialEq)]
pub(super) struct Told {
    pub(super) table: Table,
    pub(super) by_lists: BTreeMap<usize, u64>,
    pub(super) on_several_lists: u64,
    pub(super) left_out: LeftOut,
    pub(super) completeness: Completeness,
    /// The newest epoch, entries with keys, and with its key.
    pub(super) rotation: Option<(Epoch, u64, u64)>,
}

#[derive(Clone, Copy)]
struct Waiting<'a> {
    id: EntryId,
    listed: &'a Listed,
    spell: Spell,
}

pub(super) fn told(entries: &[(EntryId, Listed)], on: Day, by: &[Dimension]) -> Told {
    let mut left_out = LeftOut::default();
    let mut waiting = Vec::new();
    for (id, listed) in entries {
        let Some(spell) = listed.waiting_on(on) else {
            continue;
        };
        if !listed.person.is_granted() {
            left_out.not_granted += 1;
        } else if listed.is_stale_on(on) {
            left_out.stale += 1;
        } else {
            waiting.push(Waiting {
                id: *id,
                listed,
                spell,
            });
        }
    }
    let people = people(&waiting);
    let mut by_lists = BTreeMap::new();
    for person in &people {
        *by_lists.entry(person.len()).or_default() += 1;
    }
    Told {
        table: table(&people, on, by),
        on_several_lists: people
            .iter()
            .map(|person| u64::from(person.len() > 1))
            .sum(),
        by_lists,
        left_out,
        completeness: completeness(entries, on),
        rotation: rotation(entries),
    }
}

/// Entries that share a key are of one person, and so are those that are of one person with them.
fn people<'a>(waiting: &[Waiting<'a>]) -> Vec<Vec<Waiting<'a>>> {
    let mut people: Vec<Vec<Waiting<'a>>> = Vec::new();
    for entry in waiting {
        let shares = |other: &Waiting<'_>| {
            let mut keys = other.listed.person.keys().iter();
            keys.any(|key| entry.listed.person.keys().contains(key))
        };
        let (same, others): (Vec<_>, Vec<_>) = people
            .into_iter()
            .partition(|person| person.iter().any(shares));
        people = others;
        people.push(same.into_iter().flatten().chain([*entry]).collect());
    }
    people
}

fn table(people: &[Vec<Waiting<'_>>], on: Day, by: &[Dimension]) -> Table {
    let mut cells: BTreeMap<Vec<Value>, Cell> = BTreeMap::new();
    let mut total = Cell::default();
    for person in people {
        let cell_of = |entry: &Waiting<'_>| -> Vec<Value> {
            by.iter()
                .map(|dimension| value(entry, *dimension, on))
                .collect()
        };
        for entry in person {
            add_entry(cells.entry(cell_of(entry)).or_default(), entry, on);
            add_entry(&mut total, entry, on);
        }
        let has_number = person
            .iter()
            .any(|entry| !entry.listed.person.keys().is_empty());
        for values in person.iter().map(cell_of).collect::<BTreeSet<_>>() {
            let cell = cells.get_mut(&values).unwrap();
            cell.persons += 1;
            cell.persons_without_number += u64::from(!has_number);
        }
        total.persons += 1;
        total.persons_without_number += u64::from(!has_number);
        let preferred = person.iter().min_by_key(|entry| {
            let is_preferred = entry.listed.profile.is_preferred;
            (!is_preferred, entry.spell.waiting_since, entry.id)
        });
        cells
            .get_mut(&cell_of(preferred.unwrap()))
            .unwrap()
            .preferring += 1;
        total.preferring += 1;
    }
    let by = by.to_vec();
    Table { by, cells, total }
}

fn add_entry(cell: &mut Cell, entry: &Waiting<'_>, on: Day) {
    let is_over = |clock| {
        let wait = entry.spell.wait(clock, entry.listed.registration.care_type);
        wait.and_then(|wait| wait.is_over_norm(on))
    };
    let add = |to: &mut AgainstNorm, clock| match is_over(clock) {
        Some(false) => to.within += 1,
        Some(true) => to.over += 1,
        None => to.without_norm += 1,
    };
    cell.entries += 1;
    add(&mut cell.total_wait, Clock::Total);
    if entry.spell.intake_held_on.is_some() {
        add(&mut cell.for_treatment, Clock::ToTreatment);
    } else {
        add(&mut cell.for_intake, Clock::ToIntake);
    }
}

fn value(entry: &Waiting<'_>, dimension: Dimension, on: Day) -> Value {
    let (listed, profile) = (entry.listed, &entry.listed.profile);
    match dimension {
        Dimension::Provider => Value::Provider(listed.registration.provider_id.clone()),
        Dimension::DiagnosisGroup => Value::DiagnosisGroup(profile.diagnosis_group.clone()),
        Dimension::Municipality => Value::Municipality(profile.municipality_code.clone()),
        Dimension::GpPractice => Value::GpPractice(profile.gp_practice.clone()),
        Dimension::Priority => {
            let priority = listed.priority.as_ref();
            Value::Priority(priority.map(|priority| priority.category.clone()))
        }
        Dimension::WaitBand => {
            Value::WaitBand(WaitBand::of(on.days_since(entry.spell.waiting_since)))
        }
    }
}

fn completeness(entries: &[(EntryId, Listed)], on: Day) -> Completeness {
    let mut by_provider: BTreeMap<ProviderId, Vec<&Listed>> = BTreeMap::new();
    for (_, listed) in entries
        .iter()
        .filter(|(_, listed)| listed.waiting_on(on).is_some())
    {
        let provider_id = listed.registration.provider_id.clone();
        by_provider.entry(provider_id).or_default().push(listed);
    }
    let providers = by_provider.into_iter().map(|(provider_id, waiting)| {
        let fresh = waiting.iter().filter(|listed| !listed.is_stale_on(on));
        let heard = Heard {
            waiting: waiting.len() as u64,
            stale: (waiting.len() - fresh.clone().count()) as u64,
            last_on: waiting
                .iter()
                .map(|listed| listed.reaffirmed_on)
                .max()
                .unwrap(),
            complete_until: fresh.map(|listed| listed.reaffirmed_on).min(),
        };
        (provider_id, heard)
    });
    let providers = providers.collect();
    Completeness { providers }
}

/// Of whoever has not left the list, whatever day is counted.
fn rotation(entries: &[(EntryId, Listed)]) -> Option<(Epoch, u64, u64)> {
    let open = || {
        let entries = entries.iter().map(|(_, listed)| listed);
        entries.filter(|listed| listed.spell.end.is_none())
    };
    let epochs_of = |listed: &Listed| -> Vec<Epoch> {
        let keys = listed.person.keys().iter();
        keys.map(|(epoch, _)| *epoch).collect()
    };
    let epochs: BTreeSet<Epoch> = open().flat_map(epochs_of).collect();
    let newest = *epochs.last().filter(|_| epochs.len() > 1)?;
    let with = |is_wanted: &dyn Fn(&Vec<Epoch>) -> bool| {
        let entries = open().map(epochs_of);
        entries.filter(is_wanted).map(|_| 1).sum::<u64>()
    };
    Some((
        newest,
        with(&|epochs| !epochs.is_empty()),
        with(&|epochs| epochs.contains(&newest)),
    ))
}
