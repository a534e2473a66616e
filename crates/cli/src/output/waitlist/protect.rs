use std::collections::BTreeMap;

use proto::waitlist::v1::{Dimension, GetProtectedTableResponse, ProtectedRow, ProtectedRows};
use serde::Serialize;

use super::names::named;
use super::table;
use crate::record::stated;
use crate::words::word;

/// A row of the table that anybody may see.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ProtectedObject {
    kind: &'static str,
    /// What the rows are.
    rows: String,
    value: Option<String>,
    persons: u64,
    diagnosis_groups: BTreeMap<String, u64>,
}

impl ProtectedObject {
    pub(crate) fn new(rows: ProtectedRows, row: &ProtectedRow) -> Self {
        let groups = row.diagnosis_groups.iter();
        Self {
            kind: "protected",
            rows: word(rows).replace('-', "_"),
            value: stated(&row.value),
            persons: row.persons,
            diagnosis_groups: groups
                .map(|group| (group.value.clone(), group.persons))
                .collect(),
        }
    }
}

/// Of the whole region.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ProtectedSummary {
    kind: &'static str,
    on: Option<String>,
    /// Null: fewer than ten.
    persons: Option<u64>,
}

impl From<&GetProtectedTableResponse> for ProtectedSummary {
    fn from(table: &GetProtectedTableResponse) -> Self {
        Self {
            kind: "summary",
            on: stated(&table.on),
            persons: table.persons,
        }
    }
}

/// Returns the table for people, with what is not in it.
pub(crate) fn protected_text(rows: ProtectedRows, protected: &GetProtectedTableResponse) -> String {
    let dimension = match rows {
        ProtectedRows::Municipality | ProtectedRows::Unspecified => Dimension::Municipality,
        ProtectedRows::GpPractice => Dimension::GpPractice,
    };
    let lines = protected.rows.iter().flat_map(|row| {
        let whole = vec![
            named(dimension, &row.value),
            String::new(),
            row.persons.to_string(),
        ];
        let groups = row.diagnosis_groups.iter().map(|group| {
            let name = named(Dimension::DiagnosisGroup, &group.value);
            vec![String::new(), name, group.persons.to_string()]
        });
        std::iter::once(whole).chain(groups).collect::<Vec<_>>()
    });
    let header = vec![
        word(dimension).to_uppercase(),
        "DIAGNOSIS-GROUP".to_owned(),
        "PERSONS".to_owned(),
    ];
    let persons = match protected.persons {
        Some(persons) => format!("{persons} persons"),
        None => "fewer than ten persons".to_owned(),
    };
    let mut text = String::new();
    if !protected.rows.is_empty() {
        text = format!("{}\n\n", table(header, lines, 2));
    }
    format!(
        "{text}on {}: {persons} wait in the region\nnothing under ten persons is shown; rounded to five, so totals may differ; \
         the same table for everybody for four weeks",
        protected.on
    )
}
