use proto::waitlist::v1::{AgainstNorm, GetMonthlyReturnResponse, ReturnLine};
use serde::Serialize;

use super::counts::NormObject;
use super::counts_text::day_or_nobody;
use crate::failure::Failure;
use crate::record::stated;

/// The columns of the return as CSV, one line for each provider, location, care type and diagnosis group.
const COLUMNS: [&str; 19] = [
    "month",
    "provider_id",
    "location_id",
    "care_type",
    "diagnosis_group",
    "waiting_for_intake_within_norm",
    "waiting_for_intake_over_norm",
    "waiting_for_intake_without_norm",
    "waiting_for_treatment_within_norm",
    "waiting_for_treatment_over_norm",
    "waiting_for_treatment_without_norm",
    "intakes_held_within_norm",
    "intakes_held_over_norm",
    "intakes_held_without_norm",
    "treatments_started_within_norm",
    "treatments_started_over_norm",
    "treatments_started_without_norm",
    "intake_wait_weeks",
    "treatment_wait_weeks",
];

/// One line of the return.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ReturnLineObject {
    kind: &'static str,
    month: String,
    provider_id: String,
    location_id: Option<String>,
    care_type: String,
    diagnosis_group: Option<String>,
    waiting_for_intake: NormObject,
    waiting_for_treatment: NormObject,
    intakes_held: NormObject,
    treatments_started: NormObject,
    /// To a tenth; null: there were none.
    intake_wait_weeks: Option<f64>,
    treatment_wait_weeks: Option<f64>,
}

impl ReturnLineObject {
    pub(crate) fn new(month: &str, line: &ReturnLine) -> Self {
        Self {
            kind: "return-line",
            month: month.to_owned(),
            provider_id: line.provider_id.clone(),
            location_id: stated(&line.location_id),
            care_type: line.care_type.clone(),
            diagnosis_group: stated(&line.diagnosis_group),
            waiting_for_intake: line.waiting_for_intake.as_ref().into(),
            waiting_for_treatment: line.waiting_for_treatment.as_ref().into(),
            intakes_held: line.intakes_held.as_ref().into(),
            treatments_started: line.treatments_started.as_ref().into(),
            intake_wait_weeks: line.intake_wait_tenths_of_weeks.and_then(number),
            treatment_wait_weeks: line.treatment_wait_tenths_of_weeks.and_then(number),
        }
    }
}

/// What the return rests on.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ReturnSummary {
    kind: &'static str,
    month: String,
    lines: usize,
    complete_until: Option<String>,
    position: Option<String>,
}

impl ReturnSummary {
    pub(crate) fn new(month: &str, answer: &GetMonthlyReturnResponse) -> Self {
        Self {
            kind: "summary",
            month: month.to_owned(),
            lines: answer.lines.len(),
            complete_until: stated(&answer.complete_until),
            position: stated(&answer.position),
        }
    }
}

/// Returns the return as CSV with a header.
///
/// # Errors
/// None that happens: memory is written to.
pub(crate) fn return_csv(month: &str, lines: &[ReturnLine]) -> Result<String, Failure> {
    let unwritable = |error: csv::Error| Failure::Output(std::io::Error::other(error));
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS).map_err(unwritable)?;
    for line in lines {
        writer
            .write_record(cells(month, line))
            .map_err(unwritable)?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| Failure::Output(std::io::Error::other(error.to_string())))?;
    String::from_utf8(bytes).map_err(|error| Failure::Output(std::io::Error::other(error)))
}

fn cells(month: &str, line: &ReturnLine) -> Vec<String> {
    let texts = [
        month,
        &line.provider_id,
        &line.location_id,
        &line.care_type,
        &line.diagnosis_group,
    ];
    let norms = [
        line.waiting_for_intake,
        line.waiting_for_treatment,
        line.intakes_held,
        line.treatments_started,
    ];
    let counts = norms.into_iter().flat_map(|norm: Option<AgainstNorm>| {
        let norm = norm.unwrap_or_default();
        [norm.within, norm.over, norm.without_norm].map(|count| count.to_string())
    });
    let waits = [
        line.intake_wait_tenths_of_weeks,
        line.treatment_wait_tenths_of_weeks,
    ];
    let waits = waits.map(|tenths| tenths.map(weeks).unwrap_or_default());
    let texts = texts.map(str::to_owned).into_iter();
    texts.chain(counts).chain(waits).collect()
}

fn weeks(tenths: u64) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn number(tenths: u64) -> Option<f64> {
    weeks(tenths).parse().ok()
}

/// Returns up to when everybody was heard of, as a sentence.
pub(crate) fn complete_until(day: &str) -> String {
    format!("complete until {}", day_or_nobody(day))
}
