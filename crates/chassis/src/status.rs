//! The one place where a failure becomes a gRPC status.

use std::collections::HashMap;
use std::time::Duration;

use domain::access::RuleId;
use eventlog::LogError;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use crate::{ExecuteError, ReadError, Violations};

const DOMAIN: &str = "doorstroom";
const RETRY_AFTER: Duration = Duration::from_millis(200);
/// Clients wait for a node that gives this reason.
const STARTING: &str = "starting";

/// A status with a stable reason word as `google.rpc.ErrorInfo`.
pub(crate) fn with_reason(code: Code, reason: &str, message: impl Into<String>) -> Status {
    with_info(code, (reason, HashMap::new()), message)
}

/// A status that also names the rule that it rests on.
pub(crate) fn with_rule(code: Code, reason: &str, message: String, rule: RuleId) -> Status {
    let named = HashMap::from([("rule".to_owned(), rule.to_string())]);
    with_info(code, (reason, named), message)
}

fn with_info(
    code: Code,
    (reason, metadata): (&str, HashMap<String, String>),
    message: impl Into<String>,
) -> Status {
    let mut details = ErrorDetails::new();
    details.set_error_info(reason, DOMAIN, metadata);
    if code == Code::Unavailable {
        details.set_retry_info(Some(RETRY_AFTER));
    }
    Status::with_error_details(code, message, details)
}

impl From<ExecuteError> for Status {
    fn from(error: ExecuteError) -> Self {
        let message = error.to_string();
        let (code, reason) = match &error {
            ExecuteError::Refused { code, .. } => (Code::FailedPrecondition, code.as_str()),
            ExecuteError::Contended => (Code::Unavailable, "contended"),
            ExecuteError::Unknown(_) => (Code::Unavailable, "unknown-outcome"),
            ExecuteError::Full => (Code::ResourceExhausted, "disk-full"),
            ExecuteError::TooLarge { .. } => (Code::InvalidArgument, "too-large"),
            ExecuteError::Failed => (Code::Internal, "failed"),
            ExecuteError::Starting => (Code::Unavailable, STARTING),
            ExecuteError::NotServing(_) => (Code::Unavailable, "not-serving"),
            ExecuteError::Stopping => (Code::Unavailable, "stopping"),
        };
        with_reason(code, reason, message)
    }
}

impl From<ReadError> for Status {
    fn from(error: ReadError) -> Self {
        let message = error.to_string();
        match error {
            ReadError::NotAToken { index } | ReadError::OtherTopic { index, .. } => {
                let mut violations = Violations::default();
                violations.add(format!("at_least[{index}]"), message);
                violations.into_status()
            }
            ReadError::OtherLog => {
                with_reason(Code::FailedPrecondition, "position-of-another-log", message)
            }
            ReadError::BeyondTheEnd => {
                with_reason(Code::OutOfRange, "position-beyond-the-end", message)
            }
            ReadError::NotThere => with_reason(Code::Unavailable, "not-caught-up", message),
            ReadError::NotReady => with_reason(Code::Unavailable, "as-of-not-ready", message),
            ReadError::Starting => with_reason(Code::Unavailable, STARTING, message),
            ReadError::NotServing(_) => with_reason(Code::Unavailable, "not-serving", message),
            ReadError::Log(LogError::Closed) => with_reason(Code::Unavailable, "stopping", message),
            ReadError::Log(_) | ReadError::Unreadable(_) => {
                with_reason(Code::DataLoss, "log-unreadable", message)
            }
        }
    }
}

/// A status with a stable reason word, for a service's own refusals.
pub fn refusal(code: Code, reason: &str, message: impl Into<String>) -> Status {
    with_reason(code, reason, message)
}
