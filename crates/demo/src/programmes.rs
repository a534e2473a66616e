//! What an invented provider offers: kinds of programmes, with plausible sizes and waits.

use proto::capacity::v1::{CareType, Circuit, PlaceKind, Setting};

/// A kind of programme.
#[derive(Debug)]
pub(crate) struct Programme {
    pub(crate) name: &'static str,
    pub(crate) care_type: CareType,
    pub(crate) place_kind: PlaceKind,
    pub(crate) setting: Setting,
    pub(crate) circuit: Circuit,
    /// Ages at admission.
    pub(crate) age: (Option<u32>, Option<u32>),
    pub(crate) diagnosis_groups: &'static [&'static str],
    /// Fewest and most places.
    pub(crate) places: (u32, u32),
    /// Total wait in weeks that half of the programmes of this kind stay under; none: no waiting list.
    pub(crate) median_wait_weeks: Option<u32>,
}

const ADULT: (Option<u32>, Option<u32>) = (Some(18), None);
const ALL_AGES: (Option<u32>, Option<u32>) = (None, None);

const fn outpatient(
    name: &'static str,
    diagnosis_groups: &'static [&'static str],
    median_wait_weeks: u32,
) -> Programme {
    Programme {
        name,
        care_type: CareType::Specialised,
        place_kind: PlaceKind::Slot,
        setting: Setting::Outpatient,
        circuit: Circuit::Adults,
        age: ADULT,
        diagnosis_groups,
        places: (8, 40),
        median_wait_weeks: Some(median_wait_weeks),
    }
}

const fn ward(name: &'static str, setting: Setting, places: (u32, u32)) -> Programme {
    Programme {
        name,
        place_kind: PlaceKind::Bed,
        setting,
        places,
        median_wait_weeks: Some(3),
        ..outpatient("", &[], 0)
    }
}

const fn social(
    name: &'static str,
    care_type: CareType,
    place_kind: PlaceKind,
    places: (u32, u32),
) -> Programme {
    Programme {
        name,
        care_type,
        place_kind,
        setting: Setting::Unspecified,
        places,
        median_wait_weeks: None,
        ..outpatient("", &[], 0)
    }
}

/// Both levels under one roof, without distinction by diagnosis.
pub(crate) static COMBINED: Programme = Programme {
    care_type: CareType::Combined,
    ..outpatient("Behandelteam", &[], 10)
};

/// Found at every location of a regional provider.
pub(crate) static EVERYWHERE: [Programme; 5] = [
    outpatient("Polikliniek volwassenen", &[], 9),
    outpatient("Polikliniek depressie", &["04"], 11),
    outpatient("Polikliniek angst en dwang", &["05", "06"], 12),
    Programme {
        place_kind: PlaceKind::HomeTreatmentPlace,
        setting: Setting::Fact,
        places: (60, 180),
        ..outpatient("FACT-team", &["02", "03"], 7)
    },
    Programme {
        circuit: Circuit::Elderly,
        age: (Some(65), None),
        ..outpatient("Polikliniek ouderen", &["04", "17"], 6)
    },
];

/// Found in the region's main town only.
pub(crate) static SPECIALISED: [Programme; 13] = [
    outpatient("Polikliniek trauma", &["07"], 12),
    outpatient("Polikliniek persoonlijkheid", &["18"], 24),
    outpatient("Polikliniek autisme", &["01"], 26),
    outpatient("Polikliniek ADHD", &["01"], 22),
    outpatient("Polikliniek eetstoornissen", &["10"], 10),
    outpatient("Polikliniek bipolair", &["03"], 11),
    outpatient("Polikliniek lichamelijke klachten", &["09"], 8),
    Programme {
        place_kind: PlaceKind::DayPlace,
        setting: Setting::Day,
        places: (12, 24),
        ..outpatient("Deeltijdbehandeling persoonlijkheid", &["18"], 18)
    },
    ward(
        "High & intensive care",
        Setting::HighIntensiveCare,
        (12, 24),
    ),
    ward("Open opnameafdeling", Setting::Open, (14, 28)),
    ward("Gesloten opnameafdeling", Setting::Closed, (10, 20)),
    Programme {
        place_kind: PlaceKind::HomeTreatmentPlace,
        median_wait_weeks: Some(1),
        ..ward(
            "Intensieve thuisbehandeling",
            Setting::HomeTreatment,
            (20, 45),
        )
    },
    Programme {
        place_kind: PlaceKind::CrisisAssessmentPlace,
        median_wait_weeks: None,
        ..ward("Crisisbeoordeling", Setting::Crisis, (3, 6))
    },
];

