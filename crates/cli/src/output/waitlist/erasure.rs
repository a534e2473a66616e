use proto::waitlist::v1::{ApproveErasureResponse, RequestErasureResponse};
use serde::Serialize;

use crate::failure::one_line;
use crate::moments::rfc3339;
use crate::record::stated;

/// What came of a request to erase.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct ErasureObject {
    kind: &'static str,
    /// Nobody can read them any more.
    erased: bool,
    /// How many; none: it is not carried out.
    entries: Option<u64>,
    /// What the second person agrees to.
    erasure_id: Option<String>,
    /// So long it can be taken back after a second person agreed; none: nobody has agreed yet to anything.
    hold_hours: Option<u32>,
    /// Two have agreed: it is carried out from then on, and can be taken back until it is.
    carried_out_from: Option<String>,
    /// It was taken back: nothing is erased.
    revoked: bool,
}

impl ErasureObject {
    fn new() -> Self {
        Self {
            kind: "erasure",
            ..Self::default()
        }
    }

    /// Of entries, at once; or of a person, who is still to be agreed on.
    pub(crate) fn requested(response: &RequestErasureResponse, entries: usize) -> Self {
        let count = u64::try_from(entries).unwrap_or(u64::MAX);
        Self {
            erased: response.erased,
            entries: response.erased.then_some(count),
            erasure_id: stated(&response.erasure_id),
            hold_hours: (!response.erased).then_some(response.hold_hours),
            ..Self::new()
        }
    }

    /// Of a person, agreed on.
    pub(crate) fn approved(erasure_id: &str, response: &ApproveErasureResponse) -> Self {
        let carried_out_from = response.carried_out_from.as_ref();
        let erased = carried_out_from.is_none();
        Self {
            erased,
            entries: erased.then_some(response.entries),
            erasure_id: Some(erasure_id.to_owned()),
            carried_out_from: carried_out_from.and_then(rfc3339),
            ..Self::new()
        }
    }

    /// Of a person, taken back.
    pub(crate) fn revoked(erasure_id: &str) -> Self {
        Self {
            erasure_id: Some(erasure_id.to_owned()),
            revoked: true,
            ..Self::new()
        }
    }
}

/// Returns it for people.
pub(crate) fn erasure(done: &ErasureObject) -> String {
    let id = done.erasure_id.as_deref().map(one_line).unwrap_or_default();
    match (done.entries, &done.carried_out_from, done.hold_hours) {
        (Some(1), _, _) => "erased: 1 entry; nobody can read it any more".to_owned(),
        (Some(count), _, _) => {
            format!("erased: {count} entries; nobody can read them any more")
        }
        (None, Some(from), _) => format!(
            "agreed; it is erased from {from} on, and nothing is until then. To take it back before:\n  \
             doorstroom waitlist erase revoke {id}"
        ),
        (None, None, Some(hours)) => format!(
            "asked for; {} a second person agrees:\n  doorstroom waitlist erase approve {id}",
            takes_effect(hours)
        ),
        (None, None, None) if done.revoked => "taken back: nothing is erased".to_owned(),
        (None, None, None) => "agreed".to_owned(),
    }
}

fn takes_effect(hold_hours: u32) -> String {
    match hold_hours {
        0 => "it takes effect when".to_owned(),
        1 => "it takes effect an hour after".to_owned(),
        hours => format!("it takes effect {hours} hours after"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moments;

    fn agreed(entries: u64, from: Option<&str>) -> ErasureObject {
        let response = ApproveErasureResponse {
            entries,
            carried_out_from: from.and_then(|from| moments::parse(from).ok()),
        };
        ErasureObject::approved("e1", &response)
    }

    #[test]
    fn it_is_said_when_a_person_will_be_erased_and_how_to_take_it_back() {
        let held = agreed(0, Some("2026-11-13T12:00:00Z"));
        let said = erasure(&held);
        assert!(
            said.starts_with("agreed; it is erased from 2026-11-13T12:00:00Z on"),
            "{said}"
        );
        assert!(
            said.ends_with("\n  doorstroom waitlist erase revoke e1"),
            "{said}"
        );
        let json = serde_json::to_value(&held).unwrap();
        assert_eq!(json["erased"], false);
        assert_eq!(json["entries"], serde_json::Value::Null);
        assert_eq!(json["carried_out_from"], "2026-11-13T12:00:00Z");
    }

    #[test]
    fn who_asks_hears_how_long_it_will_be_held() {
        for (hold_hours, expected) in [
            (0, "asked for; it takes effect when a second person agrees:"),
            (
                72,
                "asked for; it takes effect 72 hours after a second person agrees:",
            ),
        ] {
            let response = RequestErasureResponse {
                erased: false,
                erasure_id: "e1".to_owned(),
                hold_hours,
            };
            let said = erasure(&ErasureObject::requested(&response, 0));
            assert_eq!(said.lines().next(), Some(expected));
        }
    }

    #[test]
    fn what_is_done_and_what_is_taken_back_is_said() {
        let done = agreed(2, None);
        assert_eq!(
            erasure(&done),
            "erased: 2 entries; nobody can read them any more"
        );
        let back = ErasureObject::revoked("e1");
        assert_eq!(erasure(&back), "taken back: nothing is erased");
        let json = serde_json::to_value(&back).unwrap();
        assert_eq!(
            (&json["revoked"], &json["erased"]),
            (&true.into(), &false.into())
        );
    }
}
