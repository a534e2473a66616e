use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use proto::capacity::v1::{
    CareType, Circuit, Counts, FigureStatus, Freshness, OfferingRow, Pause, PauseReason, Practised,
    Wait,
};

use super::{UNKNOWN, WIDTH, text};
use crate::failure::one_line;
use crate::moments::{ago, date, rfc3339};
use crate::output::offering::{general_wait, headline_status};
use crate::record::stated;
use crate::words::{word_of, words_of};

const COLUMNS: [&str; 9] = [
    "OFFERING", "PROVIDER", "WHERE", "KM", "CARE", "FREE", "WAIT", "COUNTED", "NOTE",
];
/// Where a watcher's columns begin to line up; longer cells push the rest to the right.
const WATCH_WIDTHS: [usize; 9] = [24, 20, 6, 6, 18, 10, 10, 10, 0];

/// Returns the offerings as a table of at most 120 columns.
pub(crate) fn offerings(rows: &[OfferingRow]) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(WIDTH)
        .set_header(COLUMNS);
    for row in rows {
        table.add_row(cells(row));
    }
    for right in [3, 5, 6] {
        if let Some(column) = table.column_mut(right) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}

/// Returns an offering as one line, for a list that grows.
pub(crate) fn watched(row: &OfferingRow) -> String {
    aligned(&cells(row))
}

/// Returns the heads of the lines that [`watched`] makes.
pub(crate) fn watch_header() -> String {
    aligned(&COLUMNS.map(str::to_owned))
}

fn aligned(cells: &[String; 9]) -> String {
    let mut line = String::new();
    for (cell, width) in cells.iter().zip(WATCH_WIDTHS) {
        line.push_str(&format!("{cell:<width$}  "));
    }
    line.trim_end().to_owned()
}

fn cells(row: &OfferingRow) -> [String; 9] {
    let details = row.details.clone().unwrap_or_default();
    let provider = stated(&details.provider_name).or_else(|| stated(&details.provider_id));
    let care = word_of::<CareType>(details.care_type);
    let circuits = words_of::<Circuit>(&details.circuits);
    [
        row.offering_id.clone(),
        text(provider),
        text(stated(&details.municipality_code)),
        row.distance_km
            .map_or_else(|| UNKNOWN.to_owned(), |km| format!("{km:.1}")),
        care.into_iter()
            .chain(circuits)
            .collect::<Vec<_>>()
            .join(" "),
        places(row),
        waits(&row.waits, row.waits_status.as_ref()),
        age(headline_status(row)),
        note(row),
    ]
    .map(|cell| one_line(&cell))
}

/// "3 of 12"; with "expired" when that may no longer be believed.
fn places(row: &OfferingRow) -> String {
    let Some(counts) = &row.counts else {
        return UNKNOWN.to_owned();
    };
    let free = row.available.unwrap_or(counts.available);
    let places = match counts.operational {
        Some(operational) => format!("{free} of {operational}"),
        None => free.to_string(),
    };
    marked(places, row.counts_status.as_ref())
}

/// "21+42 d": until intake and until treatment, for everybody; otherwise the span over all groups and insurers.
pub(super) fn waits(waits: &[Wait], status: Option<&FigureStatus>) -> String {
    let days =
        |known: Option<u32>| known.map_or_else(|| UNKNOWN.to_owned(), |days| days.to_string());
    let shown = match general_wait(waits) {
        Some(wait) if wait.intake_wait_days.is_some() || wait.treatment_wait_days.is_some() => {
            format!(
                "{}+{} d",
                days(wait.intake_wait_days),
                days(wait.treatment_wait_days)
            )
        }
        Some(_) | None => match span(waits) {
            Some((shortest, longest)) if shortest == longest => format!("{shortest} d"),
            Some((shortest, longest)) => format!("{shortest}–{longest} d"),
            None => return UNKNOWN.to_owned(),
        },
    };
    marked(shown, status)
}

