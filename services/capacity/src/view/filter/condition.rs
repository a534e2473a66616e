//! Each condition by itself: the one place that says what it means.

use domain::Timestamp;
use domain::capacity::Offering;

use super::super::facts::{Bits, Facts, Pauses, group_number, trace};
use super::term::Term;
use super::{Filter, Pausing, Question};

/// One condition of a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    Place,
    Provider,
    CareType,
    Circuit,
    Setting,
    Origin,
    Age,
    DiagnosisGroup,
    Insurer,
    Language,
    /// Figures that may still be believed.
    Current,
    /// A place that is free.
    Available,
    NotPaused,
    Paused,
    MaxWait,
    /// A place that is likely enough to exist still.
    Confidence,
    /// Counts that are late.
    Overdue,
    /// On the terms, or on what is expected.
    Term(Term),
    /// More places held than there are.
    Overcommitted,
}

/// What the facts say of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    No,
    Yes,
    /// Only the offering's state tells.
    Open,
}

impl Condition {
    /// All of them, in the order in which they are judged: what shuts out most, at least cost, goes first.
    pub(super) const ALL: [Self; 37] = [
        Self::Place,
        Self::Provider,
        Self::CareType,
        Self::Circuit,
        Self::Setting,
        Self::Term(Term::LegalTitle),
        Self::Term(Term::Programme),
        Self::Term(Term::SecurityLevel),
        Self::Term(Term::PlaceKind),
        Self::Term(Term::Exclusion),
        Self::Origin,
        Self::Age,
        Self::DiagnosisGroup,
        Self::Insurer,
        Self::Language,
        Self::Overcommitted,
        Self::Current,
        Self::Available,
        Self::NotPaused,
        Self::Paused,
        Self::MaxWait,
        Self::Confidence,
        Self::Overdue,
        Self::Term(Term::FreeWithin),
        Self::Term(Term::ReadyWithin),
        Self::Term(Term::LegalRegime),
        Self::Term(Term::Acuity),
        Self::Term(Term::Observation),
        Self::Term(Term::SeclusionRoom),
        Self::Term(Term::Somatic),
        Self::Term(Term::Accessibility),
        Self::Term(Term::Catchment),
        Self::Term(Term::Interpreter),
        Self::Term(Term::Sex),
        Self::Term(Term::FundingRoute),
        Self::Term(Term::Contract),
        Self::Term(Term::AcuteRegion),
    ];

    /// Whether it is about what an offering is, not about how it stands today.
    pub(super) fn is_lasting(self) -> bool {
        match self {
            Self::Place
            | Self::Provider
            | Self::CareType
            | Self::Circuit
            | Self::Setting
            | Self::Origin
            | Self::Age
            | Self::DiagnosisGroup
            | Self::Insurer
            | Self::Language => true,
            Self::Current
            | Self::Available
            | Self::NotPaused
            | Self::Paused
            | Self::MaxWait
            | Self::Confidence
            | Self::Overdue
            | Self::Overcommitted => false,
            Self::Term(term) => term.is_lasting(),
        }
    }

    /// Whether it chooses what is looked at, rather than what fits.
    pub(super) fn chooses(self) -> bool {
        matches!(self, Self::Provider | Self::Origin)
    }

    /// Returns the word by which the contract names it when this offering fails it.
    pub(super) fn word(self, facts: &Facts) -> &'static str {
        match self {
            Self::Place => "place",
            Self::Provider => "provider",
            Self::CareType => "care-type",
            Self::Circuit => "circuit",
            Self::Setting => "setting",
            Self::Origin => "origin",
            Self::Age => "age",
            Self::DiagnosisGroup => "diagnosis-group",
            Self::Insurer => "insurer",
            Self::Language => "language",
            Self::Current if facts.counts.is_none() => "never-reported",
            Self::Current => "expired",
            Self::Available => "available",
            Self::NotPaused => "paused",
            Self::Paused => "not-paused",
            Self::MaxWait => "max-wait",
            Self::Confidence => "confidence",
            Self::Overdue => "not-overdue",
            Self::Term(term) => term.word(),
            Self::Overcommitted => "not-overcommitted",
        }
    }
}

impl Filter {
    /// Whether the filter has this condition.
    pub(super) fn sets(&self, condition: Condition) -> bool {
        match condition {
            Condition::Place => self.within.is_some(),
            Condition::Provider => self.provider.is_some(),
            Condition::CareType => !self.care_types.is_empty(),
            Condition::Circuit => !self.circuits.is_empty(),
            Condition::Setting => !self.settings.is_empty(),
            Condition::Origin => !self.origins.is_empty(),
            Condition::Age => self.age_years.is_some(),
            Condition::DiagnosisGroup => self.group.is_some(),
            Condition::Insurer => self.insurer.is_some(),
            Condition::Language => self.language.is_some(),
            Condition::Current => self.only_current || self.only_available,
            Condition::Available => self.only_available,
            Condition::NotPaused => self.only_available || self.pause == Some(Pausing::NotPaused),
            Condition::Paused => self.pause == Some(Pausing::Paused),
            Condition::MaxWait => self.max_wait_days.is_some(),
            Condition::Overdue => self.only_overdue,
            Condition::Confidence => self.min_confidence.is_some(),
            Condition::Term(term) => self.needs.sets(term),
            Condition::Overcommitted => self.only_overcommitted,
        }
    }
}

