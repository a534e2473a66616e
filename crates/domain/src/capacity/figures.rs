use std::collections::{BTreeMap, BTreeSet};

use super::{
    Breakdown, COUNTS_VALID_FOR_MILLIS, DiagnosisGroup, Forecast, InsurerName,
    WAITS_VALID_FOR_MILLIS, WaitingSince,
};
use crate::Timestamp;

/// What a provider counted, and the waits it expects. A part that is absent stays as it was last reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Rises per offering with each report: orders reports of the same moment, makes a resend recognisable.
    pub sequence: Option<u64>,
    /// When it was counted.
    pub observed_at: Timestamp,
    /// When it became true in the world, if that differs.
    pub effective_at: Option<Timestamp>,
    /// After this it counts as unknown; none: the default of each part.
    pub valid_until: Option<Timestamp>,
    /// Where the figures came from.
    pub source_class: SourceClass,
    /// Who reports, by function.
    pub reporter_role: Option<ReporterRole>,
    /// Places; none: not part of this report.
    pub counts: Option<Counts>,
    /// Waits, in no particular order; none: not part of this report.
    pub waits: Vec<Wait>,
}

impl Report {
    /// What orders it among others, and names it in a correction.
    pub fn key(&self) -> ReportKey {
        ReportKey {
            observed_at: self.observed_at,
            sequence: self.sequence,
        }
    }

    /// Returns the report with its waits in order and none twice, so that equal means "says the same".
    #[must_use]
    pub fn normalised(mut self) -> Self {
        self.waits.sort_unstable();
        self.waits.dedup();
        self
    }
}

/// What orders reports: first the moment, then the number. A number goes after none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReportKey {
    /// When it was counted.
    pub observed_at: Timestamp,
    /// Its number.
    pub sequence: Option<u64>,
}

/// A part of a report, as the present keeps it: with its age and its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure<T> {
    /// What was reported.
    pub value: T,
    /// When it was counted.
    pub observed_at: Timestamp,
    /// The report's number.
    pub sequence: Option<u64>,
    /// When it was decided.
    pub received_at: Timestamp,
    /// After this it counts as unknown.
    pub valid_until: Timestamp,
    /// Where it came from.
    pub source_class: SourceClass,
    /// Who reported it, by function.
    pub reporter_role: Option<ReporterRole>,
}

impl<T> Figure<T> {
    /// Which report it came from.
    pub fn key(&self) -> ReportKey {
        ReportKey {
            observed_at: self.observed_at,
            sequence: self.sequence,
        }
    }

    /// Tells whether it may still be believed.
    pub fn freshness(&self, now: Timestamp) -> Freshness {
        if self.valid_until > now {
            Freshness::Current
        } else {
            Freshness::Expired
        }
    }

    fn of(value: T, report: &Report, received_at: Timestamp, valid_for_millis: i64) -> Self {
        let by_default = report.observed_at.plus_millis(valid_for_millis);
        Self {
            value,
            observed_at: report.observed_at,
            sequence: report.sequence,
            received_at,
            valid_until: report.valid_until.unwrap_or(by_default),
            source_class: report.source_class,
            reporter_role: report.reporter_role,
        }
    }
}

impl Figure<Counts> {
    /// Returns the counts of a report, if it has any.
    pub fn of_counts(report: &Report, received_at: Timestamp) -> Option<Self> {
        let counts = report.counts.clone()?;
        Some(Self::of(
            counts,
            report,
            received_at,
            COUNTS_VALID_FOR_MILLIS,
        ))
    }
}

impl Figure<Vec<Wait>> {
    /// Returns the waits of a report, if it has any.
    pub fn of_waits(report: &Report, received_at: Timestamp) -> Option<Self> {
        let waits = (!report.waits.is_empty()).then(|| report.waits.clone())?;
        Some(Self::of(waits, report, received_at, WAITS_VALID_FOR_MILLIS))
    }
}

