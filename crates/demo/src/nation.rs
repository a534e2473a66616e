//! The rest of the Netherlands, with the skews of the real thing: a few providers with very many locations and many
//! with one, most of them where most people live.

use proto::capacity::v1::ProviderKind;
use reference::{Municipality, RegionScheme};

use crate::mixes::{
    ADDICTION_TEAMS, BASIC_TEAMS, FORENSIC_TEAMS, GENERAL_TEAMS, HOSPITAL_TEAMS, MUNICIPAL_TEAMS,
    Mix, ONLINE_TEAMS, TOWN_TEAMS, YOUTH_TEAMS,
};
use crate::random::Random;
use crate::region::{self, institution, municipal, practice};
use crate::world::{Offers, Provider, World};

/// All that must report: institutions, hospital departments, e-health, and practices of one person.
const PROVIDERS: u32 = 4_300;
const INSTITUTIONS: u32 = 690;
const HOSPITALS: u32 = 38;
const ONLINE: u32 = 20;
const OF_THE_REGION: u32 = 8 + region::PRACTICES;
const PRACTICES: u32 = PROVIDERS - INSTITUTIONS - HOSPITALS - ONLINE - OF_THE_REGION;
/// Providers get numbers from here on, a thousand hundreds for each kind.
const FIRST_NUMBERS: u32 = 100_000;
const SETTLING: u64 = u64::MAX - 1;

/// Locations of the largest institutions; the few with more than one have from 28 down to two.
const LARGEST: [u32; 7] = [167, 84, 42, 41, 40, 35, 29];
const WITH_SEVERAL: u32 = INSTITUTIONS * 39 / 100;
/// The largest few work all over the country.
const COUNTRYWIDE: u32 = 3;
const TEAMS_PER_LOCATION: [u32; 10] = [7, 9, 12, 14, 18, 22, 28, 38, 54, 100];
const TEAMS_PER_TOWN: (u32, u32) = (40, 80);
const TEAMS_PER_MUNICIPALITY: (u32, u32) = (15, 35);
/// A town draws so much more than another municipality.
const TOWN_WEIGHT: u32 = 8;

/// Institutions' locations per care-office region, in the regulator's data of 2018.
const LOCATIONS: [(u32, &str); 31] = [
    (148, "ZK23"),
    (95, "ZK04"),
    (93, "ZK02"),
    (82, "ZK10"),
    (81, "ZK20"),
    (68, "ZK09"),
    (60, "ZK19"),
    (59, "ZK08"),
    (59, "ZK18"),
    (57, "ZK32"),
    (55, "ZK06"),
    (54, "ZK30"),
    (51, "ZK16"),
    (49, "ZK21"),
    (49, "ZK31"),
    (47, "ZK11"),
    (47, "ZK25"),
    (43, "ZK12"),
    (43, "ZK26"),
    (42, "ZK28"),
    (38, "ZK17"),
    (35, "ZK24"),
    (34, "ZK03"),
    (34, "ZK27"),
    (29, "ZK01"),
    (27, "ZK22"),
    (25, "ZK07"),
    (22, "ZK33"),
    (16, "ZK29"),
    (13, "ZK14"),
    (9, "ZK13"),
];

/// The largest municipalities, and those that the others of their region look to.
const TOWNS: [&str; 46] = [
    "GM0363", "GM0599", "GM0518", "GM0344", "GM0772", "GM0014", "GM0855", "GM0034", "GM0758",
    "GM0268", "GM0200", "GM0202", "GM0392", "GM0394", "GM0307", "GM0153", "GM0479", "GM0796",
    "GM0193", "GM0637", "GM0080", "GM0546", "GM0505", "GM0228", "GM0935", "GM0114", "GM0983",
    "GM0503", "GM0150", "GM0361", "GM0917", "GM0402", "GM0687", "GM0513", "GM0106", "GM0794",
    "GM0828", "GM0164", "GM0439", "GM1674", "GM1883", "GM0362", "GM0995", "GM0281", "GM0512",
    "GM0405",
];

/// What an institution is about, and how many of a hundred are.
const KINDS: [(u32, (&str, &Mix)); 5] = [
    (52, ("ggz", &GENERAL_TEAMS)),
    (20, ("jeugd-ggz", &YOUTH_TEAMS)),
    (18, ("basis-ggz", &BASIC_TEAMS)),
    (8, ("verslavingszorg", &ADDICTION_TEAMS)),
    (2, ("forensisch", &FORENSIC_TEAMS)),
];

/// Puts the nation's providers and sites into the world, beside those of the region.
pub(crate) fn settle(world: &mut World) {
    let map = Map::new();
    let mut random = Random::about(world.seed(), SETTLING);
    for number in 0..INSTITUTIONS {
        add_institution(world, &map, number, &mut random);
    }
    let hospital = ("ziekenhuis", ProviderKind::HospitalDepartment);
    for number in 0..HOSPITALS {
        let provider = named(hospital, FIRST_NUMBERS * 2 + number);
        let teams = Offers::Teams(&HOSPITAL_TEAMS, random.between(6, 18));
        add(world, provider, map.town(&mut random), teams);
    }
    for number in 0..ONLINE {
        let provider = named(
            ("online", ProviderKind::Ehealth),
            FIRST_NUMBERS * 3 + number,
        );
        let teams = Offers::Teams(&ONLINE_TEAMS, random.between(10, 30));
        add(world, provider, map.town(&mut random), teams);
    }
    add_municipalities(world, &mut random);
    for number in 0..PRACTICES {
        let place = map.anywhere(&mut random);
        let provider = practice(FIRST_NUMBERS * 4 + number);
        add(world, provider, place, Offers::Practice);
    }
}

