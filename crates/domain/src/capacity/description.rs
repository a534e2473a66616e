use std::collections::BTreeSet;

use super::{
    CareType, DetailsField, DiagnosisGroup, InsurerName, LanguageCode, MunicipalityCode, Patch,
    ProviderId, ReportingInterval, Terms, TermsField,
};

pub use super::ids::Postcode;

/// What an offering is: the smallest unit that accepts people as one.
///
/// Sections A, B and E of the capacity record. Sets are sets, so that equal means "says the same".
#[derive(Clone, Debug, PartialEq)]
pub struct Details {
    /// The registered organisation.
    pub provider_id: ProviderId,
    /// None for an independent practice that is not shown by itself.
    pub provider_name: Option<String>,
    /// What the provider is.
    pub provider_kind: ProviderKind,
    /// The provider's own id of the place.
    pub location_id: Option<String>,
    /// What the place is called.
    pub location_name: Option<String>,
    /// Where it is.
    pub municipality_code: MunicipalityCode,
    /// Where it is, exactly.
    pub coordinates: Option<Coordinates>,
    /// Of the location, never of a person.
    pub postcode: Option<Postcode>,
    /// What the provider calls it.
    pub programme_name: Option<String>,
    /// What is given.
    pub care_type: CareType,
    /// What is counted.
    pub place_kind: Option<PlaceKind>,
    /// In what surroundings.
    pub setting: Option<Setting>,
    /// Forensic security level.
    pub security_level: Option<SecurityLevel>,
    /// Staff per place class that goes with the security level, as the provider names it.
    pub stay_intensity: Option<String>,
    /// Ages and target groups; none: not stated.
    pub circuits: BTreeSet<Circuit>,
    /// Ages at admission.
    pub age: AgeRange,
    /// Main diagnosis groups; none: no distinction by diagnosis.
    pub diagnosis_groups: BTreeSet<DiagnosisGroup>,
    /// Insurers that it is meant for; none: all.
    pub insurers: BTreeSet<InsurerName>,
    /// As offered; none: not stated.
    pub languages: BTreeSet<LanguageCode>,
    /// Where this description came from.
    pub origin: Origin,
    /// Remarks of a source that carry a known meaning.
    pub remark_codes: BTreeSet<String>,
    /// An independent practice that chose to be shown by itself rather than per municipality.
    pub shown_by_itself: bool,
    /// How often its places are counted anew; none: the default of their kind.
    pub promised_interval: Option<ReportingInterval>,
    /// Whom it accepts, and on what terms; none: nothing of it is stated.
    pub terms: Option<Box<Terms>>,
}

impl Details {
    /// Tells whether it is shown only together with others: a practice of one person is that person.
    pub fn is_shown_with_others(&self) -> bool {
        self.provider_kind == ProviderKind::IndependentPractice && !self.shown_by_itself
    }

    /// Returns the description with the named fields of the patch in the place of its own.
    #[must_use]
    pub fn patched(&self, patch: &Patch) -> Self {
        let mut patched = self.clone();
        for field in &patch.fields {
            patched.take(*field, &patch.details);
        }
        patched
    }

    fn take(&mut self, field: DetailsField, from: &Self) {
        match field {
            DetailsField::ProviderName => self.provider_name.clone_from(&from.provider_name),
            DetailsField::LocationId => self.location_id.clone_from(&from.location_id),
            DetailsField::LocationName => self.location_name.clone_from(&from.location_name),
            DetailsField::MunicipalityCode => {
                self.municipality_code = from.municipality_code.clone();
            }
            DetailsField::Coordinates => self.coordinates = from.coordinates,
            DetailsField::Postcode => self.postcode.clone_from(&from.postcode),
            DetailsField::ProgrammeName => self.programme_name.clone_from(&from.programme_name),
            DetailsField::CareType => self.care_type = from.care_type,
            DetailsField::PlaceKind => self.place_kind = from.place_kind,
            DetailsField::Setting => self.setting = from.setting,
            DetailsField::SecurityLevel => self.security_level = from.security_level,
            DetailsField::StayIntensity => self.stay_intensity.clone_from(&from.stay_intensity),
            DetailsField::Circuits => self.circuits.clone_from(&from.circuits),
            DetailsField::Age => self.age = from.age,
            DetailsField::DiagnosisGroups => {
                self.diagnosis_groups.clone_from(&from.diagnosis_groups);
            }
            DetailsField::Insurers => self.insurers.clone_from(&from.insurers),
            DetailsField::Languages => self.languages.clone_from(&from.languages),
            DetailsField::RemarkCodes => self.remark_codes.clone_from(&from.remark_codes),
            DetailsField::ShownByItself => self.shown_by_itself = from.shown_by_itself,
            DetailsField::PromisedIntervalHours => self.promised_interval = from.promised_interval,
            DetailsField::Terms(field) => self.take_term(field, from.terms.as_deref()),
        }
    }

