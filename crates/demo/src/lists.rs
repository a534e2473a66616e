//! Waiting lists: as long as the waits that their offerings report make them, with the intakes and starts of the last
//! months.

use proto::waitlist::v1::declaration::End;
use proto::waitlist::v1::{
    Declaration, Outflow, Registration, TreatmentEnded, WithdrawalReason, Withdrawn, WithdrawnBy,
};

use crate::figures::UsualWait;
use crate::people::{Draws, People};
use crate::random::Random;
use crate::{Offering, World};

/// Sets the draws of the lists apart from all others.
const LISTS: u64 = 0x6c69_7374_7300;
/// Outside the region one provider of so many keeps a list,
const ONE_OF: u32 = 30;
/// until so many persons wait: there are no more numbers of nobody.
const MOST_PERSONS: usize = 8_800;
/// One organisation is granted more than this at once, under two epochs as well.
const MOST_ENTRIES: usize = 990;
/// A list outside the region is a part of what the provider's would be.
const MOST_ENTRIES_OUTSIDE: usize = 150;
/// Whose treatment began, or who gave up, within so many days is still told.
const RECENT_DAYS: u32 = 75;
const WITHDRAWN_PERCENT: u32 = 15;
const ENDED_PERCENT: u32 = 8;
const PLANNED_PERCENT: u32 = 40;
const UNDIAGNOSED_PERCENT: u32 = 25;
/// Of these nobody will say again that they still wait.
const FORGOTTEN_PERCENT: u32 = 5;
/// What people wait for where an offering makes no distinction, of a hundred.
const COMMON: [(u32, &str); 7] = [
    (26, "04"),
    (20, "05"),
    (19, "07"),
    (13, "18"),
    (12, "01"),
    (6, "06"),
    (4, "10"),
];
const UNDIAGNOSED: &str = "not-yet-diagnosed";

/// The list of one provider.
#[derive(Clone, Debug)]
pub struct WaitingList {
    /// Whose it is.
    pub provider_id: String,
    /// Who is on it, and who was until lately.
    pub entries: Vec<WaitingEntry>,
}

/// One person at one provider.
#[derive(Clone, Debug)]
pub struct WaitingEntry {
    /// What is said of it, but for who it is.
    pub declaration: Declaration,
    /// The number of the person, from 0, the same on every list; none: somebody without a citizen number.
    pub person: Option<u32>,
    /// It is said once, and goes stale.
    pub forgotten: bool,
}

impl World {
    /// Returns who waits, list by list. `day` writes the day so many days ago; below zero, ahead.
    ///
    /// Who waits and under which ids follows from the seed alone; the days move with `day`.
    pub fn waiting_lists(&self, day: impl Fn(i64) -> String) -> Vec<WaitingList> {
        let mut people = People::default();
        let mut lists = Vec::new();
        for (provider, provider_id) in self.provider_ids().enumerate() {
            let most = self.most_entries(provider);
            if most == 0 || people.count() >= MOST_PERSONS {
                continue;
            }
            let mut entries = Vec::new();
            for offering in self.offerings_of(provider) {
                let more = offering.waiting_entries(provider, &mut people, &day);
                entries.extend(more.take(most - entries.len()));
            }
            if !entries.is_empty() {
                lists.push(WaitingList {
                    provider_id: provider_id.to_owned(),
                    entries,
                });
            }
        }
        lists
    }

    fn most_entries(&self, provider: usize) -> usize {
        let chance = Random::about(self.seed() ^ LISTS, provider as u64).between(1, ONE_OF);
        match (self.is_regional(provider), chance) {
            (true, _) => MOST_ENTRIES,
            (false, 1) => MOST_ENTRIES_OUTSIDE,
            (false, _) => 0,
        }
    }
}

impl Offering {
    fn waiting_entries(
        &self,
        provider: usize,
        people: &mut People,
        day: &impl Fn(i64) -> String,
    ) -> impl Iterator<Item = WaitingEntry> {
        let draws = Draws::new(provider, &self.details);
        let usual = self.usual_wait();
        let all = usual.map_or(0, |usual| {
            let recent = usual.waiting * RECENT_DAYS / (usual.intake_days + usual.treatment_days);
            usual.waiting + recent.min(usual.waiting / 2)
        });
        (0..all).filter_map(move |nth| {
            let place = (nth, usual?);
            Some(self.waiting_entry(place, &draws, people, day))
        })
    }

