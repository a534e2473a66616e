use comfy_table::{ContentArrangement, Table, presets};
use proto::capacity::v1::{CareType, Circuit, PracticeGroup};

use super::{UNKNOWN, WIDTH, text};
use crate::record::stated;
use crate::words::word_of;

/// Returns practices that are shown together as a table.
pub(crate) fn practices(groups: &[PracticeGroup]) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(WIDTH)
        .set_header([
            "PRACTICES",
            "WHERE",
            "CARE",
            "GROUP",
            "FREE",
            "SHORTEST",
            "MEDIAN",
        ]);
    for group in groups {
        let place = stated(&group.municipality_code);
        let care = word_of::<CareType>(group.care_type).into_iter();
        let care: Vec<_> = care.chain(word_of::<Circuit>(group.circuit)).collect();
        table.add_row([
            group.practice_count.to_string(),
            text(place.or_else(|| stated(&group.care_office_region_code))),
            care.join(" "),
            text(stated(&group.diagnosis_group)),
            number(group.available, ""),
            number(group.shortest_wait_days, " d"),
            number(group.median_wait_days, " d"),
        ]);
    }
    table.trim_fmt()
}

fn number(known: Option<u32>, unit: &str) -> String {
    known.map_or_else(|| UNKNOWN.to_owned(), |number| format!("{number}{unit}"))
}
