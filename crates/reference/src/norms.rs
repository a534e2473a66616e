//! How long people may wait at most.

/// The longest acceptable waits for one kind of care, from a day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitNorm {
    /// The word for the kind of care.
    pub care_type: &'static str,
    /// Year, month and day; it holds until the next row of the same kind of care.
    pub valid_from: (i32, u8, u8),
    /// From registration to intake, days.
    pub intake_days: u32,
    /// From intake to treatment, days.
    pub treatment_days: u32,
    /// From registration to treatment, days.
    pub total_days: u32,
}

/// Returns the norm for a kind of care on a day (year, month, day); none: there is no norm for it. Days before the first
/// row are judged by that row.
pub fn wait_norm(care_type: &str, on: (i32, u8, u8)) -> Option<&'static WaitNorm> {
    let mut of_type = NORMS.iter().filter(|norm| norm.care_type == care_type);
    let first = of_type.next()?;
    let later = of_type.take_while(|norm| norm.valid_from <= on);
    Some(later.last().unwrap_or(first))
}

const WEEK: u32 = 7;

/// Four, ten and fourteen weeks (Treeknormen).
const fn treek(care_type: &'static str) -> WaitNorm {
    WaitNorm {
        care_type,
        valid_from: (2018, 1, 1),
        intake_days: 4 * WEEK,
        treatment_days: 10 * WEEK,
        total_days: 14 * WEEK,
    }
}

/// By kind of care, then by day. The norms are those of the curative ggz: the social domain has none. Rows are only ever
/// added, so that what was judged by a norm still is.
static NORMS: [WaitNorm; 3] = [treek("basic"), treek("specialised"), treek("combined")];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mental_health_care_has_the_norms_of_four_ten_and_fourteen_weeks() {
        for care_type in ["basic", "specialised", "combined"] {
            let norm = wait_norm(care_type, (2026, 11, 25)).unwrap();
            let weeks = [norm.intake_days, norm.treatment_days, norm.total_days];
            assert_eq!(weeks, [28, 70, 98]);
        }
        assert_eq!(wait_norm("sheltered-housing", (2026, 11, 25)), None);
    }

    #[test]
    fn a_wait_from_before_the_first_norm_is_judged_by_the_first() {
        assert!(wait_norm("basic", (2001, 1, 1)).is_some());
    }

    #[test]
    fn norms_of_one_kind_of_care_are_in_the_order_of_their_days() {
        let keys: Vec<_> = NORMS
            .iter()
            .map(|norm| (norm.care_type, norm.valid_from))
            .collect();
        assert!(keys.is_sorted_by(|one, next| one.0 != next.0 || one.1 < next.1));
    }
}