    fn waiting_entry(
        &self,
        (nth, usual): (u32, UsualWait),
        draws: &Draws,
        people: &mut People,
        day: &impl Fn(i64) -> String,
    ) -> WaitingEntry {
        let mut random = Random::about(self.seed ^ LISTS, nth.into());
        let entry_id = format!("{:016x}{:016x}", random.next(), random.next());
        let mut drawn = people.draw(draws, &mut random);
        drawn.profile.diagnosis_group = self.diagnosis_group(&mut random);
        let times = Times::drawn(usual, nth >= usual.waiting, &mut random);
        let registration = Registration {
            provider_id: String::new(),
            location_id: format!("demo-{}", self.details.municipality_code),
            care_type: self.care_type(),
            registered_on: day(times.registered.into()),
            profile: Some(drawn.profile),
        };
        WaitingEntry {
            declaration: times.declaration(entry_id, registration, day),
            person: drawn.person,
            forgotten: random.percent(FORGOTTEN_PERCENT),
        }
    }

    /// Returns the word of the waiting list for what it offers.
    fn care_type(&self) -> String {
        let name = self.details.care_type().as_str_name();
        let name = name.strip_prefix("CARE_TYPE_").unwrap_or(name);
        name.to_ascii_lowercase().replace('_', "-")
    }

    fn diagnosis_group(&self, random: &mut Random) -> String {
        let common = random.weighted(&COMMON).copied();
        let own = random.pick(&self.details.diagnosis_groups);
        if random.percent(UNDIAGNOSED_PERCENT) {
            return UNDIAGNOSED.to_owned();
        }
        own.map_or(common.unwrap_or(UNDIAGNOSED), String::as_str)
            .to_owned()
    }
}

/// When what happened to an entry, in days before today.
struct Times {
    registered: u32,
    /// Days ahead.
    intake_in: Option<u32>,
    intake: Option<u32>,
    started: Option<u32>,
    withdrawn: Option<(u32, WithdrawnBy, WithdrawalReason)>,
    ended: Option<(u32, Outflow)>,
}

impl Times {
    fn drawn(usual: UsualWait, is_gone: bool, random: &mut Random) -> Self {
        let mut about = |days: u32| days * random.between(70, 130) / 100;
        let (to_intake, to_treatment) = (about(usual.intake_days), about(usual.treatment_days));
        if is_gone {
            return Self::gone(to_intake, to_treatment, random);
        }
        let waited = random.between(0, (usual.intake_days + usual.treatment_days) * 115 / 100);
        let intake = waited.checked_sub(to_intake).filter(|ago| *ago > 0);
        let planned = random.percent(PLANNED_PERCENT) && intake.is_none();
        Self {
            registered: waited,
            // Tomorrow at the earliest: today may be over when it arrives.
            intake_in: planned.then(|| to_intake.saturating_sub(waited).max(1)),
            intake,
            started: None,
            withdrawn: None,
            ended: None,
        }
    }

    fn gone(to_intake: u32, to_treatment: u32, random: &mut Random) -> Self {
        let gone = random.between(1, RECENT_DAYS);
        let withdrawn = random.percent(WITHDRAWN_PERCENT);
        let ended = random.percent(ENDED_PERCENT) && !withdrawn;
        let why = random.pick(&REASONS).copied();
        let outflow = random.pick(&[Outflow::Gp, Outflow::SocialDomain, Outflow::OtherProvider]);
        Self {
            registered: gone + to_treatment + to_intake,
            intake_in: None,
            intake: Some(gone + to_treatment),
            started: (!withdrawn).then_some(gone),
            withdrawn: why
                .filter(|_| withdrawn)
                .map(|(by, reason)| (gone, by, reason)),
            ended: outflow
                .filter(|_| ended)
                .map(|outflow| (random.between(0, gone), *outflow)),
        }
    }

    fn declaration(
        self,
        entry_id: String,
        registration: Registration,
        day: &impl Fn(i64) -> String,
    ) -> Declaration {
        let on = |ago: Option<u32>| ago.map_or_else(String::new, |ago| day(ago.into()));
        let withdrawn = self.withdrawn.map(|(ago, by, reason)| {
            End::Withdrawn(Withdrawn {
                on: on(Some(ago)),
                by: by.into(),
                reason: reason.into(),
            })
        });
        let ended = self.ended.map(|(ago, outflow)| {
            End::TreatmentEnded(TreatmentEnded {
                ended_on: on(Some(ago)),
                outflow: outflow.into(),
            })
        });
        let ahead = |days: u32| day(-i64::from(days));
        Declaration {
            context: None,
            entry_id,
            registration: Some(registration),
            person: None,
            intake_planned_for: self.intake_in.map_or_else(String::new, ahead),
            intake_held_on: on(self.intake),
            treatment_started_on: on(self.started),
            end: withdrawn.or(ended),
        }
    }
}

