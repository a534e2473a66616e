//! What else a report says: parts of the counts, what is expected to follow, bands of waiting. Contract ↔ domain.

use std::collections::{BTreeMap, BTreeSet};

use domain::capacity::{Breakdown, Forecast, FundingRoute, NextStep, WaitingSince, shown_bands};
use prost_types::Timestamp as Moment;
use proto::capacity::v1;

use super::checks::{Checks, MAX_LIST, MAX_PLACES};
use super::codes::Coded;
use super::unreadable::{Read, Unreadable, moment, required, timestamp};
use chassis::Path;

/// Writes the parts of the counts.
pub(super) fn encode_breakdown(breakdown: &Breakdown, counts: &mut v1::Counts) {
    counts.rooms_free_women = breakdown.rooms_free_women;
    counts.rooms_free_men = breakdown.rooms_free_men;
    let by_route = breakdown.funded_by_route.iter();
    counts.funded_by_route = by_route
        .map(|(route, count)| v1::FundedPlaces {
            route: route.code(),
            count: *count,
        })
        .collect();
}

/// Returns the contract's form.
pub(super) fn encode(forecast: &Forecast) -> v1::Forecast {
    let ready = forecast.ready_for_discharge.iter();
    v1::Forecast {
        additional_24h: forecast.additional_24h,
        additional_72h: forecast.additional_72h,
        expected_free_at: forecast
            .expected_free_at
            .iter()
            .copied()
            .map(timestamp)
            .collect(),
        reserve_7d: forecast.reserve_7d,
        ready_for_discharge: ready
            .map(|(step, count)| v1::ReadyForDischarge {
                missing_step: step.code(),
                count: *count,
            })
            .collect(),
    }
}

/// Returns all bands: for the log.
pub(super) fn encode_bands(bands: &BTreeMap<WaitingSince, u32>) -> Vec<v1::WaitingBand> {
    bands_of(bands.iter().map(|(since, count)| (*since, Some(*count))))
}

/// Returns what of the bands may be shown.
pub(super) fn shown(bands: &BTreeMap<WaitingSince, u32>) -> Vec<v1::WaitingBand> {
    bands_of(shown_bands(bands))
}

fn bands_of(bands: impl IntoIterator<Item = (WaitingSince, Option<u32>)>) -> Vec<v1::WaitingBand> {
    bands
        .into_iter()
        .map(|(since, count)| v1::WaitingBand {
            since: since.code(),
            count,
        })
        .collect()
}

/// Reads what was stored, or what was checked before.
pub(super) fn decode_breakdown(counts: &v1::Counts) -> Read<Option<Box<Breakdown>>> {
    let by_route = counts.funded_by_route.iter();
    let breakdown = Breakdown {
        rooms_free_women: counts.rooms_free_women,
        rooms_free_men: counts.rooms_free_men,
        funded_by_route: by_route
            .map(|places| {
                Ok((
                    required(places.route, "funded_by_route.route")?,
                    places.count,
                ))
            })
            .collect::<Read<_>>()?,
    };
    Ok(breakdown.kept())
}

/// Reads what was stored, or what was checked before.
pub(super) fn decode(forecast: &v1::Forecast) -> Read<Option<Box<Forecast>>> {
    let ready = forecast.ready_for_discharge.iter();
    let forecast = Forecast {
        additional_24h: forecast.additional_24h,
        additional_72h: forecast.additional_72h,
        expected_free_at: forecast.expected_free_at.iter().map(moment).collect(),
        reserve_7d: forecast.reserve_7d,
        ready_for_discharge: ready
            .map(|ready| Ok((required(ready.missing_step, "missing_step")?, ready.count)))
            .collect::<Read<_>>()?,
    };
    Ok(forecast.kept())
}

/// Reads what was stored, or what was checked before.
pub(super) fn decode_bands(bands: &[v1::WaitingBand]) -> Read<BTreeMap<WaitingSince, u32>> {
    bands
        .iter()
        .map(|band| {
            let count = band.count.ok_or(Unreadable::new("waiting_since.count"))?;
            Ok((required(band.since, "waiting_since.since")?, count))
        })
        .collect()
}

