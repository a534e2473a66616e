//! How an offering keeps its promises, as part of its JSON object.

use std::collections::BTreeMap;

use proto::capacity::v1::{OfferingRow, RefusalReason};
use serde::Serialize;

use crate::record::moment_text;
use crate::words::word_of;

/// Counts that are promised, and refusals of the last 90 days.
#[derive(Clone, Debug, Serialize)]
pub(super) struct PracticeObject {
    promised_interval_hours: Option<u32>,
    report_due_at: Option<String>,
    overdue_since: Option<String>,
    overdue: bool,
    refusals: u32,
    refusals_contradicting: u32,
    refusals_by_reason: BTreeMap<String, RefusalNumbers>,
}

/// How often one reason was given.
#[derive(Clone, Copy, Debug, Serialize)]
struct RefusalNumbers {
    refusals: u32,
    contradicting: u32,
}

impl From<&OfferingRow> for PracticeObject {
    fn from(row: &OfferingRow) -> Self {
        let practised = row.practised.clone().unwrap_or_default();
        let by_reason = practised.by_reason.iter().filter_map(|count| {
            let numbers = RefusalNumbers {
                refusals: count.refusals,
                contradicting: count.contradicting,
            };
            Some((word_of::<RefusalReason>(count.reason)?, numbers))
        });
        Self {
            promised_interval_hours: row.promised_interval_hours,
            report_due_at: moment_text(row.report_due_at.as_ref()),
            overdue_since: moment_text(row.overdue_since.as_ref()),
            overdue: row.overdue,
            refusals: practised.refusals,
            refusals_contradicting: practised.contradicting,
            refusals_by_reason: by_reason.collect(),
        }
    }
}
