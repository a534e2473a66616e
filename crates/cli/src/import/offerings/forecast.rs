//! Parts of the counts, what is expected to follow them, and bands of waiting, from the cells of a row.

use proto::capacity::v1::{
    Counts, Forecast, FundedPlaces, FundingRoute, NextStep, ReadyForDischarge, WaitingBand,
    WaitingSince,
};

use super::cells::Cells;
use crate::{moments, notation};

/// The columns that are part of the counts.
pub(super) const COUNTED: [&str; 8] = [
    "rooms_free_women",
    "rooms_free_men",
    "funded_by_route",
    "additional_24h",
    "additional_72h",
    "expected_free_at",
    "reserve_7d",
    "ready_for_discharge",
];

/// Returns the counts with the parts that the cells state.
pub(super) fn read(cells: &mut Cells<'_>, counts: Counts) -> Counts {
    let by_route = cells.noted("funded_by_route", notation::counted::<FundingRoute>);
    let by_route = by_route.into_iter().map(|(route, count)| FundedPlaces {
        route: route.into(),
        count,
    });
    Counts {
        rooms_free_women: cells.number("rooms_free_women"),
        rooms_free_men: cells.number("rooms_free_men"),
        funded_by_route: by_route.collect(),
        forecast: forecast(cells),
        ..counts
    }
}

fn forecast(cells: &mut Cells<'_>) -> Option<Forecast> {
    let ready = cells.noted("ready_for_discharge", notation::counted::<NextStep>);
    let ready = ready.into_iter().map(|(step, count)| ReadyForDischarge {
        missing_step: step.into(),
        count,
    });
    let forecast = Forecast {
        additional_24h: cells.number("additional_24h"),
        additional_72h: cells.number("additional_72h"),
        expected_free_at: cells.noted("expected_free_at", moments::parse),
        reserve_7d: cells.number("reserve_7d"),
        ready_for_discharge: ready.collect(),
    };
    (forecast != Forecast::default()).then_some(forecast)
}

/// Reads the bands of waiting.
pub(super) fn bands(cells: &mut Cells<'_>) -> Vec<WaitingBand> {
    let bands = cells.noted("waiting_since", notation::counted::<WaitingSince>);
    let bands = bands.into_iter().map(|(since, count)| WaitingBand {
        since: since.into(),
        count: Some(count),
    });
    bands.collect()
}
