//! What a search needs of an offering, small enough to look through a hundred thousand of them.

use domain::Timestamp;
use domain::capacity::{
    AgeRange, Circuit, Counts, Details, DiagnosisGroup, Forecast, InsurerName, LanguageCode,
    Offering,
};

use super::ProviderNumber;
use super::places::Place;

/// A set of small numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bits(u32);

impl Bits {
    /// The set of these.
    pub(crate) fn of(numbers: impl IntoIterator<Item = u32>) -> Self {
        Self(numbers.into_iter().fold(0, |bits, number| {
            bits | 1_u32.checked_shl(number).unwrap_or(0)
        }))
    }

    /// Whether none is in it.
    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether any is in both.
    pub(crate) fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// Returns a diagnosis group's place in the table.
pub(crate) fn group_number(group: &DiagnosisGroup) -> u32 {
    let place = reference::diagnosis_groups().position(|known| known.code == group.as_str());
    // Beyond the set: a group that the table does not know is in none.
    place
        .and_then(|place| u32::try_from(place).ok())
        .unwrap_or(u32::MAX)
}

/// Returns a text's trace: the same for the same text in upper or lower case. Others may share it, so only its absence
/// says something.
pub(crate) fn trace(text: &str) -> u32 {
    let letters = text.chars().flat_map(char::to_lowercase);
    letters.fold(0_u32, |trace, letter| {
        trace.wrapping_mul(31).wrapping_add(u32::from(letter))
    }) % u32::BITS
}

fn traces<'a>(texts: impl Iterator<Item = &'a str>) -> Bits {
    Bits::of(texts.map(trace))
}

/// One offering, for searching.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    /// Published and not withdrawn.
    pub(crate) offered: bool,
    pub(crate) provider: ProviderNumber,
    /// A practice that is not shown by itself.
    pub(crate) practice: bool,
    pub(crate) place: Option<Place>,
    pub(crate) care_type: Bits,
    pub(crate) circuits: Bits,
    pub(crate) settings: Bits,
    pub(crate) origin: Bits,
    /// None: no distinction by diagnosis.
    pub(crate) groups: Bits,
    /// Youngest and oldest.
    pub(crate) ages: (u32, u32),
    /// Traces of the insurers that it is meant for; none: all.
    pub(crate) insurers: Bits,
    /// Traces of the languages offered.
    pub(crate) languages: Bits,
    pub(crate) security_level: Bits,
    pub(crate) place_kind: Bits,
    pub(crate) legal_titles: Bits,
    pub(crate) programmes: Bits,
    pub(crate) exclusions: Bits,
    /// Something is stated of its terms.
    pub(crate) has_terms: bool,
    /// None: never reported.
    pub(crate) counts: Option<Counted>,
    /// None: never reported.
    pub(crate) waits: Option<Waited>,
    pub(crate) pauses: Pauses,
    /// More places are held than there are.
    pub(crate) overcommitted: bool,
    /// None: no counts are promised.
    pub(crate) promised: Option<Promised>,
    /// Refusals are remembered.
    pub(crate) refused: bool,
}

/// That places are counted again and again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Promised {
    /// When the next counts are due; none: nothing was ever counted.
    due_at: Option<Timestamp>,
}

impl Promised {
    /// Whether counts are late.
    pub(crate) fn is_broken(self, now: Timestamp) -> bool {
        self.due_at.is_none_or(|due_at| due_at <= now)
    }
}

/// The present counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counted {
    /// Free once the holds are taken off.
    pub(crate) available: u32,
    /// Further places are expected within so many hours after the count.
    pub(crate) more_within_24h: bool,
    pub(crate) more_within_72h: bool,
    /// The first moment at which one is expected to become free.
    pub(crate) next_free_at: Option<Timestamp>,
    pub(crate) observed_at: Timestamp,
    pub(crate) valid_until: Timestamp,
}

/// The present waits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waited {
    /// The shortest that anybody may expect.
    pub(crate) shortest_days: Option<u32>,
    /// There are several, or they hold for some people only.
    pub(crate) depends: bool,
    pub(crate) observed_at: Timestamp,
    pub(crate) valid_until: Timestamp,
}

/// Which pauses there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pauses {
    /// None.
    None,
    /// One stops everybody, from the start.
    Whole,
    /// They begin later, or stop some people only.
    Depends,
}

