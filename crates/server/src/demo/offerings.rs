//! The invented offerings: the same at every start.

use proto::capacity::v1::{AgeRange, OfferingDetails, Origin, ProviderKind};
use reference::{Municipality, RegionScheme};

use super::programmes::{
    ADDICTION, BASIC, CENTRAL_MUNICIPAL, EVERYWHERE, FORENSIC, HOSPITAL, MUNICIPAL, ONLINE,
    Programme, SPECIALISED, YOUTH,
};
use super::random::Random;

/// Decides what the demonstration looks like.
const SEED: u64 = 20_261_123;
/// The region, by care office, and the ones beside it.
const REGION: &str = "ZK09";
const NEIGHBOURS: [&str; 2] = ["ZK06", "ZK08"];
const MAIN_TOWN: &str = "GM0014";
/// Neighbouring municipalities farther away than this have nothing to do with it.
const NEAR_KM: f64 = 55.0;
const CENTRAL_TOWNS: [&str; 4] = [MAIN_TOWN, "GM0037", "GM0106", "GM0080"];
const PRACTICES: u32 = 36;

/// An offering, and what can be expected to be heard of it.
pub(super) struct Offering {
    pub(super) id: String,
    pub(super) details: OfferingDetails,
    pub(super) places: u32,
    pub(super) median_wait_weeks: Option<u32>,
    pub(super) habit: Habit,
    pub(super) paused: bool,
}

/// How an offering reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Habit {
    /// Keeps its figures up to date.
    Lively,
    /// Last said something so many days ago.
    Stopped(u32),
    /// Has never said anything.
    Silent,
}

struct Provider {
    id: String,
    name: String,
    kind: ProviderKind,
}

/// Returns all of them.
pub(super) fn offerings() -> Vec<Offering> {
    let region = members(REGION);
    let neighbours = neighbours();
    let mut maker = Maker::new();
    let everywhere: Vec<_> = region.iter().chain(&neighbours).copied().collect();
    let main: Vec<_> = region
        .iter()
        .filter(|place| place.code == MAIN_TOWN)
        .copied()
        .collect();
    let central: Vec<_> = everywhere
        .iter()
        .filter(|place| is_central(place))
        .copied()
        .collect();
    let east: Vec<_> = region
        .iter()
        .filter(|place| place.longitude_degrees > 6.75)
        .copied()
        .collect();

    let institution = |number: u32, name: &str| Provider {
        id: format!("demo:{number}"),
        name: name.to_owned(),
        kind: ProviderKind::Institution,
    };
    let noord = institution(1, "Demo-ggz Noord");
    maker.add(&noord, &main, &SPECIALISED);
    maker.add(&noord, &everywhere, &EVERYWHERE);
    maker.add(&institution(2, "Demo-ggz Oost"), &east, &EVERYWHERE);
    maker.add(
        &institution(3, "Demo-jeugdzorg Wad en Wold"),
        &region,
        &YOUTH,
    );
    maker.add(
        &institution(4, "Demo-verslavingszorg Hunze"),
        &central,
        &ADDICTION,
    );
    maker.add(&institution(5, "Demo-forensisch Noord"), &main, &FORENSIC);
    maker.add(
        &institution(7, "Demo-praktijken De Brug"),
        &everywhere,
        &BASIC,
    );
    let hospital = Provider {
        kind: ProviderKind::HospitalDepartment,
        ..institution(6, "Demo-ziekenhuis Martinistad")
    };
    maker.add(&hospital, &main, &HOSPITAL);
    let online = Provider {
        kind: ProviderKind::Ehealth,
        ..institution(8, "Demo-online Behandeling")
    };
    maker.add(&online, &main, &ONLINE);
    for place in &everywhere {
        let municipality = Provider {
            id: format!("demo:2{}", place.code.trim_start_matches("GM")),
            name: format!("Demo-gemeente {}", place.name),
            kind: ProviderKind::Municipality,
        };
        maker.add(&municipality, &[place], &MUNICIPAL);
        if is_central(place) {
            maker.add(&municipality, &[place], &CENTRAL_MUNICIPAL);
        }
    }
    maker.add_practices(&everywhere);
    maker.made
}

fn members(care_office: &str) -> Vec<&'static Municipality> {
    let members = reference::region_members(RegionScheme::CareOffice, care_office);
    members.unwrap_or_default().to_vec()
}

fn neighbours() -> Vec<&'static Municipality> {
    let Some(main) = reference::municipality(MAIN_TOWN) else {
        return Vec::new();
    };
    let near = |place: &&Municipality| reference::distance_km(main, place) <= NEAR_KM;
    NEIGHBOURS
        .iter()
        .flat_map(|region| members(region))
        .filter(near)
        .collect()
}

