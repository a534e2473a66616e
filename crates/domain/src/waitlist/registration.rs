use super::{AgeBand, GpPractice, LocationId, PersonKeys};
use crate::{CareType, Day, DiagnosisGroup, MunicipalityCode, ProviderId};

/// One person at one provider for one kind of care, as first stated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// Where the person waits.
    pub provider_id: ProviderId,
    /// At which of its locations, if that is settled.
    pub location_id: Option<LocationId>,
    /// What for.
    pub care_type: CareType,
    /// The day on which the first appointment was asked for: all clocks run from it.
    pub registered_on: Day,
    /// What is known about the person.
    pub profile: Profile,
    /// Who it is.
    pub person: PersonKeys,
}

/// What is known about a person: coded, and coarse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Of the person.
    pub age_band: AgeBand,
    /// Where the person lives.
    pub municipality_code: MunicipalityCode,
    /// Where the person is enrolled; none: not known.
    pub gp_practice: Option<GpPractice>,
    /// Main diagnosis group; `not-yet-diagnosed` is one.
    pub diagnosis_group: DiagnosisGroup,
    /// The person would rather be helped here than anywhere else.
    pub is_preferred: bool,
}

/// The provider says that somebody still waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reaffirmation {
    /// The day that it was so.
    pub on: Day,
    /// Who it is, with the keys of a new epoch; none: as before.
    pub person: Option<PersonKeys>,
    /// What is known about the person now; none: as before.
    pub profile: Option<Profile>,
}
