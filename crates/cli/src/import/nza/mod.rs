//! Published waiting times, in the columns of the regulator's data set (NZa).

mod cells;
mod contradiction;
mod dates;
mod figure;
mod insurers;
mod offering;
mod place;
mod remark;
mod row;
#[cfg(test)]
mod tests;
mod text;
mod wait;

use super::columns::Row;
use super::day::Day;
use super::pipeline::{Offered, Source, Staged};
use super::refusal::Refusal;
use super::stage::{StageError, Statement};

pub(super) use row::Stated;

/// The columns that are read; others may be there.
pub(super) const COLUMNS: [&str; 18] = [
    "provider_id",
    "provider_kind",
    "provider_name",
    "location",
    "place",
    "municipality_code",
    "circuit",
    "diagnosis_group_literal",
    "main_diagnosis_group",
    "care_type",
    "intake_wait_weeks",
    "treatment_wait_weeks",
    "intake_wait_literal",
    "treatment_wait_literal",
    "remark",
    "insurer",
    "published_on",
    "collected_on",
];

/// Reads this format.
#[derive(Debug)]
pub(super) struct Published {
    pub(super) today: Day,
}

impl Source for Published {
    fn read(&self, row: &Row<'_>) -> Result<Staged, Refusal> {
        let stated = row::read(row, self.today)?;
        Staged::new(row::offering_id(&stated.what), &stated)
    }

    fn offered(&self, offering_id: &str, said: &[Statement]) -> Result<Offered, StageError> {
        let stated: Vec<Stated> = said
            .iter()
            .map(|statement| serde_json::from_slice(&statement.body))
            .collect::<Result<_, _>>()?;
        let lines: Vec<u64> = said.iter().map(|statement| statement.line).collect();
        let refused = contradiction::find(&stated, &lines);
        let accepted: Vec<&Stated> = stated
            .iter()
            .enumerate()
            .filter(|(at, _)| !refused.iter().any(|(wrong, _)| wrong == at))
            .map(|(_, stated)| stated)
            .collect();
        Ok(Offered {
            request: offering::request(offering_id, &accepted),
            refused,
        })
    }

    fn column_of(&self, field: &str) -> &'static str {
        const FIELDS: [(&str, &str); 12] = [
            ("details.provider_id", "provider_id"),
            ("details.provider_name", "provider_name"),
            ("details.provider_kind", "provider_kind"),
            ("details.location_name", "location"),
            ("details.municipality_code", "municipality_code"),
            ("details.programme_name", "diagnosis_group_literal"),
            ("details.care_type", "care_type"),
            ("details.circuits", "circuit"),
            ("details.diagnosis_groups", "main_diagnosis_group"),
            ("report.observed_at", "published_on"),
            ("report.valid_until", "published_on"),
            ("pauses", "remark"),
        ];
        let known = FIELDS.iter().find(|(path, _)| field.starts_with(path));
        match known {
            Some((_, column)) => column,
            None if field.ends_with("treatment_wait_days") => "treatment_wait_weeks",
            None if field.contains("insurers") => "insurer",
            None if field.starts_with("report") => "intake_wait_weeks",
            None => "",
        }
    }
}

/// Returns the value if it states something.
fn stated(value: &str) -> Option<&str> {
    let is_stated = !matches!(wait::read(value, wait::Clock::Intake), wait::Read::Unknown);
    is_stated.then_some(value)
}
