use std::collections::BTreeMap;

use proto::capacity::v1::{
    Counts, Forecast, FundedPlaces, FundingRoute, NextStep, ReadyForDischarge, Wait, WaitingBand,
    WaitingSince,
};
use serde::{Deserialize, Serialize};

use super::{Faults, moment_text};
use crate::words::{Word, word_of};

/// What a provider expects of its places.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ForecastRecord {
    additional_24h: Option<u32>,
    additional_72h: Option<u32>,
    expected_free_at: Vec<String>,
    reserve_7d: Option<u32>,
    /// People fit to leave, by the next step that is missing; `null`: not stated.
    ready_for_discharge: Option<BTreeMap<String, u32>>,
}

impl ForecastRecord {
    /// Reads the object as the contract's message.
    pub(super) fn read(&self, faults: &mut Faults) -> Forecast {
        let moments = self.expected_free_at.iter().enumerate();
        let moments: Vec<_> = moments
            .filter_map(|(at, text)| {
                faults.moment(&format!("forecast.expected_free_at[{at}]"), Some(text))
            })
            .collect();
        let ready = self.ready_for_discharge.iter().flatten();
        Forecast {
            additional_24h: self.additional_24h,
            additional_72h: self.additional_72h,
            expected_free_at: moments,
            reserve_7d: self.reserve_7d,
            ready_for_discharge: ready
                .map(|(step, count)| ReadyForDischarge {
                    missing_step: keyed::<NextStep>(faults, "forecast.ready_for_discharge", step),
                    count: *count,
                })
                .collect(),
        }
    }
}

impl From<&Forecast> for ForecastRecord {
    fn from(forecast: &Forecast) -> Self {
        let moments = forecast.expected_free_at.iter();
        let ready = forecast
            .ready_for_discharge
            .iter()
            .filter_map(|ready| Some((word_of::<NextStep>(ready.missing_step)?, ready.count)));
        Self {
            additional_24h: forecast.additional_24h,
            additional_72h: forecast.additional_72h,
            expected_free_at: moments
                .filter_map(|moment| moment_text(Some(moment)))
                .collect(),
            reserve_7d: forecast.reserve_7d,
            ready_for_discharge: (!forecast.ready_for_discharge.is_empty())
                .then(|| ready.collect()),
        }
    }
}

fn keyed<W: Word>(faults: &mut Faults, field: &str, key: &str) -> i32 {
    faults.word::<W>(&format!("{field}.{key}"), Some(key))
}

/// Reads funded places by route.
pub(super) fn funded<'a>(
    by_route: impl Iterator<Item = (&'a String, &'a u32)>,
    faults: &mut Faults,
) -> Vec<FundedPlaces> {
    let places = by_route.map(|(route, count)| FundedPlaces {
        route: keyed::<FundingRoute>(faults, "funded_by_route", route),
        count: *count,
    });
    places.collect()
}

/// Returns funded places by route; none if nothing is stated.
pub(crate) fn funded_by_route(counts: &Counts) -> Option<BTreeMap<String, u32>> {
    let places = counts.funded_by_route.iter();
    let by_route: BTreeMap<_, _> = places
        .filter_map(|places| Some((word_of::<FundingRoute>(places.route)?, places.count)))
        .collect();
    (!by_route.is_empty()).then_some(by_route)
}

/// Reads bands of waiting.
pub(super) fn bands(
    bands: &BTreeMap<String, Option<u32>>,
    path: &str,
    faults: &mut Faults,
) -> Vec<WaitingBand> {
    let bands = bands.iter().map(|(since, count)| WaitingBand {
        since: keyed::<WaitingSince>(faults, &format!("{path}.waiting_since"), since),
        count: *count,
    });
    bands.collect()
}

/// Returns bands of waiting, `null` for those that are not shown.
pub(super) fn bands_of(wait: &Wait) -> BTreeMap<String, Option<u32>> {
    let bands = wait.waiting_since.iter();
    bands
        .filter_map(|band| Some((word_of::<WaitingSince>(band.since)?, band.count)))
        .collect()
}
