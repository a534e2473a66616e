use comfy_table::{ContentArrangement, Table, presets};
use proto::capacity::v1::{HistoryEntry, Hold, Refusal, Report};

use super::offerings::{pause, waits};
use super::{WIDTH, text};
use crate::failure::one_line;
use crate::moments::rfc3339;
use crate::record::stated;

/// Returns the events of a history as a table.
pub(crate) fn history(entries: &[HistoryEntry]) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(WIDTH)
        .set_header(["VERSION", "WHEN", "WHAT", "DETAIL", "BY"]);
    for entry in entries {
        let when = entry.occurred_at.as_ref().or(entry.log_time.as_ref());
        let row = [
            entry.version.to_string(),
            text(when.and_then(rfc3339)),
            entry.kind.clone(),
            event(entry),
            text(stated(&entry.actor)),
        ];
        table.add_row(row.map(|cell| one_line(&cell)));
    }
    table.trim_fmt()
}

fn event(entry: &HistoryEntry) -> String {
    let mut parts = Vec::new();
    parts.extend(stated(&entry.reason));
    parts.extend(entry.report.as_ref().map(report));
    parts.extend(entry.pause.as_ref().map(pause));
    if let Some(refusal) = &entry.refusal {
        parts.extend(refused(refusal, entry.contradicts_declared));
    }
    parts.extend(entry.hold.as_ref().map(hold));
    if entry.places_missing > 0 {
        parts.push(format!("{} missing", entry.places_missing));
    }
    if let Some(details) = &entry.details {
        parts.extend(stated(&details.provider_name).or_else(|| stated(&details.provider_id)));
        parts.extend(stated(&details.municipality_code));
    }
    parts.join("; ")
}

fn refused(refusal: &Refusal, contradicts: bool) -> Vec<String> {
    let group = stated(&refusal.diagnosis_group).map(|group| format!("group {group}"));
    let against = contradicts.then(|| "against what is declared".to_owned());
    group.into_iter().chain(against).collect()
}

/// "token 3 until 2026-03-01T14:00:00Z (019d5f33-…)"; without an end when it is over.
fn hold(hold: &Hold) -> String {
    let until = hold.expires_at.as_ref().and_then(rfc3339);
    let until = until.map(|until| format!(" until {until}"));
    format!(
        "token {}{} ({})",
        hold.token,
        until.unwrap_or_default(),
        hold.hold_id
    )
}

fn report(report: &Report) -> String {
    let mut parts = Vec::new();
    if let Some(counts) = &report.counts {
        parts.push(format!(
            "{} free, {} occupied",
            counts.available, counts.occupied
        ));
    }
    if !report.waits.is_empty() {
        parts.push(format!("wait {}", waits(&report.waits, None)));
    }
    if let Some(moment) = report.observed_at.as_ref().and_then(rfc3339) {
        parts.push(format!("counted {moment}"));
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moments;
    use crate::output::offering::tests::row;

    #[test]
    fn a_refusal_says_whether_it_goes_against_what_is_declared() {
        let entry = HistoryEntry {
            kind: "refusal-recorded".into(),
            reason: "diagnosis".into(),
            refusal: Some(Refusal {
                diagnosis_group: "05".into(),
                ..Refusal::default()
            }),
            contradicts_declared: true,
            ..HistoryEntry::default()
        };
        let shown = history(&[entry]);
        assert!(
            shown.contains("diagnosis; group 05; against what is declared"),
            "{shown}"
        );
    }

    #[test]
    fn a_hold_in_the_history_shows_its_token_and_its_end() {
        let entry = HistoryEntry {
            kind: "place-held".into(),
            hold: Some(Hold {
                hold_id: "h".into(),
                token: 3,
                expires_at: moments::parse("2026-03-01").ok(),
            }),
            ..HistoryEntry::default()
        };
        let shown = history(&[entry]);
        assert!(
            shown.contains("token 3 until 2026-03-01T00:00:00Z (h)"),
            "{shown}"
        );
    }

    #[test]
    fn an_event_of_the_history_shows_what_was_reported() {
        let entry = HistoryEntry {
            version: 3,
            kind: "capacity-reported".into(),
            report: Some(Report {
                observed_at: moments::parse("2026-03-01").ok(),
                counts: row().counts,
                ..Report::default()
            }),
            ..HistoryEntry::default()
        };
        let shown = history(&[entry]);
        assert!(
            shown.contains("3 free, 9 occupied, counted 2026-03-01T00:00:00Z"),
            "{shown}"
        );
    }
}
