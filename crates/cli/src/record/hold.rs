use proto::capacity::v1::Hold;
use serde::Serialize;

use super::moment_text;

/// A place that is held, or was.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct HoldRecord {
    hold_id: String,
    token: u64,
    expires_at: Option<String>,
}

impl From<&Hold> for HoldRecord {
    fn from(hold: &Hold) -> Self {
        Self {
            hold_id: hold.hold_id.clone(),
            token: hold.token,
            expires_at: moment_text(hold.expires_at.as_ref()),
        }
    }
}
