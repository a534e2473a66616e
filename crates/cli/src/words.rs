//! The contract's enum values as words: kebab-case, without the enum's name in front.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use proto::capacity::v1;
use proto::waitlist::v1 as list;

/// An enum of the contract.
pub(crate) trait Word: Copy + Send + Sync + Into<i32> + TryFrom<i32> + 'static {
    /// What the contract puts in front of every value.
    const PREFIX: &'static str;

    /// The value as the contract writes it.
    fn contract_name(self) -> &'static str;
}

macro_rules! words {
    ($module:ident: $($kind:ident $prefix:literal),* $(,)?) => {$(
        impl Word for $module::$kind {
            const PREFIX: &'static str = $prefix;

            fn contract_name(self) -> &'static str {
                self.as_str_name()
            }
        }
    )*};
}

words! {
    v1:
    Accessibility "ACCESSIBILITY_",
    Acuity "ACUITY_",
    BlockReason "BLOCK_REASON_",
    CareType "CARE_TYPE_",
    CatchmentDuty "CATCHMENT_DUTY_",
    CatchmentKind "CATCHMENT_KIND_",
    Circuit "CIRCUIT_",
    ConfidenceBasis "CONFIDENCE_BASIS_",
    ContactKind "CONTACT_KIND_",
    ContractState "CONTRACT_STATE_",
    CorrectionReason "CORRECTION_REASON_",
    ExclusionCriterion "EXCLUSION_CRITERION_",
    Freshness "FRESHNESS_",
    FundingRoute "FUNDING_ROUTE_",
    IntakeStatus "INTAKE_STATUS_",
    LegalRegime "LEGAL_REGIME_",
    LegalTitle "LEGAL_TITLE_",
    NextStep "NEXT_STEP_",
    ObservationMode "OBSERVATION_MODE_",
    Origin "ORIGIN_",
    Outcome "OUTCOME_",
    PauseReason "PAUSE_REASON_",
    PlaceKind "PLACE_KIND_",
    Programme "PROGRAMME_",
    ProviderKind "PROVIDER_KIND_",
    RefusalReason "REFUSAL_REASON_",
    ReporterRole "REPORTER_ROLE_",
    SecurityLevel "SECURITY_LEVEL_",
    Setting "SETTING_",
    Sex "SEX_",
    SexRule "SEX_RULE_",
    SomaticCapability "SOMATIC_CAPABILITY_",
    SortOrder "SORT_ORDER_",
    SourceClass "SOURCE_CLASS_",
    WaitMethod "WAIT_METHOD_",
    WaitingSince "WAITING_SINCE_",
    Weekday "WEEKDAY_",
    WithdrawalReason "WITHDRAWAL_REASON_",
}

words! {
    list:
    Clock "CLOCK_",
    Dimension "DIMENSION_",
    ErasureGround "ERASURE_GROUND_",
    Outcome "OUTCOME_",
    Outflow "OUTFLOW_",
    Phase "PHASE_",
    PriorityReason "PRIORITY_REASON_",
    ProtectedRows "PROTECTED_ROWS_",
    WithdrawalReason "WITHDRAWAL_REASON_",
    WithdrawnBy "WITHDRAWN_BY_",
}

/// Returns the word for a value.
pub(crate) fn word<W: Word>(value: W) -> String {
    let name = value.contract_name();
    name.strip_prefix(W::PREFIX)
        .unwrap_or(name)
        .to_ascii_lowercase()
        .replace('_', "-")
}

/// Returns the word for a number of the contract; none when nothing was stated or the value is not known here.
pub(crate) fn word_of<W: Word>(number: i32) -> Option<String> {
    W::try_from(number).ok().filter(|_| number != 0).map(word)
}

/// Returns the words for numbers of the contract; those not known here are left out.
pub(crate) fn words_of<W: Word>(numbers: &[i32]) -> Vec<String> {
    numbers
        .iter()
        .filter_map(|number| word_of::<W>(*number))
        .collect()
}

