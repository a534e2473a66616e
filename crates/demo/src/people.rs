//! Who waits: nobody that there is. Some stand on several lists.

use std::collections::HashMap;

use proto::capacity::v1::OfferingDetails;
use proto::waitlist::v1::Profile;
use reference::{AgeBand, Municipality};

use crate::random::Random;

/// So many of a hundred come from the place itself, the others from around.
const FROM_HERE_PERCENT: u32 = 65;
const AROUND_KM: f64 = 30.0;
/// So often somebody is looked for who waits elsewhere already, of a hundred; not always is there one who fits. That
/// makes one in five.
const ELSEWHERE_PERCENT: u32 = 60;
const LOOKED_AT: u32 = 8;
const MOST_LISTS: usize = 3;
const WITHOUT_NUMBER_PERCENT: u32 = 2;
const PRACTICES_PER_MUNICIPALITY: u32 = 6;
const NO_PRACTICE_PERCENT: u32 = 4;
const PREFERRED_PERCENT: u32 = 35;

/// Everybody who waits so far.
#[derive(Debug, Default)]
pub(crate) struct People {
    all: Vec<Person>,
    by_municipality: HashMap<&'static str, Vec<u32>>,
}

#[derive(Debug)]
struct Person {
    age_band: &'static str,
    gp_practice: String,
    /// The providers on whose lists the person is.
    waits_at: Vec<usize>,
}

/// Where people come from who wait for an offering.
pub(crate) struct Draws {
    pub(crate) provider: usize,
    bands: Vec<&'static AgeBand>,
    here: Option<&'static Municipality>,
    around: Vec<&'static Municipality>,
}

/// Who somebody is, as far as a list says it.
pub(crate) struct Drawn {
    /// None: without a citizen number.
    pub(crate) person: Option<u32>,
    /// Without a diagnosis.
    pub(crate) profile: Profile,
}

impl Draws {
    pub(crate) fn new(provider: usize, details: &OfferingDetails) -> Self {
        let here = reference::municipality(&details.municipality_code);
        let near = |place: &&Municipality| {
            here.is_some_and(|here| reference::distance_km(here, place) <= AROUND_KM)
        };
        Self {
            provider,
            bands: bands(details),
            here,
            around: reference::municipalities().filter(near).collect(),
        }
    }

    fn place(&self, random: &mut Random) -> Option<&'static Municipality> {
        let from_here = random.percent(FROM_HERE_PERCENT);
        let elsewhere = random.pick(&self.around).copied();
        self.here.filter(|_| from_here).or(elsewhere).or(self.here)
    }

    fn fits(&self, person: &Person) -> bool {
        person.waits_at.len() < MOST_LISTS
            && !person.waits_at.contains(&self.provider)
            && self.bands.iter().any(|band| band.code == person.age_band)
    }
}

impl People {
    /// Returns how many have a citizen number.
    pub(crate) fn count(&self) -> usize {
        self.all.len()
    }

    /// Draws somebody for a list: who is on another one already, or somebody new.
    pub(crate) fn draw(&mut self, draws: &Draws, random: &mut Random) -> Drawn {
        let municipality = draws.place(random).map_or("", |place| &place.code);
        let known = random.percent(ELSEWHERE_PERCENT);
        let known = known.then(|| self.waits_elsewhere(municipality, draws, random));
        if let Some(number) = known.flatten()
            && let Some(person) = self.all.get_mut(number as usize)
        {
            person.waits_at.push(draws.provider);
            return Drawn {
                person: Some(number),
                profile: person.profile(municipality, false),
            };
        }
        let person = Person::new(municipality, draws, random);
        let preferred = random.percent(PREFERRED_PERCENT);
        let profile = person.profile(municipality, preferred);
        if random.percent(WITHOUT_NUMBER_PERCENT) {
            return Drawn {
                person: None,
                profile,
            };
        }
        let number = u32::try_from(self.all.len()).ok();
        self.all.push(person);
        let neighbours = self.by_municipality.entry(municipality).or_default();
        neighbours.extend(number);
        Drawn {
            person: number,
            profile,
        }
    }

    fn waits_elsewhere(
        &self,
        municipality: &str,
        draws: &Draws,
        random: &mut Random,
    ) -> Option<u32> {
        let neighbours = self.by_municipality.get(municipality)?;
        let mut looked_at = (0..LOOKED_AT).filter_map(|_| random.pick(neighbours).copied());
        looked_at.find(|number| {
            let person = self.all.get(*number as usize);
            person.is_some_and(|person| draws.fits(person))
        })
    }
}

impl Person {
    fn new(municipality: &str, draws: &Draws, random: &mut Random) -> Self {
        let band = random.pick(&draws.bands);
        Self {
            age_band: band.map_or("25-44", |band| band.code),
            gp_practice: gp_practice(municipality, random),
            waits_at: vec![draws.provider],
        }
    }

    fn profile(&self, municipality: &str, preferred: bool) -> Profile {
        Profile {
            age_band: self.age_band.to_owned(),
            municipality_code: municipality.to_owned(),
            gp_practice: self.gp_practice.clone(),
            diagnosis_group: String::new(),
            preferred,
        }
    }
}

/// Returns the code of a practice that does not exist: no register begins with 99. Empty: it is not known.
fn gp_practice(municipality: &str, random: &mut Random) -> String {
    let number = random.between(1, PRACTICES_PER_MUNICIPALITY);
    if random.percent(NO_PRACTICE_PERCENT) {
        return String::new();
    }
    format!("99{}{number:02}", municipality.trim_start_matches("GM"))
}

/// Returns the age bands that an offering is for.
fn bands(details: &OfferingDetails) -> Vec<&'static AgeBand> {
    let age = details.age.unwrap_or_default();
    let takes = |band: &&AgeBand| {
        let begins_in_time = age
            .max_years
            .is_none_or(|oldest| u32::from(band.min_years) <= oldest);
        let ends_late_enough = band
            .max_years
            .zip(age.min_years)
            .is_none_or(|(last, youngest)| u32::from(last) >= youngest);
        begins_in_time && ends_late_enough
    };
    reference::age_bands().filter(takes).collect()
}
