use std::collections::BTreeMap;

use proto::capacity::v1::{
    BlockReason, BlockedPlaces, CommandContext, Counts, IntakeStatus, Report,
    ReportCapacityRequest, ReporterRole, SourceClass, Wait, WaitMethod,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Faults, ForecastRecord, forecast, moment_text, stated};
use crate::args::{parse_command_id, parse_offering_id};
use crate::failure::Refusal;
use crate::words::{word, word_of};

/// One line of a file of reports: the offering, perhaps the command's id, and the figures.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ReportLine {
    offering_id: Option<String>,
    command_id: Option<String>,
    sequence: Option<u64>,
    observed_at: Option<String>,
    effective_at: Option<String>,
    valid_until: Option<String>,
    source: Option<String>,
    reporter_role: Option<String>,
    licensed: Option<u32>,
    funded: Option<u32>,
    operational: Option<u32>,
    occupied: Option<u32>,
    on_leave: Option<u32>,
    available: Option<u32>,
    blocked: BTreeMap<String, u32>,
    highest_token_counted: Option<u64>,
    intake_status: Option<String>,
    rooms_free_women: Option<u32>,
    rooms_free_men: Option<u32>,
    funded_by_route: Option<BTreeMap<String, u32>>,
    forecast: Option<ForecastRecord>,
    waits: Vec<WaitRecord>,
}

/// The figures of a report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct FiguresRecord {
    sequence: Option<u64>,
    observed_at: Option<String>,
    effective_at: Option<String>,
    valid_until: Option<String>,
    source: Option<String>,
    reporter_role: Option<String>,
    licensed: Option<u32>,
    funded: Option<u32>,
    operational: Option<u32>,
    occupied: Option<u32>,
    on_leave: Option<u32>,
    available: Option<u32>,
    blocked: BTreeMap<String, u32>,
    highest_token_counted: Option<u64>,
    intake_status: Option<String>,
    rooms_free_women: Option<u32>,
    rooms_free_men: Option<u32>,
    funded_by_route: Option<BTreeMap<String, u32>>,
    forecast: Option<ForecastRecord>,
    waits: Vec<WaitRecord>,
}

/// The wait that a new person may expect.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct WaitRecord {
    diagnosis_group: Option<String>,
    insurers: Vec<String>,
    intake_wait_days: Option<u32>,
    treatment_wait_days: Option<u32>,
    realised_wait_days: Option<u32>,
    waiting_count: Option<u32>,
    over_norm_count: Option<u32>,
    method: Option<String>,
    published_at: Option<String>,
    read_at: Option<String>,
    /// People by how long they have waited; `null` for a number that is not shown.
    waiting_since: BTreeMap<String, Option<u32>>,
}

impl ReportLine {
    /// Reads the line as a request. An id that the line carries may have been sent before, so it counts as a
    /// repeat; otherwise the request gets a new one.
    ///
    /// # Errors
    /// Everything that is wrong with the line.
    pub(crate) fn request(&self) -> Result<ReportCapacityRequest, Refusal> {
        let mut faults = Faults::default();
        let offering_id = self.offering_id.as_deref().unwrap_or_default();
        if let Err(description) = parse_offering_id(offering_id) {
            faults.add("offering_id", description);
        }
        let given = self.command_id.as_deref().map(parse_command_id);
        if let Some(Err(description)) = &given {
            faults.add("command_id", description);
        }
        if self.observed_at.is_none() {
            // The moment of reading would be a guess: the file may be old, or read twice.
            faults.add("observed_at", "must be stated: when was it counted?");
        }
        if self.counts_are_empty() && self.waits.is_empty() {
            faults.add(
                "available",
                "must be stated with occupied, or waits must be: there is nothing to report",
            );
        }
        let report = Report {
            sequence: self.sequence,
            observed_at: faults.moment("observed_at", self.observed_at.as_deref()),
            effective_at: faults.moment("effective_at", self.effective_at.as_deref()),
            valid_until: faults.moment("valid_until", self.valid_until.as_deref()),
            source_class: self.source_class(&mut faults),
            reporter_role: faults
                .word::<ReporterRole>("reporter_role", self.reporter_role.as_deref()),
            counts: self.counts(&mut faults),
            waits: self.waits(&mut faults),
        };
        faults.none_or(ReportCapacityRequest {
            context: Some(CommandContext {
                command_id: given
                    .and_then(Result::ok)
                    .unwrap_or_else(Uuid::now_v7)
                    .to_string(),
                repeat: self.command_id.is_some(),
                ..CommandContext::default()
            }),
            offering_id: offering_id.to_owned(),
            report: Some(report),
        })
    }

