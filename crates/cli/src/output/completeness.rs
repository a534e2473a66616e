//! Which of the providers that should have reported have done so, for machines and for people.

use proto::capacity::v1::{Completeness, SilentProvider};
use serde::Serialize;

use crate::failure::one_line;
use crate::moments::rfc3339;
use crate::record::{moment_text, stated};

/// Silent providers named in one line for people; `--output json` names up to a hundred.
const NAMED: usize = 5;

/// How complete an answer is.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CompletenessObject {
    expected_providers: u32,
    reported_providers: u32,
    complete_up_to: Option<String>,
    silent: Vec<SilentObject>,
    silent_total: u32,
    silent_unlisted: u32,
}

/// A provider whose counts are overdue; `last_observed_at` is null if it never counted.
#[derive(Clone, Debug, Serialize)]
struct SilentObject {
    provider_id: String,
    provider_name: Option<String>,
    last_observed_at: Option<String>,
    expected_offerings: u32,
    overdue_offerings: u32,
}

impl From<&Completeness> for CompletenessObject {
    fn from(completeness: &Completeness) -> Self {
        Self {
            expected_providers: completeness.expected_providers,
            reported_providers: completeness.reported_providers,
            complete_up_to: moment_text(completeness.complete_up_to.as_ref()),
            silent: completeness.silent.iter().map(SilentObject::from).collect(),
            silent_total: completeness.silent_total,
            silent_unlisted: completeness.silent_unlisted,
        }
    }
}

impl From<&SilentProvider> for SilentObject {
    fn from(silent: &SilentProvider) -> Self {
        Self {
            provider_id: silent.provider_id.clone(),
            provider_name: stated(&silent.provider_name),
            last_observed_at: moment_text(silent.last_observed_at.as_ref()),
            expected_offerings: silent.expected_offerings,
            overdue_offerings: silent.overdue_offerings,
        }
    }
}

/// Returns it as one sentence.
pub(crate) fn sentence(completeness: &Completeness) -> String {
    if completeness.expected_providers == 0 {
        return "no provider here promises to count".to_owned();
    }
    let of = format!(
        "{} of {} providers",
        completeness.reported_providers, completeness.expected_providers
    );
    let mut line = match completeness.complete_up_to.as_ref().and_then(rfc3339) {
        Some(moment) => format!("complete up to {moment} for {of}"),
        None => format!("complete for {of}"),
    };
    if completeness.silent_total > 0 {
        let named = completeness.silent.iter().take(NAMED).map(silent);
        let named: Vec<String> = named.collect();
        let rest = u64::from(completeness.silent_total)
            .saturating_sub(u64::try_from(named.len()).unwrap_or(u64::MAX));
        let more = (rest > 0).then(|| format!("{rest} more"));
        let all: Vec<String> = named.into_iter().chain(more).collect();
        line.push_str(&format!("; silent: {}", all.join(", ")));
    }
    line
}

fn silent(silent: &SilentProvider) -> String {
    let name = stated(&silent.provider_name).unwrap_or_else(|| silent.provider_id.clone());
    let since = match silent.last_observed_at.as_ref().and_then(rfc3339) {
        Some(moment) => format!("since {moment}"),
        None => "never counted".to_owned(),
    };
    one_line(&format!("{name} ({since})"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moments;

    fn provider(id: &str, last: Option<&str>) -> SilentProvider {
        SilentProvider {
            provider_id: id.to_owned(),
            last_observed_at: last.and_then(|last| moments::parse(last).ok()),
            expected_offerings: 2,
            overdue_offerings: 1,
            ..SilentProvider::default()
        }
    }

    fn completeness() -> Completeness {
        Completeness {
            expected_providers: 43,
            reported_providers: 41,
            complete_up_to: moments::parse("2026-03-01T14:02:00Z").ok(),
            silent: vec![
                provider("agb:1", None),
                provider("agb:2", Some("2026-02-01")),
            ],
            silent_total: 2,
            silent_unlisted: 0,
        }
    }

    #[test]
    fn silence_is_named_and_told_apart_from_never() {
        assert_eq!(
            sentence(&completeness()),
            "complete up to 2026-03-01T14:02:00Z for 41 of 43 providers; \
             silent: agb:1 (never counted), agb:2 (since 2026-02-01T00:00:00Z)"
        );
        let object = serde_json::to_value(CompletenessObject::from(&completeness())).unwrap();
        assert_eq!(object["complete_up_to"], "2026-03-01T14:02:00Z");
        assert_eq!(
            object["silent"][0]["last_observed_at"],
            serde_json::Value::Null
        );
        assert_eq!(
            object["silent"][1]["last_observed_at"],
            "2026-02-01T00:00:00Z"
        );
    }

    #[test]
    fn what_is_not_named_is_counted() {
        let many = Completeness {
            silent: (0..9)
                .map(|id| provider(&format!("agb:{id}"), None))
                .collect(),
            silent_total: 200,
            ..completeness()
        };
        assert!(sentence(&many).ends_with("agb:4 (never counted), 195 more"));
        let nobody = Completeness {
            reported_providers: 0,
            complete_up_to: None,
            ..completeness()
        };
        assert!(sentence(&nobody).starts_with("complete for 0 of 43 providers; silent"));
        assert_eq!(
            sentence(&Completeness::default()),
            "no provider here promises to count"
        );
    }
}
