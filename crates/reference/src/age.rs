//! Age bands: wide enough to say little about anybody.

/// Ages in whole years, both ends included.
#[derive(Debug, PartialEq, Eq)]
pub struct AgeBand {
    /// The code.
    pub code: &'static str,
    /// The youngest.
    pub min_years: u8,
    /// The oldest; none: no end.
    pub max_years: Option<u8>,
}

const fn band(code: &'static str, min_years: u8, max_years: Option<u8>) -> AgeBand {
    AgeBand {
        code,
        min_years,
        max_years,
    }
}

/// Children, adolescents and adults as care is organised, adults by about twenty years.
static BANDS: [AgeBand; 6] = [
    band("0-11", 0, Some(11)),
    band("12-17", 12, Some(17)),
    band("18-24", 18, Some(24)),
    band("25-44", 25, Some(44)),
    band("45-64", 45, Some(64)),
    band("65+", 65, None),
];

/// Returns all bands, the youngest first.
pub fn age_bands() -> impl ExactSizeIterator<Item = &'static AgeBand> {
    BANDS.iter()
}

/// Returns the band with this code.
pub fn age_band(code: &str) -> Option<&'static AgeBand> {
    BANDS.iter().find(|band| band.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_age_lies_in_one_band() {
        for age in 0..=130_u8 {
            let holds = |band: &&AgeBand| {
                band.min_years <= age && band.max_years.is_none_or(|max| age <= max)
            };
            assert_eq!(age_bands().filter(holds).count(), 1, "{age}");
        }
    }
}
