//! Who offers what and where: sites, from which every offering can be made by its number.

use std::collections::HashMap;

use proto::capacity::v1::{AgeRange, OfferingDetails, Origin, ProviderKind};
use reference::Municipality;

use crate::mixes::Mix;
use crate::offering::{Habit, Offering};
use crate::programmes::{BASIC, EVERYWHERE, Programme};
use crate::random::Random;
use crate::{nation, region, terms};

/// The seed that is taken where none is given.
pub const SEED: u64 = 20_261_123;

/// Sets the draws of the terms apart from all others.
const TERMS: u64 = 0x7465_726d_7300;
const PAUSED_PERCENT: u32 = 8;
/// Offerings of the nation that are meant for named insurers only.
const NAMED_INSURERS_PERCENT: u32 = 8;
const INSURERS: [&str; 4] = [
    "Demo-verzekeraar",
    "Demo-verzekeraar Noord",
    "Demo-verzekeraar Zuid",
    "Demo-zorgpolis",
];

/// How much is invented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// A few hundred offerings around Groningen.
    Region,
    /// All of those, and about 100,000 more all over the Netherlands.
    Nation,
}

/// Everything that is invented. It holds providers and their sites; offerings are made when asked for.
#[derive(Debug)]
pub struct World {
    seed: u64,
    providers: Vec<Provider>,
    sites: Vec<Site>,
    size: u32,
    region: Extent,
}

/// How far the region goes: the first so many.
#[derive(Clone, Copy, Debug, Default)]
struct Extent {
    providers: usize,
    offerings: u32,
}

#[derive(Debug)]
pub(crate) struct Provider {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) kind: ProviderKind,
}