/// Returns the shortest and the longest wait of those of which both parts are known.
fn span(waits: &[Wait]) -> Option<(u64, u64)> {
    let totals = waits.iter().filter_map(|wait| {
        let parts = wait.intake_wait_days.zip(wait.treatment_wait_days)?;
        Some(u64::from(parts.0) + u64::from(parts.1))
    });
    totals.fold(None, |span, total| match span {
        None => Some((total, total)),
        Some((shortest, longest)) => Some((total.min(shortest), total.max(longest))),
    })
}

fn marked(figure: String, status: Option<&FigureStatus>) -> String {
    if is_expired(status) {
        format!("{figure} expired")
    } else {
        figure
    }
}

fn is_expired(status: Option<&FigureStatus>) -> bool {
    status.is_some_and(|status| status.freshness() == Freshness::Expired)
}

fn age(status: Option<&FigureStatus>) -> String {
    text(status.and_then(|status| status.age_seconds).map(ago))
}

fn note(row: &OfferingRow) -> String {
    let unusable = row.unusable.then(|| "unusable".to_owned());
    let withdrawn = row.withdrawn.then(|| "withdrawn".to_owned());
    let sure = row
        .confidence
        // Nothing is certain.
        .map(|chance| format!("{:.0} % sure", (chance * 100.0).min(99.0)));
    let number = |count: u32, what: &str| (count > 0).then(|| format!("{count} {what}"));
    let overdue = row.overdue.then(|| overdue(row));
    let refused = row.practised.as_ref().map(refused);
    let soon = row.counts.as_ref().and_then(soon);
    let parts = unusable
        .into_iter()
        .chain(withdrawn)
        .chain(sure)
        .chain(number(row.held, "held"))
        .chain(number(row.consumed_not_counted, "taken since"))
        .chain(number(row.places_missing, "missing: overcommitted"))
        .chain(overdue)
        .chain(refused)
        .chain(soon)
        .chain(row.pauses.iter().map(pause));
    parts.collect::<Vec<_>>().join("; ")
}

/// "report overdue since 2026-03-01T08:00:00Z": its provider promised to count by then.
fn overdue(row: &OfferingRow) -> String {
    match row.overdue_since.as_ref().and_then(rfc3339) {
        Some(since) => format!("report overdue since {since}"),
        None => "never counted".to_owned(),
    }
}

/// "refused 3 ×, 2 against what it declares", in the last 90 days.
fn refused(practised: &Practised) -> String {
    let mut line = format!("refused {} ×", practised.refusals);
    if practised.contradicting > 0 {
        line.push_str(&format!(
            ", {} against what it declares",
            practised.contradicting
        ));
    }
    line
}

/// "2 more within 24 h": how soon further places are expected.
fn soon(counts: &Counts) -> Option<String> {
    let forecast = counts.forecast.as_ref()?;
    let within = |places: Option<u32>, hours: u32| {
        let places = places.filter(|places| *places > 0)?;
        Some(format!("{places} more within {hours} h"))
    };
    within(forecast.additional_24h, 24).or_else(|| within(forecast.additional_72h, 72))
}

