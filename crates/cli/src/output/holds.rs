//! What is held of an offering, as part of its JSON object.

use proto::capacity::v1::OfferingRow;
use serde::Serialize;

use crate::record::HoldRecord;

/// The places held, and what they do to what was counted.
#[derive(Clone, Debug, Serialize)]
pub(super) struct HoldsObject {
    available_reported: Option<u32>,
    consumed_not_counted: Option<u32>,
    overcommitted: Option<bool>,
    places_missing: Option<u32>,
    holds: Vec<HoldRecord>,
    highest_token: u64,
}

impl From<&OfferingRow> for HoldsObject {
    fn from(row: &OfferingRow) -> Self {
        let counts = row.counts.as_ref();
        Self {
            available_reported: counts.map(|counts| counts.available),
            consumed_not_counted: counts.map(|_| row.consumed_not_counted),
            overcommitted: counts.map(|_| row.places_missing > 0),
            places_missing: counts.map(|_| row.places_missing),
            holds: row.holds.iter().map(HoldRecord::from).collect(),
            highest_token: row.highest_token,
        }
    }
}
