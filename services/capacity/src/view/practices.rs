//! Independents' practices that are not shown by themselves: a practice of one person is that person, so its figures are
//! put together with those of others.

use std::collections::{BTreeMap, BTreeSet};

use domain::Timestamp;
use domain::capacity::{CareType, Circuit, Details, DiagnosisGroup, Offering};
use eventlog::StreamId;
use reference::{Municipality, RegionScheme};

use super::facts::Bits;
use super::{CapacityView, Filter, RowNumber};

/// Fewer practices than this are not shown per municipality; and fewer in a whole region without figures.
pub(super) const FEWEST: usize = 3;
/// An answer holds no more groups.
const MAX_GROUPS: usize = 5_000;

/// What practices are put together by. One that takes several groups or circuits is in each.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct GroupKey {
    /// The region of the care office.
    pub(crate) region: &'static str,
    /// None: too few of its municipalities' practices to be shown apart.
    pub(crate) municipality: Option<&'static str>,
    pub(crate) care_type: CareType,
    /// None: not stated.
    pub(crate) circuit: Option<Circuit>,
    /// None: no distinction by diagnosis.
    pub(crate) group: Option<DiagnosisGroup>,
}

/// Some practices as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) key: GroupKey,
    pub(crate) practices: usize,
    /// Of the practices that have a known and current wait; none if no figures are shown.
    pub(crate) shortest_wait_days: Option<u32>,
    pub(crate) median_wait_days: Option<u32>,
    /// How many those are.
    pub(crate) wait_known: usize,
    /// Places free in current counts; none: unknown, or no figures are shown.
    pub(crate) available: Option<u32>,
}

/// All practices that an answer is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Practices {
    pub(crate) groups: Vec<Group>,
    /// Groups that there are, also beyond those that an answer holds.
    pub(crate) groups_total: usize,
    /// Their offerings.
    pub(crate) offerings: u64,
}

/// What one offering adds to a group.
#[derive(Clone, Copy)]
struct Member {
    provider: u32,
    wait_days: Option<u32>,
    available: Option<u32>,
}

impl CapacityView {
    /// Whether it is a practice's that is not shown by itself.
    pub(crate) fn is_practice(&self, number: RowNumber) -> bool {
        self.facts.get(number).is_some_and(|facts| facts.practice)
    }

    /// Puts the practices that match together; none if one provider is asked for, since that would be one practice.
    pub(crate) fn practices<'a>(
        &self,
        filter: &Filter,
        now: Timestamp,
        state_of: impl Fn(&StreamId) -> Option<&'a Offering>,
    ) -> Practices {
        let mut matching = Vec::new();
        let question = self.question(filter);
        self.for_candidates(filter, |number, facts| {
            let state = || state_of(&self.row(number)?.stream);
            if facts.practice && question.matches(facts, now, state) {
                matching.push(number);
            }
        });
        self.put_together(&matching, filter, now, state_of)
    }

    /// Puts these practices together.
    pub(super) fn put_together<'a>(
        &self,
        numbers: &[RowNumber],
        filter: &Filter,
        now: Timestamp,
        state_of: impl Fn(&StreamId) -> Option<&'a Offering>,
    ) -> Practices {
        if filter.provider.is_some() {
            return Practices::default();
        }
        let mut members = BTreeMap::<GroupKey, Vec<Member>>::new();
        let mut providers = BTreeSet::new();
        for number in numbers {
            let facts = self.facts.get(*number);
            let state = self.row(*number).and_then(|row| state_of(&row.stream));
            let (Some(facts), Some(offering)) = (facts, state) else {
                continue;
            };
            providers.insert(facts.provider);
            for key in keys(offering, filter) {
                let member = Member {
                    provider: facts.provider,
                    wait_days: facts
                        .current_waits(now)
                        .and_then(|_| wait_days(offering, &key, filter)),
                    available: facts.available(now),
                };
                members.entry(key).or_default().push(member);
            }
        }
        // With a condition on figures a count of one or two would tell a practice's figures.
        let is_told = providers.len() >= FEWEST || !filter.asks_for_figures();
        let offerings = if is_told { numbers.len() } else { 0 };
        let mut groups = shown(members, filter.asks_for_figures());
        let groups_total = groups.len();
        groups.truncate(MAX_GROUPS);
        Practices {
            groups,
            groups_total,
            offerings: u64::try_from(offerings).unwrap_or(u64::MAX),
        }
    }
}

