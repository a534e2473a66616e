//! The other JSON objects. Names and order are a contract: scripts depend on them.

use prost_types::Timestamp;
use proto::capacity::v1::{FindCapacityResponse, HistoryEntry, MissedOffering, Outcome, Receipt};
use serde::Serialize;

use super::completeness::CompletenessObject;
use super::offering::OfferingObject;
use super::practices::PracticeGroupObject;
use crate::args::ClaimArgs;
use crate::failure::{Refusal, Violation};
use crate::record::{DetailsRecord, FiguresRecord, HoldRecord, PauseRecord, moment_text, stated};
use crate::words::word_of;

/// What came of a command.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ReceiptObject {
    kind: &'static str,
    pub(crate) outcome: Option<String>,
    pub(crate) position: Option<String>,
    pub(crate) command_id: Option<String>,
    offering_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pause_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<u64>,
}

impl ReceiptObject {
    /// The receipt of a command on one offering.
    pub(crate) fn new(offering_id: &str, receipt: Option<&Receipt>) -> Self {
        Self {
            kind: "receipt",
            outcome: receipt.and_then(|receipt| word_of::<Outcome>(receipt.outcome)),
            position: receipt.and_then(|receipt| stated(&receipt.position)),
            command_id: receipt.and_then(|receipt| stated(&receipt.command_id)),
            offering_id: offering_id.to_owned(),
            pause_id: None,
            line: None,
        }
    }
}

/// What came of a command on a hold.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct HoldObject {
    kind: Hold,
    pub(crate) outcome: Option<String>,
    pub(crate) hold_id: String,
    pub(crate) token: u64,
    /// Until when the place is kept; none: it is not.
    pub(crate) expires_at: Option<String>,
    pub(crate) position: Option<String>,
    command_id: Option<String>,
    offering_id: String,
}

#[derive(Clone, Copy, Debug, Default, Serialize)]
enum Hold {
    #[default]
    #[serde(rename = "hold")]
    Hold,
}

impl HoldObject {
    /// What came of a command, on a hold that is still to be named.
    pub(crate) fn new(offering_id: &str, receipt: Option<&Receipt>) -> Self {
        Self {
            outcome: receipt.and_then(|receipt| word_of::<Outcome>(receipt.outcome)),
            position: receipt.and_then(|receipt| stated(&receipt.position)),
            command_id: receipt.and_then(|receipt| stated(&receipt.command_id)),
            offering_id: offering_id.to_owned(),
            ..Self::default()
        }
    }

    /// What came of a command on this hold.
    pub(crate) fn of(claim: &ClaimArgs, receipt: Option<&Receipt>) -> Self {
        Self {
            hold_id: claim.hold.to_string(),
            token: claim.token,
            ..Self::new(&claim.offering, receipt)
        }
    }
}

/// A report of a file that was not taken. `kind` is "refused", or "unknown" if the server did not say.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NotTakenObject {
    pub(crate) kind: &'static str,
    pub(crate) line: u64,
    pub(crate) offering_id: Option<String>,
    pub(crate) reason: String,
    pub(crate) message: String,
    pub(crate) violations: Vec<Violation>,
    pub(crate) command_id: Option<String>,
}

impl NotTakenObject {
    /// A line that was refused.
    pub(crate) fn refused(line: u64, offering_id: Option<&str>, refusal: Refusal) -> Self {
        Self {
            kind: "refused",
            line,
            offering_id: offering_id.and_then(stated),
            reason: refusal.reason,
            message: refusal.message,
            violations: refusal.violations,
            command_id: None,
        }
    }
}

/// What came of all reports of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct ReportsSummary {
    kind: Summary,
    pub(crate) reports: u64,
    pub(crate) taken: u64,
    pub(crate) repeated: u64,
    pub(crate) older: u64,
    pub(crate) refused: u64,
    pub(crate) unknown: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
enum Summary {
    #[default]
    #[serde(rename = "summary")]
    Summary,
}

