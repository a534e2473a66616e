//! Which municipality a row is in.

use reference::CurrentCode;

/// Returns the present code; none: it cannot be said with certainty.
///
/// A former code is led to its successor where there is one. Where the code is missing, or one of a municipality
/// that was split, the place decides if exactly one municipality has its name.
pub(super) fn municipality(code: Option<&str>, places: [&str; 2]) -> Option<&'static str> {
    let by_name = || places.into_iter().find_map(reference::municipality_named);
    let Some(code) = code else {
        return by_name().map(|municipality| municipality.code.as_str());
    };
    match reference::current_code(&well_formed(code)?) {
        CurrentCode::Current(municipality) | CurrentCode::FormerOf(municipality) => {
            Some(&municipality.code)
        }
        CurrentCode::Split(successors) => by_name()
            .map(|municipality| municipality.code.as_str())
            .filter(|code| successors.contains(code)),
        CurrentCode::Unknown => None,
    }
}

/// "GM0014", also without its letters or its zeros.
fn well_formed(code: &str) -> Option<String> {
    let digits = code.trim_start_matches(['G', 'M', 'g', 'm']);
    let is_number =
        (1..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| format!("GM{digits:0>4}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_counts_also_if_it_is_a_former_one() {
        assert_eq!(municipality(Some("GM0014"), ["", ""]), Some("GM0014"));
        assert_eq!(municipality(Some("14"), ["", ""]), Some("GM0014"));
        assert_eq!(municipality(Some("GM0003"), ["", ""]), Some("GM1979"));
    }

    #[test]
    fn a_place_decides_only_where_the_code_does_not() {
        assert_eq!(municipality(None, ["Emmen", ""]), Some("GM0114"));
        assert_eq!(municipality(None, ["", "'s Gravenhage"]), Some("GM0518"));
        assert_eq!(municipality(None, ["Appingedam", ""]), Some("GM1979"));
        assert_eq!(municipality(Some("GM0363"), ["Emmen", ""]), Some("GM0363"));
        // Haaren was split; Tilburg is one of its successors, Emmen is none.
        assert_eq!(
            municipality(Some("GM0788"), ["Tilburg", ""]),
            Some("GM0855")
        );
        assert_eq!(municipality(Some("GM0788"), ["Emmen", ""]), None);
    }

    #[test]
    fn what_names_no_municipality_or_two_is_none() {
        for places in [["Zuid-Afrika", "Onbekend"], ["Bergen", ""], ["Haaren", ""]] {
            assert_eq!(municipality(None, places), None, "{places:?}");
        }
        for code in ["GM9999", "0", "GMX", "GM12345", "PV20"] {
            assert_eq!(municipality(Some(code), ["Emmen", ""]), None, "{code}");
        }
    }
}
