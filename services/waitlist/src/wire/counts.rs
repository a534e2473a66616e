//! Counts as the contract has them.

use chassis::Path;
use domain::Month;
use domain::waitlist::books::PublishedTable;
use domain::waitlist::counts::{
    AgainstNorm, Cell, Completeness, Flow, ReturnKey, ReturnRow, Table, Value,
};
use proto::waitlist::v1;

use super::checks::Checks;
use super::codes::Coded;

/// Flows of more months are not asked for at once.
const MOST_MONTHS: i32 = 36;

/// A table's cells, in the order of their values, and all of them together.
pub(crate) fn table(table: &Table) -> (Vec<v1::Cell>, v1::Cell) {
    let cells = table.cells.iter();
    let cells = cells.map(|(values, counted)| cell(values.iter().map(word).collect(), counted));
    (cells.collect(), cell(Vec::new(), &table.total))
}

fn cell(values: Vec<String>, cell: &Cell) -> v1::Cell {
    v1::Cell {
        values,
        entries: cell.entries,
        persons: cell.persons,
        persons_without_number: cell.persons_without_number,
        preferring: cell.preferring,
        for_intake: Some(against_norm(cell.for_intake)),
        for_treatment: Some(against_norm(cell.for_treatment)),
        total_wait: Some(against_norm(cell.total_wait)),
    }
}

/// The word of a value; empty: not known, or nobody has said.
fn word(value: &Value) -> String {
    match value {
        Value::Provider(provider) => provider.to_string(),
        Value::DiagnosisGroup(group) => group.to_string(),
        Value::Municipality(municipality) => municipality.to_string(),
        Value::GpPractice(practice) => text(practice.as_ref()),
        Value::Priority(category) => text(category.as_ref()),
        Value::WaitBand(band) => band.as_str().to_owned(),
    }
}

fn text(value: Option<&impl ToString>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

fn against_norm(counted: AgainstNorm) -> v1::AgainstNorm {
    v1::AgainstNorm {
        within: counted.within,
        over: counted.over,
        without_norm: counted.without_norm,
    }
}

/// What counts rest on.
pub(crate) fn completeness(completeness: &Completeness) -> v1::Completeness {
    let providers = completeness.providers.iter();
    v1::Completeness {
        complete_until: text(completeness.complete_until().as_ref()),
        providers: providers
            .map(|(provider_id, heard)| v1::Heard {
                provider_id: provider_id.to_string(),
                waiting: heard.waiting,
                stale: heard.stale,
                last_on: heard.last_on.to_string(),
                complete_until: text(heard.complete_until.as_ref()),
            })
            .collect(),
    }
}

/// Reads from which month to which, up to the present one.
pub(crate) fn months(
    (from, to): (&str, &str),
    present: Month,
    checks: &mut Checks,
) -> Option<std::ops::RangeInclusive<Month>> {
    let form = "must be a month as 2026-01";
    let from = checks.parsed(Path::root("from_month"), from, Month::parse, form);
    let to = checks.parsed(Path::root("to_month"), to, Month::parse, form);
    let (from, to) = from.zip(to)?;
    if to < from {
        checks.refuse(Path::root("to_month"), "lies before from_month");
        return None;
    }
    if to > present {
        checks.refuse(Path::root("to_month"), "has not come yet");
        return None;
    }
    if to > from.plus(MOST_MONTHS - 1) {
        let what = format!("at most {MOST_MONTHS} months are counted at once");
        checks.refuse(Path::root("to_month"), what);
        return None;
    }
    Some(from..=to)
}

/// What happened in a month.
pub(crate) fn flow(month: Month, flow: &Flow) -> v1::Flow {
    v1::Flow {
        month: month.to_string(),
        registered: flow.registered,
        returned: flow.returned,
        intakes: Some(against_norm(flow.intakes)),
        starts: Some(against_norm(flow.starts)),
        withdrawn: flow.withdrawn,
        ended: flow
            .ended
            .iter()
            .map(|(outflow, persons)| v1::FlowOut {
                to: outflow.number(),
                persons: *persons,
            })
            .collect(),
    }
}

/// One line of the monthly return.
pub(crate) fn return_line(key: &ReturnKey, row: &ReturnRow) -> v1::ReturnLine {
    v1::ReturnLine {
        provider_id: key.provider_id.to_string(),
        location_id: text(key.location_id.as_ref()),
        care_type: key.care_type.as_str().to_owned(),
        diagnosis_group: text(key.diagnosis_group.as_ref()),
        waiting_for_intake: Some(against_norm(row.waiting_for_intake)),
        waiting_for_treatment: Some(against_norm(row.waiting_for_treatment)),
        intakes_held: Some(against_norm(row.intakes_held)),
        treatments_started: Some(against_norm(row.treatments_started)),
        intake_wait_tenths_of_weeks: row.intake_wait.tenths_of_weeks(),
        treatment_wait_tenths_of_weeks: row.treatment_wait.tenths_of_weeks(),
    }
}

/// What may be shown to everybody.
pub(crate) fn protected_table(published: &PublishedTable) -> v1::GetProtectedTableResponse {
    let rows = published.shown.rows.iter().map(|row| v1::ProtectedRow {
        value: row.row.clone(),
        persons: row.persons,
        diagnosis_groups: row
            .kinds
            .iter()
            .map(|(value, persons)| v1::ProtectedKind {
                value: value.clone(),
                persons: *persons,
            })
            .collect(),
    });
    v1::GetProtectedTableResponse {
        on: published.on.to_string(),
        persons: published.shown.total,
        rows: rows.collect(),
    }
}

/// The word of a table's only, or first, value.
pub(crate) fn first_word(values: &[Value]) -> String {
    values.first().map(word).unwrap_or_default()
}

/// The word of a table's second value.
pub(crate) fn second_word(values: &[Value]) -> String {
    values.get(1).map(word).unwrap_or_default()
}