    fn source_class(&self, faults: &mut Faults) -> i32 {
        match self.source.as_deref() {
            None => SourceClass::RecordSystem.into(),
            stated => faults.word::<SourceClass>("source", stated),
        }
    }

    fn counts_are_empty(&self) -> bool {
        let figures = [
            self.licensed,
            self.funded,
            self.operational,
            self.occupied,
            self.on_leave,
            self.available,
        ];
        figures.iter().all(Option::is_none)
            && self.blocked.is_empty()
            && self.highest_token_counted.is_none()
            && self.intake_status.is_none()
            && self.rooms_free_women.or(self.rooms_free_men).is_none()
            && self.funded_by_route.is_none()
            && self.forecast.is_none()
    }

    fn counts(&self, faults: &mut Faults) -> Option<Counts> {
        if self.counts_are_empty() {
            return None;
        }
        if self.occupied.is_none() {
            faults.add("occupied", "must be stated with the other counts");
        }
        if self.available.is_none() {
            faults.add("available", "must be stated with the other counts");
        }
        let blocked = self.blocked.iter().map(|(reason, count)| BlockedPlaces {
            reason: faults.word::<BlockReason>(&format!("blocked.{reason}"), Some(reason)),
            count: *count,
        });
        Some(Counts {
            blocked: blocked.collect(),
            intake_status: faults
                .word::<IntakeStatus>("intake_status", self.intake_status.as_deref()),
            licensed: self.licensed,
            funded: self.funded,
            operational: self.operational,
            occupied: self.occupied?,
            on_leave: self.on_leave,
            available: self.available?,
            highest_token_counted: self.highest_token_counted,
            rooms_free_women: self.rooms_free_women,
            rooms_free_men: self.rooms_free_men,
            funded_by_route: forecast::funded(self.funded_by_route.iter().flatten(), faults),
            forecast: self.forecast.as_ref().map(|expected| expected.read(faults)),
        })
    }

    fn waits(&self, faults: &mut Faults) -> Vec<Wait> {
        let waits = self.waits.iter().enumerate();
        waits
            .map(|(at, wait)| wait.wait(&format!("waits[{at}]"), faults))
            .collect()
    }
}

impl WaitRecord {
    fn wait(&self, path: &str, faults: &mut Faults) -> Wait {
        Wait {
            diagnosis_group: self.diagnosis_group.clone().unwrap_or_default(),
            insurers: self.insurers.clone(),
            intake_wait_days: self.intake_wait_days,
            treatment_wait_days: self.treatment_wait_days,
            realised_wait_days: self.realised_wait_days,
            waiting_count: self.waiting_count,
            over_norm_count: self.over_norm_count,
            method: faults.word::<WaitMethod>(&format!("{path}.method"), self.method.as_deref()),
            published_at: faults.moment(
                &format!("{path}.published_at"),
                self.published_at.as_deref(),
            ),
            read_at: faults.moment(&format!("{path}.read_at"), self.read_at.as_deref()),
            waiting_since: forecast::bands(&self.waiting_since, path, faults),
        }
    }
}

impl From<&Wait> for WaitRecord {
    fn from(wait: &Wait) -> Self {
        Self {
            diagnosis_group: stated(&wait.diagnosis_group),
            insurers: wait.insurers.clone(),
            intake_wait_days: wait.intake_wait_days,
            treatment_wait_days: wait.treatment_wait_days,
            realised_wait_days: wait.realised_wait_days,
            waiting_count: wait.waiting_count,
            over_norm_count: wait.over_norm_count,
            method: word_of::<WaitMethod>(wait.method),
            published_at: moment_text(wait.published_at.as_ref()),
            read_at: moment_text(wait.read_at.as_ref()),
            waiting_since: forecast::bands_of(wait),
        }
    }
}

impl From<&Report> for FiguresRecord {
    fn from(report: &Report) -> Self {
        let counts = report.counts.as_ref();
        Self {
            sequence: report.sequence,
            observed_at: moment_text(report.observed_at.as_ref()),
            effective_at: moment_text(report.effective_at.as_ref()),
            valid_until: moment_text(report.valid_until.as_ref()),
            source: word_of::<SourceClass>(report.source_class),
            reporter_role: word_of::<ReporterRole>(report.reporter_role),
            licensed: counts.and_then(|counts| counts.licensed),
            funded: counts.and_then(|counts| counts.funded),
            operational: counts.and_then(|counts| counts.operational),
            occupied: counts.map(|counts| counts.occupied),
            on_leave: counts.and_then(|counts| counts.on_leave),
            available: counts.map(|counts| counts.available),
            blocked: counts.map(blocked).unwrap_or_default(),
            highest_token_counted: counts.and_then(|counts| counts.highest_token_counted),
            intake_status: counts.and_then(|counts| word_of::<IntakeStatus>(counts.intake_status)),
            rooms_free_women: counts.and_then(|counts| counts.rooms_free_women),
            rooms_free_men: counts.and_then(|counts| counts.rooms_free_men),
            funded_by_route: counts.and_then(forecast::funded_by_route),
            forecast: counts
                .and_then(|counts| counts.forecast.as_ref())
                .map(ForecastRecord::from),
            waits: report.waits.iter().map(WaitRecord::from).collect(),
        }
    }
}

