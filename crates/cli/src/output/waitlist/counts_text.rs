use proto::waitlist::v1::{AgainstNorm, Cell, CountWaitingResponse, Dimension, Heard, KeyRotation};

use super::names::named;
use super::table;
use crate::failure::one_line;
use crate::words::{number_of, word};

/// Providers named in one line for people; `--output json` names all.
const NAMED: usize = 5;

/// Returns counts as a table, and what they rest on below it.
pub(crate) fn counts_text(counts: &CountWaitingResponse) -> String {
    let mut lines = Vec::new();
    if !counts.by.is_empty() {
        lines.push(cells_table(counts));
        lines.push(String::new());
    }
    let total = counts.total.clone().unwrap_or_default();
    lines.push(format!(
        "waiting on {}: {} at {}, {} of them without a citizen number",
        counts.on,
        number_of(total.persons, "person"),
        number_of(total.entries, "place"),
        total.persons_without_number
    ));
    for (what, norm) in [
        ("for an intake", total.for_intake.as_ref()),
        ("for treatment", total.for_treatment.as_ref()),
        ("in all", total.total_wait.as_ref()),
    ] {
        lines.push(format!("{what}: {}", against_norm(norm)));
    }
    let by_lists = counts.persons_by_lists.iter();
    let by_lists: Vec<String> = by_lists
        .map(|by| format!("{} on {}", by.persons, by.lists))
        .collect();
    let more = counts.persons_on_several_lists;
    let more = number_of(more, "person");
    lines.push(match &by_lists[..] {
        [] => format!("on more than one list: {more}"),
        by_lists => format!("on more than one list: {more} ({})", by_lists.join(", ")),
    });
    lines.extend(rests_on(counts));
    let lines: Vec<String> = lines.iter().map(|line| each_line(line)).collect();
    lines.join("\n")
}

/// The table has lines of its own.
fn each_line(text: &str) -> String {
    text.lines().map(one_line).collect::<Vec<_>>().join("\n")
}

fn cells_table(counts: &CountWaitingResponse) -> String {
    let by: Vec<Dimension> = counts.by().collect();
    let dimensions = by.iter().map(|dimension| word(*dimension).to_uppercase());
    let figures = [
        "PERSONS",
        "PLACES",
        "PREFERRING",
        "INTAKE",
        "TREATMENT",
        "IN ALL",
    ];
    let header = dimensions.chain(figures.map(str::to_owned)).collect();
    let rows = counts.cells.iter().map(|cell| row(&by, cell));
    let table = table(header, rows, by.len());
    format!("{table}\nINTAKE, TREATMENT, IN ALL: places within the norm + over it")
}

fn row(by: &[Dimension], cell: &Cell) -> Vec<String> {
    let values = by.iter().zip(&cell.values);
    let values = values.map(|(dimension, value)| named(*dimension, value));
    let figures = [cell.persons, cell.entries, cell.preferring];
    let norms = [&cell.for_intake, &cell.for_treatment, &cell.total_wait];
    let norms = norms.map(|norm| {
        let norm = norm.unwrap_or_default();
        match norm.without_norm {
            0 => format!("{} + {}", norm.within, norm.over),
            without => format!("{} + {} ({without} without)", norm.within, norm.over),
        }
    });
    let figures = figures.iter().map(ToString::to_string);
    values.chain(figures).chain(norms).collect()
}

pub(super) fn against_norm(norm: Option<&AgainstNorm>) -> String {
    let norm = norm.copied().unwrap_or_default();
    format!(
        "{} within the norm, {} over it, {} without one",
        norm.within, norm.over, norm.without_norm
    )
}

fn rests_on(counts: &CountWaitingResponse) -> Vec<String> {
    let left = counts.left_out.unwrap_or_default();
    let mut lines = vec![format!(
        "left out: {} stale, {} not granted by the evaluator, {} unusable",
        left.stale, left.not_granted, left.unusable
    )];
    let completeness = counts.completeness.clone().unwrap_or_default();
    let behind: Vec<String> = completeness
        .providers
        .iter()
        .filter(|heard| heard.stale > 0)
        .map(heard)
        .collect();
    let providers = number_of(completeness.providers.len() as u64, "provider");
    let until = day_or_nobody(&completeness.complete_until);
    let mut complete = format!("complete until {until} for {providers}");
    if !behind.is_empty() {
        let rest = behind.len().saturating_sub(NAMED);
        let more = (rest > 0).then(|| format!("{rest} more"));
        let named: Vec<String> = behind.into_iter().take(NAMED).chain(more).collect();
        complete.push_str(&format!("; behind: {}", named.join(", ")));
    }
    lines.push(complete);
    lines.extend(counts.rotation.as_ref().map(rotation));
    lines.extend(counts.frozen.as_ref().map(|frozen| {
        format!(
            "frozen at the end of {}: {} at {}, {} of them over the norm",
            frozen.month,
            number_of(frozen.persons, "person"),
            number_of(frozen.entries, "place"),
            frozen.over_norm
        )
    }));
    lines
}

/// Returns the day up to which everybody was heard of.
pub(super) fn day_or_nobody(day: &str) -> &str {
    if day.is_empty() { "no day" } else { day }
}

fn heard(heard: &Heard) -> String {
    format!(
        "{} ({} of {} stale, last heard {})",
        heard.provider_id,
        heard.stale,
        heard.waiting,
        day_or_nobody(&heard.last_on)
    )
}

fn rotation(rotation: &KeyRotation) -> String {
    let state = if rotation.complete {
        "the older keys may be destroyed"
    } else {
        "the older keys are still needed"
    };
    format!(
        "keys: {} of {} open entries, stale ones and those in treatment too, carry those of {}: {state}",
        rotation.carrying, rotation.keyed, rotation.to
    )
}
