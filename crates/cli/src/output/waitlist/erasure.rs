use proto::waitlist::v1::{ApproveErasureResponse, RequestErasureResponse};
use serde::Serialize;

use crate::failure::one_line;
use crate::record::stated;

/// What came of a request to erase.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ErasureObject {
    kind: &'static str,
    /// Nobody can read them any more.
    erased: bool,
    /// How many; none: nobody has agreed yet.
    entries: Option<u64>,
    /// What the second person agrees to.
    erasure_id: Option<String>,
}

impl ErasureObject {
    /// Of entries, at once; or of a person, who is still to be agreed on.
    pub(crate) fn requested(response: &RequestErasureResponse, entries: usize) -> Self {
        let count = u64::try_from(entries).unwrap_or(u64::MAX);
        Self {
            kind: "erasure",
            erased: response.erased,
            entries: response.erased.then_some(count),
            erasure_id: stated(&response.erasure_id),
        }
    }

    /// Of a person, agreed on.
    pub(crate) fn approved(erasure_id: &str, response: &ApproveErasureResponse) -> Self {
        Self {
            kind: "erasure",
            erased: true,
            entries: Some(response.entries),
            erasure_id: Some(erasure_id.to_owned()),
        }
    }
}

/// Returns it for people.
pub(crate) fn erasure(done: &ErasureObject) -> String {
    match (&done.erasure_id, done.entries) {
        (_, Some(1)) => "erased: 1 entry; nobody can read it any more".to_owned(),
        (_, Some(count)) => format!("erased: {count} entries; nobody can read them any more"),
        (Some(id), None) => format!(
            "asked for; it takes effect when a second person agrees:\n  doorstroom waitlist erase approve {}",
            one_line(id)
        ),
        (None, None) => "asked for".to_owned(),
    }
}