impl Facts {
    /// Returns what a search needs of this offering of this provider; none before it is published.
    pub(crate) fn of(offering: &Offering, provider: ProviderNumber) -> Option<Self> {
        let details = offering.details.as_ref()?;
        let terms = || details.terms.iter();
        let balance = offering.balance().unwrap_or_default();
        Some(Self {
            offered: offering.is_offered(),
            provider,
            practice: details.is_shown_with_others(),
            place: Place::of_stored(&details.municipality_code),
            care_type: Bits::of([details.care_type as u32]),
            circuits: Bits::of(details.circuits.iter().map(|circuit| *circuit as u32)),
            settings: Bits::of(details.setting.map(|setting| setting as u32)),
            origin: Bits::of([details.origin as u32]),
            groups: Bits::of(details.diagnosis_groups.iter().map(group_number)),
            ages: ages(details),
            insurers: traces(details.insurers.iter().map(InsurerName::as_str)),
            languages: traces(details.languages.iter().map(LanguageCode::as_str)),
            security_level: Bits::of(details.security_level.map(|level| level as u32)),
            place_kind: Bits::of(details.place_kind.map(|kind| kind as u32)),
            legal_titles: Bits::of(
                terms()
                    .flat_map(|terms| &terms.legal_titles)
                    .map(|title| *title as u32),
            ),
            programmes: Bits::of(
                terms()
                    .flat_map(|terms| &terms.programmes)
                    .map(|programme| *programme as u32),
            ),
            exclusions: Bits::of(
                terms()
                    .flat_map(|terms| &terms.exclusion_criteria)
                    .map(|criterion| *criterion as u32),
            ),
            has_terms: details.terms.is_some(),
            counts: offering.counts.as_ref().map(|figure| Counted {
                available: balance.available,
                more_within_24h: expects(&figure.value, |forecast| forecast.additional_24h),
                more_within_72h: expects(&figure.value, |forecast| forecast.additional_72h),
                next_free_at: next_free_at(&figure.value),
                observed_at: figure.observed_at,
                valid_until: figure.valid_until,
            }),
            waits: offering.waits.as_ref().map(|figure| Waited {
                shortest_days: figure
                    .value
                    .iter()
                    .filter_map(|wait| wait.total_wait_days())
                    .min(),
                depends: figure
                    .value
                    .iter()
                    .any(|wait| wait.diagnosis_group.is_some() || !wait.insurers.is_empty()),
                observed_at: figure.observed_at,
                valid_until: figure.valid_until,
            }),
            pauses: pauses(offering),
            promised: offering.promised_interval().map(|_| Promised {
                due_at: offering.report_due_at(),
            }),
            refused: !offering.refusals.is_empty(),
            overcommitted: balance.missing > 0,
        })
    }

    /// The same without its figures: nothing of them counts.
    pub(crate) fn unbelieved(self) -> Self {
        Self {
            counts: None,
            waits: None,
            promised: self.promised.map(|_| Promised { due_at: None }),
            ..self
        }
    }

    /// Free places that may still be believed.
    pub(crate) fn available(&self, now: Timestamp) -> Option<u32> {
        self.counts
            .filter(|counts| counts.valid_until > now)
            .map(|counts| counts.available)
    }

    /// Whether any figure may still be believed.
    pub(crate) fn has_current(&self, now: Timestamp) -> bool {
        self.counts.is_some_and(|counts| counts.valid_until > now)
            || self.current_waits(now).is_some()
    }

    /// Waits that may still be believed.
    pub(crate) fn current_waits(&self, now: Timestamp) -> Option<Waited> {
        self.waits.filter(|waits| waits.valid_until > now)
    }

    /// When the newest figure was counted.
    pub(crate) fn observed_at(&self) -> Option<Timestamp> {
        let counts = self.counts.map(|counts| counts.observed_at);
        let waits = self.waits.map(|waits| waits.observed_at);
        counts.max(waits)
    }
}

fn expects(counts: &Counts, further: impl Fn(&Forecast) -> Option<u32>) -> bool {
    let further = counts.forecast.as_deref().and_then(further);
    further.is_some_and(|places| places > 0)
}

fn next_free_at(counts: &Counts) -> Option<Timestamp> {
    counts.forecast.as_ref()?.expected_free_at.first().copied()
}

fn pauses(offering: &Offering) -> Pauses {
    let stops_all = offering
        .pauses
        .iter()
        .any(|pause| pause.scope.is_whole() && pause.starts_at.is_none());
    if offering.pauses.is_empty() {
        Pauses::None
    } else if stops_all {
        Pauses::Whole
    } else {
        Pauses::Depends
    }
}

/// The ages that are stated; else those that the circuits are for, taken widely; else all.
fn ages(details: &Details) -> (u32, u32) {
    const ALL: (u32, u32) = (0, u32::MAX);
    if details.age != AgeRange::default() {
        return (
            details.age.min_years().unwrap_or(0),
            details.age.max_years().unwrap_or(u32::MAX),
        );
    }
    let by_circuit = details.circuits.iter().filter_map(|circuit| match circuit {
        Circuit::Youth => Some((0, 23)),
        Circuit::Adolescents => Some((12, 27)),
        Circuit::Adults => Some((18, u32::MAX)),
        Circuit::Elderly => Some((55, u32::MAX)),
        Circuit::Addiction | Circuit::Forensic => None,
    });
    by_circuit
        .reduce(|(youngest, oldest), (young, old)| (youngest.min(young), oldest.max(old)))
        .unwrap_or(ALL)
}
