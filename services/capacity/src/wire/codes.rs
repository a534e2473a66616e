//! Coded values: the contract's numbers ↔ the domain's enums.

use domain::capacity::confidence::Basis;
use domain::capacity::{
    Accessibility, Acuity, BlockReason, CareType, CatchmentDuty, CatchmentKind, Circuit,
    ContactKind, ContractState, CorrectionReason, ExclusionCriterion, Freshness, FundingRoute,
    HoldEnd, IntakeStatus, LegalRegime, LegalTitle, NextStep, ObservationMode, Origin, PauseReason,
    PlaceKind, Programme, ProviderKind, RefusalReason, ReporterRole, ResumeCause, SecurityLevel,
    Setting, Sex, SexRule, SomaticCapability, SourceClass, WaitMethod, WaitingSince, Weekday,
    WithdrawalReason,
};
use proto::capacity::v1;

/// A number that the contract gives no meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a known value")]
pub(crate) struct UnknownCode(pub(crate) i32);

/// A coded value.
pub(crate) trait Coded: Copy {
    /// Returns the contract's number.
    fn code(self) -> i32;

    /// Returns what a number means; none: unspecified.
    fn of(code: i32) -> Result<Option<Self>, UnknownCode>;
}

/// Implements [`Coded`] from one list per pair, so that neither direction can forget a value: both matches are
/// exhaustive. A function cannot name variants.
macro_rules! coded {
    ($contract:ident, $own:ident { $($code:ident = $value:ident),+ $(,)? }) => {
        impl Coded for $own {
            fn code(self) -> i32 {
                match self {
                    $(Self::$value => v1::$contract::$code.into(),)+
                }
            }

            fn of(code: i32) -> Result<Option<Self>, UnknownCode> {
                match v1::$contract::try_from(code) {
                    Ok(v1::$contract::Unspecified) => Ok(None),
                    $(Ok(v1::$contract::$code) => Ok(Some(Self::$value)),)+
                    Err(_) => Err(UnknownCode(code)),
                }
            }
        }
    };
    ($own:ident { $($value:ident),+ $(,)? }) => {
        coded!($own, $own { $($value = $value),+ });
    };
}

