//! Offerings: places, waits and admission pauses.
//!
//! The vocabulary: state, commands, events, rejections. The rules are in `decide`, their meaning in `evolve`.

mod bands;
pub mod confidence;
mod decide;
mod description;
mod evolve;
mod figures;
mod fingerprint;
mod forecast;
mod hold;
mod holding;
mod ids;
mod known_reports;
mod pause;
mod present;
mod promise;
mod publish;
mod refusals;
mod standard;
mod terms;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use confidence::Cases;

pub use crate::vocabulary::{CareType, DiagnosisGroup, MunicipalityCode, ProviderId};

pub use bands::{WaitingSince, shown_bands};
pub use description::{
    AgeRange, Circuit, Coordinates, Details, Origin, PlaceKind, Postcode, ProviderKind,
    SecurityLevel, Setting,
};
pub use figures::{
    BlockReason, Blocked, Counts, CountsError, Figure, Freshness, IntakeStatus, Report, ReportKey,
    ReporterRole, SourceClass, UncheckedCounts, Wait, WaitMethod,
};
pub use forecast::{Breakdown, Forecast, NextStep};
pub use hold::{Balance, Claim, EndedHold, Hold, HoldEnd, Holds};
pub use ids::{AcuteRegion, HoldId, InsurerName, LanguageCode, OfferingId, PauseId, PayerName};
pub use known_reports::{KnownReport, KnownReports};
pub use pause::{Pause, PauseReason, PauseScope};
pub use promise::ReportingInterval;
pub use refusals::{
    REFUSALS_COUNT_FOR_DAYS, Refusal, RefusalReason, RefusalTally, Refusals, RefusalsOfDay,
};
pub use standard::BedCodes;
pub use terms::{
    Accessibility, Acuity, AdmissionHours, Catchment, CatchmentDuty, CatchmentKind, ContactKind,
    ContactRoute, ContractState, ExclusionCriterion, FundingRoute, Interpreter, LegalRegime,
    LegalTitle, ObservationMode, Programme, Sex, SexRule, SomaticCapability, Terms, TermsField,
    Weekday,
};

/// Counts without a `valid_until` are believed for this long: two days.
pub const COUNTS_VALID_FOR_MILLIS: i64 = 48 * 3_600_000;
/// Waits without a `valid_until` are believed for this long: 35 days, a monthly return and some slack.
pub const WAITS_VALID_FOR_MILLIS: i64 = 35 * 24 * 3_600_000;
/// A report may be observed at most this far ahead of the node's clock: clocks differ.
pub const FUTURE_TOLERANCE_MILLIS: i64 = 5_000;
/// A place is held for at least a minute: a shorter hold would be over before anybody could act on it.
pub const MIN_HOLD_MILLIS: i64 = 60_000;
/// A hold ends at most this far ahead, also when it is extended: three days.
pub const MAX_HOLD_MILLIS: i64 = 72 * 3_600_000;
/// One offering has at most this many holds at once.
pub const MAX_HOLDS: usize = 500;

/// One offering, folded. Default: never published.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Offering {
    /// What it is; none before it is published.
    pub details: Option<Details>,
    /// Why it is no longer offered.
    pub withdrawn: Option<WithdrawalReason>,
    /// When it was last taken out: what was counted until then is history, also when it is published anew.
    pub closed_at: Option<crate::Timestamp>,
    /// The present counts.
    pub counts: Option<Figure<Counts>>,
    /// The present waits.
    pub waits: Option<Figure<Vec<Wait>>>,
    /// Pauses in force, in the order in which they began; no two with the same id.
    pub pauses: Vec<Pause>,
    /// What makes a repeated report recognisable.
    pub known_reports: KnownReports,
    /// What became of the places it showed; none before the first case. Shared with who sums it up.
    pub cases: Option<Arc<Cases>>,
    /// How it was practised against what it declares.
    pub refusals: Refusals,
    /// Places held, and what counts may not know yet of holds that ended; none: nothing was ever held.
    pub holds: Option<Box<Holds>>,
}

