//! Municipalities by number, so that a set of them is a row of flags.

use std::collections::HashMap;
use std::sync::LazyLock;

use domain::capacity::MunicipalityCode;
use reference::{CurrentCode, Municipality};

/// A municipality's place in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place(u16);

static PLACES: LazyLock<HashMap<&'static str, Place>> = LazyLock::new(|| {
    let codes = reference::municipalities().map(|municipality| municipality.code.as_str());
    codes
        .zip(0..)
        .map(|(code, number)| (code, Place(number)))
        .collect()
});

impl Place {
    /// Where a code that is in use today stands.
    pub(crate) fn of(municipality: &Municipality) -> Option<Self> {
        PLACES.get(municipality.code.as_str()).copied()
    }

    /// Where a stored code leads today; none if to nowhere in particular.
    pub(crate) fn of_stored(code: &MunicipalityCode) -> Option<Self> {
        if let Some(place) = PLACES.get(code.as_str()) {
            return Some(*place);
        }
        match reference::current_code(code.as_str()) {
            CurrentCode::Current(municipality) | CurrentCode::FormerOf(municipality) => {
                Self::of(municipality)
            }
            CurrentCode::Split(_) | CurrentCode::Unknown => None,
        }
    }

    /// Its number.
    pub(crate) fn number(self) -> usize {
        usize::from(self.0)
    }
}

/// Some of the municipalities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Places(Vec<bool>);

impl Places {
    /// Those that `keep` accepts.
    pub(crate) fn those(keep: impl Fn(&'static Municipality) -> bool) -> Self {
        Self(reference::municipalities().map(keep).collect())
    }

    /// Those that are in both.
    #[must_use]
    pub(crate) fn and(mut self, other: &Self) -> Self {
        for (own, other) in self.0.iter_mut().zip(&other.0) {
            *own &= other;
        }
        self
    }

    /// Whether it is one of them.
    pub(crate) fn contains(&self, place: Place) -> bool {
        self.0.get(place.number()).copied().unwrap_or(false)
    }

    /// The numbers of those in it.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = usize> {
        self.0
            .iter()
            .enumerate()
            .filter(|(_, within)| **within)
            .map(|(number, _)| number)
    }
}

/// How far every municipality lies from one of them, centre to centre.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Distances(Vec<f64>);

impl Distances {
    /// Measures from this one.
    pub(crate) fn from(centre: &Municipality) -> Self {
        let distances = reference::municipalities()
            .map(|municipality| reference::distance_km(centre, municipality));
        Self(distances.collect())
    }

    /// How far the farthest of these lies, in kilometres.
    pub(crate) fn reach(&self, places: &Places) -> f64 {
        let distances = places.numbers().filter_map(|number| self.0.get(number));
        distances.copied().fold(0.0, f64::max)
    }

    /// In kilometres.
    pub(crate) fn to(&self, place: Place) -> Option<f64> {
        self.0.get(place.number()).copied()
    }
}