pub(crate) static YOUTH: [Programme; 3] = [
    Programme {
        care_type: CareType::Combined,
        circuit: Circuit::Youth,
        age: (None, Some(17)),
        ..outpatient("Jeugd-ggz", &[], 14)
    },
    Programme {
        circuit: Circuit::Youth,
        age: (Some(4), Some(17)),
        ..outpatient("Jeugd autisme en ADHD", &["01"], 22)
    },
    Programme {
        circuit: Circuit::Adolescents,
        age: (Some(16), Some(23)),
        ..outpatient("Team jongvolwassenen", &["02", "04", "05"], 10)
    },
];

pub(crate) static ADDICTION: [Programme; 3] = [
    Programme {
        circuit: Circuit::Addiction,
        ..outpatient("Polikliniek verslaving", &["16"], 7)
    },
    Programme {
        circuit: Circuit::Addiction,
        diagnosis_groups: &["16"],
        ..ward("Detoxificatie", Setting::Open, (8, 16))
    },
    Programme {
        circuit: Circuit::Addiction,
        place_kind: PlaceKind::HomeTreatmentPlace,
        setting: Setting::Fact,
        places: (40, 90),
        ..outpatient("FACT verslaving", &["16"], 5)
    },
];

pub(crate) static FORENSIC: [Programme; 2] = [
    Programme {
        circuit: Circuit::Forensic,
        ..outpatient("Forensische polikliniek", &["15", "18"], 9)
    },
    Programme {
        circuit: Circuit::Forensic,
        ..ward("Forensische afdeling", Setting::Closed, (12, 20))
    },
];

pub(crate) static HOSPITAL: [Programme; 2] = [
    outpatient("Polikliniek psychiatrie", &[], 7),
    ward("Psychiatrische afdeling", Setting::Open, (8, 18)),
];

pub(crate) static BASIC: [Programme; 1] = [Programme {
    care_type: CareType::Basic,
    places: (4, 20),
    ..outpatient("Basis-ggz", &[], 6)
}];

pub(crate) static MUNICIPAL: [Programme; 4] = [
    Programme {
        median_wait_weeks: Some(20),
        ..social(
            "Beschermd wonen",
            CareType::ShelteredHousing,
            PlaceKind::ProgrammePlace,
            (8, 40),
        )
    },
    Programme {
        median_wait_weeks: Some(5),
        ..social(
            "Begeleiding thuis",
            CareType::Guidance,
            PlaceKind::HomeTreatmentPlace,
            (30, 120),
        )
    },
    social(
        "Dagbesteding",
        CareType::DayActivities,
        PlaceKind::DayPlace,
        (10, 60),
    ),
    social(
        "Inloop en zelfregie",
        CareType::WalkIn,
        PlaceKind::DayPlace,
        (15, 50),
    ),
];

/// Only in towns that do it for those around them.
pub(crate) static CENTRAL_MUNICIPAL: [Programme; 2] = [
    Programme {
        median_wait_weeks: Some(3),
        ..social(
            "Maatschappelijke opvang",
            CareType::Shelter,
            PlaceKind::Bed,
            (20, 60),
        )
    },
    Programme {
        median_wait_weeks: Some(4),
        ..social(
            "Schuldhulp",
            CareType::DebtAssistance,
            PlaceKind::ProgrammePlace,
            (20, 80),
        )
    },
];

const fn online(name: &'static str, diagnosis_groups: &'static [&'static str]) -> Programme {
    Programme {
        care_type: CareType::Ehealth,
        setting: Setting::Online,
        age: ALL_AGES,
        places: (50, 300),
        ..outpatient(name, diagnosis_groups, 1)
    }
}

pub(crate) static ONLINE: [Programme; 5] = [
    online("Online somberheid", &["04"]),
    online("Online angst", &["05"]),
    online("Online slaap", &["12"]),
    online("Online alcohol de baas", &["16"]),
    online("Online wachttijdoverbrugging", &[]),
];
