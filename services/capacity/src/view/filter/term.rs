//! What is asked of an offering's terms, each by itself.
//!
//! Where a match on a guess would be wrong or unsafe, what is not stated does not match. Where the provider answers the
//! question in a call, it does.

use std::collections::BTreeSet;

use domain::Timestamp;
use domain::capacity::{
    Accessibility, Acuity, AcuteRegion, CatchmentKind, ContractState, Details, FundingRoute,
    LanguageCode, LegalRegime, ObservationMode, Offering, PayerName, Sex, SexRule,
    SomaticCapability, Terms,
};

use super::super::facts::{Bits, Facts};
use super::condition::Verdict;

/// What a question asks of the terms. Default: nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Needs {
    pub(crate) security_levels: Bits,
    pub(crate) place_kinds: Bits,
    /// The title that the person comes with.
    pub(crate) legal_title: Bits,
    pub(crate) programmes: Bits,
    /// What holds for the person.
    pub(crate) not_excluding: Bits,
    pub(crate) legal_regime: Option<LegalRegime>,
    pub(crate) acuity: Option<Acuity>,
    pub(crate) observation_modes: BTreeSet<ObservationMode>,
    pub(crate) seclusion_room: Option<bool>,
    pub(crate) sex: Option<Sex>,
    pub(crate) somatic: BTreeSet<SomaticCapability>,
    pub(crate) accessibility: BTreeSet<Accessibility>,
    pub(crate) interpreter_language: Option<LanguageCode>,
    pub(crate) funding_route: Option<FundingRoute>,
    pub(crate) payer: Option<PayerName>,
    pub(crate) only_contracted: bool,
    pub(crate) acute_region: Option<AcuteRegion>,
    pub(crate) catchments: BTreeSet<CatchmentKind>,
    pub(crate) free_within_hours: Option<u32>,
    pub(crate) ready_within: Option<Ready>,
}

/// Within how many hours after the count a further place counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ready {
    Within24Hours,
    Within72Hours,
}

/// One condition on the terms, or on what is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Term {
    SecurityLevel,
    PlaceKind,
    LegalTitle,
    Programme,
    Exclusion,
    FreeWithin,
    ReadyWithin,
    LegalRegime,
    Acuity,
    Observation,
    SeclusionRoom,
    Sex,
    Somatic,
    Accessibility,
    Interpreter,
    FundingRoute,
    Contract,
    AcuteRegion,
    Catchment,
}

impl Term {
    /// Whether it is about what an offering is, not about how it stands today.
    pub(super) fn is_lasting(self) -> bool {
        !matches!(self, Self::FreeWithin | Self::ReadyWithin)
    }

    /// Returns the word by which the contract names it when an offering fails it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::SecurityLevel => "security-level",
            Self::PlaceKind => "place-kind",
            Self::LegalTitle => "legal-title",
            Self::Programme => "programme",
            Self::Exclusion => "exclusion",
            Self::FreeWithin => "free-within",
            Self::ReadyWithin => "ready-within",
            Self::LegalRegime => "legal-regime",
            Self::Acuity => "acuity",
            Self::Observation => "observation",
            Self::SeclusionRoom => "seclusion-room",
            Self::Sex => "sex",
            Self::Somatic => "somatic",
            Self::Accessibility => "accessibility",
            Self::Interpreter => "interpreter",
            Self::FundingRoute => "funding-route",
            Self::Contract => "contract",
            Self::AcuteRegion => "acute-region",
            Self::Catchment => "catchment",
        }
    }
}

impl Needs {
    /// Whether this is asked for.
    pub(super) fn sets(&self, term: Term) -> bool {
        match term {
            Term::SecurityLevel => !self.security_levels.is_empty(),
            Term::PlaceKind => !self.place_kinds.is_empty(),
            Term::LegalTitle => !self.legal_title.is_empty(),
            Term::Programme => !self.programmes.is_empty(),
            Term::Exclusion => !self.not_excluding.is_empty(),
            Term::FreeWithin => self.free_within_hours.is_some(),
            Term::ReadyWithin => self.ready_within.is_some(),
            Term::LegalRegime => self.legal_regime.is_some(),
            Term::Acuity => self.acuity.is_some(),
            Term::Observation => !self.observation_modes.is_empty(),
            Term::SeclusionRoom => self.seclusion_room.is_some(),
            Term::Sex => self.sex.is_some(),
            Term::Somatic => !self.somatic.is_empty(),
            Term::Accessibility => !self.accessibility.is_empty(),
            Term::Interpreter => self.interpreter_language.is_some(),
            Term::FundingRoute => self.funding_route.is_some(),
            Term::Contract => self.payer.is_some(),
            Term::AcuteRegion => self.acute_region.is_some(),
            Term::Catchment => !self.catchments.is_empty(),
        }
    }

