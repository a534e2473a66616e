//! Whom an invented offering accepts and on what terms. What it says fits together; one in ten says nothing of it, as
//! one in ten providers does.

use proto::capacity::v1::{
    Accessibility, Acuity, AdmissionHours, CareType, Catchment, CatchmentDuty, CatchmentKind,
    Circuit, ContactKind, ContactRoute, Contract, ContractState, ExclusionCriterion, FundingRoute,
    Interpreter, LegalRegime, LegalTitle, ObservationMode, OfferingDetails, Programme,
    ProviderKind, SecurityLevel, Setting, SexRule, SomaticCapability, Weekday,
};

use crate::random::Random;

/// Offerings that state no terms.
const SILENT_PERCENT: u32 = 10;
const MINUTES_PER_HOUR: u32 = 60;
const WEEKDAYS: [Weekday; 5] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
];
const WEEKEND: [Weekday; 2] = [Weekday::Saturday, Weekday::Sunday];

/// Adds what the offering says of its terms.
pub(crate) fn state(details: &mut OfferingDetails, random: &mut Random) {
    details.funding_routes = vec![funding(details).into()];
    if random.percent(SILENT_PERCENT) {
        return;
    }
    details.languages.extend(more_languages(random));
    details.interpreter = random.percent(60).then(|| Interpreter {
        any_language: true,
        languages: Vec::new(),
    });
    details.accessibility = some_of(&ACCESSIBILITY, 45, random);
    if details.provider_kind() == ProviderKind::Municipality {
        return;
    }
    details.programmes = programmes(details);
    details.exclusion_criteria = exclusions(random);
    details.contracts = contracts(details, random);
    if !is_shown(details) {
        return;
    }
    details.contact_routes = vec![ContactRoute {
        kind: ContactKind::Phone.into(),
        address: format!("+31 85 {:07}", random.between(0, 9_999_999)),
    }];
    if is_ward(details.setting()) {
        state_of_ward(details, random);
    } else {
        details.admission_hours = vec![hours(&WEEKDAYS, 9, 17)];
        details.acuity_max = random.pick(&OUTPATIENT_ACUITY).copied().unwrap_or_default();
    }
}

fn state_of_ward(details: &mut OfferingDetails, random: &mut Random) {
    let is_closed = details.setting() != Setting::Open;
    details.legal_titles = vec![LegalTitle::Voluntary.into()];
    if is_closed {
        details.legal_regime = LegalRegime::Wvggz.into();
        details.legal_titles.extend([
            i32::from(LegalTitle::WvggzCrisisMeasure),
            LegalTitle::WvggzContinuation.into(),
            LegalTitle::WvggzCareAuthorisation.into(),
        ]);
        details.observation_modes = some_of(&OBSERVATION, 60, random);
        details.seclusion_room = Some(random.percent(50));
        details.acuity_max = Acuity::VeryHigh.into();
        details.admission_hours = vec![hours(&WEEKDAYS, 0, 24), hours(&WEEKEND, 0, 24)];
    } else {
        details.legal_regime = LegalRegime::None.into();
        details.acuity_max = Acuity::Moderate.into();
        details.admission_hours = vec![hours(&WEEKDAYS, 8, 20)];
    }
    if details.circuits.contains(&Circuit::Forensic.into()) {
        details.legal_titles.push(LegalTitle::WfzArticle23.into());
        details.security_level = SecurityLevel::SecurityLevel2High.into();
    }
    let sexes = [SexRule::Any, SexRule::SeparateRooms];
    details.sex_rule = random.pick(&sexes).copied().unwrap_or_default().into();
    details.somatic_capabilities = some_of(&SOMATIC, 35, random);
    details.catchment = Some(Catchment {
        kind: CatchmentKind::SupraRegional.into(),
        acute_regions: Vec::new(),
        duty: CatchmentDuty::Free.into(),
    });
    let minutes = [30, 60, 120, 240];
    details.response_target_minutes = random.pick(&minutes).copied();
}

const ACCESSIBILITY: [Accessibility; 6] = [
    Accessibility::StepFree,
    Accessibility::AdaptedBathroom,
    Accessibility::HearingLoop,
    Accessibility::SignLanguage,
    Accessibility::LowVision,
    Accessibility::PlainLanguage,
];
const OBSERVATION: [ObservationMode; 3] = [
    ObservationMode::OneToOne,
    ObservationMode::IntensiveCareUnit,
    ObservationMode::SecuredRoom,
];
const SOMATIC: [SomaticCapability; 6] = [
    SomaticCapability::Wheelchair,
    SomaticCapability::Drip,
    SomaticCapability::TubeFeeding,
    SomaticCapability::DiabetesCare,
    SomaticCapability::Pregnancy,
    SomaticCapability::DialysisNearby,
];
const EXCLUSIONS: [ExclusionCriterion; 6] = [
    ExclusionCriterion::ActiveFireSetting,
    ExclusionCriterion::RecentViolence,
    ExclusionCriterion::SevereWithdrawal,
    ExclusionCriterion::AcuteSuicidality,
    ExclusionCriterion::SubstanceUse,
    ExclusionCriterion::NoHomeAddress,
];
const OUTPATIENT_ACUITY: [i32; 2] = [Acuity::Low as i32, Acuity::Moderate as i32];
const LANGUAGES: [&str; 5] = ["en", "tr", "ar", "pl", "de"];
const INSURERS: [&str; 3] = [
    "Demo-verzekeraar Noord",
    "Demo-verzekeraar Zuid",
    "Demo-zorgpolis",
];

