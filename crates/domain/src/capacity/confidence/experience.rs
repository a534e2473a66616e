use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::cases::{CELLS, Cases, SHARES};
use super::curve::{Curve, Weight, Weights};
use super::{Basis, Confidence, MIN_CASES_OF_ITS_OWN, MIN_CASES_OF_KIND};
use crate::Timestamp;
use crate::capacity::{CareType, Details, Offering, Origin, PlaceKind, ProviderId, Setting};

/// Units that are alike. Default: nothing is known of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind {
    /// What is given.
    pub care_type: Option<CareType>,
    /// What is counted.
    pub place_kind: Option<PlaceKind>,
    /// In what surroundings.
    pub setting: Option<Setting>,
    /// Generated for demonstration: says nothing about real ones.
    pub is_demonstration: bool,
}

impl Kind {
    /// Returns what a unit of this description is like.
    pub fn of(details: Option<&Details>) -> Self {
        details.map_or_else(Self::default, |details| Self {
            care_type: Some(details.care_type),
            place_kind: details.place_kind,
            setting: details.setting,
            is_demonstration: details.origin == Origin::Demonstration,
        })
    }
}

/// What the past reports of all units add up to: sums over units, so that the order of learning does not matter.
#[derive(Clone, Debug, Default)]
pub struct Experience {
    /// By the unit's number.
    seats: Vec<Option<Seat>>,
    providers: Vec<Provider>,
    provider_numbers: BTreeMap<(Option<ProviderId>, Kind), usize>,
    kinds: Vec<KindGroup>,
    kind_numbers: BTreeMap<Kind, usize>,
}

/// Where a unit belongs, and what it contributed.
#[derive(Clone, Debug)]
struct Seat {
    provider: usize,
    cases: Option<Arc<Cases>>,
}

/// All units of one kind.
#[derive(Clone, Debug, Default)]
struct KindGroup {
    sums: Sums,
    /// Made when it is asked for: an answer has many rows of few kinds.
    known: OnceLock<Box<Known>>,
}

/// What a kind's sums say.
#[derive(Clone, Debug)]
struct Known {
    cases: u32,
    curve: Curve,
}

impl KindGroup {
    fn known(&self) -> &Known {
        self.known.get_or_init(|| {
            let weights = self.sums.weights();
            Box::new(Known {
                cases: count(&weights),
                curve: Curve::widest(&weights),
            })
        })
    }
}

/// A provider's units of one kind.
#[derive(Clone, Debug)]
struct Provider {
    id: Option<ProviderId>,
    kind: Kind,
    kind_number: usize,
    sums: Sums,
}

impl Experience {
    /// Takes in how a unit stands now, in the place of how it stood before.
    pub fn set(&mut self, unit: usize, offering: &Offering) {
        if self.seats.len() <= unit {
            self.seats.resize(unit + 1, None);
        }
        let before = self.seats[unit].take();
        let provider = self.provider_of(before.as_ref(), offering.details.as_ref());
        let cases = offering.cases.clone();
        let teaches = before
            .as_ref()
            .is_none_or(|seat| seat.provider != provider || !is_same(&seat.cases, &cases));
        if teaches {
            if let Some((provider, cases)) =
                before.and_then(|seat| Some((seat.provider, seat.cases?)))
            {
                self.for_groups_of(provider, |sums| sums.remove(&cases));
            }
            if let Some(cases) = &cases {
                self.for_groups_of(provider, |sums| sums.add(cases));
            }
        }
        self.seats[unit] = Some(Seat { provider, cases });
    }

