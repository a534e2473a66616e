use clap::Args;
use prost_types::Timestamp;
use proto::capacity::v1::{
    Counts, Forecast, FundedPlaces, FundingRoute, NextStep, ReadyForDischarge, WaitingBand,
    WaitingSince,
};

use crate::{moments, notation};

/// Parts of the counts, what is expected to follow them, and bands of waiting.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Parts, and what is expected")]
pub(crate) struct ForecastArgs {
    /// Of the available: in rooms that may be used for women
    #[arg(long, value_name = "N", requires = "available")]
    pub(crate) rooms_free_women: Option<u32>,
    /// Of the available: in rooms that may be used for men
    #[arg(long, value_name = "N", requires = "available")]
    pub(crate) rooms_free_men: Option<u32>,
    /// Of the funded: by the act that pays; may be given more than once
    #[arg(long, value_name = "ROUTE=N", requires = "available", value_parser = notation::counted::<FundingRoute>)]
    pub(crate) funded_by_route: Vec<(FundingRoute, u32)>,
    /// Further places within 24 hours, surge and discharges included
    #[arg(long, value_name = "N", requires = "available")]
    pub(crate) additional_24h: Option<u32>,
    /// Further places within 72 hours, those within 24 included
    #[arg(long, value_name = "N", requires = "available")]
    pub(crate) additional_72h: Option<u32>,
    /// When a place is expected to become free, nobody named; once for each place
    #[arg(long, value_name = "TIME", requires = "available", value_parser = moments::parse)]
    pub(crate) expected_free_at: Vec<Timestamp>,
    /// Places that can be opened within seven days
    #[arg(long, value_name = "N", requires = "available")]
    pub(crate) reserve_7d: Option<u32>,
    /// People fit to leave, by the next step that is missing; may be given more than once
    #[arg(long, value_name = "STEP=N", requires = "available", value_parser = notation::counted::<NextStep>)]
    pub(crate) ready_for_discharge: Vec<(NextStep, u32)>,
    /// Of those who wait: by how long they have waited; may be given more than once
    #[arg(long, value_name = "BAND=N", value_parser = notation::counted::<WaitingSince>)]
    pub(crate) waiting_since: Vec<(WaitingSince, u32)>,
}

impl ForecastArgs {
    /// Returns the counts with the parts that the flags state.
    pub(crate) fn applied_to(&self, counts: Counts) -> Counts {
        let by_route = self.funded_by_route.iter();
        Counts {
            rooms_free_women: self.rooms_free_women,
            rooms_free_men: self.rooms_free_men,
            funded_by_route: by_route
                .map(|(route, count)| FundedPlaces {
                    route: (*route).into(),
                    count: *count,
                })
                .collect(),
            forecast: self.forecast(),
            ..counts
        }
    }

    fn forecast(&self) -> Option<Forecast> {
        let ready = self.ready_for_discharge.iter();
        let forecast = Forecast {
            additional_24h: self.additional_24h,
            additional_72h: self.additional_72h,
            expected_free_at: self.expected_free_at.clone(),
            reserve_7d: self.reserve_7d,
            ready_for_discharge: ready
                .map(|(step, count)| ReadyForDischarge {
                    missing_step: (*step).into(),
                    count: *count,
                })
                .collect(),
        };
        (forecast != Forecast::default()).then_some(forecast)
    }

    /// Returns the bands of waiting.
    pub(crate) fn bands(&self) -> Vec<WaitingBand> {
        let bands = self.waiting_since.iter().map(|(since, count)| WaitingBand {
            since: (*since).into(),
            count: Some(*count),
        });
        bands.collect()
    }
}