impl Question<'_> {
    /// Judges a condition that the filter sets by the facts alone.
    pub(super) fn by_facts(&self, condition: Condition, facts: &Facts, now: Timestamp) -> Verdict {
        let filter = self.filter;
        match condition {
            Condition::Place => Verdict::of(filter.within.as_ref().is_none_or(|within| {
                let place = facts.place;
                place.is_some_and(|place| within.contains(place))
            })),
            Condition::Provider => Verdict::of(self.provider == Some(facts.provider)),
            Condition::CareType => Verdict::of(filter.care_types.meets(facts.care_type)),
            Condition::Circuit => Verdict::of(filter.circuits.meets(facts.circuits)),
            Condition::Setting => Verdict::of(filter.settings.meets(facts.settings)),
            Condition::Origin => Verdict::of(filter.origins.meets(facts.origin)),
            Condition::Age => {
                let (youngest, oldest) = facts.ages;
                let fits = |age| (youngest..=oldest).contains(&age);
                Verdict::of(filter.age_years.is_none_or(fits))
            }
            Condition::DiagnosisGroup => {
                let serves = |group| facts.groups.meets(Bits::of([group_number(group)]));
                Verdict::of(facts.groups.is_empty() || filter.group.as_ref().is_none_or(serves))
            }
            Condition::Insurer if facts.insurers.is_empty() => Verdict::Yes,
            Condition::Insurer => {
                let insurer = filter.insurer.as_ref();
                Verdict::by_trace(facts.insurers, insurer.map(|insurer| insurer.as_str()))
            }
            Condition::Term(term) => filter.needs.by_facts(term, facts, now),
            Condition::Language => {
                let language = filter.language.as_ref();
                Verdict::by_trace(facts.languages, language.map(|language| language.as_str()))
            }
            Condition::Overcommitted => Verdict::of(facts.overcommitted),
            Condition::Current => {
                let is_counted = !filter.only_available || facts.available(now).is_some();
                Verdict::of(is_counted && (!filter.only_current || facts.has_current(now)))
            }
            // What is not known is for `Current` to say.
            Condition::Available => Verdict::of(facts.available(now).is_none_or(|free| free > 0)),
            Condition::NotPaused | Condition::Paused if facts.pauses == Pauses::Depends => {
                Verdict::Open
            }
            Condition::NotPaused => Verdict::of(facts.pauses == Pauses::None),
            Condition::Paused => Verdict::of(facts.pauses == Pauses::Whole),
            Condition::MaxWait => {
                let waits = facts.current_waits(now);
                let is_short = waits
                    .and_then(|waits| waits.shortest_days)
                    .is_some_and(|days| filter.max_wait_days.is_none_or(|most| days <= most));
                let depends = waits.is_some_and(|waits| waits.depends);
                if is_short && depends && filter.asks_for_somebody() {
                    Verdict::Open
                } else {
                    Verdict::of(is_short)
                }
            }
            Condition::Overdue => {
                let promised = facts.promised;
                Verdict::of(promised.is_some_and(|promised| promised.is_broken(now)))
            }
            // Where no place is shown there is nothing to be sure of.
            // `Available` says so where it is asked for too.
            Condition::Confidence if facts.available(now).is_none_or(|free| free == 0) => {
                Verdict::of(filter.only_available)
            }
            Condition::Confidence => Verdict::Open,
        }
    }

    /// Judges a condition that the facts left open.
    pub(super) fn by_state(
        &self,
        condition: Condition,
        offering: &Offering,
        now: Timestamp,
    ) -> bool {
        let filter = self.filter;
        let details = offering.details.as_ref();
        match condition {
            Condition::Insurer => filter.insurer.as_ref().is_none_or(|insurer| {
                details
                    .is_some_and(|details| details.insurers.iter().any(|own| own.is_same(insurer)))
            }),
            Condition::Language => filter
                .language
                .as_ref()
                .is_none_or(|language| details.is_some_and(|own| own.languages.contains(language))),
            Condition::NotPaused => {
                !offering.is_paused_for(filter.group.as_ref(), filter.insurer.as_ref(), now)
            }
            Condition::Paused => filter.is_paused_for_some(offering, now),
            Condition::MaxWait => {
                let waits = offering.waits.as_ref();
                let days = waits.and_then(|waits| filter.wait_days(&waits.value));
                days.is_some_and(|days| filter.max_wait_days.is_none_or(|most| days <= most))
            }
            Condition::Confidence => {
                let confidence = self.experience.confidence(offering, now);
                confidence.is_some_and(|confidence| {
                    filter
                        .min_confidence
                        .is_none_or(|least| confidence.chance >= least)
                })
            }
            Condition::Term(term) => {
                let wants_free = filter.only_available;
                filter.needs.by_state(term, offering, wants_free)
            }
            // The facts leave none of these open.
            Condition::Place
            | Condition::Provider
            | Condition::CareType
            | Condition::Circuit
            | Condition::Setting
            | Condition::Origin
            | Condition::Age
            | Condition::DiagnosisGroup
            | Condition::Overcommitted
            | Condition::Current
            | Condition::Available
            | Condition::Overdue => true,
        }
    }
}

impl Verdict {
    pub(super) fn of(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }

    /// Others may leave the same trace: only its absence decides.
    fn by_trace(traces: Bits, asked: Option<&str>) -> Self {
        match asked {
            Some(asked) if !traces.meets(Bits::of([trace(asked)])) => Self::No,
            Some(_) => Self::Open,
            None => Self::Yes,
        }
    }
}
