//! How long people have waited, in bands; and what of it may be shown.

use std::collections::BTreeMap;

/// Fewer people than this are not shown as a number.
const SMALLEST_SHOWN: u32 = 10;

/// How long somebody has waited. Numbers are part of a report's fingerprint: never change one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum WaitingSince {
    Under1Month = 1,
    From1To3Months = 2,
    From3To6Months = 3,
    From6To12Months = 4,
    Over12Months = 5,
}

/// Returns what may be shown: none for a band with fewer than ten people, and for as many others, the smallest first,
/// that what is hidden makes at least two bands and ten people. Else the sum of all would give it away.
pub fn shown_bands(bands: &BTreeMap<WaitingSince, u32>) -> BTreeMap<WaitingSince, Option<u32>> {
    let mut by_size: Vec<(u32, WaitingSince)> = bands
        .iter()
        .map(|(since, count)| (*count, *since))
        .collect();
    by_size.sort_unstable();
    let mut hidden = (0, 0_u32);
    let mut shown = BTreeMap::new();
    for (count, since) in by_size {
        let gives_away = hidden.0 > 0 && (hidden.0 < 2 || hidden.1 < SMALLEST_SHOWN);
        if count < SMALLEST_SHOWN || gives_away {
            hidden = (hidden.0 + 1, hidden.1.saturating_add(count));
            shown.insert(since, None);
        } else {
            shown.insert(since, Some(count));
        }
    }
    shown
}
