//! What people read. Unknown is "–" and never 0; what expired says so.

mod history;
mod missed;
mod offerings;
mod practices;
mod terms;

use super::json::{FindSummary, HoldObject, NotTakenObject, ReceiptObject, ReportsSummary};
use crate::failure::one_line;

pub(crate) use history::history;
pub(crate) use missed::missed;
pub(crate) use offerings::{offerings, watch_header, watched};
pub(crate) use practices::practices;
pub(crate) use terms::described;

const UNKNOWN: &str = "–";
pub(super) const WIDTH: u16 = 120;

fn text(known: Option<String>) -> String {
    known.unwrap_or_else(|| UNKNOWN.to_owned())
}

/// Returns the totals of a search as one sentence.
pub(crate) fn find_summary(summary: &FindSummary) -> String {
    let moment = summary.as_of.as_ref();
    let past = moment.map_or(String::new(), |moment| format!("as of {moment}: "));
    if summary.total == 0 {
        return format!("{past}nothing matches");
    }
    format!(
        "{past}{} of {} shown; {} places free in current figures; {} without a current figure",
        summary.shown, summary.total, summary.available_total, summary.unknown_count
    )
}

/// Returns what came of a command on a hold, with what must be shown for it.
pub(crate) fn hold(held: &HoldObject) -> String {
    let mut line = outcome(held.outcome.as_deref()).to_owned();
    let token = held.token.to_string();
    for (name, value) in [
        ("hold", Some(&held.hold_id)),
        ("token", Some(&token)),
        ("until", held.expires_at.as_ref()),
        ("position", held.position.as_ref()),
    ] {
        if let Some(value) = value {
            line.push_str(&format!("\n  {name:<8}  {}", one_line(value)));
        }
    }
    line
}

fn outcome(word: Option<&str>) -> &str {
    match word {
        Some("repeated") => "repeated: it says so already",
        Some("older") => "older: kept as history, a later observation is the present",
        Some(other) => other,
        None => "done",
    }
}

/// Returns what came of a command as one line.
pub(crate) fn receipt(receipt: &ReceiptObject) -> String {
    let mut line = outcome(receipt.outcome.as_deref()).to_owned();
    for (name, value) in [
        ("pause", &receipt.pause_id),
        ("position", &receipt.position),
        ("command", &receipt.command_id),
    ] {
        if let Some(value) = value {
            line.push_str(&format!("\n  {name:<8}  {}", one_line(value)));
        }
    }
    line
}

/// Returns what came of a file of reports as one sentence.
pub(crate) fn reports_summary(summary: &ReportsSummary) -> String {
    let mut line = format!(
        "{} reports: {} taken, {} repeated, {} older, {} refused",
        summary.reports, summary.taken, summary.repeated, summary.older, summary.refused
    );
    if summary.unknown > 0 {
        line.push_str(&format!(", {} unknown", summary.unknown));
    }
    line
}

/// Returns why a report of a file was not taken, with a line for every wrong field.
pub(crate) fn not_taken(object: &NotTakenObject) -> Vec<String> {
    let offering = object
        .offering_id
        .as_ref()
        .map(|id| format!(", offering {id}"));
    let first = format!(
        "line {}{}: {}: {} [{}]",
        object.line,
        offering.unwrap_or_default(),
        object.kind,
        object.message,
        object.reason
    );
    let violations = object
        .violations
        .iter()
        .map(|wrong| format!("  {}", one_line(&wrong.to_string())));
    std::iter::once(first).chain(violations).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proto::capacity::v1::FindCapacityResponse;

    #[test]
    fn the_totals_say_how_much_is_not_known() {
        let last = FindCapacityResponse {
            total: 40,
            available_total: 5,
            unknown_count: 31,
            ..FindCapacityResponse::default()
        };
        assert_eq!(
            find_summary(&FindSummary::new(&last, 20, None)),
            "20 of 40 shown; 5 places free in current figures; 31 without a current figure"
        );
        let none = FindSummary::new(&FindCapacityResponse::default(), 0, None);
        assert_eq!(find_summary(&none), "nothing matches");
        let moment = crate::moments::parse("2026-03-01").unwrap();
        let past = FindSummary::new(&FindCapacityResponse::default(), 0, Some(&moment));
        assert_eq!(
            find_summary(&past),
            "as of 2026-03-01T00:00:00Z: nothing matches"
        );
    }
}