/// A request to change an offering.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Declares the offering as it is now.
    Publish(Box<Publication>),
    /// Changes the fields of the description that the patch names.
    Change(Box<Patch>),
    /// Takes the offering out.
    Withdraw(WithdrawalReason),
    /// Reports counts, waits or both.
    Report(Report),
    /// Replaces an earlier report.
    Correct {
        /// Which one.
        supersedes: ReportKey,
        /// What it should have said.
        report: Report,
        /// Why.
        reason: CorrectionReason,
    },
    /// Stops admissions.
    Pause(Pause),
    /// Ends one pause, or all.
    Resume(Option<PauseId>),
    /// Says that somebody was refused.
    RecordRefusal(Refusal),
    /// A timer's: the pause with this id and this end has run out.
    EndPause {
        /// Which one.
        pause_id: PauseId,
        /// The end that fell due; a pause whose end was moved meanwhile goes on.
        ends_at: crate::Timestamp,
    },
    /// Keeps one place for somebody under discussion.
    HoldPlace {
        /// The id of this command: a repeat finds its own hold.
        hold_id: HoldId,
        /// When it is to end by itself.
        expires_at: crate::Timestamp,
    },
    /// Moves the end of a hold.
    ExtendHold {
        /// Which hold, by whom.
        claim: Claim,
        /// The new end, later than the one it has.
        expires_at: crate::Timestamp,
    },
    /// Gives a held place back.
    ReleaseHold(Claim),
    /// Takes the place that is held.
    ConsumePlace(Claim),
    /// A timer's: the hold with this id and this end has run out.
    ExpireHold {
        /// Which one.
        hold_id: HoldId,
        /// The end that fell due; a hold that was extended meanwhile goes on.
        expires_at: crate::Timestamp,
    },
}

/// What a publisher declares, as one whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Publication {
    /// What the offering is.
    pub details: Details,
    /// What it also says, decided in the same breath.
    pub report: Option<Report>,
    /// The pauses in force, all of them; none: pauses stay as they are.
    pub pauses: Option<Vec<Pause>>,
}

/// New values for the named fields of a description.
#[derive(Clone, Debug, PartialEq)]
pub struct Patch {
    /// Carries the values.
    pub details: Details,
    /// Which of them count.
    pub fields: Vec<DetailsField>,
}

/// Fields of a description that can be changed one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    missing_docs,
    reason = "each names the field of `Details` with the same name"
)]
pub enum DetailsField {
    ProviderName,
    LocationId,
    LocationName,
    MunicipalityCode,
    Coordinates,
    Postcode,
    ProgrammeName,
    CareType,
    PlaceKind,
    Setting,
    SecurityLevel,
    StayIntensity,
    Circuits,
    Age,
    DiagnosisGroups,
    Insurers,
    Languages,
    RemarkCodes,
    ShownByItself,
    PromisedIntervalHours,
    /// One of the terms.
    Terms(TermsField),
}

/// A fact about an offering.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// It is offered, as described.
    OfferingPublished(Box<Details>),
    /// The description as it stands from now on, whole.
    OfferingChanged(Box<Details>),
    /// It is no longer offered; its figures and pauses are history.
    OfferingWithdrawn {
        /// Why.
        reason: WithdrawalReason,
        /// When it was decided.
        withdrawn_at: crate::Timestamp,
    },
    /// What in it is later than what was known is the present.
    CapacityReported {
        /// What was reported.
        report: Report,
        /// When it was decided.
        received_at: crate::Timestamp,
    },
    /// Observed before the present figures: history only.
    LateReportKept(Report),
    /// An earlier report should have said this.
    ReportCorrected {
        /// Which one.
        supersedes: ReportKey,
        /// What it should have said.
        report: Report,
        /// Why.
        reason: CorrectionReason,
        /// When it was decided.
        received_at: crate::Timestamp,
    },
    /// Admissions are stopped.
    AdmissionsPaused(Pause),
    /// A stop has ended.
    AdmissionsResumed(PauseId, ResumeCause),
    /// Somebody was refused.
    RefusalRecorded {
        /// Why, as far as it may be said.
        refusal: Refusal,
        /// It contradicts what the offering declared then.
        contradicts: bool,
        /// When it was decided.
        recorded_at: crate::Timestamp,
    },
    /// A place is held.
    PlaceHeld(Hold),
    /// A hold as it stands from now on, with a later end.
    HoldExtended(Hold),
    /// A hold is over.
    HoldEnded(EndedHold),
    /// More places are promised than there are.
    OvercommitmentArisen {
        /// How many are missing.
        places_missing: u32,
    },
    /// There are as many places as are promised again.
    OvercommitmentResolved,
}