/// Whether a figure may be believed at some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Freshness {
    /// It may.
    Current,
    /// No longer: shown with its age, counted nowhere.
    Expired,
    /// Never reported.
    None,
}

impl Freshness {
    /// Judges a figure that may never have been reported.
    pub fn of<T>(figure: Option<&Figure<T>>, now: Timestamp) -> Self {
        figure.map_or(Self::None, |figure| figure.freshness(now))
    }
}

/// Numbers of places at one moment, checked: `operational = occupied + held + available`.
///
/// Made by [`UncheckedCounts::check`]. What it took as held is not kept: it follows from the rest, and how many places
/// are held now from the holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Allowed by licence or registration.
    pub licensed: Option<u32>,
    /// Bought for this period.
    pub funded: Option<u32>,
    /// Staffed and not blocked, whether or not taken.
    pub operational: u32,
    /// With a person, those on leave included.
    pub occupied: u32,
    /// Of the occupied: on leave with right of return.
    pub on_leave: Option<u32>,
    /// Free, physically present and staffed.
    pub available: u32,
    /// Present but not usable, by reason; each reason once, none of zero.
    pub blocked: Vec<Blocked>,
    /// Highest fencing token of a hold that this count already knows; none: it knows of no hold.
    pub highest_token_counted: Option<u64>,
    /// What a new person may expect.
    pub intake_status: Option<IntakeStatus>,
    /// Parts of these that few state.
    pub breakdown: Option<Box<Breakdown>>,
    /// What is expected to follow.
    pub forecast: Option<Box<Forecast>>,
}

/// Counts as they come in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "each is the field of `Counts` with the same name"
)]
pub struct UncheckedCounts {
    pub licensed: Option<u32>,
    pub funded: Option<u32>,
    /// None: it follows from the others.
    pub operational: Option<u32>,
    pub occupied: u32,
    pub on_leave: Option<u32>,
    pub available: u32,
    pub blocked: Vec<Blocked>,
    pub highest_token_counted: Option<u64>,
    pub intake_status: Option<IntakeStatus>,
    pub breakdown: Option<Box<Breakdown>>,
    pub forecast: Option<Box<Forecast>>,
}

impl UncheckedCounts {
    /// Returns the counts if they agree with each other; `held` places were taken as held when they were counted.
    pub fn check(self, held: u32) -> Result<Counts, CountsError> {
        let sum = u64::from(self.occupied) + u64::from(held) + u64::from(self.available);
        let sum = u32::try_from(sum).map_err(|_| CountsError::TooMany)?;
        let operational = self.operational.unwrap_or(sum);
        let on_leave = self.on_leave.unwrap_or(0);

        if operational != sum {
            return Err(CountsError::OperationalDiffers { operational, sum });
        }
        if on_leave > self.occupied {
            return Err(CountsError::MoreOnLeaveThanOccupied {
                on_leave,
                occupied: self.occupied,
            });
        }
        if let Some(breakdown) = &self.breakdown {
            breakdown.check(self.available, self.funded)?;
        }
        if let Some(forecast) = &self.forecast {
            forecast.check(self.occupied)?;
        }
        Ok(Counts {
            licensed: self.licensed,
            funded: self.funded,
            operational,
            occupied: self.occupied,
            on_leave: self.on_leave,
            available: self.available,
            blocked: blocked_by_reason(&self.blocked)?,
            highest_token_counted: self.highest_token_counted,
            intake_status: self.intake_status,
            breakdown: self.breakdown,
            forecast: self.forecast,
        })
    }
}

fn blocked_by_reason(blocked: &[Blocked]) -> Result<Vec<Blocked>, CountsError> {
    let mut by_reason = BTreeMap::<BlockReason, u32>::new();
    for Blocked { reason, count } in blocked.iter().filter(|blocked| blocked.count > 0) {
        let total = by_reason.entry(*reason).or_default();
        *total = total.checked_add(*count).ok_or(CountsError::TooMany)?;
    }
    Ok(by_reason
        .into_iter()
        .map(|(reason, count)| Blocked { reason, count })
        .collect())
}

