use proto::capacity::v1::{
    Accessibility, Acuity, CatchmentDuty, CatchmentKind, ContactKind, ContractState,
    ExclusionCriterion, Forecast, FundingRoute, LegalRegime, LegalTitle, NextStep, ObservationMode,
    OfferingDetails, OfferingRow, Programme, SexRule, SomaticCapability,
};

use crate::failure::one_line;
use crate::moments::rfc3339;
use crate::notation::{hours_text, interpreter_text};
use crate::words::{word_of, words_of};

/// Returns what an offering states of its terms and expects of its places, one line each.
pub(crate) fn described(row: &OfferingRow) -> Vec<String> {
    let details = row.details.clone().unwrap_or_default();
    let forecast = row
        .counts
        .as_ref()
        .and_then(|counts| counts.forecast.as_ref());
    let rooms = row.counts.as_ref().map(|counts| {
        [
            ("women", counts.rooms_free_women),
            ("men", counts.rooms_free_men),
        ]
        .into_iter()
        .filter_map(|(sex, rooms)| Some(format!("{} for {sex}", rooms?)))
        .collect()
    });
    let lines = terms(&details)
        .into_iter()
        .chain([("free rooms", rooms.unwrap_or_default())])
        .chain(forecast.map(expected).into_iter().flatten());
    lines
        .filter(|(_, parts)| !parts.is_empty())
        .map(|(name, parts)| one_line(&format!("  {name:<20}  {}", parts.join(", "))))
        .collect()
}

type Line = (&'static str, Vec<String>);

fn terms(details: &OfferingDetails) -> Vec<Line> {
    let seclusion = details.seclusion_room.map(|there_is| {
        let word = if there_is {
            "seclusion-room"
        } else {
            "no seclusion-room"
        };
        word.to_owned()
    });
    let catchment = details.catchment.as_ref().map(|catchment| {
        let kind = word_of::<CatchmentKind>(catchment.kind);
        let duty = word_of::<CatchmentDuty>(catchment.duty);
        let regions = catchment.acute_regions.iter().cloned();
        kind.into_iter().chain(duty).chain(regions).collect()
    });
    let contracts = details.contracts.iter().map(|contract| {
        let state = word_of::<ContractState>(contract.state).unwrap_or_default();
        format!("{} {state}", contract.payer)
    });
    let contacts = details.contact_routes.iter().map(|route| {
        let kind = word_of::<ContactKind>(route.kind).unwrap_or_default();
        format!("{kind} {}", route.address)
    });
    let mut observation = words_of::<ObservationMode>(&details.observation_modes);
    observation.extend(seclusion);
    let one = |word: Option<String>| word.into_iter().collect::<Vec<_>>();
    let answer = details.response_target_minutes;
    vec![
        (
            "registered for",
            one(word_of::<LegalRegime>(details.legal_regime)),
        ),
        (
            "legal titles",
            words_of::<LegalTitle>(&details.legal_titles),
        ),
        ("specialties", words_of::<Programme>(&details.programmes)),
        ("acuity up to", one(word_of::<Acuity>(details.acuity_max))),
        ("observation", observation),
        (
            "excludes",
            words_of::<ExclusionCriterion>(&details.exclusion_criteria),
        ),
        (
            "bodily care",
            words_of::<SomaticCapability>(&details.somatic_capabilities),
        ),
        ("women and men", one(word_of::<SexRule>(details.sex_rule))),
        (
            "interpreter",
            one(details.interpreter.as_ref().map(interpreter_text)),
        ),
        (
            "accessible",
            words_of::<Accessibility>(&details.accessibility),
        ),
        ("catchment", catchment.unwrap_or_default()),
        ("paid by", words_of::<FundingRoute>(&details.funding_routes)),
        ("contracts", contracts.collect()),
        (
            "admits",
            details.admission_hours.iter().map(hours_text).collect(),
        ),
        ("reached by", contacts.collect()),
        (
            "answers within",
            one(answer.map(|minutes| format!("{minutes} minutes"))),
        ),
    ]
}

fn expected(forecast: &Forecast) -> Vec<Line> {
    let places = |number: Option<u32>| {
        number
            .into_iter()
            .map(|number| number.to_string())
            .collect()
    };
    let ready = forecast.ready_for_discharge.iter().map(|ready| {
        let step = word_of::<NextStep>(ready.missing_step).unwrap_or_default();
        format!("{} for {step}", ready.count)
    });
    vec![
        ("more within 24 h", places(forecast.additional_24h)),
        ("more within 72 h", places(forecast.additional_72h)),
        (
            "expected free",
            forecast
                .expected_free_at
                .iter()
                .filter_map(rfc3339)
                .collect(),
        ),
        ("reserve in 7 days", places(forecast.reserve_7d)),
        ("ready for discharge", ready.collect()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::offering::tests::row;

    #[test]
    fn only_what_is_stated_is_shown() {
        assert_eq!(described(&row()), [""; 0]);
        let mut row = row();
        if let Some(details) = &mut row.details {
            details.legal_titles =
                vec![LegalTitle::Voluntary.into(), LegalTitle::WzdCustody.into()];
            details.seclusion_room = Some(false);
        }
        if let Some(counts) = &mut row.counts {
            counts.rooms_free_men = Some(2);
            counts.forecast = Some(Forecast {
                additional_24h: Some(0),
                ..Forecast::default()
            });
        }
        assert_eq!(
            described(&row),
            [
                "  legal titles          voluntary, wzd-custody",
                "  observation           no seclusion-room",
                "  free rooms            2 for men",
                "  more within 24 h      0",
            ]
        );
    }
}
