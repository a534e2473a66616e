//! Folded states inside a snapshot: contract ↔ domain.

use std::sync::Arc;

use domain::Timestamp;
use domain::capacity::confidence::{CaseCell, Cases};
use domain::capacity::{Figure, KnownReport, KnownReports, Offering, Report};
use proto::capacity::v1;

use super::codes::code_of;
use super::unreadable::{Read, Unreadable, optional};
use super::{details, hold, pause, refusal, report};

/// Returns the snapshot's form.
pub(super) fn encode(offering: &Offering) -> v1::OfferingState {
    let counts = offering.counts.as_ref();
    let waits = offering.waits.as_ref();
    v1::OfferingState {
        published: offering.details.is_some(),
        withdrawn: offering.withdrawn.is_some(),
        details: offering.details.as_ref().map(details::encode),
        counts_report: counts.map(|figure| {
            let counts = Some(figure.value.clone());
            report::encode(&Report {
                counts,
                ..origin(figure)
            })
        }),
        waits_report: waits.map(|figure| {
            report::encode(&Report {
                waits: figure.value.clone(),
                ..origin(figure)
            })
        }),
        counts_received_at_ms: counts.map_or(0, |figure| figure.received_at.as_millis()),
        waits_received_at_ms: waits.map_or(0, |figure| figure.received_at.as_millis()),
        pauses: offering.pauses.iter().map(pause::encode).collect(),
        known_reports: offering.known_reports.reports().map(encode_known).collect(),
        sequence_ranges: ranges(&offering.known_reports),
        withdrawal_reason: code_of(offering.withdrawn),
        cases: offering
            .cases
            .as_deref()
            .map_or_else(Vec::new, encode_cases),
        refusals: refusal::encode_days(&offering.refusals),
        closed_at_ms: offering.closed_at.map(Timestamp::as_millis),
        holds: offering.holds.as_deref().map(hold::encode_state),
    }
}

/// A report that says of a figure what the figure kept of the report that it came from.
fn origin<T>(figure: &Figure<T>) -> Report {
    Report {
        sequence: figure.sequence,
        observed_at: figure.observed_at,
        effective_at: None,
        valid_until: Some(figure.valid_until),
        source_class: figure.source_class,
        reporter_role: figure.reporter_role,
        counts: None,
        waits: Vec::new(),
    }
}

fn encode_known(known: &KnownReport) -> v1::KnownReport {
    v1::KnownReport {
        observed_at_ms: known.observed_at.as_millis(),
        sequence: known.sequence,
        fingerprint: known.fingerprint,
        superseded: known.superseded,
    }
}

fn ranges(known: &KnownReports) -> Vec<u64> {
    known
        .ranges()
        .iter()
        .flat_map(|(first, last)| [*first, *last])
        .collect()
}

fn encode_cases(cases: &Cases) -> Vec<u32> {
    let cells = cases.cells().flat_map(|(number, cell)| {
        // There are a few dozen cells.
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        [number, u32::from(cell.all), u32::from(cell.kept)]
    });
    cells.collect()
}

fn decode_cases(numbers: &[u32]) -> Read<Option<Arc<Cases>>> {
    if numbers.is_empty() {
        return Ok(None);
    }
    let (cells, rest) = numbers.as_chunks();
    let cells: Option<Vec<_>> = cells.iter().map(cell).collect();
    cells
        .filter(|_| rest.is_empty())
        .and_then(Cases::from_cells)
        .map(|cases| Some(Arc::new(cases)))
        .ok_or(Unreadable::new("cases"))
}

fn cell([number, all, kept]: &[u32; 3]) -> Option<(usize, CaseCell)> {
    let cell = CaseCell {
        all: u16::try_from(*all).ok()?,
        kept: u16::try_from(*kept).ok()?,
    };
    Some((usize::try_from(*number).ok()?, cell))
}

/// Reads what a snapshot kept.
pub(super) fn decode(state: v1::OfferingState) -> Read<Offering> {
    let counts_received_at = Timestamp::from_millis(state.counts_received_at_ms);
    let waits_received_at = Timestamp::from_millis(state.waits_received_at_ms);
    let counts = state.counts_report.map(report::decode).transpose()?;
    let waits = state.waits_report.map(report::decode).transpose()?;
    let ranges = state
        .sequence_ranges
        .chunks_exact(2)
        .map(|range| (range[0], range[1]));
    let reports = state.known_reports.iter().map(|known| KnownReport {
        observed_at: Timestamp::from_millis(known.observed_at_ms),
        sequence: known.sequence,
        fingerprint: known.fingerprint,
        superseded: known.superseded,
    });
    Ok(Offering {
        details: state.details.map(details::decode).transpose()?,
        withdrawn: optional(state.withdrawal_reason, "withdrawal_reason")?,
        closed_at: state.closed_at_ms.map(Timestamp::from_millis),
        counts: counts.and_then(|report| Figure::of_counts(&report, counts_received_at)),
        waits: waits.and_then(|report| Figure::of_waits(&report, waits_received_at)),
        pauses: state
            .pauses
            .into_iter()
            .map(pause::decode)
            .collect::<Read<_>>()?,
        known_reports: KnownReports::from_parts(ranges, reports),
        cases: decode_cases(&state.cases)?,
        refusals: refusal::decode_days(&state.refusals)?,
        holds: state
            .holds
            .map(hold::decode_state)
            .transpose()?
            .map(Box::new),
    })
}
