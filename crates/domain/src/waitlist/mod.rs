//! The waiting list: one person at one provider for one kind of care.
//!
//! The vocabulary: state, commands, events, rejections. The rules are in `decide`, their meaning in `evolve`; what many
//! entries add up to is in `counts`.

pub mod books;
mod clocks;
pub mod counts;
mod decide;
mod declaration;
mod evolve;
mod forecast;
mod ids;
mod journey;
mod order;
mod person;
mod registration;
mod retention;
mod screening;
mod spell;
#[cfg(test)]
mod tests;

pub use clocks::{Clock, Wait, WaitBand};
pub use declaration::Declaration;
pub use forecast::{Expectation, expectations};
pub use ids::{AgeBand, ContentHash, EntryId, GpPractice, LocationId, PriorityCategory, UserId};
pub use order::Turn;
pub use person::{
    Epoch, EpochKeys, Grant, Key, KnownPerson, National, PersonKey, PersonKeys, Region,
};
pub use registration::{Profile, Reaffirmation, Registration};
pub use retention::{KEPT_AFTER_CLOSING_DAYS, KEPT_AT_MOST_MONTHS};
pub use screening::{Approval, Screened, Screening};
pub use spell::{Phase, Spell, SpellEnd};

use std::sync::Arc;

use crate::{Day, ProviderId, Timestamp};

/// A provider says at least this often that somebody still waits; else the entry goes stale and leaves the counts.
pub const REAFFIRMED_EVERY_DAYS: u32 = 35;
/// A first pair of eyes waits this long for a second: 14 days.
pub const APPROVAL_VALID_FOR_MILLIS: i64 = 14 * 24 * 3_600_000;
/// A sender's clock may be this far off: ten minutes.
pub const CLOCK_TOLERANCE_MILLIS: i64 = 600_000;
/// A forecast that moved by fewer days is no news.
pub const FORECAST_MOVES_BY_DAYS: u32 = 7;

/// One entry, folded. Default: nothing is registered under this id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entry {
    /// What is on the list. Shared with who only reads it, and copied before it changes.
    pub listed: Option<Arc<Listed>>,
}

/// An entry that is on the list, or was.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// As first stated, but for who it is.
    pub registration: Registration,
    /// What is known about the person now.
    pub profile: Profile,
    /// Who it is.
    pub person: KnownPerson,
    /// The present time of waiting and being helped.
    pub spell: Spell,
    /// Those before a return, the first first.
    pub earlier: Vec<Spell>,
    /// When the provider last said that the person still waits.
    pub reaffirmed_on: Day,
    /// It went stale, and was announced as such.
    pub is_stale: bool,
    /// How urgent it is; none: nobody has said.
    pub priority: Option<Priority>,
    /// How far the screening is.
    pub screening: Screening,
    /// Breaches that were foreseen, and are still to be expected: at most one for each clock.
    pub foreseen: Vec<Foreseen>,
    /// Norms of this spell that were exceeded, as announced.
    pub exceeded: Vec<Clock>,
    /// The year after treatment is over.
    pub is_aftercare_over: bool,
}

/// Who does something: a professional or a system, and the organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Who; the same in whatever organisation.
    pub user: UserId,
    /// For which registered organisation.
    pub organisation: ProviderId,
}

/// A request to change an entry.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Puts a person on the list.
    Register(Box<Registration>),
    /// Says how the entry is now: registered if it is not, still waiting, with the steps that were taken.
    Declare(Box<Declaration>),
    /// Says that the person still waits.
    Reaffirm(Box<Reaffirmation>),
    /// Asks two others to look.
    RequestScreening(Actor),
    /// Says what one has seen.
    ApproveScreening {
        /// Who.
        by: Actor,
        /// What the screening says.
        content: ContentHash,
    },
    /// Says how urgent it is.
    Prioritise {
        /// Of the region's categories.
        category: PriorityCategory,
        /// Why.
        reason: PriorityReason,
        /// Who.
        by: Actor,
    },
    /// Sets the day of the intake, or another day.
    PlanIntake {
        /// The day.
        planned_for: Day,
    },
    /// The intake was held.
    HoldIntake {
        /// The day.
        held_on: Day,
    },
    /// Treatment has begun: the wait is over.
    StartTreatment {
        /// The day.
        started_on: Day,
    },
    /// The person no longer waits here.
    Withdraw(Withdrawal),
    /// Treatment has ended: aftercare begins.
    EndTreatment {
        /// The last day.
        ended_on: Day,
        /// Where the person went.
        outflow: Outflow,
    },
    /// Somebody in aftercare waits again.
    Return {
        /// The day.
        returned_on: Day,
    },
    /// A timer's: nobody has said since this day that the person still waits.
    GoStale {
        /// The last reaffirmation; a later one goes on.
        reaffirmed_on: Day,
    },
    /// A timer's: the first pair of eyes has waited for too long.
    LapseApproval {
        /// Which one.
        approved_at: Timestamp,
    },
    /// A timer's: a wait has outlasted its norm.
    ExceedNorm {
        /// Which.
        clock: Clock,
        /// Since when it runs.
        since: Day,
    },
    /// A timer's: the year of aftercare is over.
    EndAftercare {
        /// The last day of treatment.
        ended_on: Day,
    },
    /// What the provider's throughput lets expect.
    Foresee(Expectation),
}

