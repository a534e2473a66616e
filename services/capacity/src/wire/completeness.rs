//! How complete an answer is, as the contract shows it.

use domain::capacity::Details;
use proto::capacity::v1;

use super::unreadable::timestamp;
use crate::view::{Completeness, RowNumber};

/// Returns the contract's form; `details_of` says what an offering is, and so whose.
pub(crate) fn completeness<'a>(
    completeness: &Completeness,
    details_of: impl Fn(RowNumber) -> Option<&'a Details>,
) -> v1::Completeness {
    let silent = completeness.silent.iter().filter_map(|silent| {
        let details = details_of(silent.row)?;
        Some(v1::SilentProvider {
            provider_id: details.provider_id.as_str().to_owned(),
            provider_name: details.provider_name.clone().unwrap_or_default(),
            last_observed_at: silent.last_observed_at.map(timestamp),
            expected_offerings: silent.expected_offerings,
            overdue_offerings: silent.overdue_offerings,
        })
    });
    v1::Completeness {
        expected_providers: completeness.expected,
        reported_providers: completeness.reported,
        complete_up_to: completeness.complete_up_to.map(timestamp),
        silent: silent.collect(),
        silent_total: completeness.silent_total,
        silent_unlisted: completeness.unlisted,
    }
}