/// What a search found in all.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct FindSummary {
    kind: Summary,
    pub(crate) total: u64,
    pub(crate) position: Option<String>,
    pub(crate) shown: u64,
    pub(crate) available_total: u64,
    pub(crate) unknown_count: u64,
    /// Practices' offerings that are shown together.
    pub(crate) grouped_total: u64,
    answered_at: Option<String>,
    /// The moment that was asked about; none: now.
    pub(crate) as_of: Option<String>,
    /// Set from the first page: the others are not asked for it.
    pub(crate) completeness: Option<CompletenessObject>,
}

impl FindSummary {
    /// Sums up the last page.
    pub(crate) fn new(last: &FindCapacityResponse, shown: u64, as_of: Option<&Timestamp>) -> Self {
        Self {
            kind: Summary::Summary,
            total: last.total,
            position: stated(&last.position),
            shown,
            available_total: last.available_total,
            unknown_count: last.unknown_count,
            grouped_total: last.grouped_total,
            answered_at: moment_text(last.answered_at.as_ref()),
            as_of: moment_text(as_of),
            completeness: None,
        }
    }
}

/// An offering that fails one filter only.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct MissedObject {
    kind: &'static str,
    filter: String,
    would_fit_at: Option<f64>,
    offering: Option<OfferingObject>,
}

impl From<&MissedOffering> for MissedObject {
    fn from(missed: &MissedOffering) -> Self {
        Self {
            kind: "missed",
            filter: missed.filter.clone(),
            would_fit_at: missed.would_fit_at,
            offering: missed.row.as_ref().map(OfferingObject::from),
        }
    }
}

/// What a watcher gets besides offerings.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(crate) enum WatchObject<'a> {
    /// The present state is through.
    Live {
        position: Option<String>,
        cursor: &'a str,
        completeness: Option<CompletenessObject>,
    },
    /// It no longer matches.
    Removed {
        offering_id: &'a str,
        cursor: &'a str,
    },
    /// Nothing new up to here.
    Heartbeat {
        sent_at: Option<String>,
        position: Option<String>,
        cursor: &'a str,
        completeness: Option<CompletenessObject>,
    },
    /// The practices that are shown together, as they now stand: replaces what was told of them.
    PracticeGroups {
        groups: Vec<PracticeGroupObject>,
        cursor: &'a str,
    },
    /// The given cursor leads nowhere: forget what was known, the present state follows.
    Anew { reason: &'a str },
}

/// One event of an offering's history.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct EventObject {
    kind: &'static str,
    event: String,
    version: u64,
    position: Option<String>,
    log_time: Option<String>,
    occurred_at: Option<String>,
    actor: Option<String>,
    command_id: Option<String>,
    reason: Option<String>,
    report: Option<FiguresRecord>,
    details: Option<DetailsRecord>,
    pause: Option<PauseRecord>,
    refusal: Option<RefusalObject>,
    hold: Option<HoldRecord>,
    places_missing: Option<u32>,
}

/// A refusal in an offering's history.
#[derive(Clone, Debug, Serialize)]
struct RefusalObject {
    diagnosis_group: Option<String>,
    within_declared: bool,
    contradicts_declared: bool,
}

impl From<&HistoryEntry> for EventObject {
    fn from(entry: &HistoryEntry) -> Self {
        Self {
            kind: "event",
            event: entry.kind.clone(),
            version: entry.version,
            position: stated(&entry.position),
            log_time: moment_text(entry.log_time.as_ref()),
            occurred_at: moment_text(entry.occurred_at.as_ref()),
            actor: stated(&entry.actor),
            command_id: stated(&entry.command_id),
            reason: stated(&entry.reason),
            report: entry.report.as_ref().map(FiguresRecord::from),
            details: entry.details.as_ref().map(DetailsRecord::from),
            pause: entry.pause.as_ref().map(PauseRecord::from),
            refusal: entry.refusal.as_ref().map(|refusal| RefusalObject {
                diagnosis_group: stated(&refusal.diagnosis_group),
                within_declared: refusal.within_declared,
                contradicts_declared: entry.contradicts_declared,
            }),
            hold: entry.hold.as_ref().map(HoldRecord::from),
            places_missing: (entry.places_missing > 0).then_some(entry.places_missing),
        }
    }
}

/// What a history was read at.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct HistorySummary {
    kind: Summary,
    events: usize,
    position: Option<String>,
    /// The moment that was asked about; none: now.
    as_of: Option<String>,
}