/// Returns the value that a word stands for.
pub(crate) fn value_of<W: Word>(text: &str) -> Option<W> {
    all::<W>().find(|value| word(*value) == text)
}

/// Returns every value that can be stated, in the contract's order.
pub(crate) fn all<W: Word>() -> impl Iterator<Item = W> {
    (1..).map_while(|number| W::try_from(number).ok())
}

/// Returns the words that can be stated, as one text for people.
pub(crate) fn choices<W: Word>() -> String {
    all::<W>().map(word).collect::<Vec<_>>().join(", ")
}

/// Returns a parser for the command line that accepts exactly these words, and names them in the help.
pub(crate) fn one_of<W: Word>() -> impl TypedValueParser<Value = W> {
    PossibleValuesParser::new(all::<W>().map(word))
        .try_map(|text| value_of::<W>(&text).ok_or("not one of the possible values"))
}

/// Returns how many of something there are: "1 place", "2 places".
pub(crate) fn number_of(count: u64, one: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {one}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_kebab_case_without_its_prefix() {
        assert_eq!(word(v1::CareType::ShelteredHousing), "sheltered-housing");
        assert_eq!(word(v1::SecurityLevel::SecurityLevel2Low), "2-low");
        assert_eq!(word(v1::Freshness::Current), "current");
    }

    #[test]
    fn what_was_not_stated_has_no_word() {
        assert_eq!(word_of::<v1::CareType>(0), None);
        assert_eq!(word_of::<v1::CareType>(9_999), None);
    }

    fn comes_back<W: Word + PartialEq + std::fmt::Debug>() {
        assert!(all::<W>().next().is_some());
        for value in all::<W>() {
            assert!(value.contract_name().starts_with(W::PREFIX), "{value:?}");
            assert_eq!(value_of::<W>(&word(value)), Some(value));
        }
    }

    #[test]
    fn every_word_leads_back_to_its_value() {
        comes_back::<v1::Accessibility>();
        comes_back::<v1::Acuity>();
        comes_back::<v1::BlockReason>();
        comes_back::<v1::CatchmentDuty>();
        comes_back::<v1::CatchmentKind>();
        comes_back::<v1::ContactKind>();
        comes_back::<v1::ContractState>();
        comes_back::<v1::ExclusionCriterion>();
        comes_back::<v1::FundingRoute>();
        comes_back::<v1::LegalRegime>();
        comes_back::<v1::LegalTitle>();
        comes_back::<v1::NextStep>();
        comes_back::<v1::ObservationMode>();
        comes_back::<v1::Programme>();
        comes_back::<v1::Sex>();
        comes_back::<v1::SexRule>();
        comes_back::<v1::SomaticCapability>();
        comes_back::<v1::WaitingSince>();
        comes_back::<v1::Weekday>();
        comes_back::<v1::CareType>();
        comes_back::<v1::Circuit>();
        comes_back::<v1::CorrectionReason>();
        comes_back::<v1::Freshness>();
        comes_back::<v1::IntakeStatus>();
        comes_back::<v1::Origin>();
        comes_back::<v1::Outcome>();
        comes_back::<v1::PauseReason>();
        comes_back::<v1::PlaceKind>();
        comes_back::<v1::ProviderKind>();
        comes_back::<v1::ReporterRole>();
        comes_back::<v1::SecurityLevel>();
        comes_back::<v1::Setting>();
        comes_back::<v1::SortOrder>();
        comes_back::<v1::SourceClass>();
        comes_back::<v1::WaitMethod>();
        comes_back::<v1::WithdrawalReason>();
        comes_back::<list::Clock>();
        comes_back::<list::Dimension>();
        comes_back::<list::ErasureGround>();
        comes_back::<list::Outcome>();
        comes_back::<list::Outflow>();
        comes_back::<list::Phase>();
        comes_back::<list::PriorityReason>();
        comes_back::<list::ProtectedRows>();
        comes_back::<list::WithdrawalReason>();
        comes_back::<list::WithdrawnBy>();
    }
}
