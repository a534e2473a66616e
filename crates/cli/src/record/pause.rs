use proto::capacity::v1::{Pause, PauseReason};
use serde::Serialize;

use super::moment_text;
use crate::words::word_of;

/// A stop on admissions. Empty lists: the whole offering.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct PauseRecord {
    pause_id: String,
    reason: Option<String>,
    diagnosis_groups: Vec<String>,
    insurers: Vec<String>,
    starts_at: Option<String>,
    ends_at: Option<String>,
    expected_end: Option<String>,
    waiting_list_closed: bool,
}

impl From<&Pause> for PauseRecord {
    fn from(pause: &Pause) -> Self {
        let scope = pause.scope.clone().unwrap_or_default();
        Self {
            pause_id: pause.pause_id.clone(),
            reason: word_of::<PauseReason>(pause.reason),
            diagnosis_groups: scope.diagnosis_groups,
            insurers: scope.insurers,
            starts_at: moment_text(pause.starts_at.as_ref()),
            ends_at: moment_text(pause.ends_at.as_ref()),
            expected_end: moment_text(pause.expected_end.as_ref()),
            waiting_list_closed: pause.waiting_list_closed,
        }
    }
}
