//! Coded values, one to one.

use domain::waitlist as list;
use proto::waitlist::v1;

use super::unreadable::Unreadable;

/// A coded value that is in the contract as a number.
pub(crate) trait Coded: Sized {
    /// The value of a number that was stored; "unspecified" is none.
    fn of(number: i32) -> Result<Self, Unreadable>;

    /// Its number.
    fn number(self) -> i32;
}

/// Pairs the values of a coded type with those of the contract's type of that name.
macro_rules! coded {
    ($type:ty, $name:ident: $($value:ident),+) => {
        impl Coded for $type {
            fn of(number: i32) -> Result<Self, Unreadable> {
                match v1::$name::try_from(number) {
                    $(Ok(v1::$name::$value) => Ok(Self::$value),)+
                    Ok(v1::$name::Unspecified) | Err(_) => Err(Unreadable(stringify!($name))),
                }
            }

            fn number(self) -> i32 {
                match self {
                    $(Self::$value => v1::$name::$value.into(),)+
                }
            }
        }
    };
}

coded!(list::Clock, Clock: ToIntake, ToTreatment, Total);
coded!(list::PriorityReason, PriorityReason: Screened, ConditionWorsened, ConditionImproved, SafetyAtRisk, NormExceeded, Bridged, EnteredInError);
coded!(list::WithdrawnBy, WithdrawnBy: Person, Provider, Referrer, ScreeningTeam);
coded!(list::WithdrawalReason, WithdrawalReason: HelpedElsewhere, Transferred, NoLongerWanted, NotReached, NotSuited, Moved, Deceased, RegisteredInError);
coded!(list::Outflow, Outflow: Gp, SocialDomain, OtherProvider, Other);
coded!(list::Phase, Phase: Registered, IntakePlanned, IntakeHeld, InTreatment, Withdrawn, Ended);
coded!(list::counts::Dimension, Dimension: Provider, DiagnosisGroup, Municipality, GpPractice, Priority, WaitBand);
coded!(list::books::Ground, ErasureGround: NoLongerNeeded, ConsentWithdrawn, Objection, UnlawfullyProcessed, LegalObligation);
