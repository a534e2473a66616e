//! Municipalities of the Netherlands, as they are since 1 January 2023, and what became of those before.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::table::rows;

/// A municipality and the regions that it belongs to.
///
/// Codes and names: CBS. Care-office region: CBS 2025, derived from the regions' outlines. Centre: derived.
#[derive(Debug, PartialEq, Deserialize)]
pub struct Municipality {
    /// CBS code, `GM` and four digits.
    #[serde(rename = "municipality_code")]
    pub code: String,
    /// CBS name; where a name occurs twice, with its addition: `Bergen (NH.)`.
    pub name: String,
    /// CBS code, `PV` and two digits.
    pub province_code: String,
    /// Its name.
    #[serde(rename = "province")]
    pub province_name: String,
    /// CBS code of the care-office region (zorgkantoorregio), `ZK` and two digits.
    pub care_office_region_code: String,
    /// Its name.
    #[serde(rename = "care_office_region")]
    pub care_office_region_name: String,
    /// CBS code of the public-health region, `GG` and four digits.
    pub ggd_region_code: String,
    /// Its name.
    #[serde(rename = "ggd_region")]
    pub ggd_region_name: String,
    /// Code of the safety region, `VR` and two digits.
    pub safety_region_code: String,
    /// Its name.
    #[serde(rename = "safety_region")]
    pub safety_region_name: String,
    /// Centre of gravity of its largest part, degrees north (WGS84).
    #[serde(rename = "latitude")]
    pub latitude_degrees: f64,
    /// Centre of gravity of its largest part, degrees east (WGS84).
    #[serde(rename = "longitude")]
    pub longitude_degrees: f64,
}

/// A municipality that is no more, and what took its place.
#[derive(Debug, PartialEq, Eq)]
pub struct Former {
    /// Its CBS code, not used again.
    pub code: String,
    /// Its name.
    pub name: String,
    /// First day on which it was no more, as `2019-01-01`.
    pub ended_on: String,
    /// CBS codes of its successors; several where it was split.
    pub successor_codes: Vec<String>,
}