/// A fact about an entry.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A person is on the list.
    Registered {
        /// As stated.
        registration: Box<Registration>,
        /// When it was stated: who registers somebody says that the person waits now.
        stated_on: Day,
    },
    /// The person still waits.
    Reaffirmed(Box<Reaffirmation>),
    /// Nobody says that the person still waits: out of the counts.
    WentStale,
    /// Two others are to look.
    ScreeningRequested(ScreeningRequest),
    /// One has looked.
    ScreeningApproved(Approval),
    /// No second pair of eyes came in time.
    ScreeningApprovalLapsed,
    /// Two agree: the screening counts.
    Screened(Box<Screened>),
    /// How urgent it is from now on.
    PriorityChanged(Priority),
    /// The intake is planned, or planned anew.
    IntakePlanned {
        /// The day.
        planned_for: Day,
    },
    /// The intake was held.
    IntakeHeld {
        /// The day.
        held_on: Day,
    },
    /// Treatment has begun.
    TreatmentStarted {
        /// The day.
        started_on: Day,
    },
    /// The person no longer waits here.
    Withdrawn(Withdrawal),
    /// Treatment has ended.
    TreatmentEnded {
        /// The last day.
        ended_on: Day,
        /// Where the person went.
        outflow: Outflow,
    },
    /// The year after treatment is over.
    AftercareEnded,
    /// Waits again: the clocks begin anew.
    Returned {
        /// The day.
        returned_on: Day,
    },
    /// A norm will not be kept at the provider's present throughput.
    BreachForeseen(Foreseen),
    /// It will, after all.
    BreachAverted(Clock),
    /// A norm was not kept.
    NormExceeded(Clock),
}

/// A screening was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScreeningRequest {
    /// Who asked.
    pub by: Actor,
    /// When.
    pub requested_at: Timestamp,
}

/// How urgent it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priority {
    /// Of the region's categories.
    pub category: PriorityCategory,
    /// Why.
    pub reason: PriorityReason,
    /// Who said so.
    pub by: Actor,
    /// When.
    pub changed_at: Timestamp,
}

/// Why a priority was set or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the others' names say it")]
pub enum PriorityReason {
    /// The screening says so.
    Screened,
    ConditionWorsened,
    ConditionImproved,
    /// At home, or of others.
    SafetyAtRisk,
    NormExceeded,
    /// Helped meanwhile by other care.
    Bridged,
    EnteredInError,
}

/// Somebody no longer waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Withdrawal {
    /// The day.
    pub on: Day,
    /// By whom.
    pub by: WithdrawnBy,
    /// Why.
    pub reason: WithdrawalReason,
}

/// Who ended a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum WithdrawnBy {
    Person,
    Provider,
    Referrer,
    ScreeningTeam,
}

/// Why a wait ended without treatment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the others' names say it")]
pub enum WithdrawalReason {
    HelpedElsewhere,
    /// To another provider, by the screening team's advice.
    Transferred,
    NoLongerWanted,
    NotReached,
    /// The provider cannot help with this.
    NotSuited,
    Moved,
    Deceased,
    /// Was never on the list: nowhere counted.
    RegisteredInError,
}

/// Where somebody goes after treatment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Outflow {
    Gp,
    SocialDomain,
    OtherProvider,
    Other,
}

/// A norm that will not be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Foreseen {
    /// Which wait.
    pub clock: Clock,
    /// When it will probably be over.
    pub expected_on: Day,
    /// The last day that would keep the norm.
    pub norm_ends_on: Day,
}

/// A "no".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// Nothing is registered under this id.
    #[error("nothing is registered under this id")]
    UnknownEntry,
    /// The id stands for something else.
    #[error("an entry with this id exists and says something else")]
    EntryIdReused,
    /// The keys are somebody else's.
    #[error("the entry is of another person")]
    OtherPerson,
    /// Nobody knows the entry yet, and it is not said who it is of.
    #[error("the entry is new: who it is of must be said")]
    PersonUnsaid,
    /// The day has not come yet.
    #[error("the day has not come yet")]
    DayInTheFuture,
    /// The day lies before what must have come first.
    #[error("the day lies before the step that comes first")]
    DayBeforeLastStep,
    /// The intake would be planned for a day that is over.
    #[error("an intake is planned for today or later")]
    PlannedInThePast,
    /// The person does not wait: helped, withdrawn or gone.
    #[error("the person does not wait here any more")]
    NotWaiting,
    /// The intake was held.
    #[error("the intake has been held")]
    IntakeHeldAlready,
    /// Treatment follows an intake.
    #[error("no intake has been held")]
    IntakeNotHeld,
    /// The step was taken, on another day.
    #[error("the step was taken already, on another day")]
    OnAnotherDay,
    /// It ended, otherwise.
    #[error("it ended already, in another way")]
    EndedOtherwise,
    /// Who is not in treatment cannot leave it.
    #[error("the person is not in treatment")]
    NotInTreatment,
    /// Only somebody in aftercare returns; others are registered anew.
    #[error("the person is not in aftercare")]
    NotInAftercare,
    /// Somebody else's request is open.
    #[error("a screening has been asked for by somebody else")]
    ScreeningRequestedAlready,
    /// Nobody has asked.
    #[error("nobody has asked for a screening")]
    NoScreeningRequested,
    /// Who asks does not answer.
    #[error("who asked for the screening cannot approve it")]
    RequesterApproves,
    /// Nor does a colleague.
    #[error("the organisation that asked for the screening cannot approve it")]
    RequestersOrganisationApproves,
    /// One person is one pair of eyes.
    #[error("the second reviewer must be another person")]
    SameReviewer,
    /// One organisation is one pair of eyes.
    #[error("the second reviewer must be of another organisation")]
    ReviewersOfOneOrganisation,
    /// They have not agreed.
    #[error("the first reviewer saw something else")]
    OtherContent,
}