    /// Judges by the facts alone.
    pub(super) fn by_facts(&self, term: Term, facts: &Facts, now: Timestamp) -> Verdict {
        match term {
            Term::SecurityLevel => Verdict::of(self.security_levels.meets(facts.security_level)),
            Term::PlaceKind => Verdict::of(self.place_kinds.meets(facts.place_kind)),
            Term::LegalTitle => Verdict::of(self.legal_title.meets(facts.legal_titles)),
            Term::Programme => Verdict::of(self.programmes.meets(facts.programmes)),
            Term::Exclusion => Verdict::of(!self.not_excluding.meets(facts.exclusions)),
            Term::FreeWithin => Verdict::of(self.is_free_in_time(facts, now)),
            Term::ReadyWithin => Verdict::of(self.is_ready_in_time(facts, now)),
            Term::LegalRegime
            | Term::Acuity
            | Term::Observation
            | Term::SeclusionRoom
            | Term::Somatic
            | Term::Accessibility
            | Term::Catchment
                if !facts.has_terms =>
            {
                Verdict::No
            }
            Term::Sex | Term::FundingRoute | Term::AcuteRegion if !facts.has_terms => Verdict::Yes,
            Term::Contract if !facts.has_terms => Verdict::of(!self.only_contracted),
            Term::Interpreter if !facts.has_terms && facts.languages.is_empty() => Verdict::No,
            Term::LegalRegime
            | Term::Acuity
            | Term::Observation
            | Term::SeclusionRoom
            | Term::Sex
            | Term::Somatic
            | Term::Accessibility
            | Term::Interpreter
            | Term::FundingRoute
            | Term::Contract
            | Term::AcuteRegion
            | Term::Catchment => Verdict::Open,
        }
    }

    fn is_free_in_time(&self, facts: &Facts, now: Timestamp) -> bool {
        let hours = i64::from(self.free_within_hours.unwrap_or(0));
        let until = now.plus_millis(hours * 3_600_000);
        facts.available(now).is_some_and(|free| {
            let expected = facts.counts.and_then(|counts| counts.next_free_at);
            free > 0 || expected.is_some_and(|moment| moment <= until)
        })
    }

    fn is_ready_in_time(&self, facts: &Facts, now: Timestamp) -> bool {
        facts.available(now).is_some_and(|free| {
            let further = facts.counts.is_some_and(|counts| match self.ready_within {
                Some(Ready::Within24Hours) => counts.more_within_24h,
                Some(Ready::Within72Hours) => counts.more_within_24h || counts.more_within_72h,
                None => false,
            });
            free > 0 || further
        })
    }

    /// Judges what the facts left open; `wants_free` asks for a place that is free now.
    pub(super) fn by_state(&self, term: Term, offering: &Offering, wants_free: bool) -> bool {
        let Some(details) = &offering.details else {
            return false;
        };
        let unstated = Terms::default();
        let terms = details.terms.as_deref().unwrap_or(&unstated);
        match term {
            Term::LegalRegime => covers(terms.legal_regime, self.legal_regime),
            Term::Acuity => terms.acuity_max >= self.acuity,
            Term::Observation => self.observation_modes.is_subset(&terms.observation_modes),
            Term::SeclusionRoom => terms.seclusion_room == self.seclusion_room,
            Term::Sex => self.takes_sex(terms, offering, wants_free),
            Term::Somatic => self.somatic.is_subset(&terms.somatic_capabilities),
            Term::Accessibility => self.accessibility.is_subset(&terms.accessibility),
            Term::Interpreter => self.is_understood(terms, details),
            Term::FundingRoute => {
                let routes = &terms.funding_routes;
                let is_paid = |route| routes.contains(&route);
                routes.is_empty() || self.funding_route.is_none_or(is_paid)
            }
            Term::Contract => self.has_contract(terms),
            Term::AcuteRegion => match (&terms.catchment, &self.acute_region) {
                (Some(catchment), Some(region)) => catchment.takes_from(region),
                (Some(_) | None, _) => true,
            },
            Term::Catchment => terms
                .catchment
                .as_ref()
                .is_some_and(|catchment| self.catchments.contains(&catchment.kind())),
            // The facts leave none of these open.
            Term::SecurityLevel
            | Term::PlaceKind
            | Term::LegalTitle
            | Term::Programme
            | Term::Exclusion
            | Term::FreeWithin
            | Term::ReadyWithin => true,
        }
    }

    fn takes_sex(&self, terms: &Terms, offering: &Offering, wants_free: bool) -> bool {
        let (Some(rule), Some(sex)) = (terms.sex_rule, self.sex) else {
            return true;
        };
        let breakdown = offering
            .counts
            .as_ref()
            .and_then(|counts| counts.value.breakdown.as_ref());
        let rooms = breakdown.and_then(|rooms| match sex {
            Sex::Female => rooms.rooms_free_women,
            Sex::Male => rooms.rooms_free_men,
        });
        let has_none = wants_free && rule == SexRule::SeparateRooms && rooms == Some(0);
        rule.takes(sex) && !has_none
    }

    fn is_understood(&self, terms: &Terms, details: &Details) -> bool {
        self.interpreter_language.as_ref().is_none_or(|language| {
            let interpreter = terms.interpreter.as_ref();
            details.languages.contains(language)
                || interpreter.is_some_and(|offered| offered.speaks(language))
        })
    }

    fn has_contract(&self, terms: &Terms) -> bool {
        let Some(payer) = &self.payer else {
            return true;
        };
        match terms.contract_with(payer) {
            Some(ContractState::Contracted) => true,
            Some(ContractState::NotContracted) => false,
            Some(ContractState::Unknown) | None => !self.only_contracted,
        }
    }
}

fn covers(own: Option<LegalRegime>, wanted: Option<LegalRegime>) -> bool {
    match (own, wanted) {
        (Some(own), Some(wanted)) => own.covers(wanted),
        (None, Some(_)) => false,
        (Some(_) | None, None) => true,
    }
}
