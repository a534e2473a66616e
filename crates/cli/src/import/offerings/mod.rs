//! The project's own CSV: one row is one offering, with what was counted and what is paused.

mod details;
mod figures;
mod forecast;
mod template;
mod terms;
#[cfg(test)]
mod tests;

use prost::Message;
use proto::capacity::v1::PublishOfferingRequest;
use serde::{Deserialize, Serialize};

use super::cells::{self, Cells};
use super::columns::{Columns, Row};
use super::pipeline::{Offered, Source, Staged};
use super::refusal::{Refusal, Wrong, reason};
use super::stage::{StageError, Statement};
use crate::failure::Failure;

pub(super) use template::TEMPLATE;

/// All columns, in the order in which the template has them.
const COLUMNS: [&str; 78] = [
    "offering_id",
    "provider_id",
    "provider_kind",
    "provider_name",
    "location_id",
    "location_name",
    "municipality_code",
    "postcode",
    "programme_name",
    "care_type",
    "place_kind",
    "setting",
    "security_level",
    "circuits",
    "age_min",
    "age_max",
    "diagnosis_groups",
    "insurers",
    "languages",
    "shown_by_itself",
    "observed_at",
    "valid_until",
    "sequence",
    "source_class",
    "reporter_role",
    "licensed",
    "funded",
    "operational",
    "occupied",
    "on_leave",
    "available",
    "blocked",
    "intake_status",
    "intake_wait_days",
    "treatment_wait_days",
    "realised_wait_days",
    "waiting_count",
    "over_norm_count",
    "wait_method",
    "pause_reason",
    "pause_from",
    "pause_until",
    "pause_expected_end",
    "pause_diagnosis_groups",
    "pause_insurers",
    "waiting_list_closed",
    "effective_at",
    "stay_intensity",
    "promised_interval_hours",
    "legal_regime",
    "legal_titles",
    "programmes",
    "acuity_max",
    "observation_modes",
    "seclusion_room",
    "exclusion_criteria",
    "somatic_capabilities",
    "sex_rule",
    "interpreter",
    "accessibility",
    "catchment",
    "acute_regions",
    "catchment_duty",
    "funding_routes",
    "contracts",
    "admission_hours",
    "contact_routes",
    "response_target_minutes",
    "rooms_free_women",
    "rooms_free_men",
    "funded_by_route",
    "additional_24h",
    "additional_72h",
    "expected_free_at",
    "reserve_7d",
    "ready_for_discharge",
    "waiting_since",
    "highest_token_counted",
];
const REQUIRED: [&str; 5] = [
    "offering_id",
    "provider_id",
    "provider_kind",
    "municipality_code",
    "care_type",
];

/// Finds the columns; one that is not known may be a slip of the pen, and would be lost without a word.
pub(super) fn columns(header: &[String]) -> Result<Columns, Failure> {
    Columns::find(header, &COLUMNS, &REQUIRED, true)
}

/// Reads this format.
#[derive(Debug)]
pub(super) struct Exported {
    now: jiff::Timestamp,
    /// Without a column for pauses the file says nothing about them.
    says_pauses: bool,
}

impl Exported {
    pub(super) fn new(columns: &Columns, now: jiff::Timestamp) -> Self {
        Self {
            now,
            says_pauses: columns.has("pause_reason"),
        }
    }
}

/// The row as the contract's message, and its cells, so that a contradiction can name one.
#[derive(Debug, Serialize, Deserialize)]
struct Stated {
    request: Vec<u8>,
    cells: Vec<(String, String)>,
}

impl Source for Exported {
    fn read(&self, row: &Row<'_>) -> Result<Staged, Refusal> {
        let mut cells = Cells::new(row);
        let offering_id = cells.offering_id();
        let details = details::read(&mut cells);
        let report = figures::report(&mut cells, self.now);
        let pause = figures::pause(&mut cells, self.now);
        if let Some(refusal) = Refusal::of(cells.wrongs) {
            return Err(refusal);
        }
        let request = PublishOfferingRequest {
            context: None,
            offering_id: offering_id.clone(),
            details: Some(details),
            report,
            pauses: pause.into_iter().collect(),
            replace_pauses: self.says_pauses,
        };
        let written = COLUMNS
            .iter()
            .map(|column| ((*column).to_owned(), row.get(column).to_owned()));
        let stated = Stated {
            request: request.encode_to_vec(),
            cells: written.filter(|(_, value)| !value.is_empty()).collect(),
        };
        Staged::new(offering_id, &stated)
    }

    /// An offering has one row: two that differ contradict each other.
    fn offered(&self, _offering_id: &str, said: &[Statement]) -> Result<Offered, StageError> {
        let stated: Vec<Stated> = said
            .iter()
            .map(|statement| serde_json::from_slice(&statement.body))
            .collect::<Result<_, _>>()?;
        let ([first], [_]) = (stated.as_slice(), said) else {
            let refused = stated.iter().enumerate().filter_map(|(at, row)| {
                let other = usize::from(at == 0);
                let (column, value) = first_difference(row, stated.get(other)?);
                let wrong = Wrong::new(&column, &value, reason::CONTRADICTION);
                Some((
                    at,
                    Refusal {
                        wrong,
                        other_line: Some(said.get(other)?.line),
                        also: Vec::new(),
                    },
                ))
            });
            return Ok(Offered {
                request: None,
                refused: refused.collect(),
            });
        };
        let request = PublishOfferingRequest::decode(first.request.as_slice())
            .map_err(StageError::unreadable)?;
        Ok(Offered {
            request: Some(request),
            refused: Vec::new(),
        })
    }

    fn column_of(&self, field: &str) -> &'static str {
        if let Some(column) = column_of_parts(field) {
            return column;
        }
        let name = field.rsplit('.').next().unwrap_or_default();
        let name = name.split_once('[').map_or(name, |(name, _)| name);
        let column = match (field.split(['.', '[']).next(), name) {
            (_, "min_years" | "age") => "age_min",
            (_, "max_years") => "age_max",
            (Some("pauses"), "starts_at") => "pause_from",
            (Some("pauses"), "ends_at") => "pause_until",
            (Some("pauses"), "expected_end") => "pause_expected_end",
            (Some("pauses"), "diagnosis_groups") => "pause_diagnosis_groups",
            (Some("pauses"), "insurers") => "pause_insurers",
            (Some("pauses"), _) => "pause_reason",
            (_, name) => name,
        };
        COLUMNS
            .iter()
            .find(|known| **known == column)
            .copied()
            .unwrap_or_default()
    }
}

/// Values of several parts stand in one column.
fn column_of_parts(field: &str) -> Option<&'static str> {
    const WHOLES: [(&str, &str); 9] = [
        (".interpreter", "interpreter"),
        (".catchment.kind", "catchment"),
        (".catchment.duty", "catchment_duty"),
        (".contracts", "contracts"),
        (".admission_hours", "admission_hours"),
        (".contact_routes", "contact_routes"),
        (".funded_by_route", "funded_by_route"),
        (".ready_for_discharge", "ready_for_discharge"),
        (".waiting_since", "waiting_since"),
    ];
    let whole = WHOLES.into_iter().find(|(part, _)| field.contains(part));
    whole.map(|(_, column)| column)
}

fn first_difference(row: &Stated, other: &Stated) -> (String, String) {
    let differs = row.cells.iter().find(|cell| !other.cells.contains(cell));
    let missing = || {
        other
            .cells
            .iter()
            .find(|cell| !row.cells.contains(cell))
            .map(|(column, _)| (column.clone(), String::new()))
    };
    differs.cloned().or_else(missing).unwrap_or_default()
}