    /// Returns the chance that a place of this unit is left; none while it shows none that may be believed, and while
    /// its kind has too little history.
    pub fn confidence(&self, offering: &Offering, now: Timestamp) -> Option<Confidence> {
        let counted_at = offering.counts.as_ref()?.observed_at;
        offering.current_counts(now)?;
        // What is held is no place that anybody could come for.
        let free = offering.balance()?.available;
        if free == 0 {
            return None;
        }
        let details = offering.details.as_ref();
        let kind = Kind::of(details);
        let of_kind = self.kinds[*self.kind_numbers.get(&kind)?].known();
        if of_kind.cases < MIN_CASES_OF_KIND {
            return None;
        }
        let provider = (details.map(|details| details.provider_id.clone()), kind);
        let of_provider = self
            .provider_numbers
            .get(&provider)
            .map_or(NOTHING, |number| self.providers[*number].sums.weights());
        let own = offering.cases.as_deref().map_or(NOTHING, weights);

        let (basis, cases) = match (count(&own), count(&of_provider)) {
            (own, _) if own >= MIN_CASES_OF_ITS_OWN => (Basis::Unit, own),
            (_, others) if others >= MIN_CASES_OF_ITS_OWN => (Basis::Provider, others),
            (_, _) => (Basis::Kind, of_kind.cases),
        };
        let curve = of_kind.curve.narrowed(&of_provider).narrowed(&own);
        Some(Confidence {
            chance: curve.chance(free, counted_at, now),
            basis,
            cases,
        })
    }

    /// Returns the number of the unit's provider among those of its kind; one that is new gets one.
    fn provider_of(&mut self, before: Option<&Seat>, details: Option<&Details>) -> usize {
        let kind = Kind::of(details);
        let id = details.map(|details| &details.provider_id);
        // Most changes are reports: the unit stays where it is.
        let stays = before.map(|seat| seat.provider).filter(|number| {
            let provider = &self.providers[*number];
            provider.kind == kind && provider.id.as_ref() == id
        });
        stays.unwrap_or_else(|| self.number_of(id.cloned(), kind))
    }

    fn number_of(&mut self, id: Option<ProviderId>, kind: Kind) -> usize {
        let kinds = &mut self.kinds;
        let kind_number = *self.kind_numbers.entry(kind).or_insert_with(|| {
            kinds.push(KindGroup::default());
            kinds.len() - 1
        });
        let providers = &mut self.providers;
        *self
            .provider_numbers
            .entry((id.clone(), kind))
            .or_insert_with(|| {
                providers.push(Provider {
                    id,
                    kind,
                    kind_number,
                    sums: Sums::default(),
                });
                providers.len() - 1
            })
    }

    fn for_groups_of(&mut self, provider: usize, change: impl Fn(&mut Sums)) {
        let provider = &mut self.providers[provider];
        change(&mut provider.sums);
        let kind = &mut self.kinds[provider.kind_number];
        change(&mut kind.sums);
        kind.known.take();
    }
}

fn is_same(one: &Option<Arc<Cases>>, other: &Option<Arc<Cases>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// Cases of many units, in eighths: all, and those in which a place was left. Nothing is kept where there were none.
#[derive(Clone, Debug, Default)]
struct Sums(Option<Box<[(u64, u64); CELLS]>>);

const NOTHING: Weights = [Weight {
    all: 0.0,
    lost: 0.0,
}; CELLS];

impl Sums {
    fn add(&mut self, cases: &Cases) {
        let sums = self.0.get_or_insert_with(|| Box::new([(0, 0); CELLS]));
        for (number, cell) in cases.cells() {
            sums[number].0 += u64::from(cell.all);
            sums[number].1 += u64::from(cell.kept);
        }
    }

    /// Takes out what was added before.
    fn remove(&mut self, cases: &Cases) {
        if let Some(sums) = &mut self.0 {
            for (number, cell) in cases.cells() {
                sums[number].0 -= u64::from(cell.all);
                sums[number].1 -= u64::from(cell.kept);
            }
        }
    }

    fn weights(&self) -> Weights {
        let Some(sums) = &self.0 else {
            return NOTHING;
        };
        sums.map(|(all, kept)| weight(all, kept))
    }
}

fn weights(cases: &Cases) -> Weights {
    let mut weights = NOTHING;
    for (number, cell) in cases.cells() {
        weights[number] = weight(u64::from(cell.all), u64::from(cell.kept));
    }
    weights
}

fn weight(all: u64, kept: u64) -> Weight {
    let in_cases = |shares: u64| shares as f64 * ONE_SHARE;
    Weight {
        all: in_cases(all),
        lost: in_cases(all - kept),
    }
}

/// An eighth is exact: nothing is lost by multiplying with it.
const ONE_SHARE: f64 = 1.0 / SHARES as f64;

/// Whole cases.
fn count(weights: &Weights) -> u32 {
    weights.iter().map(|weight| weight.all).sum::<f64>() as u32
}
