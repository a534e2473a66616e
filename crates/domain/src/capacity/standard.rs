//! What an offering is called in the standards that others exchange.

use super::{CareType, Circuit, Details, PlaceKind};

/// Codes of psychiatric beds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BedCodes {
    /// LOINC code of the number of beds free.
    pub loinc_unoccupied: &'static str,
    /// LOINC code of the number of beds taken.
    pub loinc_occupied: &'static str,
    /// Bed type of HAvBED (EDXL-HAVE).
    pub havbed: &'static str,
}

const HAVBED: &str = "Psychiatric";
const ADULT: BedCodes = BedCodes {
    loinc_unoccupied: "112530-1",
    loinc_occupied: "112531-9",
    havbed: HAVBED,
};
const PAEDIATRIC: BedCodes = BedCodes {
    loinc_unoccupied: "112528-5",
    loinc_occupied: "112529-3",
    havbed: HAVBED,
};

impl Details {
    /// Returns the codes of its beds; none if it has no psychiatric beds, or takes children and adults in the same ones.
    pub fn bed_codes(&self) -> Option<BedCodes> {
        let is_psychiatric = match self.care_type {
            CareType::Basic | CareType::Specialised | CareType::Combined => true,
            CareType::ShelteredHousing
            | CareType::Shelter
            | CareType::Guidance
            | CareType::DayActivities
            | CareType::WalkIn
            | CareType::DebtAssistance
            | CareType::Ehealth => false,
        };
        if !is_psychiatric || self.place_kind != Some(PlaceKind::Bed) {
            return None;
        }
        match (self.takes_only_adults(), self.takes_only_minors()) {
            (true, false) => Some(ADULT),
            (false, true) => Some(PAEDIATRIC),
            (true, true) | (false, false) => None,
        }
    }

    fn takes_only_adults(&self) -> bool {
        match self.age.min_years() {
            Some(youngest) => youngest >= 18,
            None => self.is_only_for(&[Circuit::Adults, Circuit::Elderly]),
        }
    }

    fn takes_only_minors(&self) -> bool {
        match self.age.max_years() {
            Some(oldest) => oldest < 18,
            None => self.is_only_for(&[Circuit::Youth]),
        }
    }

    fn is_only_for(&self, circuits: &[Circuit]) -> bool {
        !self.circuits.is_empty() && self.circuits.iter().all(|own| circuits.contains(own))
    }
}