/// Why people leave a list.
const REASONS: [(WithdrawnBy, WithdrawalReason); 5] = [
    (WithdrawnBy::Person, WithdrawalReason::HelpedElsewhere),
    (WithdrawnBy::Person, WithdrawalReason::NoLongerWanted),
    (WithdrawnBy::Provider, WithdrawalReason::NotReached),
    (WithdrawnBy::Provider, WithdrawalReason::NotSuited),
    (WithdrawnBy::Referrer, WithdrawalReason::Transferred),
];

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;
    use crate::world::{SEED, Scale};

    fn lists(scale: Scale) -> Vec<WaitingList> {
        World::new(scale, SEED).waiting_lists(|ago| format!("{ago}"))
    }

    fn waits(entry: &WaitingEntry) -> bool {
        entry.declaration.treatment_started_on.is_empty() && entry.declaration.end.is_none()
    }

    #[test]
    fn the_same_people_wait_every_time_under_ids_of_their_own() {
        let (one, other) = (lists(Scale::Region), lists(Scale::Region));
        let all = |lists: &[WaitingList]| -> Vec<Declaration> {
            let entries = lists.iter().flat_map(|list| &list.entries);
            entries.map(|entry| entry.declaration.clone()).collect()
        };
        let (one, other) = (all(&one), all(&other));
        assert_eq!(one, other);
        let ids: HashSet<&str> = one.iter().map(|it| it.entry_id.as_str()).collect();
        assert_eq!(ids.len(), one.len());
        assert!(ids.iter().all(|id| id.len() == 32));
    }

    #[test]
    fn about_one_in_five_waits_on_several_lists() {
        let mut on: HashMap<u32, u32> = HashMap::new();
        for list in lists(Scale::Region) {
            for entry in list.entries.iter().filter(|entry| waits(entry)) {
                if let Some(person) = entry.person {
                    *on.entry(person).or_default() += 1;
                }
            }
        }
        let several = on.values().filter(|lists| **lists > 1).count();
        let percent = several * 100 / on.len();
        assert!((15..=25).contains(&percent), "{percent} of {}", on.len());
    }

    #[test]
    fn a_list_comes_in_under_the_quota_of_its_provider() {
        for scale in [Scale::Region, Scale::Nation] {
            let lists = lists(scale);
            let longest = lists.iter().map(|list| list.entries.len()).max();
            assert!(longest <= Some(MOST_ENTRIES), "{longest:?}");
            let entries: usize = lists.iter().map(|list| list.entries.len()).sum();
            let persons: HashSet<u32> = lists
                .iter()
                .flat_map(|list| list.entries.iter().filter_map(|entry| entry.person))
                .collect();
            assert!(persons.len() < 8_999, "{scale:?}: {}", persons.len());
            assert!(entries > 2_000, "{scale:?}: {entries}");
        }
    }

    #[test]
    fn a_nation_begins_with_the_lists_of_its_region() {
        let nation = lists(Scale::Nation);
        let region = lists(Scale::Region);
        assert!(nation.len() > region.len() + 20, "{}", nation.len());
        for (one, other) in region.iter().zip(&nation) {
            assert_eq!(one.provider_id, other.provider_id);
            assert_eq!(one.entries.len(), other.entries.len());
        }
    }

    #[test]
    fn steps_follow_one_another() {
        let ago = |day: &str| day.parse::<i64>().ok();
        for entry in lists(Scale::Region).iter().flat_map(|list| &list.entries) {
            let said = &entry.declaration;
            let registered = said.registration.as_ref().unwrap();
            let steps = [
                Some(registered.registered_on.as_str()),
                Some(said.intake_held_on.as_str()),
                Some(said.treatment_started_on.as_str()),
            ];
            let days: Vec<i64> = steps.into_iter().flatten().filter_map(ago).collect();
            assert!(days.is_sorted_by(|one, next| one >= next), "{said:?}");
            assert!(days.iter().all(|days| (0..2_000).contains(days)));
            assert!(ago(&said.intake_planned_for).is_none_or(|ahead| ahead < 0));
        }
    }

    #[test]
    fn who_waits_long_waits_with_many() {
        let world = World::new(Scale::Region, SEED);
        let mut offerings: Vec<UsualWait> = (0..world.size())
            .filter_map(|number| world.offering(number)?.usual_wait())
            .collect();
        offerings.sort_by_key(|usual| usual.intake_days + usual.treatment_days);
        let mean = |part: &[UsualWait]| {
            part.iter().map(|usual| usual.waiting).sum::<u32>() / u32::try_from(part.len()).unwrap()
        };
        let (short, long) = offerings.split_at(offerings.len() / 2);
        assert!(mean(long) > mean(short));
    }
}