    fn take_term(&mut self, field: TermsField, from: Option<&Terms>) {
        let mut terms = self
            .terms
            .take()
            .map_or_else(Terms::default, |terms| *terms);
        terms.take(field, from.unwrap_or(&Terms::default()));
        self.terms = terms.kept();
    }
}

/// A point on earth, WGS84.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coordinates {
    latitude_degrees: f64,
    longitude_degrees: f64,
}

impl Coordinates {
    /// Accepts latitudes from -90 to 90 and longitudes from -180 to 180.
    pub fn parse(latitude_degrees: f64, longitude_degrees: f64) -> Option<Self> {
        let on_earth = (-90.0..=90.0).contains(&latitude_degrees)
            && (-180.0..=180.0).contains(&longitude_degrees);
        on_earth.then_some(Self {
            latitude_degrees,
            longitude_degrees,
        })
    }

    /// Degrees north of the equator.
    pub fn latitude_degrees(self) -> f64 {
        self.latitude_degrees
    }

    /// Degrees east of Greenwich.
    pub fn longitude_degrees(self) -> f64 {
        self.longitude_degrees
    }
}

/// Ages in whole years at admission, both ends included; an absent end is open. Default: all ages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct AgeRange {
    min_years: Option<u32>,
    max_years: Option<u32>,
}

impl AgeRange {
    /// Accepts ends up to 130 years, the first not above the second.
    pub fn parse(min_years: Option<u32>, max_years: Option<u32>) -> Option<Self> {
        let human = [min_years, max_years]
            .iter()
            .flatten()
            .all(|years| *years <= 130);
        let in_order = min_years.zip(max_years).is_none_or(|(min, max)| min <= max);
        (human && in_order).then_some(Self {
            min_years,
            max_years,
        })
    }

    /// The youngest.
    pub fn min_years(self) -> Option<u32> {
        self.min_years
    }

    /// The oldest.
    pub fn max_years(self) -> Option<u32> {
        self.max_years
    }

    /// Tells whether somebody of that age is in the range.
    pub fn contains(self, age_years: u32) -> bool {
        self.min_years.is_none_or(|min| min <= age_years)
            && self.max_years.is_none_or(|max| age_years <= max)
    }
}

/// What a provider is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProviderKind {
    /// An organisation for mental health care.
    Institution,
    /// Psychiatric ward or outpatient clinic of a hospital (PAAZ, PUK).
    HospitalDepartment,
    /// A natural person's practice.
    IndependentPractice,
    /// A municipality.
    Municipality,
    /// Care over the internet.
    Ehealth,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum PlaceKind {
    Bed,
    DayPlace,
    Slot,
    ProgrammePlace,
    HomeTreatmentPlace,
    CrisisAssessmentPlace,
}

impl PlaceKind {
    /// The word for it in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bed => "bed",
            Self::DayPlace => "day-place",
            Self::Slot => "slot",
            Self::ProgrammePlace => "programme-place",
            Self::HomeTreatmentPlace => "home-treatment-place",
            Self::CrisisAssessmentPlace => "crisis-assessment-place",
        }
    }
}

/// In what surroundings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the others' names say it")]
pub enum Setting {
    Open,
    Closed,
    /// Acute closed ward where high care and intensive care are combined (HIC).
    HighIntensiveCare,
    IntensiveCareUnit,
    Crisis,
    LongStayClosed,
    Day,
    Outpatient,
    /// Intensive home treatment (IHT).
    HomeTreatment,
    Fact,
    Online,
}

/// Forensic security level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecurityLevel {
    /// Closed outer door, free inside.
    Level1,
    /// Starts on a closed ward; lower of the two.
    Level2Low,
    /// Starts on a closed ward; higher of the two.
    Level2High,
    /// Long stay inside a secured ring.
    Level3,
    /// Double ring.
    Level4,
}

/// Age or target group, as the waiting-time data divide it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Circuit {
    Youth,
    Adolescents,
    Adults,
    Elderly,
    Addiction,
    Forensic,
}

/// Where a description came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// The provider or municipality itself.
    Declared,
    /// Published waiting times, read from the regulator's data set.
    Published,
    /// Generated for demonstration; not real.
    Demonstration,
}