fn is_central(place: &Municipality) -> bool {
    CENTRAL_TOWNS.contains(&place.code.as_str())
}

struct Maker {
    random: Random,
    made: Vec<Offering>,
}

impl Maker {
    const fn new() -> Self {
        Self {
            random: Random::new(SEED),
            made: Vec::new(),
        }
    }

    fn add(
        &mut self,
        provider: &Provider,
        places: &[&Municipality],
        programmes: &'static [Programme],
    ) {
        for place in places {
            for programme in programmes {
                let mut details = described(provider, place, programme);
                details.location_name = format!("Demo-locatie {}", place.name);
                programme.name.clone_into(&mut details.programme_name);
                self.push(details, programme);
            }
        }
    }

    /// One-person practices: nothing is shown of them but the municipality.
    fn add_practices(&mut self, places: &[&Municipality]) {
        for number in 1..=PRACTICES {
            let Some(place) = self.random.pick(places) else {
                return;
            };
            let Some(programme) = self.random.pick(&[&BASIC[0], &EVERYWHERE[0]]).copied() else {
                return;
            };
            let practice = Provider {
                id: format!("demo:{}", 1000 + number),
                name: String::new(),
                kind: ProviderKind::IndependentPractice,
            };
            self.push(described(&practice, place, programme), programme);
        }
    }

    fn push(&mut self, details: OfferingDetails, programme: &Programme) {
        let number = self.made.len() + 1;
        let alone = details.provider_kind == i32::from(ProviderKind::IndependentPractice);
        let (fewest, most) = if alone { (1, 3) } else { programme.places };
        let habit = match self.random.between(1, 100) {
            1..=80 => Habit::Lively,
            81..=93 => Habit::Stopped(self.random.between(3, 60)),
            _ => Habit::Silent,
        };
        self.made.push(Offering {
            id: format!("demo-{number:04}"),
            details,
            places: self.random.between(fewest, most),
            median_wait_weeks: programme.median_wait_weeks,
            habit,
            paused: self.random.percent(8),
        });
    }
}

fn described(provider: &Provider, place: &Municipality, programme: &Programme) -> OfferingDetails {
    let (min_years, max_years) = programme.age;
    let bounded = min_years.is_some() || max_years.is_some();
    OfferingDetails {
        provider_id: provider.id.clone(),
        provider_name: provider.name.clone(),
        provider_kind: provider.kind.into(),
        municipality_code: place.code.clone(),
        care_type: programme.care_type.into(),
        place_kind: programme.place_kind.into(),
        setting: programme.setting.into(),
        circuits: vec![programme.circuit.into()],
        age: bounded.then_some(AgeRange {
            min_years,
            max_years,
        }),
        diagnosis_groups: programme
            .diagnosis_groups
            .iter()
            .map(ToString::to_string)
            .collect(),
        languages: vec!["nl".to_owned()],
        origin: Origin::Demonstration.into(),
        ..OfferingDetails::default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_few_hundred_are_made_and_they_are_the_same_every_time() {
        let (one, other) = (offerings(), offerings());
        assert!((250..=500).contains(&one.len()), "{}", one.len());
        let same = |(one, other): (&Offering, &Offering)| {
            one.id == other.id && one.details == other.details
        };
        assert!(one.iter().zip(&other).all(same));
        assert_eq!(one[0].id, "demo-0001");
    }

    #[test]
    fn all_are_said_to_be_invented() {
        for offering in offerings() {
            assert_eq!(offering.details.origin, i32::from(Origin::Demonstration));
            assert!(offering.details.provider_id.starts_with("demo:"));
            let name = &offering.details.provider_name;
            assert!(name.is_empty() || name.starts_with("Demo-"), "{name}");
        }
    }

    #[test]
    fn every_kind_of_care_and_every_habit_is_among_them() {
        let all = offerings();
        let care: HashSet<i32> = all
            .iter()
            .map(|offering| offering.details.care_type)
            .collect();
        assert_eq!(care.len(), 10);
        assert!(all.iter().any(|offering| offering.habit == Habit::Silent));
        assert!(
            all.iter()
                .any(|offering| matches!(offering.habit, Habit::Stopped(_)))
        );
        assert!(all.iter().any(|offering| offering.paused));
    }

    #[test]
    fn a_practice_shows_its_municipality_only() {
        let practice = i32::from(ProviderKind::IndependentPractice);
        let all = offerings();
        let practices: Vec<_> = all
            .iter()
            .filter(|made| made.details.provider_kind == practice)
            .collect();
        assert_eq!(practices.len(), PRACTICES as usize);
        for made in practices {
            let details = &made.details;
            assert!(details.provider_name.is_empty() && details.location_name.is_empty());
            assert!(details.programme_name.is_empty() && details.coordinates.is_none());
        }
    }
}
