//! Municipalities, as people write them.

use reference::{CurrentCode, current_code, municipality_named};

/// Returns the present code of a municipality that is given by code or by name; none: it is none, or several.
pub(crate) fn municipality_code(text: &str) -> Option<String> {
    match current_code(text) {
        CurrentCode::Current(municipality) | CurrentCode::FormerOf(municipality) => {
            Some(municipality.code.clone())
        }
        CurrentCode::Split(_) => None,
        CurrentCode::Unknown => {
            municipality_named(text).map(|municipality| municipality.code.clone())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_municipality_has_a_code_and_a_name() {
        for text in ["GM0014", "Groningen", "groningen"] {
            assert_eq!(municipality_code(text).as_deref(), Some("GM0014"), "{text}");
        }
        for text in ["", "GM9999", "Atlantis"] {
            assert_eq!(municipality_code(text), None, "{text}");
        }
    }
}
