//! An offering as it stands, as the contract shows it.

use domain::Timestamp;
use domain::capacity::confidence::Confidence;
use domain::capacity::{Details, Figure, Freshness, Offering, OfferingId, ReportingInterval};
use proto::capacity::v1;

use super::codes::{Coded, code_of};
use super::unreadable::timestamp;
use super::{details, hold, pause, refusal, report};

/// What is known of an offering beside its own state.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Beside {
    /// How far it lies from the centre that is asked for.
    pub(crate) distance_km: Option<f64>,
    /// What it and its like have shown so far.
    pub(crate) confidence: Option<Confidence>,
}

/// Returns the row, with freshness and ages judged at `now`.
pub(crate) fn offering_row(
    id: &OfferingId,
    offering: &Offering,
    beside: Beside,
    now: Timestamp,
) -> v1::OfferingRow {
    let waits = offering.waits.as_ref();
    let confidence = beside.confidence;
    let due_at = offering.report_due_at();
    let overdue = offering.is_overdue(now);
    let holds = offering.active_holds();
    let balance = offering.balance();
    v1::OfferingRow {
        offering_id: id.as_str().to_owned(),
        details: offering.details.as_ref().map(details::encode),
        counts_status: Some(status(offering.counts.as_ref(), now)),
        counts: offering
            .counts
            .as_ref()
            .map(|counts| report::encode_counts(&counts.value)),
        held: u32::try_from(holds.len()).unwrap_or(u32::MAX),
        waits_status: Some(status(waits, now)),
        waits: waits.map_or_else(Vec::new, |waits| {
            waits.value.iter().map(report::shown_wait).collect()
        }),
        pauses: offering.pauses.iter().map(pause::encode).collect(),
        distance_km: beside.distance_km,
        confidence: confidence.map(|confidence| confidence.chance),
        withdrawn: offering.withdrawn.is_some(),
        confidence_basis: code_of(confidence.map(|confidence| confidence.basis)),
        confidence_cases: confidence.map(|confidence| confidence.cases),
        promised_interval_hours: offering.promised_interval().map(ReportingInterval::hours),
        report_due_at: due_at.map(timestamp),
        overdue_since: due_at.filter(|_| overdue).map(timestamp),
        overdue,
        practised: refusal::practised(&offering.refusals, now),
        standard_codes: offering.details.as_ref().and_then(standard_codes),
        unusable: false,
        available: balance.map(|balance| balance.available),
        consumed_not_counted: balance.map_or(0, |balance| balance.consumed),
        places_missing: balance.map_or(0, |balance| balance.missing),
        holds: holds.iter().map(hold::encode).collect(),
        highest_token: offering.last_token(),
    }
}

/// Returns the row of an offering whose history cannot be read in full: nothing of it may be believed.
pub(crate) fn disbelieved(row: v1::OfferingRow) -> v1::OfferingRow {
    v1::OfferingRow {
        counts_status: row.counts_status.map(expired),
        waits_status: row.waits_status.map(expired),
        confidence: None,
        confidence_basis: v1::ConfidenceBasis::Unspecified.into(),
        confidence_cases: None,
        unusable: true,
        // What is promised of it is not kept, since nobody knows when.
        overdue: row.promised_interval_hours.is_some(),
        report_due_at: None,
        overdue_since: None,
        ..row
    }
}

fn expired(status: v1::FigureStatus) -> v1::FigureStatus {
    let freshness = match status.freshness() {
        v1::Freshness::Current | v1::Freshness::Expired => v1::Freshness::Expired,
        v1::Freshness::None | v1::Freshness::Unspecified => v1::Freshness::None,
    };
    v1::FigureStatus {
        freshness: freshness.into(),
        ..status
    }
}

fn standard_codes(details: &Details) -> Option<v1::StandardCodes> {
    let codes = details.bed_codes()?;
    Some(v1::StandardCodes {
        loinc_unoccupied: codes.loinc_unoccupied.to_owned(),
        loinc_occupied: codes.loinc_occupied.to_owned(),
        havbed: codes.havbed.to_owned(),
    })
}

fn status<T>(figure: Option<&Figure<T>>, now: Timestamp) -> v1::FigureStatus {
    let freshness = Freshness::of(figure, now).code();
    let Some(figure) = figure else {
        return v1::FigureStatus {
            freshness,
            ..v1::FigureStatus::default()
        };
    };
    v1::FigureStatus {
        freshness,
        observed_at: Some(timestamp(figure.observed_at)),
        received_at: Some(timestamp(figure.received_at)),
        valid_until: Some(timestamp(figure.valid_until)),
        // A report may be a moment ahead of this node's clock.
        age_seconds: Some(u64::try_from(now.millis_since(figure.observed_at) / 1_000).unwrap_or(0)),
        source_class: figure.source_class.code(),
        reporter_role: code_of(figure.reporter_role),
    }
}