/// Why an offering was taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum WithdrawalReason {
    Closed,
    Merged,
    RegisteredInError,
}

impl WithdrawalReason {
    fn word(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Merged => "merged",
            Self::RegisteredInError => "registered-in-error",
        }
    }
}

/// Why a report was corrected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum CorrectionReason {
    TypingError,
    WrongUnit,
    WrongMoment,
    SystemError,
}

/// Why a pause ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ResumeCause {
    /// Somebody said so.
    Asked,
    /// Its `ends_at` came.
    Ended,
    /// A later declaration no longer named it.
    Replaced,
}

/// A "no".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// Nothing is published under this id.
    #[error("no offering is published under this id")]
    UnknownOffering,
    /// It was taken out; publish it anew first.
    #[error("the offering has been withdrawn")]
    Withdrawn,
    /// It was taken out for another reason than the one now given.
    #[error("the offering has been withdrawn already, for another reason: {}", .0.word())]
    WithdrawnOtherwise(WithdrawalReason),
    /// The id is another provider's.
    #[error("the offering belongs to another provider")]
    OtherProvider,
    /// The report is from the future.
    #[error("the report says it was observed at a moment that has not come yet")]
    ObservedInTheFuture,
    /// The sequence number was used for a report with other content.
    #[error("sequence {0} was used before, for a report with other content")]
    SequenceReused(u64),
    /// No such report among those remembered.
    #[error("there is no report of that moment and sequence to correct")]
    UnknownReport,
    /// No such pause.
    #[error("there is no pause with this id")]
    UnknownPause,
    /// The id stands for another pause.
    #[error("a pause with this id exists and says something else")]
    PauseIdReused,
    /// The pause would end before it begins, or is over already.
    #[error("the pause ends at a moment that has already passed")]
    PauseEndsInThePast,
    /// The pause would begin with an expectation that did not come true.
    #[error("the pause is expected to end at a moment that has already passed")]
    ExpectedEndInThePast,
    /// Nothing is known to be free: never counted, or too long ago.
    #[error(
        "how many places are free is not known: there are no counts that may still be believed"
    )]
    NoCurrentCounts,
    /// Admissions are stopped for everybody.
    #[error("admissions are paused")]
    AdmissionsPaused,
    /// Every place is taken or held.
    #[error("no place is free")]
    NoPlaceFree,
    /// More holds at once than anybody could need.
    #[error("the offering has {MAX_HOLDS} holds already")]
    TooManyHolds,
    /// The hold would be over before anybody could act on it.
    #[error("a place is held for at least one minute")]
    EndsTooSoon,
    /// The hold would keep the place for too long.
    #[error("a hold ends at most 72 hours ahead")]
    EndsTooLate,
    /// An extension takes nothing away.
    #[error("the hold lasts longer than that already")]
    EndsEarlier,
    /// No such hold, or it ended long ago.
    #[error("there is no hold with this id")]
    UnknownHold,
    /// It ran out, was given back, or its place was taken.
    #[error("the hold has ended: the place is no longer kept")]
    HoldEnded,
    /// The token is another hold's.
    #[error("the token is not that of this hold")]
    TokenMismatch,
}
