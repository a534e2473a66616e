//! The coded values of an offering's terms.

/// Under which act an accommodation is registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LegalRegime {
    /// Neither.
    None,
    /// Wet verplichte geestelijke gezondheidszorg.
    Wvggz,
    /// Wet zorg en dwang.
    Wzd,
    /// Both.
    WvggzAndWzd,
}

impl LegalRegime {
    /// Tells whether an accommodation registered like this is registered for all that `wanted` names.
    pub fn covers(self, wanted: Self) -> bool {
        match wanted {
            Self::None => self == Self::None,
            Self::Wvggz => matches!(self, Self::Wvggz | Self::WvggzAndWzd),
            Self::Wzd => matches!(self, Self::Wzd | Self::WvggzAndWzd),
            Self::WvggzAndWzd => self == Self::WvggzAndWzd,
        }
    }
}

/// The legal title that a person may come with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LegalTitle {
    /// Vrijwillig.
    Voluntary,
    /// Crisismaatregel.
    WvggzCrisisMeasure,
    /// Machtiging tot voortzetting van de crisismaatregel.
    WvggzContinuation,
    /// Zorgmachtiging.
    WvggzCareAuthorisation,
    /// Besluit tot opname en verblijf.
    WzdArticle21,
    /// Rechterlijke machtiging.
    WzdCourtAuthorisation,
    /// Inbewaringstelling.
    WzdCustody,
    /// A care authorisation by a judge in a criminal case.
    WfzArticle23,
    /// Tbs met bevel tot verpleging.
    WfzTbsTreatment,
    /// Tbs met voorwaarden.
    WfzTbsConditions,
    /// Care as a special condition of a sentence or a suspension.
    WfzSpecialCondition,
    /// Transferred out of detention for care.
    WfzFromDetention,
}

/// A specialty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the others' names say it")]
pub enum Programme {
    Psychosis,
    Mood,
    Personality,
    Eating,
    Autism,
    Trauma,
    Addiction,
    Detox,
    MotherAndBaby,
    /// Severe behavioural problems with a mild intellectual disability (SGLVG).
    IntellectualDisability,
    Elderly,
    Forensic,
}

/// How unstable a person's state may be, from least to most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the others' names say it")]
pub enum Acuity {
    Low,
    Moderate,
    High,
    /// Danger to life from moment to moment.
    VeryHigh,
}

/// How closely somebody can be watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the others' names say it")]
pub enum ObservationMode {
    OneToOne,
    /// The intensive-care unit in the ward.
    IntensiveCareUnit,
    SecuredRoom,
}

/// Who is refused without exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the others' names say it")]
pub enum ExclusionCriterion {
    /// Nobody is, by any of these; stands alone.
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
}

/// Bodily care that is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum SomaticCapability {
    Wheelchair,
    Drip,
    TubeFeeding,
    DiabetesCare,
    Pregnancy,
    DialysisNearby,
}

/// Whether women and men are taken, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SexRule {
    /// Everybody, anywhere.
    Any,
    /// Everybody, with rooms or corridors apart.
    SeparateRooms,
    /// Women.
    WomenOnly,
    /// Men.
    MenOnly,
}

impl SexRule {
    /// Tells whether somebody of that sex is taken.
    pub fn takes(self, sex: Sex) -> bool {
        match self {
            Self::Any | Self::SeparateRooms => true,
            Self::WomenOnly => sex == Sex::Female,
            Self::MenOnly => sex == Sex::Male,
        }
    }
}

/// The sex that a sex rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Sex {
    Female,
    Male,
}

/// What makes a location fit for people with an impairment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Accessibility {
    StepFree,
    AdaptedBathroom,
    HearingLoop,
    SignLanguage,
    LowVision,
    PlainLanguage,
}

/// How far away people may come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum CatchmentKind {
    Regional,
    SupraRegional,
    National,
}

/// What an offering owes the people of its regions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CatchmentDuty {
    /// It must take them, and takes no others.
    Duty,
    /// It may take others too.
    Free,
}

/// The act that pays. Numbers are part of a report's fingerprint: never change one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum FundingRoute {
    Zvw = 1,
    Wlz = 2,
    Wfz = 3,
    Jeugdwet = 4,
    Wmo = 5,
}

/// Whether there is a contract with a payer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContractState {
    /// There is.
    Contracted,
    /// There is none.
    NotContracted,
    /// Said to be unknown.
    Unknown,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// By what means an organisation is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContactKind {
    /// By telephone.
    Phone,
    /// Mailbox of a function.
    Email,
    /// Mailbox for secured mail.
    SecureEmail,
    /// A page for people.
    Website,
    /// A code in a referral platform.
    ReferralPlatform,
    /// An address for systems.
    Endpoint,
}
