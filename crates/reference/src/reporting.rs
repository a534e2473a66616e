//! How often places of each kind are counted anew where their provider promises nothing itself.

/// Kind of place and hours.
///
/// The more acute a place is, the sooner a count of it says nothing any more: whoever looks for one at night decides on
/// it within hours. None is longer than 48 hours, for so long is a count believed when its report does not say how
/// long: who keeps the promise is never unknown. Rows are only ever added.
#[rustfmt::skip]
static INTERVALS: [(&str, u32); 7] = [
    ("crisis-assessment-place", 8),
    ("bed", 24),
    ("home-treatment-place", 24),
    ("day-place", 24),
    ("slot", 48),
    ("programme-place", 48),
    ("unstated", 48),
];

/// Returns the hours after which places of this kind are to be counted anew; a kind that is not in the table is taken
/// as unstated.
pub fn reporting_interval_hours(place_kind: &str) -> u32 {
    let hours_of = |kind: &str| {
        let row = INTERVALS.iter().find(|(known, _)| *known == kind);
        row.map(|(_, hours)| *hours)
    };
    hours_of(place_kind)
        .or_else(|| hours_of("unstated"))
        .unwrap_or(48)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acute_places_are_counted_more_often_and_none_less_than_every_other_day() {
        assert!(
            reporting_interval_hours("crisis-assessment-place") < reporting_interval_hours("bed")
        );
        for (kind, hours) in INTERVALS {
            assert_eq!(reporting_interval_hours(kind), hours);
            assert!((1..=48).contains(&hours), "{kind}");
        }
    }

    #[test]
    fn a_kind_that_nobody_stated_is_counted_every_other_day() {
        assert_eq!(reporting_interval_hours("unheard-of"), 48);
    }
}