/// Whether it is shown with a name: then it says how it is reached.
fn is_shown(details: &OfferingDetails) -> bool {
    details.provider_kind() != ProviderKind::IndependentPractice
}

fn is_ward(setting: Setting) -> bool {
    matches!(
        setting,
        Setting::Open
            | Setting::Closed
            | Setting::HighIntensiveCare
            | Setting::IntensiveCareUnit
            | Setting::Crisis
            | Setting::LongStayClosed
    )
}

fn funding(details: &OfferingDetails) -> FundingRoute {
    let is_for_the_young = details.circuits.contains(&Circuit::Youth.into());
    match details.care_type() {
        CareType::ShelteredHousing
        | CareType::Shelter
        | CareType::Guidance
        | CareType::DayActivities
        | CareType::WalkIn
        | CareType::DebtAssistance => FundingRoute::Wmo,
        CareType::Unspecified
        | CareType::Basic
        | CareType::Specialised
        | CareType::Combined
        | CareType::Ehealth
            if is_for_the_young =>
        {
            FundingRoute::Jeugdwet
        }
        CareType::Unspecified
        | CareType::Basic
        | CareType::Specialised
        | CareType::Combined
        | CareType::Ehealth => FundingRoute::Zvw,
    }
}

/// The specialties that go with the diagnosis groups it names (codes of the table of main groups).
fn programmes(details: &OfferingDetails) -> Vec<i32> {
    let groups = details.diagnosis_groups.iter().map(String::as_str);
    let named = groups.filter_map(|group| match group {
        "01" => Some(Programme::Autism),
        "02" => Some(Programme::Psychosis),
        "03" | "04" => Some(Programme::Mood),
        "07" => Some(Programme::Trauma),
        "10" => Some(Programme::Eating),
        "16" => Some(Programme::Addiction),
        "18" => Some(Programme::Personality),
        _ => None,
    });
    let mut programmes: Vec<i32> = named.map(Into::into).collect();
    programmes.dedup();
    programmes
}

fn exclusions(random: &mut Random) -> Vec<i32> {
    if random.percent(40) {
        return vec![ExclusionCriterion::None.into()];
    }
    some_of(&EXCLUSIONS, 25, random)
}

fn contracts(details: &OfferingDetails, random: &mut Random) -> Vec<Contract> {
    if details.funding_routes != [i32::from(FundingRoute::Zvw)] {
        return Vec::new();
    }
    let states = [
        (80, ContractState::Contracted),
        (12, ContractState::NotContracted),
        (8, ContractState::Unknown),
    ];
    let with = |payer: &&str| Contract {
        payer: (*payer).to_owned(),
        state: random.weighted(&states).copied().unwrap_or_default().into(),
    };
    INSURERS.iter().map(with).collect()
}

fn more_languages(random: &mut Random) -> Vec<String> {
    let spoken = LANGUAGES.iter().filter(|_| random.percent(15));
    spoken.map(ToString::to_string).collect()
}

fn some_of<T: Copy + Into<i32>>(all: &[T], percent: u32, random: &mut Random) -> Vec<i32> {
    let some = all.iter().filter(|_| random.percent(percent));
    some.map(|one| (*one).into()).collect()
}

fn hours(weekdays: &[Weekday], from: u32, until: u32) -> AdmissionHours {
    AdmissionHours {
        weekdays: weekdays.iter().map(|day| (*day).into()).collect(),
        from_minute: from * MINUTES_PER_HOUR,
        until_minute: until * MINUTES_PER_HOUR,
    }
}

#[cfg(test)]
mod tests {
    use crate::world::{SEED, Scale, World};

    use super::*;

    fn nation() -> impl Iterator<Item = OfferingDetails> {
        let world = World::new(Scale::Nation, SEED);
        (0..world.size())
            .step_by(7)
            .map(move |number| world.offering(number).unwrap().details)
    }

    #[test]
    fn only_closed_wards_take_people_under_compulsion() {
        let mut closed = 0;
        for details in nation() {
            let compulsory = details.legal_titles.iter().any(|title| *title > 1);
            let is_registered = details.legal_regime() == LegalRegime::Wvggz;
            assert!(!compulsory || is_registered, "{details:?}");
            closed += usize::from(compulsory);
        }
        assert!(closed > 0);
    }

    #[test]
    fn most_state_their_terms_and_some_do_not() {
        let all: Vec<_> = nation().collect();
        let stated = all.iter().filter(|it| !it.exclusion_criteria.is_empty());
        let percent = stated.count() * 100 / all.len();
        assert!((50..=90).contains(&percent), "{percent}");
        assert!(all.iter().all(|it| !it.funding_routes.is_empty()));
    }

    #[test]
    fn nobody_who_is_not_shown_says_how_to_be_reached() {
        let hidden = nation().filter(|it| !is_shown(it));
        assert!(hidden.into_iter().all(|it| it.contact_routes.is_empty()));
    }
}