/// Why counts do not hold together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum CountsError {
    #[error("operational is {operational}, but occupied, held and available make {sum}")]
    OperationalDiffers { operational: u32, sum: u32 },
    #[error("{on_leave} on leave is more than the {occupied} occupied")]
    MoreOnLeaveThanOccupied { on_leave: u32, occupied: u32 },
    #[error("{rooms} rooms free for one sex are more than the {available} available places")]
    MoreRoomsThanAvailable { rooms: u32, available: u32 },
    #[error("{by_route} funded by route are more than the {funded} funded")]
    MoreByRouteThanFunded { by_route: u32, funded: u32 },
    #[error("{within_24h} more within 24 hours are more than the {within_72h} within 72")]
    MoreWithin24Hours { within_24h: u32, within_72h: u32 },
    #[error("{ready} ready for discharge are more than the {occupied} occupied")]
    MoreReadyThanOccupied { ready: u32, occupied: u32 },
    #[error("the numbers are too large to be places")]
    TooMany,
}

/// Places that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Blocked {
    /// Why.
    pub reason: BlockReason,
    /// How many.
    pub count: u32,
}

/// Why places cannot be used. Numbers are part of a report's fingerprint: never change one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum BlockReason {
    Staff = 1,
    Infection = 2,
    Repair = 3,
    SingleRoomNeed = 4,
    GroupSafety = 5,
}

/// What a new person may expect. Numbers are part of a report's fingerprint: never change one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum IntakeStatus {
    HasCapacity = 1,
    NoCapacity = 2,
    Waitlist = 3,
    AssessmentRequired = 4,
}

/// Where figures came from. Numbers are part of a report's fingerprint: never change one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the others' names say it")]
pub enum SourceClass {
    /// Read from the record system.
    RecordSystem = 1,
    Typed = 2,
    Derived = 3,
    /// Read from what the provider published.
    Published = 4,
}

/// The function of who reports, never a name. Numbers are part of a report's fingerprint: never change one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum ReporterRole {
    System = 1,
    Ward = 2,
    CapacityCoordinator = 3,
    Administration = 4,
    Practitioner = 5,
}

/// The wait that a new person may expect. What is absent is unknown, never zero.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wait {
    /// None: for all that the offering takes.
    pub diagnosis_group: Option<DiagnosisGroup>,
    /// Insurers that it holds for; none: all.
    pub insurers: BTreeSet<InsurerName>,
    /// From application to intake.
    pub intake_wait_days: Option<u32>,
    /// From intake to treatment.
    pub treatment_wait_days: Option<u32>,
    /// Mean over the last two months, of people who started.
    pub realised_wait_days: Option<u32>,
    /// People waiting.
    pub waiting_count: Option<u32>,
    /// Of the waiting: beyond the norm.
    pub over_norm_count: Option<u32>,
    /// How the wait was measured.
    pub method: Option<WaitMethod>,
    /// When the provider changed the figure.
    pub published_at: Option<Timestamp>,
    /// When it was read.
    pub read_at: Option<Timestamp>,
    /// Of the waiting: by how long they have waited; empty: not stated.
    pub waiting_since: BTreeMap<WaitingSince, u32>,
}

impl Wait {
    /// Intake and treatment together, as far as they are known.
    pub fn total_wait_days(&self) -> Option<u32> {
        match (self.intake_wait_days, self.treatment_wait_days) {
            (Some(intake), Some(treatment)) => Some(intake.saturating_add(treatment)),
            (one, other) => one.or(other),
        }
    }
}

/// How a wait was measured. Numbers are part of a report's fingerprint: never change one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WaitMethod {
    /// Mean realised over the last two months.
    Retrospective = 1,
    /// Third available slot in the agenda.
    Current = 2,
}
