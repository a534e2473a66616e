use comfy_table::{ContentArrangement, Table, presets};
use proto::capacity::v1::MissedOffering;

use super::{UNKNOWN, WIDTH, text};
use crate::failure::one_line;
use crate::record::stated;

/// Returns the offerings that were just missed as a table, each with the one filter that it fails.
pub(crate) fn missed(missed: &[MissedOffering]) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(WIDTH)
        .set_header([
            "JUST MISSED",
            "PROVIDER",
            "WHERE",
            "BECAUSE OF",
            "WOULD FIT AT",
        ]);
    for missed in missed {
        let row = missed.row.clone().unwrap_or_default();
        let details = row.details.unwrap_or_default();
        let provider = stated(&details.provider_name).or_else(|| stated(&details.provider_id));
        let cells = [
            row.offering_id,
            text(provider),
            text(stated(&details.municipality_code)),
            missed.filter.clone(),
            would_fit_at(missed),
        ];
        table.add_row(cells.map(|cell| one_line(&cell)));
    }
    table.trim_fmt()
}

fn would_fit_at(missed: &MissedOffering) -> String {
    let Some(number) = missed.would_fit_at else {
        return UNKNOWN.to_owned();
    };
    match missed.filter.as_str() {
        "place" => format!("{number:.1} km"),
        "age" => format!("{number} years"),
        "max-wait" => format!("{number} days"),
        _ => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::offering::tests::row;

    #[test]
    fn what_was_just_missed_says_by_what_and_by_how_much() {
        let by = |filter: &str, would_fit_at| MissedOffering {
            row: Some(row()),
            filter: filter.to_owned(),
            would_fit_at,
        };
        let shown = missed(&[by("place", Some(51.26)), by("paused", None)]);
        let lines: Vec<&str> = shown.lines().collect();
        assert!(
            lines[1].contains("lentis-adults-1") && lines[1].contains("51.3 km"),
            "{shown}"
        );
        assert!(lines[2].trim_end().ends_with("paused      –"), "{shown}");
    }
}
