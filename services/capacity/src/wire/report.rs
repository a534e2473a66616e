//! Counts and waits: contract ↔ domain.

use domain::capacity::{
    BlockReason, Blocked, Counts, DiagnosisGroup, InsurerName, IntakeStatus, Report, ReportKey,
    ReporterRole, SourceClass, UncheckedCounts, Wait, WaitMethod,
};
use proto::capacity::v1;

use super::checks::{Checks, MAX_PLACES};
use super::codes::{Coded, code_of};
use super::details::texts;
use super::forecast;
use super::unreadable::{Read, Unreadable, each, moment, optional, required, timestamp};
use chassis::Path;

const MAX_WAITS: usize = 200;
const MAX_WAIT_DAYS: u32 = 3_650;
const MAX_WAITING: u32 = 100_000;
const MAX_BLOCKED: usize = 16;

/// Returns the contract's form.
pub(crate) fn encode(report: &Report) -> v1::Report {
    v1::Report {
        sequence: report.sequence,
        observed_at: Some(timestamp(report.observed_at)),
        effective_at: report.effective_at.map(timestamp),
        valid_until: report.valid_until.map(timestamp),
        source_class: report.source_class.code(),
        reporter_role: code_of(report.reporter_role),
        counts: report.counts.as_ref().map(encode_counts),
        waits: report.waits.iter().map(encode_wait).collect(),
    }
}

/// Returns the contract's form with what may be shown of it.
pub(crate) fn shown(report: &Report) -> v1::Report {
    v1::Report {
        waits: report.waits.iter().map(shown_wait).collect(),
        ..encode(report)
    }
}

/// Returns the contract's form.
pub(crate) fn encode_counts(counts: &Counts) -> v1::Counts {
    let mut encoded = v1::Counts {
        licensed: counts.licensed,
        funded: counts.funded,
        operational: Some(counts.operational),
        occupied: counts.occupied,
        on_leave: counts.on_leave,
        available: counts.available,
        blocked: counts
            .blocked
            .iter()
            .map(|blocked| v1::BlockedPlaces {
                reason: blocked.reason.code(),
                count: blocked.count,
            })
            .collect(),
        highest_token_counted: counts.highest_token_counted,
        intake_status: code_of(counts.intake_status),
        forecast: counts.forecast.as_deref().map(forecast::encode),
        ..v1::Counts::default()
    };
    if let Some(breakdown) = &counts.breakdown {
        forecast::encode_breakdown(breakdown, &mut encoded);
    }
    encoded
}

/// Returns the contract's form with what may be shown of it.
pub(crate) fn shown_wait(wait: &Wait) -> v1::Wait {
    v1::Wait {
        waiting_since: forecast::shown(&wait.waiting_since),
        ..encode_wait(wait)
    }
}

/// Returns the contract's form.
pub(crate) fn encode_wait(wait: &Wait) -> v1::Wait {
    v1::Wait {
        diagnosis_group: wait
            .diagnosis_group
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        insurers: texts(&wait.insurers),
        intake_wait_days: wait.intake_wait_days,
        treatment_wait_days: wait.treatment_wait_days,
        realised_wait_days: wait.realised_wait_days,
        waiting_count: wait.waiting_count,
        over_norm_count: wait.over_norm_count,
        method: code_of(wait.method),
        published_at: wait.published_at.map(timestamp),
        read_at: wait.read_at.map(timestamp),
        waiting_since: forecast::encode_bands(&wait.waiting_since),
    }
}

/// Reads what was stored, or what was checked before.
pub(crate) fn decode(report: v1::Report) -> Read<Report> {
    let observed_at = report
        .observed_at
        .as_ref()
        .ok_or(Unreadable::new("observed_at"))?;
    Ok(Report {
        sequence: report.sequence,
        observed_at: moment(observed_at),
        effective_at: report.effective_at.as_ref().map(moment),
        valid_until: report.valid_until.as_ref().map(moment),
        source_class: required(report.source_class, "source_class")?,
        reporter_role: optional(report.reporter_role, "reporter_role")?,
        counts: report.counts.map(decode_counts).transpose()?,
        waits: report
            .waits
            .into_iter()
            .map(decode_wait)
            .collect::<Read<_>>()?,
    })
}