fn add(
    world: &mut World,
    provider: Provider,
    place: Option<&'static Municipality>,
    offers: Offers,
) {
    let provider = world.add_provider(provider);
    if let Some(place) = place {
        world.add_site(provider, place, offers);
    }
}

fn named((word, kind): (&str, ProviderKind), number: u32) -> Provider {
    let name = format!("Demo-{word} {}", number % FIRST_NUMBERS + 1);
    Provider {
        kind,
        ..institution(number, &name)
    }
}

fn add_institution(world: &mut World, map: &Map, number: u32, random: &mut Random) {
    let (word, mix) = *random.weighted(&KINDS).unwrap_or(&KINDS[0].1);
    let home = *random.weighted(&LOCATIONS).unwrap_or(&LOCATIONS[0].1);
    let region = map.places_of(home);
    let name = region
        .first()
        .map_or(home, |(_, place)| place.care_office_region_name.as_str());
    let name = format!("Demo-{word} {name} {}", number + 1);
    let provider = world.add_provider(institution(FIRST_NUMBERS + number, &name));
    for _ in 0..locations(number) {
        let place = if number < COUNTRYWIDE {
            map.anywhere(random)
        } else {
            random.weighted(&region).copied()
        };
        let teams = random.pick(&TEAMS_PER_LOCATION).copied().unwrap_or(1);
        if let Some(place) = place {
            world.add_site(provider, place, Offers::Teams(mix, teams));
        }
    }
}

/// Returns how many locations an institution has, by its rank.
fn locations(rank: u32) -> u32 {
    if let Some(largest) = LARGEST.get(rank as usize) {
        return *largest;
    }
    let Some(below) = WITH_SEVERAL.checked_sub(rank).filter(|below| *below > 0) else {
        return 1;
    };
    // Falls with the third power of the rank: few have many.
    let (below, all) = (u64::from(below), u64::from(WITH_SEVERAL));
    u32::try_from(2 + 26 * below.pow(3) / all.pow(3)).unwrap_or(2)
}

fn add_municipalities(world: &mut World, random: &mut Random) {
    let known = world.municipal_providers();
    for place in reference::municipalities() {
        let provider = match known.get(&place.code) {
            Some(provider) => *provider,
            None => world.add_provider(municipal(place)),
        };
        let (mix, (fewest, most)): (&Mix, _) = if is_town(place) {
            (&TOWN_TEAMS, TEAMS_PER_TOWN)
        } else {
            (&MUNICIPAL_TEAMS, TEAMS_PER_MUNICIPALITY)
        };
        let teams = random.between(fewest, most);
        world.add_site(provider, place, Offers::Teams(mix, teams));
    }
}

fn is_town(place: &Municipality) -> bool {
    TOWNS.contains(&place.code.as_str())
}

type Weighted = Vec<(u32, &'static Municipality)>;

/// Where people live, as far as it is known: towns and care-office regions by weight.
struct Map {
    regions: Vec<(u32, Weighted)>,
    towns: Weighted,
}

impl Map {
    fn new() -> Self {
        let regions: Vec<(u32, Weighted)> = LOCATIONS
            .iter()
            .map(|(weight, code)| (*weight, Self::weighted(code)))
            .collect();
        let towns = regions
            .iter()
            .flat_map(|(weight, places)| places.iter().map(move |(_, place)| (*weight, *place)))
            .filter(|(_, place)| is_town(place))
            .collect();
        Self { regions, towns }
    }

    fn weighted(care_office: &str) -> Weighted {
        let members = reference::region_members(RegionScheme::CareOffice, care_office);
        let weight = |place: &Municipality| if is_town(place) { TOWN_WEIGHT } else { 1 };
        let members = members.unwrap_or_default().iter();
        members.map(|place| (weight(place), *place)).collect()
    }

    fn places_of(&self, care_office: &str) -> Weighted {
        let nth = LOCATIONS.iter().position(|(_, code)| *code == care_office);
        let region = nth.and_then(|nth| self.regions.get(nth));
        region.map(|(_, places)| places.clone()).unwrap_or_default()
    }

    fn anywhere(&self, random: &mut Random) -> Option<&'static Municipality> {
        let region = random.weighted(&self.regions)?;
        random.weighted(region).copied()
    }

    fn town(&self, random: &mut Random) -> Option<&'static Municipality> {
        random.weighted(&self.towns).copied()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_town_and_every_region_is_one_of_the_tables() {
        let towns: HashSet<&str> = TOWNS.into_iter().collect();
        assert_eq!(towns.len(), TOWNS.len());
        assert!(
            towns
                .iter()
                .all(|code| reference::municipality(code).is_some())
        );
        assert!(
            Map::new()
                .regions
                .iter()
                .all(|(_, places)| !places.is_empty())
        );
        let offices = reference::care_offices().count();
        assert_eq!(LOCATIONS.len(), offices);
    }

    #[test]
    fn most_institutions_have_one_location_and_a_few_very_many() {
        let all: Vec<u32> = (0..INSTITUTIONS).map(locations).collect();
        let single = all.iter().filter(|count| **count == 1).count();
        assert_eq!(single * 100 / all.len(), 61);
        assert!(all.windows(2).all(|pair| pair[0] >= pair[1]));
        let mean = f64::from(all.iter().sum::<u32>()) / f64::from(INSTITUTIONS);
        assert!((3.5..5.0).contains(&mean), "{mean}");
    }
}
