use clap::Args;
use prost_types::Timestamp;
use proto::capacity::v1::{
    BlockReason, BlockedPlaces, Counts, IntakeStatus, Report, ReporterRole, SourceClass, Wait,
    WaitMethod, WaitingBand,
};

use super::ForecastArgs;
use crate::failure::Failure;
use crate::moments;
use crate::words::{choices, one_of, value_of, word};

/// What was counted, and the waits that are expected. What is not given stays as it was last reported.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct FigureArgs {
    /// Places free, present and staffed: can take a person now
    #[arg(long, value_name = "N", requires = "occupied")]
    pub(crate) available: Option<u32>,
    /// Places with a person
    #[arg(long, value_name = "N", requires = "available")]
    pub(crate) occupied: Option<u32>,
    /// Places staffed and not blocked, taken or not; by default it follows from the others
    #[arg(long, value_name = "N", requires = "available")]
    pub(crate) operational: Option<u32>,
    /// Places allowed by licence or registration
    #[arg(long, value_name = "N", requires = "available")]
    pub(crate) licensed: Option<u32>,
    /// Places bought for this period
    #[arg(long, value_name = "N", requires = "available")]
    pub(crate) funded: Option<u32>,
    /// Of the occupied: on leave with right of return
    #[arg(long, value_name = "N", requires = "available")]
    pub(crate) on_leave: Option<u32>,
    /// Places present but not usable, and why; may be given more than once
    #[arg(long, value_name = "REASON=N", requires = "available", value_parser = parse_blocked)]
    pub(crate) blocked: Vec<(BlockReason, u32)>,
    /// Highest token of a hold whose place is already taken off --available; by default none is
    #[arg(long, value_name = "N", requires = "available")]
    pub(crate) highest_token_counted: Option<u64>,
    /// What the intake says
    #[arg(long, value_name = "STATUS", requires = "available", value_parser = one_of::<IntakeStatus>())]
    pub(crate) intake_status: Option<IntakeStatus>,
    /// Wait until the intake, in days
    #[arg(long, value_name = "DAYS")]
    pub(crate) intake_wait_days: Option<u32>,
    /// Wait from intake until treatment, in days
    #[arg(long, value_name = "DAYS")]
    pub(crate) treatment_wait_days: Option<u32>,
    /// Mean wait of those who started in the last two months, in days
    #[arg(long, value_name = "DAYS")]
    pub(crate) realised_wait_days: Option<u32>,
    /// People who wait
    #[arg(long, value_name = "N")]
    pub(crate) waiting_count: Option<u32>,
    /// Of those who wait: beyond the norm
    #[arg(long, value_name = "N")]
    pub(crate) over_norm_count: Option<u32>,
    /// How the wait was found
    #[arg(long, value_name = "METHOD", value_parser = one_of::<WaitMethod>())]
    pub(crate) wait_method: Option<WaitMethod>,
    /// Diagnosis group that the wait holds for; by default all
    #[arg(long, value_name = "CODE")]
    pub(crate) diagnosis_group: Option<String>,
    /// Insurer that the wait holds for, by default all; may be given more than once
    #[arg(long, value_name = "NAME")]
    pub(crate) insurer: Vec<String>,
    /// When it was counted; by default now
    #[arg(long, value_name = "TIME", value_parser = moments::parse)]
    pub(crate) observed_at: Option<Timestamp>,
    /// When it became true, if that is another moment
    #[arg(long, value_name = "TIME", value_parser = moments::parse)]
    pub(crate) effective_at: Option<Timestamp>,
    /// Until when it may be believed; by default 48 hours for places, 35 days for waits
    #[arg(long, value_name = "TIME", value_parser = moments::parse)]
    pub(crate) valid_until: Option<Timestamp>,
    /// Number that rises with each report of the offering
    #[arg(long, value_name = "N")]
    pub(crate) sequence: Option<u64>,
    /// Where the figures come from; by default typed
    #[arg(long, value_name = "SOURCE", value_parser = one_of::<SourceClass>())]
    pub(crate) source: Option<SourceClass>,
    /// Function of who reports
    #[arg(long, value_name = "ROLE", value_parser = one_of::<ReporterRole>())]
    pub(crate) reporter_role: Option<ReporterRole>,
}