impl HistorySummary {
    /// Sums up a history.
    pub(crate) fn new(events: usize, position: &str, as_of: Option<&Timestamp>) -> Self {
        Self {
            kind: Summary::Summary,
            events,
            position: stated(position),
            as_of: moment_text(as_of),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(object: &impl Serialize) -> String {
        serde_json::to_string(object).unwrap()
    }

    #[test]
    fn a_receipt_says_what_came_of_it() {
        let receipt = Receipt {
            outcome: Outcome::Older.into(),
            position: "p7".into(),
            command_id: "c".into(),
        };
        assert_eq!(
            text(&ReceiptObject::new("o", Some(&receipt))),
            r#"{"kind":"receipt","outcome":"older","position":"p7","command_id":"c","offering_id":"o"}"#
        );
    }

    #[test]
    fn a_hold_says_what_to_show_for_it() {
        let receipt = Receipt {
            outcome: Outcome::Taken.into(),
            position: "p7".into(),
            command_id: "h".into(),
        };
        let held = HoldObject {
            hold_id: "h".into(),
            token: 3,
            ..HoldObject::new("o", Some(&receipt))
        };
        let expected = concat!(
            r#"{"kind":"hold","outcome":"taken","hold_id":"h","token":3,"expires_at":null,"#,
            r#""position":"p7","command_id":"h","offering_id":"o"}"#
        );
        assert_eq!(text(&held), expected);
    }

    #[test]
    fn a_search_is_summed_up_from_its_last_page() {
        let last = FindCapacityResponse {
            total: 12,
            position: "p7".into(),
            available_total: 3,
            unknown_count: 9,
            ..FindCapacityResponse::default()
        };
        let expected = concat!(
            r#"{"kind":"summary","total":12,"position":"p7","shown":10,"#,
            r#""available_total":3,"unknown_count":9,"grouped_total":0,"answered_at":null,"as_of":null,"completeness":null}"#
        );
        assert_eq!(text(&FindSummary::new(&last, 10, None)), expected);
    }

    #[test]
    fn what_a_watcher_gets_is_told_apart_by_its_kind() {
        let live = WatchObject::Live {
            position: Some("p7".into()),
            cursor: "c7",
            completeness: None,
        };
        assert_eq!(
            text(&live),
            r#"{"kind":"live","position":"p7","cursor":"c7","completeness":null}"#
        );
        let removed = WatchObject::Removed {
            offering_id: "o",
            cursor: "c8",
        };
        assert_eq!(
            text(&removed),
            r#"{"kind":"removed","offering_id":"o","cursor":"c8"}"#
        );
        let heartbeat = WatchObject::Heartbeat {
            sent_at: None,
            position: None,
            cursor: "c9",
            completeness: None,
        };
        assert_eq!(
            text(&heartbeat),
            r#"{"kind":"heartbeat","sent_at":null,"position":null,"cursor":"c9","completeness":null}"#
        );
        assert_eq!(
            text(&WatchObject::Anew { reason: "r" }),
            r#"{"kind":"anew","reason":"r"}"#
        );
    }

    #[test]
    fn a_file_of_reports_is_summed_up() {
        let summary = ReportsSummary {
            reports: 3,
            taken: 2,
            refused: 1,
            ..ReportsSummary::default()
        };
        let expected = concat!(
            r#"{"kind":"summary","reports":3,"taken":2,"repeated":0,"#,
            r#""older":0,"refused":1,"unknown":0}"#
        );
        assert_eq!(text(&summary), expected);
    }

    #[test]
    fn an_event_of_the_history_has_every_name() {
        let entry = HistoryEntry {
            kind: "offering-withdrawn".into(),
            version: 4,
            reason: "closed".into(),
            ..HistoryEntry::default()
        };
        let expected = concat!(
            r#"{"kind":"event","event":"offering-withdrawn","version":4,"position":null,"log_time":null,"#,
            r#""occurred_at":null,"actor":null,"command_id":null,"reason":"closed","report":null,"#,
            r#""details":null,"pause":null,"refusal":null,"hold":null,"places_missing":null}"#
        );
        assert_eq!(text(&EventObject::from(&entry)), expected);
    }
}