coded!(ProviderKind {
    Institution,
    HospitalDepartment,
    IndependentPractice,
    Municipality,
    Ehealth
});
coded!(CareType {
    Basic,
    Specialised,
    Combined,
    ShelteredHousing,
    Shelter,
    Guidance,
    DayActivities,
    WalkIn,
    DebtAssistance,
    Ehealth,
});
coded!(PlaceKind {
    Bed,
    DayPlace,
    Slot,
    ProgrammePlace,
    HomeTreatmentPlace,
    CrisisAssessmentPlace,
});
coded!(Setting {
    Open,
    Closed,
    HighIntensiveCare,
    IntensiveCareUnit,
    Crisis,
    LongStayClosed,
    Day,
    Outpatient,
    HomeTreatment,
    Fact,
    Online,
});
coded!(SecurityLevel, SecurityLevel {
    SecurityLevel1 = Level1,
    SecurityLevel2Low = Level2Low,
    SecurityLevel2High = Level2High,
    SecurityLevel3 = Level3,
    SecurityLevel4 = Level4,
});
coded!(Circuit {
    Youth,
    Adolescents,
    Adults,
    Elderly,
    Addiction,
    Forensic
});
coded!(Origin {
    Declared,
    Published,
    Demonstration
});
coded!(SourceClass {
    RecordSystem,
    Typed,
    Derived,
    Published
});
coded!(ReporterRole {
    System,
    Ward,
    CapacityCoordinator,
    Administration,
    Practitioner
});
coded!(BlockReason {
    Staff,
    Infection,
    Repair,
    SingleRoomNeed,
    GroupSafety
});
coded!(IntakeStatus {
    HasCapacity,
    NoCapacity,
    Waitlist,
    AssessmentRequired
});
coded!(WaitMethod {
    Retrospective,
    Current
});
coded!(PauseReason {
    WaitTooLong,
    StaffShortage,
    ContractExhausted,
    Holiday,
    Building,
    Infection,
    Ending,
    NotStated,
});
coded!(CorrectionReason {
    TypingError,
    WrongUnit,
    WrongMoment,
    SystemError
});
coded!(WithdrawalReason {
    Closed,
    Merged,
    RegisteredInError
});
coded!(ResumeCause {
    Asked,
    Ended,
    Replaced
});
coded!(RefusalReason {
    NoPlaceAfterAll,
    Age,
    Diagnosis,
    Complexity,
    LegalTitle,
    Insurer,
    Language,
    Region,
    Exclusion,
    OtherCapacity,
    NoAnswer,
});
coded!(LegalRegime {
    None,
    Wvggz,
    Wzd,
    WvggzAndWzd
});
coded!(LegalTitle {
    Voluntary,
    WvggzCrisisMeasure,
    WvggzContinuation,
    WvggzCareAuthorisation,
    WzdArticle21,
    WzdCourtAuthorisation,
    WzdCustody,
    WfzArticle23,
    WfzTbsTreatment,
    WfzTbsConditions,
    WfzSpecialCondition,
    WfzFromDetention,
});
coded!(Programme {
    Psychosis,
    Mood,
    Personality,
    Eating,
    Autism,
    Trauma,
    Addiction,
    Detox,
    MotherAndBaby,
    IntellectualDisability,
    Elderly,
    Forensic,
});
coded!(Acuity {
    Low,
    Moderate,
    High,
    VeryHigh
});
coded!(ObservationMode {
    OneToOne,
    IntensiveCareUnit,
    SecuredRoom
});
coded!(ExclusionCriterion {
    None,
    ActiveFireSetting,
    RecentViolence,
    SevereWithdrawal,
    WeightUnderLimit,
    AcuteSuicidality,
    SubstanceUse,
    SexualOffence,
    IntellectualDisability,
    CognitiveDisorder,
    SomaticInstability,
    NoHomeAddress,
});
coded!(SomaticCapability {
    Wheelchair,
    Drip,
    TubeFeeding,
    DiabetesCare,
    Pregnancy,
    DialysisNearby,
});
coded!(SexRule {
    Any,
    SeparateRooms,
    WomenOnly,
    MenOnly
});
coded!(Sex { Female, Male });
coded!(Accessibility {
    StepFree,
    AdaptedBathroom,
    HearingLoop,
    SignLanguage,
    LowVision,
    PlainLanguage,
});
coded!(CatchmentKind {
    Regional,
    SupraRegional,
    National
});
coded!(CatchmentDuty { Duty, Free });
coded!(FundingRoute {
    Zvw,
    Wlz,
    Wfz,
    Jeugdwet,
    Wmo
});
coded!(ContractState {
    Contracted,
    NotContracted,
    Unknown
});
coded!(Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
});
coded!(ContactKind {
    Phone,
    Email,
    SecureEmail,
    Website,
    ReferralPlatform,
    Endpoint,
});
coded!(NextStep {
    Home,
    ShelteredLiving,
    WlzPlace,
    OtherTreatment,
    GuidanceAtHome,
    NotStated,
});
coded!(WaitingSince, WaitingSince {
    Under1Month = Under1Month,
    WaitingSince1To3Months = From1To3Months,
    WaitingSince3To6Months = From3To6Months,
    WaitingSince6To12Months = From6To12Months,
    Over12Months = Over12Months,
});
coded!(HoldEnd {
    Released,
    Consumed,
    Expired
});
coded!(Freshness {
    Current,
    Expired,
    None
});
coded!(ConfidenceBasis, Basis {
    Unit = Unit,
    Provider = Provider,
    Kind = Kind
});

/// Returns the contract's number for a value that may be absent.
pub(crate) fn code_of<T: Coded>(value: Option<T>) -> i32 {
    value.map_or(0, T::code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_reads_back_as_it_was_written() {
        for code in 1..=10 {
            assert_eq!(CareType::of(code).map(code_of), Ok(code));
        }
        for code in 1..=5 {
            assert_eq!(SecurityLevel::of(code).map(code_of), Ok(code));
        }
    }

    #[test]
    fn zero_is_unspecified_and_other_numbers_are_unknown() {
        assert_eq!(Setting::of(0), Ok(None));
        assert_eq!(Setting::of(12), Err(UnknownCode(12)));
        assert_eq!(Setting::of(-1), Err(UnknownCode(-1)));
    }
}