impl FigureArgs {
    /// Returns the report that the flags make; `now` is when it was counted, unless they say otherwise.
    ///
    /// # Errors
    /// [`Failure::Usage`] when the flags report nothing, or say whom a wait is for but not the wait.
    pub(crate) fn report(
        &self,
        forecast: &ForecastArgs,
        now: Timestamp,
    ) -> Result<Report, Failure> {
        let wait = self.wait(forecast.bands())?;
        let counts = self.counts().map(|counts| forecast.applied_to(counts));
        if counts.is_none() && wait.is_none() {
            return Err(Failure::Usage(
                "nothing to report: give --available and --occupied, or a wait such as --intake-wait-days".to_owned(),
            ));
        }
        let source = self.source.unwrap_or(SourceClass::Typed);
        Ok(Report {
            sequence: self.sequence,
            observed_at: self.observed_at.or(Some(now)),
            effective_at: self.effective_at,
            valid_until: self.valid_until,
            source_class: source.into(),
            reporter_role: self.reporter_role.map_or(0, i32::from),
            counts,
            waits: wait.into_iter().collect(),
        })
    }

    fn counts(&self) -> Option<Counts> {
        let (Some(occupied), Some(available)) = (self.occupied, self.available) else {
            return None;
        };
        let blocked = self.blocked.iter().map(|(reason, count)| BlockedPlaces {
            reason: (*reason).into(),
            count: *count,
        });
        Some(Counts {
            licensed: self.licensed,
            funded: self.funded,
            operational: self.operational,
            occupied,
            on_leave: self.on_leave,
            available,
            blocked: blocked.collect(),
            highest_token_counted: self.highest_token_counted,
            intake_status: self.intake_status.map_or(0, i32::from),
            ..Counts::default()
        })
    }

    fn wait(&self, bands: Vec<WaitingBand>) -> Result<Option<Wait>, Failure> {
        let figures = [
            self.intake_wait_days,
            self.treatment_wait_days,
            self.realised_wait_days,
            self.waiting_count,
            self.over_norm_count,
        ];
        if figures.iter().all(Option::is_none) && bands.is_empty() {
            let described = self.diagnosis_group.is_some()
                || !self.insurer.is_empty()
                || self.wait_method.is_some();
            return if described {
                Err(Failure::Usage(
                    "--diagnosis-group, --insurer and --wait-method say what a wait is for: give the wait too, \
                     such as --intake-wait-days"
                        .to_owned(),
                ))
            } else {
                Ok(None)
            };
        }
        Ok(Some(Wait {
            diagnosis_group: self.diagnosis_group.clone().unwrap_or_default(),
            insurers: self.insurer.clone(),
            intake_wait_days: self.intake_wait_days,
            treatment_wait_days: self.treatment_wait_days,
            realised_wait_days: self.realised_wait_days,
            waiting_count: self.waiting_count,
            over_norm_count: self.over_norm_count,
            method: self.wait_method.map_or(0, i32::from),
            published_at: None,
            read_at: None,
            waiting_since: bands,
        }))
    }
}

fn parse_blocked(text: &str) -> Result<(BlockReason, u32), String> {
    let (reason, count) = text.split_once('=').ok_or_else(|| {
        format!(
            "give a reason and a number, such as {}=2",
            word(BlockReason::Staff)
        )
    })?;
    let reason = value_of(reason)
        .ok_or_else(|| format!("the reason is one of {}", choices::<BlockReason>()))?;
    let count = count
        .parse()
        .map_err(|_| "the number of places is a whole number from 0".to_owned())?;
    Ok((reason, count))
}
