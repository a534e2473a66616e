//! Regions: some twenty-six layouts are in use side by side, so a region is a layout and a code.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::table::rows;
use crate::{Municipality, municipalities};

/// A region of one of the layouts in use.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region {
    /// The layout.
    pub scheme: RegionScheme,
    /// The region's code in it.
    pub code: String,
}

/// A layout of regions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RegionScheme {
    /// `PV20`: CBS.
    Province,
    /// `ZK09`: CBS care-office regions (zorgkantoorregio's) 2025.
    CareOffice,
    /// `GG0111`: CBS public-health regions.
    Ggd,
    /// `VR01`: safety regions.
    Safety,
    /// `GM0014`: a municipality as a region of its own.
    Municipality,
}

impl RegionScheme {
    /// All layouts.
    pub const ALL: [Self; 5] = [
        Self::Province,
        Self::CareOffice,
        Self::Ggd,
        Self::Safety,
        Self::Municipality,
    ];

    /// Accepts `province`, `care-office`, `ggd`, `safety` and `municipality`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scheme| scheme.as_str() == text)
    }

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Province => "province",
            Self::CareOffice => "care-office",
            Self::Ggd => "ggd",
            Self::Safety => "safety",
            Self::Municipality => "municipality",
        }
    }

    /// Returns the code of the region of this layout that a municipality lies in.
    pub fn code_of(self, municipality: &Municipality) -> &str {
        match self {
            Self::Province => &municipality.province_code,
            Self::CareOffice => &municipality.care_office_region_code,
            Self::Ggd => &municipality.ggd_region_code,
            Self::Safety => &municipality.safety_region_code,
            Self::Municipality => &municipality.code,
        }
    }
}

impl fmt::Display for RegionScheme {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Region {
    /// Accepts a layout and a code that it has.
    pub fn parse(scheme: &str, code: &str) -> Option<Self> {
        let scheme = RegionScheme::parse(scheme)?;
        region_members(scheme, code).map(|_| Self {
            scheme,
            code: code.to_owned(),
        })
    }

    /// Tells whether a municipality lies in the region.
    pub fn contains(&self, municipality: &Municipality) -> bool {
        self.scheme.code_of(municipality) == self.code
    }
}

/// A care-office region, with the codes of the list before it (Vektis, until about 2017).
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct CareOffice {
    /// CBS code, `ZK` and two digits.
    #[serde(rename = "care_office_region_code")]
    pub code: String,
    /// CBS name.
    pub name: String,
    /// Four digits; several with `+` between them where old offices were merged.
    pub legacy_care_office_code: String,
}

type Members = HashMap<RegionScheme, BTreeMap<&'static str, Vec<&'static Municipality>>>;

static MEMBERS: LazyLock<Members> = LazyLock::new(|| {
    let mut members = Members::new();
    for scheme in RegionScheme::ALL {
        let regions = members.entry(scheme).or_default();
        for municipality in municipalities() {
            regions
                .entry(scheme.code_of(municipality))
                .or_default()
                .push(municipality);
        }
    }
    members
});

static CARE_OFFICES: LazyLock<Vec<CareOffice>> =
    LazyLock::new(|| rows(include_str!("../data/care-office-regions.csv")));

/// Returns the municipalities of a region, by code; none if the layout has no such region.
pub fn region_members(
    scheme: RegionScheme,
    code: &str,
) -> Option<&'static [&'static Municipality]> {
    MEMBERS.get(&scheme)?.get(code).map(Vec::as_slice)
}

/// Returns the care-office regions, by code.
pub fn care_offices() -> impl ExactSizeIterator<Item = &'static CareOffice> {
    CARE_OFFICES.iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region_count(scheme: RegionScheme) -> usize {
        MEMBERS[&scheme].len()
    }

    #[test]
    fn every_layout_has_as_many_regions_as_its_publisher_says() {
        assert_eq!(region_count(RegionScheme::Province), 12);
        assert_eq!(region_count(RegionScheme::CareOffice), 31);
        assert_eq!(region_count(RegionScheme::Ggd), 25);
        assert_eq!(region_count(RegionScheme::Safety), 25);
        assert_eq!(region_count(RegionScheme::Municipality), 342);
    }

    #[test]
    fn every_layout_holds_every_municipality_once() {
        for scheme in RegionScheme::ALL {
            let total: usize = MEMBERS[&scheme].values().map(Vec::len).sum();
            assert_eq!(total, 342, "{scheme}");
        }
    }

    #[test]
    fn provinces_have_as_many_municipalities_as_published() {
        let published = [
            ("PV20", 10),
            ("PV21", 18),
            ("PV22", 12),
            ("PV23", 25),
            ("PV24", 6),
            ("PV25", 51),
            ("PV26", 26),
            ("PV27", 44),
            ("PV28", 50),
            ("PV29", 13),
            ("PV30", 56),
            ("PV31", 31),
        ];
        for (code, count) in published {
            let members = region_members(RegionScheme::Province, code).unwrap();
            assert_eq!(members.len(), count, "{code}");
        }
    }

    #[test]
    fn every_care_office_is_a_region_and_every_region_a_care_office() {
        let codes: Vec<&str> = care_offices().map(|office| &*office.code).collect();
        let regions: Vec<&str> = MEMBERS[&RegionScheme::CareOffice].keys().copied().collect();
        assert_eq!(codes, regions);
    }

    #[test]
    fn a_layout_is_named_as_it_is_parsed() {
        for scheme in RegionScheme::ALL {
            assert_eq!(RegionScheme::parse(scheme.as_str()), Some(scheme));
        }
        assert_eq!(RegionScheme::parse("Province"), None);
    }

    #[test]
    fn a_region_must_exist_in_its_layout() {
        let drenthe = Region::parse("care-office", "ZK06").unwrap();
        assert!(drenthe.contains(crate::municipality("GM0106").unwrap()));
        assert!(!drenthe.contains(crate::municipality("GM0014").unwrap()));
        assert_eq!(Region::parse("care-office", "PV20"), None);
        assert_eq!(Region::parse("care-office", "ZK05"), None);
    }
}