fn decode_counts(counts: v1::Counts) -> Read<Counts> {
    // What was stored was checked when it was decided, with the places that were held then.
    let taken = counts.occupied.saturating_add(counts.available);
    let held = counts.operational.unwrap_or(taken).saturating_sub(taken);
    unchecked(counts)?
        .check(held)
        .map_err(|_| Unreadable::new("counts"))
}

fn unchecked(counts: v1::Counts) -> Read<UncheckedCounts> {
    let breakdown = forecast::decode_breakdown(&counts)?;
    let expected = counts.forecast.as_ref().map(forecast::decode).transpose()?;
    let blocked = counts.blocked.into_iter().map(|blocked| {
        Ok(Blocked {
            reason: required(blocked.reason, "blocked.reason")?,
            count: blocked.count,
        })
    });
    Ok(UncheckedCounts {
        licensed: counts.licensed,
        funded: counts.funded,
        operational: counts.operational,
        occupied: counts.occupied,
        on_leave: counts.on_leave,
        available: counts.available,
        blocked: blocked.collect::<Read<_>>()?,
        highest_token_counted: counts.highest_token_counted,
        intake_status: optional(counts.intake_status, "intake_status")?,
        breakdown,
        forecast: expected.flatten(),
    })
}

fn decode_wait(wait: v1::Wait) -> Read<Wait> {
    let group = if wait.diagnosis_group.is_empty() {
        None
    } else {
        let group = DiagnosisGroup::parse(&wait.diagnosis_group);
        Some(group.ok_or(Unreadable::new("diagnosis_group"))?)
    };
    Ok(Wait {
        diagnosis_group: group,
        insurers: each(&wait.insurers, InsurerName::parse, "insurers")?,
        intake_wait_days: wait.intake_wait_days,
        treatment_wait_days: wait.treatment_wait_days,
        realised_wait_days: wait.realised_wait_days,
        waiting_count: wait.waiting_count,
        over_norm_count: wait.over_norm_count,
        method: optional(wait.method, "method")?,
        published_at: wait.published_at.as_ref().map(moment),
        read_at: wait.read_at.as_ref().map(moment),
        waiting_since: forecast::decode_bands(&wait.waiting_since)?,
    })
}

/// Reads what a request says, with every violation.
pub(crate) fn check(
    report: Option<v1::Report>,
    path: Path<'_>,
    checks: &mut Checks,
) -> Option<Report> {
    let Some(report) = report else {
        checks.refuse(path, "must be given");
        return None;
    };
    times(&report, path, checks);
    checks.required_code::<SourceClass>(path.field("source_class"), report.source_class);
    checks.optional_code::<ReporterRole>(path.field("reporter_role"), report.reporter_role);
    if report.counts.is_none() && report.waits.is_empty() {
        checks.refuse(path, "must hold counts, waits or both");
    }
    if let Some(counts) = &report.counts {
        check_counts(counts, path.field("counts"), checks);
    }
    let waits = path.field("waits");
    if checks.at_most(waits, report.waits.len(), MAX_WAITS) {
        for (index, wait) in report.waits.iter().enumerate() {
            check_wait(wait, waits.item(index), checks);
        }
    }
    decode(report)
        .map(Report::normalised)
        .map_err(|error| checks.refuse_whole(path, error.to_string()))
        .ok()
}

fn times(report: &v1::Report, path: Path<'_>, checks: &mut Checks) {
    let observed_at =
        checks.required_moment(path.field("observed_at"), report.observed_at.as_ref());
    checks.optional_moment(path.field("effective_at"), report.effective_at.as_ref());
    let valid_until =
        checks.optional_moment(path.field("valid_until"), report.valid_until.as_ref());
    if let (Some(observed_at), Some(valid_until)) = (observed_at, valid_until)
        && valid_until <= observed_at
    {
        checks.refuse(path.field("valid_until"), "must be later than observed_at");
    }
}