/// The groups that an offering is in, as far as the question is about them.
fn keys(offering: &Offering, filter: &Filter) -> Vec<GroupKey> {
    let Some((details, place)) = offering.details.as_ref().and_then(|details| {
        let place = municipality(details)?;
        Some((details, place))
    }) else {
        return Vec::new();
    };
    let is_asked_circuit = |circuit: &&Circuit| {
        filter.circuits.is_empty() || filter.circuits.meets(Bits::of([**circuit as u32]))
    };
    let is_asked_group =
        |group: &&DiagnosisGroup| filter.group.as_ref().is_none_or(|asked| asked == *group);
    let circuits = details.circuits.iter().filter(is_asked_circuit);
    let groups = details.diagnosis_groups.iter().filter(is_asked_group);
    let circuits = or_none(circuits.copied());
    let groups = or_none(groups.cloned());
    let pairs = circuits
        .into_iter()
        .flat_map(|circuit| groups.iter().map(move |group| (circuit, group.clone())));
    pairs
        .map(|(circuit, group)| GroupKey {
            region: RegionScheme::CareOffice.code_of(place),
            municipality: Some(&place.code),
            care_type: details.care_type,
            circuit,
            group,
        })
        .collect()
}

fn or_none<T>(values: impl Iterator<Item = T>) -> Vec<Option<T>> {
    let values: Vec<_> = values.map(Some).collect();
    if values.is_empty() {
        vec![None]
    } else {
        values
    }
}

fn municipality(details: &Details) -> Option<&'static Municipality> {
    match reference::current_code(details.municipality_code.as_str()) {
        reference::CurrentCode::Current(place) | reference::CurrentCode::FormerOf(place) => {
            Some(place)
        }
        reference::CurrentCode::Split(_) | reference::CurrentCode::Unknown => None,
    }
}

/// The wait of somebody of this group.
fn wait_days(offering: &Offering, key: &GroupKey, filter: &Filter) -> Option<u32> {
    let waits = offering.waits.as_ref()?;
    let person = Filter {
        group: key.group.clone(),
        insurer: filter.insurer.clone(),
        ..Filter::default()
    };
    person.wait_days(&waits.value)
}

/// Too few in a municipality join those of their region; too few there are shown without figures, or not at all.
fn shown(members: BTreeMap<GroupKey, Vec<Member>>, asks_for_figures: bool) -> Vec<Group> {
    let mut joined = BTreeMap::<GroupKey, Vec<Member>>::new();
    for (key, members) in members {
        let municipality = key.municipality.filter(|_| practices(&members) >= FEWEST);
        let key = GroupKey {
            municipality,
            ..key
        };
        joined.entry(key).or_default().extend(members);
    }
    let groups = joined
        .into_iter()
        .map(|(key, members)| group(key, &members));
    groups
        .filter(|group| group.practices >= FEWEST || !asks_for_figures)
        .collect()
}

fn practices(members: &[Member]) -> usize {
    let providers: BTreeSet<u32> = members.iter().map(|member| member.provider).collect();
    providers.len()
}

fn group(key: GroupKey, members: &[Member]) -> Group {
    let practices = practices(members);
    let members = if practices >= FEWEST { members } else { &[] };
    let mut waits = BTreeMap::<u32, u32>::new();
    for member in members {
        if let Some(days) = member.wait_days {
            let shortest = waits.entry(member.provider).or_insert(days);
            *shortest = days.min(*shortest);
        }
    }
    let mut waits: Vec<u32> = waits.into_values().collect();
    waits.sort_unstable();
    let available = members.iter().filter_map(|member| member.available);
    Group {
        key,
        practices,
        shortest_wait_days: waits.first().copied(),
        median_wait_days: median(&waits),
        wait_known: waits.len(),
        available: available.reduce(u32::saturating_add),
    }
}

/// Of an even number the later of the two in the middle: nobody must be promised less.
fn median(sorted: &[u32]) -> Option<u32> {
    sorted.get(sorted.len() / 2).copied()
}
