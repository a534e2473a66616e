//! A few hundred offerings around Groningen, among them every kind that there is.

use proto::capacity::v1::ProviderKind;
use reference::{Municipality, RegionScheme};

use crate::programmes::{
    ADDICTION, BASIC, CENTRAL_MUNICIPAL, EVERYWHERE, FORENSIC, HOSPITAL, MUNICIPAL, ONLINE,
    Programme, SPECIALISED, YOUTH,
};
use crate::random::Random;
use crate::world::{Offers, Provider, World};

/// The region, by care office, and the ones beside it.
const REGION: &str = "ZK09";
const NEIGHBOURS: [&str; 2] = ["ZK06", "ZK08"];
const MAIN_TOWN: &str = "GM0014";
/// Neighbouring municipalities farther away than this have nothing to do with it.
const NEAR_KM: f64 = 55.0;
const CENTRAL_TOWNS: [&str; 4] = [MAIN_TOWN, "GM0037", "GM0106", "GM0080"];
/// Independent practices; the nation counts on them.
pub(crate) const PRACTICES: u32 = 36;
const PRACTICE_PLACES: u64 = u64::MAX;

type Places = Vec<&'static Municipality>;

/// Puts the region's providers and sites into the world.
pub(crate) fn settle(world: &mut World) {
    let region = members(REGION);
    let everywhere: Places = region.iter().copied().chain(neighbours()).collect();
    let of = |holds: &dyn Fn(&Municipality) -> bool| -> Places {
        everywhere
            .iter()
            .filter(|place| holds(place))
            .copied()
            .collect()
    };
    let main = of(&|place| place.code == MAIN_TOWN);
    let central = of(&is_central);
    let east: Places = region
        .iter()
        .filter(|place| place.longitude_degrees > 6.75)
        .copied()
        .collect();

    let noord = institution(1, "Demo-ggz Noord");
    add(
        world,
        noord,
        &[(&main, &SPECIALISED), (&everywhere, &EVERYWHERE)],
    );
    add(
        world,
        institution(2, "Demo-ggz Oost"),
        &[(&east, &EVERYWHERE)],
    );
    let youth = institution(3, "Demo-jeugdzorg Wad en Wold");
    add(world, youth, &[(&region, &YOUTH)]);
    let addiction = institution(4, "Demo-verslavingszorg Hunze");
    add(world, addiction, &[(&central, &ADDICTION)]);
    let forensic = institution(5, "Demo-forensisch Noord");
    add(world, forensic, &[(&main, &FORENSIC)]);
    let practices = institution(7, "Demo-praktijken De Brug");
    add(world, practices, &[(&everywhere, &BASIC)]);
    let hospital = Provider {
        kind: ProviderKind::HospitalDepartment,
        ..institution(6, "Demo-ziekenhuis Martinistad")
    };
    add(world, hospital, &[(&main, &HOSPITAL)]);
    let online = Provider {
        kind: ProviderKind::Ehealth,
        ..institution(8, "Demo-online Behandeling")
    };
    add(world, online, &[(&main, &ONLINE)]);
    for place in &everywhere {
        let here = vec![*place];
        let mut sites: Vec<(&Places, &'static [Programme])> = vec![(&here, &MUNICIPAL)];
        if is_central(place) {
            sites.push((&here, &CENTRAL_MUNICIPAL));
        }
        add(world, municipal(place), &sites);
    }
    add_practices(world, &everywhere);
}

/// Returns a municipality as a provider.
pub(crate) fn municipal(place: &Municipality) -> Provider {
    Provider {
        id: format!("demo:2{}", place.code.trim_start_matches("GM")),
        name: format!("Demo-gemeente {}", place.name),
        kind: ProviderKind::Municipality,
    }
}

/// Returns a one-person practice: nothing is shown of it but the municipality.
pub(crate) fn practice(number: u32) -> Provider {
    Provider {
        id: format!("demo:{number}"),
        name: String::new(),
        kind: ProviderKind::IndependentPractice,
    }
}

/// Returns an institution.
pub(crate) fn institution(number: u32, name: &str) -> Provider {
    Provider {
        id: format!("demo:{number}"),
        name: name.to_owned(),
        kind: ProviderKind::Institution,
    }
}

fn add(world: &mut World, provider: Provider, sites: &[(&Places, &'static [Programme])]) {
    let provider = world.add_provider(provider);
    for (places, programmes) in sites {
        for place in *places {
            world.add_site(provider, place, Offers::Each(programmes));
        }
    }
}

fn add_practices(world: &mut World, places: &[&'static Municipality]) {
    let mut random = Random::about(world.seed(), PRACTICE_PLACES);
    for number in 1..=PRACTICES {
        if let Some(place) = random.pick(places) {
            let provider = world.add_provider(practice(1_000 + number));
            world.add_site(provider, place, Offers::Practice);
        }
    }
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
