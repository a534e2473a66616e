//! Lists of nobody, of any size.

use std::fmt::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use bsn::Bsn;

const HEADER: &str = "reference,bsn,without_number,care_type,registered_on,age_band,municipality,gp_practice,\
                      diagnosis_group,preferred,intake_held_on,treatment_started_on";
/// All in Drenthe.
const MUNICIPALITIES: [&str; 4] = ["GM0106", "GM0109", "GM0114", "GM0118"];
const GROUPS: [&str; 4] = ["01", "04", "05", "not-yet-diagnosed"];

/// One provider's list: so many entries of so many persons, each of whom has one or more.
pub(super) struct Rows {
    /// Stands before the number of each reference.
    pub(super) name: &'static str,
    pub(super) entries: usize,
    pub(super) persons: Vec<String>,
    /// Every so many entries: the intake was held; every twice as many: treatment began.
    pub(super) held_each: usize,
}

impl Rows {
    /// Entries of the first persons from a place on among all citizen numbers of nobody.
    pub(super) fn new(name: &'static str, entries: usize, persons: std::ops::Range<usize>) -> Self {
        Self {
            name,
            entries,
            persons: numbers(persons),
            held_each: usize::MAX,
        }
    }

    /// Returns the file.
    pub(super) fn csv(&self) -> String {
        let mut csv = format!("{HEADER}\n");
        for entry in 0..self.entries {
            let bsn = &self.persons[entry % self.persons.len()];
            // The second entry of a person is for another kind of care.
            let is_second = entry >= self.persons.len();
            let care = if is_second { "basic" } else { "specialised" };
            let since = 20 + entry % 200;
            let is_held = entry % self.held_each == self.held_each - 1;
            let held = if is_held {
                day(since / 2)
            } else {
                String::new()
            };
            let has_started = entry % (2 * self.held_each.min(usize::MAX / 2))
                == 2 * self.held_each.min(usize::MAX / 2) - 1;
            let started = if has_started {
                day(since / 4)
            } else {
                String::new()
            };
            let line = writeln!(
                csv,
                "{}-{entry},{bsn},,{care},{},25-44,{},0101000{},{},,{held},{started}",
                self.name,
                day(since),
                MUNICIPALITIES[entry % 4],
                entry % 5,
                GROUPS[entry % 7 % 4],
            );
            line.unwrap();
        }
        csv
    }
}

/// Citizen numbers of nobody, from so many on.
pub(super) fn numbers(which: std::ops::Range<usize>) -> Vec<String> {
    let texts = (900_000_000_u32..).map(|number| number.to_string());
    let valid = texts.filter(|text| Bsn::parse(text).is_ok());
    valid.skip(which.start).take(which.len()).collect()
}

/// So many days ago in UTC, as `2026-01-31`.
pub(super) fn day(days_ago: usize) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let days = i64::try_from(now.as_secs() / 86_400).unwrap() - i64::try_from(days_ago).unwrap();
    // Days from 1 March of the year 0 (https://howardhinnant.github.io/date_algorithms.html).
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let date = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{date:02}")
}