/// Returns the blocked places by reason.
fn blocked(counts: &Counts) -> BTreeMap<String, u32> {
    let places = counts.blocked.iter();
    places
        .map(|places| (word(places.reason()), places.count))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<ReportCapacityRequest, Refusal> {
        serde_json::from_str::<ReportLine>(text).unwrap().request()
    }

    fn wrong_fields(text: &str) -> Vec<String> {
        let violations = read(text).unwrap_err().violations;
        violations.into_iter().map(|wrong| wrong.field).collect()
    }

    #[test]
    fn a_line_becomes_a_request() {
        let request = read(
            r#"{"offering_id":"o-1","observed_at":"2026-03-01T08:00:00Z","available":3,"occupied":9,
                "blocked":{"staff":2},"sequence":4,"reporter_role":"system",
                "waits":[{"diagnosis_group":"ZK22","intake_wait_days":21}]}"#,
        )
        .unwrap();
        assert_eq!(request.offering_id, "o-1");
        assert!(!request.context.unwrap().repeat);
        let report = request.report.unwrap();
        assert_eq!(report.sequence, Some(4));
        assert_eq!(report.source_class(), SourceClass::RecordSystem);
        assert_eq!(report.waits[0].treatment_wait_days, None);
        let counts = report.counts.unwrap();
        assert_eq!(
            (counts.available, counts.occupied, counts.operational),
            (3, 9, None)
        );
        assert_eq!(counts.blocked[0].reason(), BlockReason::Staff);
    }

    #[test]
    fn an_id_in_the_line_counts_as_a_repeat() {
        let id = Uuid::now_v7().to_string();
        let line = format!(
            r#"{{"offering_id":"o","command_id":"{id}","observed_at":"2026-03-01","available":0,"occupied":0}}"#
        );
        let context = read(&line).unwrap().context.unwrap();
        assert_eq!(context.command_id, id);
        assert!(context.repeat);
    }

    #[test]
    fn a_count_that_is_not_stated_is_not_zero() {
        let line = r#"{"offering_id":"o","observed_at":"2026-03-01","available":1}"#;
        assert_eq!(wrong_fields(line), ["occupied"]);
        let line = r#"{"offering_id":"o","observed_at":"2026-03-01","operational":1}"#;
        assert_eq!(wrong_fields(line), ["occupied", "available"]);
    }

    #[test]
    fn everything_that_is_wrong_is_named_at_once() {
        let line =
            r#"{"command_id":"7","source":"hearsay","waits":[{"method":"luck","read_at":"soon"}]}"#;
        let expected = [
            "offering_id",
            "command_id",
            "observed_at",
            "source",
            "waits[0].method",
            "waits[0].read_at",
        ];
        assert_eq!(wrong_fields(line), expected);
        assert_eq!(
            wrong_fields("{}"),
            ["offering_id", "observed_at", "available"]
        );
    }

    #[test]
    fn waits_alone_leave_the_counts_alone() {
        let line =
            r#"{"offering_id":"o","observed_at":"2026-03-01","waits":[{"intake_wait_days":0}]}"#;
        assert_eq!(read(line).unwrap().report.unwrap().counts, None);
    }

    #[test]
    fn figures_that_were_written_can_be_reported() {
        let line = r#"{"offering_id":"o","observed_at":"2026-03-01T08:00:00Z","available":3,"occupied":9,
            "blocked":{"repair":1},"intake_status":"waitlist","rooms_free_women":1,"funded_by_route":{"zvw":3},
            "forecast":{"additional_24h":0,"expected_free_at":["2026-03-02T08:00:00Z"],
                "ready_for_discharge":{"sheltered-living":2}},
            "waits":[{"insurers":["x"],"waiting_count":4,"waiting_since":{"over-12-months":3}}]}"#;
        let report = read(line).unwrap().report.unwrap();
        let mut written = serde_json::to_value(FiguresRecord::from(&report)).unwrap();
        written["offering_id"] = "o".into();
        assert_eq!(read(&written.to_string()).unwrap().report, Some(report));
    }

    #[test]
    fn a_misspelt_figure_is_refused() {
        let line = r#"{"offering_id":"o","observed_at":"2026-03-01","availble":1,"occupied":1}"#;
        assert!(serde_json::from_str::<ReportLine>(line).is_err());
    }
}