/// "paused for ZK22 until 2026-03-01 (staff-shortage)".
pub(super) fn pause(pause: &Pause) -> String {
    let mut line = "paused".to_owned();
    let scope = pause.scope.clone().unwrap_or_default();
    let names: Vec<_> = scope
        .diagnosis_groups
        .into_iter()
        .chain(scope.insurers)
        .collect();
    if !names.is_empty() {
        line.push_str(&format!(" for {}", names.join(", ")));
    }
    if let Some(end) = pause.ends_at.as_ref().and_then(date) {
        line.push_str(&format!(" until {end}"));
    } else if let Some(end) = pause.expected_end.as_ref().and_then(date) {
        line.push_str(&format!(", expected until {end}"));
    }
    if let Some(reason) = word_of::<PauseReason>(pause.reason) {
        line.push_str(&format!(" ({reason})"));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moments;
    use crate::output::offering::tests::{practised, row, silent_row};
    use proto::capacity::v1::PauseScope;

    #[test]
    fn a_row_that_is_late_or_refuses_says_so() {
        let late = OfferingRow {
            overdue: true,
            overdue_since: moments::parse("2026-03-02T08:00:00Z").ok(),
            practised: Some(practised()),
            ..row()
        };
        assert_eq!(
            note(&late),
            "88 % sure; report overdue since 2026-03-02T08:00:00Z; refused 2 ×, 1 against what it declares"
        );
        let never = OfferingRow {
            overdue: true,
            ..silent_row()
        };
        assert_eq!(note(&never), "never counted");
    }

    #[test]
    fn a_row_shows_figures_with_their_age() {
        let [
            offering,
            provider,
            place,
            km,
            care,
            free,
            wait,
            counted,
            note,
        ] = cells(&row());
        assert_eq!(offering, "lentis-adults-1");
        assert_eq!(provider, "Lentis");
        assert_eq!(place, "GM0014");
        assert_eq!(km, "12.3");
        assert_eq!(care, "specialised adults");
        assert_eq!(free, "3 of 12");
        assert_eq!(wait, "21+– d expired");
        assert_eq!(counted, "3 h ago");
        assert_eq!(note, "88 % sure");
    }

    #[test]
    fn what_was_never_reported_is_a_dash_and_never_zero() {
        let cells = cells(&silent_row());
        assert_eq!(&cells[5..8], [UNKNOWN, UNKNOWN, UNKNOWN]);
        assert_eq!(cells[3], UNKNOWN);
    }

    #[test]
    fn an_expired_count_says_so() {
        let mut row = row();
        if let Some(status) = &mut row.counts_status {
            status.freshness = Freshness::Expired.into();
        }
        assert_eq!(cells(&row)[5], "3 of 12 expired");
    }

    #[test]
    fn a_pause_says_whom_it_stops_and_until_when() {
        let mut row = row();
        row.pauses.push(Pause {
            scope: Some(PauseScope {
                diagnosis_groups: vec!["ZK22".into()],
                insurers: vec!["CZ".into()],
            }),
            reason: PauseReason::StaffShortage.into(),
            ends_at: moments::parse("2026-03-01").ok(),
            ..Pause::default()
        });
        assert_eq!(
            cells(&row)[8],
            "88 % sure; paused for ZK22, CZ until 2026-03-01 (staff-shortage)"
        );
    }

    #[test]
    fn what_is_held_is_taken_off_and_said() {
        let mut row = row();
        row.held = 2;
        row.available = Some(1);
        row.consumed_not_counted = 1;
        let cells = cells(&row);
        assert_eq!(cells[5], "1 of 12");
        assert!(cells[8].contains("2 held; 1 taken since"), "{}", cells[8]);
        row.places_missing = 1;
        assert!(watched(&row).contains("1 missing: overcommitted"));
    }

    #[test]
    fn waits_that_differ_are_shown_as_a_span() {
        let wait = |intake, treatment| Wait {
            diagnosis_group: "ZK22".into(),
            intake_wait_days: Some(intake),
            treatment_wait_days: treatment,
            ..Wait::default()
        };
        assert_eq!(
            waits(&[wait(7, Some(7)), wait(30, Some(60)), wait(1, None)], None),
            "14–90 d"
        );
        assert_eq!(waits(&[wait(1, None)], None), UNKNOWN);
        assert_eq!(waits(&[], None), UNKNOWN);
    }

    #[test]
    fn a_table_fits_on_a_terminal() {
        let mut long = row();
        long.offering_id = "x".repeat(64);
        if let Some(details) = &mut long.details {
            details.provider_name = "Geestelijke gezondheidszorg ".repeat(6);
        }
        for line in offerings(&[row(), long]).lines() {
            assert!(line.chars().count() <= usize::from(WIDTH), "{line}");
        }
    }

    #[test]
    fn text_from_elsewhere_cannot_move_the_cursor_of_a_terminal() {
        let mut row = row();
        if let Some(details) = &mut row.details {
            details.provider_name = "a\u{1b}[2Jb\nc".into();
        }
        assert!(!watched(&row).chars().any(char::is_control));
    }
}