/// What a municipality code stands for today.
#[derive(Clone, Debug, PartialEq)]
pub enum CurrentCode {
    /// The code is in use.
    Current(&'static Municipality),
    /// The code is no longer used; there is exactly one successor.
    FormerOf(&'static Municipality),
    /// The code is no longer used; the municipality was split over these codes.
    Split(Vec<&'static str>),
    /// No such code, as far as the tables go back (2014).
    Unknown,
}

#[derive(Deserialize)]
struct FormerRow {
    former_code: String,
    former_name: String,
    ended_on: String,
    successor_codes: String,
}

struct Municipalities {
    rows: Vec<Municipality>,
    by_code: HashMap<String, usize>,
    former: Vec<Former>,
    former_by_code: HashMap<String, usize>,
    /// Normalised names, former ones included; none: several municipalities have it.
    by_name: HashMap<String, Option<usize>>,
}

static MUNICIPALITIES: LazyLock<Municipalities> = LazyLock::new(|| {
    let rows: Vec<Municipality> = rows(include_str!("../../data/municipalities.csv"));
    let former = former_rows();
    let by_code = rows
        .iter()
        .enumerate()
        .map(|(index, row)| (row.code.clone(), index))
        .collect();
    let former_by_code = former
        .iter()
        .enumerate()
        .map(|(index, row)| (row.code.clone(), index))
        .collect();
    let mut table = Municipalities {
        rows,
        by_code,
        former,
        former_by_code,
        by_name: HashMap::new(),
    };
    table.by_name = names(&table);
    table
});

fn former_rows() -> Vec<Former> {
    rows::<FormerRow>(include_str!("../../data/municipality-successors.csv"))
        .into_iter()
        .map(|row| Former {
            code: row.former_code,
            name: row.former_name,
            ended_on: row.ended_on,
            successor_codes: row.successor_codes.split(';').map(str::to_owned).collect(),
        })
        .collect()
}

fn names(table: &Municipalities) -> HashMap<String, Option<usize>> {
    let mut names: HashMap<String, Option<usize>> = HashMap::new();
    for (index, row) in table.rows.iter().enumerate() {
        names.insert(normal_name(&row.name), Some(index));
    }
    let without_addition = table
        .rows
        .iter()
        .enumerate()
        .filter_map(|(index, row)| Some((normal_name(row.name.split_once(" (")?.0), index)));
    for (name, index) in without_addition {
        // A name that two have without their additions leads to neither.
        names
            .entry(name)
            .and_modify(|known| *known = None)
            .or_insert(Some(index));
    }
    for row in &table.former {
        let [successor] = table.successors(&row.code)[..] else {
            continue;
        };
        // What exists goes before what was; two former namesakes with different successors lead to neither.
        names
            .entry(normal_name(&row.name))
            .and_modify(|known| {
                if known.is_some_and(|index| {
                    index != successor
                        && normal_name(&table.rows[index].name) != normal_name(&row.name)
                }) {
                    *known = None;
                }
            })
            .or_insert(Some(successor));
    }
    names
}

impl Municipalities {
    /// Where a former code leads today, chains followed to their ends.
    fn successors(&self, former_code: &str) -> Vec<usize> {
        let mut found = Vec::new();
        let mut seen = Vec::new();
        let mut open = vec![former_code];
        while let Some(code) = open.pop() {
            if seen.contains(&code) {
                continue;
            }
            seen.push(code);
            if let Some(index) = self.by_code.get(code) {
                found.push(*index);
            } else if let Some(index) = self.former_by_code.get(code) {
                open.extend(
                    self.former[*index]
                        .successor_codes
                        .iter()
                        .map(String::as_str),
                );
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// Letters and digits only, lower case, so that `'s-Gravenhage` and `s gravenhage` are one.
fn normal_name(name: &str) -> String {
    name.chars()
        .filter(|char| char.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Returns the municipality that has this code today.
pub fn municipality(code: &str) -> Option<&'static Municipality> {
    let table = &*MUNICIPALITIES;
    table.by_code.get(code).map(|index| &table.rows[*index])
}

/// Returns all municipalities, by code.
pub fn municipalities() -> impl ExactSizeIterator<Item = &'static Municipality> {
    MUNICIPALITIES.rows.iter()
}

/// Returns the municipalities that ended since 2014.
pub fn former_municipalities() -> impl ExactSizeIterator<Item = &'static Former> {
    MUNICIPALITIES.former.iter()
}

/// Returns what a code stands for today: a former one is led to its successor where there is exactly one.
pub fn current_code(code: &str) -> CurrentCode {
    let table = &*MUNICIPALITIES;
    if let Some(current) = municipality(code) {
        return CurrentCode::Current(current);
    }
    match table.successors(code)[..] {
        [] => CurrentCode::Unknown,
        [successor] => CurrentCode::FormerOf(&table.rows[successor]),
        ref several => CurrentCode::Split(
            several
                .iter()
                .map(|index| &*table.rows[*index].code)
                .collect(),
        ),
    }
}

/// Returns the municipality of this name, or the one successor of a former one, where only one can be meant.
///
/// Upper and lower case, spaces and signs do not matter.
pub fn municipality_named(name: &str) -> Option<&'static Municipality> {
    let table = &*MUNICIPALITIES;
    let index = table.by_name.get(&normal_name(name)).copied().flatten()?;
    Some(&table.rows[index])
}

/// Returns the distance between two municipalities' centres as the crow flies.
pub fn distance_km(one: &Municipality, other: &Municipality) -> f64 {
    const EARTH_RADIUS_KM: f64 = 6_371.0;
    let latitude = one.latitude_degrees.to_radians();
    let other_latitude = other.latitude_degrees.to_radians();
    let half_north = (other_latitude - latitude) / 2.0;
    let half_east = (other.longitude_degrees - one.longitude_degrees).to_radians() / 2.0;
    let haversine =
        half_north.sin().powi(2) + latitude.cos() * other_latitude.cos() * half_east.sin().powi(2);
    2.0 * EARTH_RADIUS_KM * haversine.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests;