/// Checks the parts of the counts.
pub(super) fn check_breakdown(counts: &v1::Counts, path: Path<'_>, checks: &mut Checks) {
    for (field, rooms) in [
        ("rooms_free_women", counts.rooms_free_women),
        ("rooms_free_men", counts.rooms_free_men),
    ] {
        if rooms.is_some_and(|rooms| rooms > counts.available) {
            checks.refuse(path.field(field), "must not be more than available");
        }
    }
    let here = path.field("funded_by_route");
    let parts = counts
        .funded_by_route
        .iter()
        .map(|places| (places.route, Some(places.count)));
    let sum = check_parts::<FundingRoute>(here, ("route", "count"), parts, checks);
    if counts.funded.is_some_and(|funded| sum > u64::from(funded)) {
        checks.refuse(here, "must not be more than funded, taken together");
    }
}

/// Checks what is expected to follow the counts.
pub(super) fn check(forecast: &v1::Forecast, occupied: u32, path: Path<'_>, checks: &mut Checks) {
    let (within_24h, within_72h) = (forecast.additional_24h, forecast.additional_72h);
    checks.number(path.field("additional_24h"), within_24h, MAX_PLACES);
    checks.number(path.field("additional_72h"), within_72h, MAX_PLACES);
    checks.number(path.field("reserve_7d"), forecast.reserve_7d, MAX_PLACES);
    if within_24h
        .zip(within_72h)
        .is_some_and(|(less, more)| less > more)
    {
        let form = "must not be less than additional_24h: it holds those places";
        checks.refuse(path.field("additional_72h"), form);
    }
    check_moments(
        &forecast.expected_free_at,
        path.field("expected_free_at"),
        checks,
    );
    let here = path.field("ready_for_discharge");
    let parts = forecast
        .ready_for_discharge
        .iter()
        .map(|ready| (ready.missing_step, Some(ready.count)));
    let sum = check_parts::<NextStep>(here, ("missing_step", "count"), parts, checks);
    if sum > u64::from(occupied) {
        checks.refuse(here, "must not be more than occupied, taken together");
    }
}

fn check_moments(moments: &[Moment], path: Path<'_>, checks: &mut Checks) {
    if checks.at_most(path, moments.len(), MAX_LIST) {
        for (index, moment) in moments.iter().enumerate() {
            checks.optional_moment(path.item(index), Some(moment));
        }
    }
}

/// Checks the bands of a wait.
pub(super) fn check_bands(wait: &v1::Wait, path: Path<'_>, checks: &mut Checks) {
    let here = path.field("waiting_since");
    let parts = wait
        .waiting_since
        .iter()
        .map(|band| (band.since, band.count));
    let sum = check_parts::<WaitingSince>(here, ("since", "count"), parts, checks);
    if wait
        .waiting_count
        .is_some_and(|waiting| sum > u64::from(waiting))
    {
        checks.refuse(here, "must not be more than waiting_count, taken together");
    }
}

/// Checks numbers by a code, each code once; returns their sum.
fn check_parts<T: Coded + Ord>(
    path: Path<'_>,
    (code_name, count_name): (&'static str, &'static str),
    parts: impl ExactSizeIterator<Item = (i32, Option<u32>)>,
    checks: &mut Checks,
) -> u64 {
    if !checks.at_most(path, parts.len(), MAX_LIST) {
        return 0;
    }
    let mut known = BTreeSet::new();
    let mut sum = 0;
    for (index, (code, count)) in parts.enumerate() {
        let here = path.item(index);
        if let Some(part) = checks.required_code::<T>(here.field(code_name), code)
            && !known.insert(part)
        {
            checks.refuse(here.field(code_name), "is there more than once");
        }
        if count.is_none() {
            checks.refuse(here.field(count_name), "must be given");
        }
        checks.number(here.field(count_name), count, MAX_PLACES);
        sum += u64::from(count.unwrap_or(0));
    }
    sum
}
