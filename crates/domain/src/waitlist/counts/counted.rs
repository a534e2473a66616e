use std::collections::BTreeMap;

use super::super::Epoch;
use super::people::{JoinedKeys, People};
use super::row::{Row, Stay};
use super::{Completeness, Dimension, Heard, Rotation, Rows};
use crate::Day;

/// Entries that wait and are not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Nobody has said for too long that the person still waits.
    pub stale: u64,
    /// The evaluator never granted the person's pseudonym.
    pub not_granted: u64,
}

/// Somebody who waits on the day, and counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counted<'a> {
    pub(super) row: &'a Row,
    pub(super) stay: &'a Stay,
}

/// Everybody who waits on a day, joined once for as many tables as are asked for.
#[derive(Clone, Debug)]
pub struct Counts<'a> {
    pub(super) on: Day,
    pub(super) rows: &'a Rows,
    pub(super) counted: Vec<Counted<'a>>,
    pub(super) people: People,
    left_out: LeftOut,
    completeness: Completeness,
    rotation: Option<Rotation>,
}

impl<'a> Counts<'a> {
    /// Counts who waits at the end of a day.
    pub fn on(day: Day, rows: &'a Rows) -> Self {
        let mut counted = Vec::new();
        let mut left_out = LeftOut::default();
        let mut heard: Vec<Option<Heard>> = vec![None; rows.values.len()];
        let mut rotation: Option<Rotation> = None;
        let mut joined = JoinedKeys::apart(rows.keys);
        for row in rows.pages.rows() {
            if let Some(keys) = row.person.as_ref().filter(|_| row.is_open) {
                rotation.get_or_insert_with(|| Rotation::of(keys)).add(keys);
            }
            let Some(stay) = row.waiting_on(day) else {
                continue;
            };
            let is_stale = row.is_stale_on(day);
            heard[row.values[Dimension::Provider as usize] as usize]
                .get_or_insert_with(|| Heard::of(row.reaffirmed_on))
                .add(row.reaffirmed_on, is_stale);
            if !row.is_granted {
                left_out.not_granted += 1;
            } else if is_stale {
                left_out.stale += 1;
            } else {
                if let Some(keys) = &row.person {
                    joined.join(keys);
                }
                counted.push(Counted { row, stay });
            }
        }
        Self {
            on: day,
            rows,
            people: People::of(&counted, joined),
            counted,
            left_out,
            completeness: Completeness::of(&heard, rows),
            rotation,
        }
    }

    /// Entries that wait and are not counted.
    pub fn left_out(&self) -> LeftOut {
        self.left_out
    }

    /// What the counts rest on.
    pub fn completeness(&self) -> &Completeness {
        &self.completeness
    }

    /// How far the open entries have come by now to the newest epoch: this one, of which there are keys, or a newer one of
    /// theirs.
    pub fn rotation_to(&self, epoch: Epoch) -> Rotation {
        let none = || Rotation::of_none(epoch);
        self.rotation
            .map_or_else(none, |rotation| rotation.towards(epoch))
    }

    /// Returns how many persons stand on so many lists.
    pub fn persons_by_lists(&self) -> BTreeMap<usize, u64> {
        let mut by_lists = BTreeMap::new();
        for person in &self.people.persons {
            *by_lists.entry(person.lists as usize).or_default() += 1;
        }
        by_lists
    }

    /// Returns how many persons stand on more than one list.
    pub fn persons_on_several_lists(&self) -> u64 {
        let persons = self.people.persons.iter();
        persons.map(|person| u64::from(person.lists > 1)).sum()
    }
}
