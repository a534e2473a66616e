//! Main diagnosis groups of the Dutch waiting-time figures, as they are and as they were until 2022.

use WaitingTimeReturn::{NotVerified, Unlikely, Yes};

/// A main diagnosis group (hoofddiagnosegroep).
///
/// Codes are the two-digit DSM-5 chapter numbers that Dutch invoices use, `23` for the rest, and
/// `not-yet-diagnosed`, which only the waiting-time figures know. Rows are only ever added.
#[derive(Debug, PartialEq, Eq)]
pub struct DiagnosisGroup {
    /// The code.
    pub code: &'static str,
    /// Name of the chapter in the Dutch edition of the DSM-5.
    pub name_nl: &'static str,
    /// Name of the chapter in the DSM-5.
    pub name_en: &'static str,
    /// Whether the regulator's waiting-time return has a row for it.
    pub in_waiting_time_return: WaitingTimeReturn,
}

/// Whether a group is one of the fourteen (and two) rows of the waiting-time return of the NZa.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitingTimeReturn {
    /// Named in the regulation, or in the regulator's own figures.
    Yes,
    /// Near certain, or one of the candidates for the last row; the regulation's text was not seen whole.
    NotVerified,
    /// Nothing says so.
    Unlikely,
}

/// A group of the waiting-time figures until January 2022 (NZa groups on the DSM-IV).
#[derive(Debug, PartialEq, Eq)]
pub struct OldGroup {
    /// As it was published.
    pub name: &'static str,
    /// Codes of the present groups that it may be; none: it made no distinction by diagnosis.
    pub present: &'static [&'static str],
    /// The old figure cannot be told apart over the present groups, or says less than they do.
    pub ambiguous: bool,
}

/// Returns the group with this code.
pub fn diagnosis_group(code: &str) -> Option<&'static DiagnosisGroup> {
    GROUPS.iter().find(|group| group.code == code)
}

/// Returns all groups, by code.
pub fn diagnosis_groups() -> impl ExactSizeIterator<Item = &'static DiagnosisGroup> {
    GROUPS.iter()
}

/// Returns the old group that was published under this name; upper and lower case do not matter.
pub fn old_diagnosis_group(literal: &str) -> Option<&'static OldGroup> {
    let literal = literal.trim().to_lowercase();
    OLD_GROUPS
        .iter()
        .find(|group| group.name.to_lowercase() == literal)
}

/// Returns all old groups.
pub fn old_diagnosis_groups() -> impl ExactSizeIterator<Item = &'static OldGroup> {
    OLD_GROUPS.iter()
}

const fn group(
    code: &'static str,
    name_nl: &'static str,
    name_en: &'static str,
    in_waiting_time_return: WaitingTimeReturn,
) -> DiagnosisGroup {
    DiagnosisGroup {
        code,
        name_nl,
        name_en,
        in_waiting_time_return,
    }
}

#[rustfmt::skip]
static GROUPS: [DiagnosisGroup; 24] = [
    group("01", "Neurobiologische ontwikkelingsstoornissen", "Neurodevelopmental disorders", Yes),
    group("02", "Schizofreniespectrum- en andere psychotische stoornissen", "Schizophrenia spectrum and other psychotic disorders", Yes),
    group("03", "Bipolaire-stemmingsstoornissen", "Bipolar and related disorders", Yes),
    group("04", "Depressieve-stemmingsstoornissen", "Depressive disorders", Yes),
    group("05", "Angststoornissen", "Anxiety disorders", Yes),
    group("06", "Obsessieve-compulsieve en verwante stoornissen", "Obsessive-compulsive and related disorders", Yes),
    group("07", "Trauma- en stressorgerelateerde stoornissen", "Trauma- and stressor-related disorders", Yes),
    group("08", "Dissociatieve stoornissen", "Dissociative disorders", Unlikely),
    group("09", "Somatisch-symptoomstoornis en verwante stoornissen", "Somatic symptom and related disorders", Yes),
    group("10", "Voedings- en eetstoornissen", "Feeding and eating disorders", Yes),
    group("11", "Stoornissen in de zindelijkheid", "Elimination disorders", Unlikely),
    group("12", "Slaap-waakstoornissen", "Sleep-wake disorders", Unlikely),
    group("13", "Seksuele disfuncties", "Sexual dysfunctions", Unlikely),
    group("14", "Genderdysforie", "Gender dysphoria", NotVerified),
    group("15", "Disruptieve, impulsbeheersings- en andere gedragsstoornissen", "Disruptive, impulse-control, and conduct disorders", NotVerified),
    group("16", "Middelgerelateerde en verslavingsstoornissen", "Substance-related and addictive disorders", NotVerified),
    group("17", "Neurocognitieve stoornissen", "Neurocognitive disorders", Yes),
    group("18", "Persoonlijkheidsstoornissen", "Personality disorders", Yes),
    group("19", "Parafiele stoornissen", "Paraphilic disorders", Unlikely),
    group("20", "Overige psychische stoornissen", "Other mental disorders", Unlikely),
    group("21", "Bewegingsstoornissen en andere bijwerkingen van medicatie", "Medication-induced movement disorders and other adverse effects of medication", Unlikely),
    group("22", "Andere problemen die een reden voor zorg kunnen zijn", "Other conditions that may be a focus of clinical attention", Unlikely),
    group("23", "Restgroep", "Rest group", NotVerified),
    group("not-yet-diagnosed", "Diagnose nog niet gesteld", "Not yet diagnosed", Yes),
];