fn check_counts(counts: &v1::Counts, path: Path<'_>, checks: &mut Checks) {
    let numbers = [
        ("licensed", counts.licensed),
        ("funded", counts.funded),
        ("operational", counts.operational),
        ("occupied", Some(counts.occupied)),
        ("on_leave", counts.on_leave),
        ("available", Some(counts.available)),
    ];
    for (field, number) in numbers {
        checks.number(path.field(field), number, MAX_PLACES);
    }
    checks.optional_code::<IntakeStatus>(path.field("intake_status"), counts.intake_status);
    check_blocked(&counts.blocked, path.field("blocked"), checks);
    check_sum(counts, path, checks);
    forecast::check_breakdown(counts, path, checks);
    if let Some(expected) = &counts.forecast {
        forecast::check(expected, counts.occupied, path.field("forecast"), checks);
    }
}

fn check_blocked(blocked: &[v1::BlockedPlaces], path: Path<'_>, checks: &mut Checks) {
    if !checks.at_most(path, blocked.len(), MAX_BLOCKED) {
        return;
    }
    for (index, blocked) in blocked.iter().enumerate() {
        let here = path.item(index);
        checks.required_code::<BlockReason>(here.field("reason"), blocked.reason);
        checks.number(here.field("count"), Some(blocked.count), MAX_PLACES);
    }
}

/// How many places are held is for the holds to say. A count that knows of some may have one place more for each.
fn check_sum(counts: &v1::Counts, path: Path<'_>, checks: &mut Checks) {
    let least = u64::from(counts.occupied) + u64::from(counts.available);
    let most = least.saturating_add(counts.highest_token_counted.unwrap_or(0));
    if let Some(operational) = counts.operational
        && !(least..=most).contains(&u64::from(operational))
    {
        let sum = match counts.highest_token_counted {
            Some(token) if token > 0 => format!("from {least} to {most}"),
            Some(_) | None => least.to_string(),
        };
        checks.refuse(
            path.field("operational"),
            format!("is {operational}, but occupied, held and available make {sum}"),
        );
    }
    if counts
        .on_leave
        .is_some_and(|on_leave| on_leave > counts.occupied)
    {
        checks.refuse(path.field("on_leave"), "must not be more than occupied");
    }
}

fn check_wait(wait: &v1::Wait, path: Path<'_>, checks: &mut Checks) {
    if !wait.diagnosis_group.is_empty() {
        checks.diagnosis_group(path.field("diagnosis_group"), &wait.diagnosis_group);
    }
    checks.insurers(path.field("insurers"), &wait.insurers);
    let days = [
        ("intake_wait_days", wait.intake_wait_days),
        ("treatment_wait_days", wait.treatment_wait_days),
        ("realised_wait_days", wait.realised_wait_days),
    ];
    for (field, number) in days {
        checks.number(path.field(field), number, MAX_WAIT_DAYS);
    }
    checks.number(path.field("waiting_count"), wait.waiting_count, MAX_WAITING);
    checks.number(
        path.field("over_norm_count"),
        wait.over_norm_count,
        MAX_WAITING,
    );
    if wait
        .over_norm_count
        .zip(wait.waiting_count)
        .is_some_and(|(over, waiting)| over > waiting)
    {
        checks.refuse(
            path.field("over_norm_count"),
            "must not be more than waiting_count",
        );
    }
    forecast::check_bands(wait, path, checks);
    checks.optional_code::<WaitMethod>(path.field("method"), wait.method);
    checks.optional_moment(path.field("published_at"), wait.published_at.as_ref());
    checks.optional_moment(path.field("read_at"), wait.read_at.as_ref());
}

/// Reads which report a correction is about.
pub(crate) fn check_key(
    observed_at: Option<&prost_types::Timestamp>,
    sequence: Option<u64>,
    checks: &mut Checks,
) -> Option<ReportKey> {
    let path = Path::root("supersedes_observed_at");
    let observed_at = checks.required_moment(path, observed_at)?;
    Some(ReportKey {
        observed_at,
        sequence,
    })
}