/// What is found at one place of one provider.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Offers {
    /// One of each.
    Each(&'static [Programme]),
    /// So many teams of a mixture.
    Teams(&'static Mix, u32),
    /// What one person does.
    Practice,
}

#[derive(Debug)]
struct Site {
    provider: usize,
    place: &'static Municipality,
    offers: Offers,
    /// The number of its first offering.
    first: u32,
}

impl World {
    /// Invents it. The same seed gives the same, and a nation begins with its region.
    pub fn new(scale: Scale, seed: u64) -> Self {
        let mut world = Self {
            seed,
            providers: Vec::new(),
            sites: Vec::new(),
            size: 0,
            region: Extent::default(),
        };
        region::settle(&mut world);
        world.region = Extent {
            providers: world.providers.len(),
            offerings: world.size,
        };
        match scale {
            Scale::Region => {}
            Scale::Nation => nation::settle(&mut world),
        }
        world
    }

    /// Returns how many offerings there are.
    pub fn size(&self) -> u32 {
        self.size
    }

    /// Returns an offering by its number, from 0; none beyond the last.
    pub fn offering(&self, number: u32) -> Option<Offering> {
        let after = self.sites.partition_point(|site| site.first <= number);
        let site = self.sites.get(after.checked_sub(1)?)?;
        let provider = self.providers.get(site.provider)?;
        (number < self.size).then(|| self.made(number, site, provider))
    }

    /// Returns the ids of the providers, the region's first.
    pub(crate) fn provider_ids(&self) -> impl Iterator<Item = &str> {
        self.providers.iter().map(|provider| provider.id.as_str())
    }

    /// Tells whether a provider is the region's, by its place among the providers.
    pub(crate) fn is_regional(&self, provider: usize) -> bool {
        provider < self.region.providers
    }

    /// Returns what a provider offers: one of the region only what it offers in the region.
    pub(crate) fn offerings_of(&self, provider: usize) -> impl Iterator<Item = Offering> {
        let end = match self.is_regional(provider) {
            true => self.region.offerings,
            false => self.size,
        };
        let sites = self.sites.iter().enumerate();
        let of_provider =
            sites.filter(move |(_, site)| site.provider == provider && site.first < end);
        of_provider.flat_map(|(at, site)| {
            let next = self.sites.get(at + 1).map_or(self.size, |next| next.first);
            (site.first..next).filter_map(|number| self.offering(number))
        })
    }

    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    /// Returns the municipalities that are providers already, by code.
    pub(crate) fn municipal_providers(&self) -> HashMap<String, usize> {
        let municipal = |site: &&Site| {
            let provider = self.providers.get(site.provider);
            provider.is_some_and(|it| it.kind == ProviderKind::Municipality)
        };
        let sites = self.sites.iter().filter(municipal);
        sites
            .map(|site| (site.place.code.clone(), site.provider))
            .collect()
    }

    pub(crate) fn add_provider(&mut self, provider: Provider) -> usize {
        self.providers.push(provider);
        self.providers.len() - 1
    }

    pub(crate) fn add_site(
        &mut self,
        provider: usize,
        place: &'static Municipality,
        offers: Offers,
    ) {
        self.sites.push(Site {
            provider,
            place,
            offers,
            first: self.size,
        });
        self.size += match offers {
            Offers::Each(programmes) => u32::try_from(programmes.len()).unwrap_or(0),
            Offers::Teams(_, count) => count,
            Offers::Practice => 1,
        };
    }

    fn made(&self, number: u32, site: &Site, provider: &Provider) -> Offering {
        let mut random = Random::about(self.seed, number.into());
        let nth = number - site.first;
        let (programme, name) = site.offers.programme(nth, &mut random);
        let mut details = described(provider, site.place, programme);
        if let Some(name) = name {
            details.location_name = format!("Demo-locatie {}", site.place.name);
            details.programme_name = name;
        }
        let (fewest, most) = match site.offers {
            Offers::Each(_) | Offers::Teams(..) => programme.places,
            Offers::Practice => (1, 3),
        };
        if let Offers::Teams(..) = site.offers
            && provider.kind != ProviderKind::Municipality
            && random.percent(NAMED_INSURERS_PERCENT)
        {
            let insurer = random.pick(&INSURERS);
            details.insurers = insurer.into_iter().map(ToString::to_string).collect();
        }
        // Drawn apart, so that what was invented before stays as it was.
        let mut drawn = Random::about(self.seed ^ TERMS, number.into());
        terms::state(&mut details, &mut drawn);
        Offering {
            id: format!("demo-{:04}", number + 1),
            details,
            habit: Habit::drawn(&mut random),
            places: random.between(fewest, most),
            median_wait_weeks: programme.median_wait_weeks,
            paused: random.percent(PAUSED_PERCENT),
            seed: random.next(),
        }
    }
}

impl Offers {
    /// Returns what the nth offering of a site is, and its name; a practice has none.
    fn programme(self, nth: u32, random: &mut Random) -> (&'static Programme, Option<String>) {
        match self {
            Self::Each(programmes) => {
                let programme = programmes.get(nth as usize).unwrap_or(&BASIC[0]);
                (programme, Some(programme.name.to_owned()))
            }
            Self::Teams(mix, _) => {
                let programme = random.weighted(mix).copied().unwrap_or(&BASIC[0]);
                let name = format!("{} {}", programme.name, nth + 1);
                (programme, Some(name))
            }
            Self::Practice => {
                let kinds = [&BASIC[0], &EVERYWHERE[0]];
                (random.pick(&kinds).copied().unwrap_or(&BASIC[0]), None)
            }
        }
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
    use std::collections::{BTreeMap, HashSet};

    use proto::capacity::v1::Circuit;

    use super::*;

    fn all(scale: Scale) -> Vec<Offering> {
        let world = World::new(scale, SEED);
        (0..world.size())
            .map(|number| world.offering(number).unwrap())
            .collect()
    }

    #[test]
    fn a_region_has_a_few_hundred_and_they_are_the_same_every_time() {
        let (one, other) = (all(Scale::Region), all(Scale::Region));
        assert!((250..=500).contains(&one.len()), "{}", one.len());
        let same = |(one, other): (&Offering, &Offering)| {
            one.id == other.id && one.details == other.details && one.seed == other.seed
        };
        assert!(one.iter().zip(&other).all(same));
        assert_eq!(one[0].id, "demo-0001");
        let another = World::new(Scale::Region, SEED + 1);
        assert_ne!(another.offering(0).unwrap().seed, one[0].seed);
        assert!(another.offering(another.size()).is_none());
    }

    #[test]
    fn a_nation_begins_with_its_region() {
        let nation = World::new(Scale::Nation, SEED);
        for (number, offering) in (0..).zip(all(Scale::Region)) {
            let same = nation.offering(number).unwrap();
            assert_eq!(
                (same.id, same.details, same.seed),
                (offering.id, offering.details, offering.seed)
            );
        }
    }

    #[test]
    fn a_nation_has_as_many_providers_and_offerings_as_the_netherlands() {
        let world = World::new(Scale::Nation, SEED);
        let municipal = |provider: &&Provider| provider.kind == ProviderKind::Municipality;
        let municipalities = world.providers.iter().filter(municipal).count();
        assert_eq!(municipalities, 342);
        assert_eq!(world.providers.len() - municipalities, 4_300);
        assert!(
            (95_000..=105_000).contains(&world.size()),
            "{}",
            world.size()
        );
        let ids: HashSet<&str> = world.providers.iter().map(|it| it.id.as_str()).collect();
        assert_eq!(ids.len(), world.providers.len());
    }

    #[test]
    fn a_nation_is_as_skewed_as_the_regulators_data() {
        let nation = all(Scale::Nation);
        let share = |holds: &dyn Fn(&Offering) -> bool, of: &dyn Fn(&Offering) -> bool| {
            let base = nation.iter().filter(|offering| of(offering)).count();
            let count = nation
                .iter()
                .filter(|offering| of(offering) && holds(offering))
                .count();
            count * 100 / base
        };
        let care = |offering: &Offering| {
            offering.details.provider_kind() != ProviderKind::Municipality
                && offering.details.provider_kind() != ProviderKind::Ehealth
        };
        let circuit = |circuit: Circuit| {
            share(
                &|offering| offering.details.circuits == [i32::from(circuit)],
                &care,
            )
        };
        assert!((45..=65).contains(&circuit(Circuit::Adults)));
        assert!((18..=30).contains(&circuit(Circuit::Youth)));
        assert!((4..=11).contains(&circuit(Circuit::Addiction)));
        let undivided = share(&|it| it.details.diagnosis_groups.is_empty(), &care);
        assert!((55..=73).contains(&undivided), "{undivided}");
        let silent = share(&|it| it.habit == Habit::Silent, &|_| true);
        assert!((3..=9).contains(&silent), "{silent}");

        let mut by_provider: BTreeMap<&str, HashSet<&str>> = BTreeMap::new();
        for offering in nation
            .iter()
            .filter(|it| it.details.provider_kind() == ProviderKind::Institution)
        {
            let places = by_provider
                .entry(&offering.details.provider_id)
                .or_default();
            places.insert(&offering.details.municipality_code);
        }
        let single = by_provider
            .values()
            .filter(|places| places.len() == 1)
            .count();
        let percent = single * 100 / by_provider.len();
        assert!((50..=75).contains(&percent), "{percent}");
        assert!(by_provider.values().any(|places| places.len() > 60));
    }

    #[test]
    fn all_are_said_to_be_invented() {
        for offering in all(Scale::Nation) {
            assert_eq!(offering.details.origin(), Origin::Demonstration);
            assert!(offering.details.provider_id.starts_with("demo:"));
            let name = &offering.details.provider_name;
            assert!(name.is_empty() || name.starts_with("Demo-"), "{name}");
        }
    }

    #[test]
    fn every_kind_of_care_and_every_habit_is_in_a_region() {
        let all = all(Scale::Region);
        let care: HashSet<i32> = all.iter().map(|it| it.details.care_type).collect();
        assert_eq!(care.len(), 10);
        let any = |holds: fn(&Offering) -> bool| all.iter().any(holds);
        assert!(any(|it| it.habit == Habit::Silent) && any(|it| it.habit == Habit::Late));
        assert!(any(|it| matches!(it.habit, Habit::Stopped(_))) && any(|it| it.paused));
    }

    #[test]
    fn a_practice_shows_its_municipality_only() {
        let practices: Vec<_> = all(Scale::Nation)
            .into_iter()
            .filter(|it| it.details.provider_kind() == ProviderKind::IndependentPractice)
            .collect();
        assert!(practices.len() > 3_000);
        for practice in practices {
            let details = &practice.details;
            assert!(details.provider_name.is_empty() && details.location_name.is_empty());
            assert!(details.programme_name.is_empty() && details.coordinates.is_none());
        }
    }
}