const fn old(name: &'static str, present: &'static [&'static str], ambiguous: bool) -> OldGroup {
    OldGroup {
        name,
        present,
        ambiguous,
    }
}

const CLEAR: bool = false;
const AMBIGUOUS: bool = true;

/// The DSM-5 took groups apart: attention deficit went to the developmental disorders and conduct disorder did not;
/// obsessive-compulsive and trauma-related disorders left the anxiety disorders; the bipolar disorders left the mood
/// disorders; what was one per substance is one group.
#[rustfmt::skip]
static OLD_GROUPS: [OldGroup; 15] = [
    old("Aandachtstekort- en gedragsstoornissen", &["01", "15"], AMBIGUOUS),
    old("Pervasieve stoornissen", &["01"], CLEAR),
    old("Overige stoornissen kindertijd", &["01", "05", "10", "11", "15"], AMBIGUOUS),
    old("Delirium, dementie en overige cognitieve stoornissen", &["17"], CLEAR),
    old("Alcohol gebonden stoornissen", &["16"], CLEAR),
    old("Overige aan middel gebonden stoornissen", &["16"], CLEAR),
    old("Schizofrenie en andere psychotische stoornissen", &["02"], CLEAR),
    old("Depressieve stoornissen", &["04"], CLEAR),
    old("Bipolair en overige stemmingsstoornissen", &["03", "04"], AMBIGUOUS),
    old("Angststoornissen", &["05", "06", "07"], AMBIGUOUS),
    old("Somatoforme stoornissen", &["09"], CLEAR),
    old("Eetstoornissen", &["10"], CLEAR),
    old("Persoonlijkheidsstoornissen", &["18"], CLEAR),
    old("Overige stoornissen", &["08", "12", "13", "14", "15", "19", "20", "23"], AMBIGUOUS),
    old("Geen onderscheid naar hoofddiagnosegroepen", &[], CLEAR),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_in_order_of_their_codes_and_none_twice() {
        let codes: Vec<_> = diagnosis_groups().map(|group| group.code).collect();
        assert!(codes.is_sorted_by(|one, next| one < next), "{codes:?}");
    }

    #[test]
    fn every_old_group_leads_to_groups_that_exist() {
        for old in old_diagnosis_groups() {
            for code in old.present {
                assert!(
                    diagnosis_group(code).is_some(),
                    "{} leads to {code}",
                    old.name
                );
            }
        }
    }

    #[test]
    fn an_old_group_that_may_be_several_says_that_it_is_ambiguous() {
        for old in old_diagnosis_groups() {
            assert_eq!(old.ambiguous, old.present.len() > 1, "{}", old.name);
        }
    }

    #[test]
    fn an_old_group_is_found_by_the_name_it_was_published_under() {
        let old = old_diagnosis_group(" angststoornissen ").map(|old| old.present);
        assert_eq!(old, Some(&["05", "06", "07"][..]));
        assert_eq!(old_diagnosis_group("Psychiatrie"), None);
    }

    #[test]
    fn the_return_has_fourteen_groups_and_one_without_diagnosis() {
        let sure = diagnosis_groups()
            .filter(|group| group.in_waiting_time_return == Yes)
            .count();
        let open = diagnosis_groups()
            .filter(|group| group.in_waiting_time_return == NotVerified)
            .count();
        // Eleven groups and "not yet diagnosed" are sure; three of the four that are open complete the fourteen.
        assert_eq!((sure, open), (12, 4));
    }
}
