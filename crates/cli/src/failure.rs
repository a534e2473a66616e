//! What can go wrong for who types, the exit code it gives, and what is said about it.

use std::io::{self, Write};

use serde::Serialize;
use tonic::{Code, Status};
use tonic_types::StatusExt;

/// Why a command did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The server, or the client on its behalf, said no.
    #[error("refused: {0}")]
    Refused(Refusal),
    /// Some of many were refused; each was named when it happened.
    #[error("{refused} of {all} were refused")]
    SomeRefused {
        /// How many were refused.
        refused: u64,
        /// Of how many.
        all: u64,
    },
    /// The command line, or a file that it names, is not what it should be.
    #[error("{0}")]
    Usage(String),
    /// No answer, or none that says what happened.
    #[error("{0}")]
    Unreachable(String),
    /// Whoever read the output has gone.
    #[error("nobody reads the output any more")]
    OutputClosed,
    /// The output could not be written.
    #[error("the output cannot be written: {0}")]
    Output(io::Error),
}

/// A "no", with everything that is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("{message} [{reason}]")]
pub struct Refusal {
    /// Stable word.
    pub reason: String,
    /// A sentence.
    pub message: String,
    /// Every wrong field.
    pub violations: Vec<Violation>,
}

/// One wrong field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{field}: {description}")]
pub struct Violation {
    /// Path of the field.
    pub field: String,
    /// What is wrong with it.
    pub description: String,
}

impl Failure {
    /// Returns the exit code: 0 done, 1 refused, 2 used wrongly, 3 server not reachable.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::OutputClosed => 0,
            Self::Refused(_) | Self::SomeRefused { .. } | Self::Output(_) => 1,
            Self::Usage(_) => 2,
            Self::Unreachable(_) => 3,
        }
    }

    /// Returns what is said about it, line by line.
    pub fn lines(&self) -> Vec<String> {
        match self {
            Self::OutputClosed => Vec::new(),
            Self::Refused(refusal) if refusal.violations.is_empty() => vec![self.to_string()],
            // The server's message would say the first few of them once more.
            Self::Refused(refusal) => std::iter::once(format!(
                "refused: what was sent is wrong [{}]",
                refusal.reason
            ))
            .chain(refusal.violations.iter().map(|wrong| format!("  {wrong}")))
            .collect(),
            Self::Usage(_) => vec![
                format!("error: {self}"),
                "For more information, try '--help'.".to_owned(),
            ],
            Self::SomeRefused { .. } | Self::Unreachable(_) | Self::Output(_) => {
                vec![format!("error: {self}")]
            }
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::OutputClosed,
            _ => Self::Output(error),
        }
    }
}

impl From<Status> for Failure {
    /// Reads an answer that says no. Whether it may be repeated instead is for `is_unknown` to say.
    fn from(status: Status) -> Self {
        // What tonic says when the answer is plain HTTP, such as that of the server's other port.
        if status.message().starts_with("grpc-status header missing") {
            return Self::Unreachable(
                "what answers there does not speak gRPC: is the port in --server right?".to_owned(),
            );
        }
        Self::Refused(Refusal::from(&status))
    }
}

impl From<&Status> for Refusal {
    fn from(status: &Status) -> Self {
        let reason = status
            .get_details_error_info()
            .map(|info| info.reason)
            .filter(|reason| !reason.is_empty())
            .unwrap_or_else(|| code_word(status.code()).to_owned());
        let violations = status
            .get_details_bad_request()
            .map(|bad| bad.field_violations)
            .unwrap_or_default();
        Self {
            reason,
            message: one_line(status.message()),
            violations: violations
                .into_iter()
                .map(|wrong| Violation {
                    field: one_line(&wrong.field),
                    description: one_line(&wrong.description),
                })
                .collect(),
        }
    }
}

/// Says something on standard error.
pub(crate) fn say(line: &str) {
    // Whoever closed standard error does not want to know.
    let _ = writeln!(io::stderr(), "{line}");
}

/// Text from elsewhere must not break lines, nor move the cursor of a terminal.
pub(crate) fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// Tells whether a status leaves open what happened, so that the call should be repeated with the same id.
///
/// That is what the server says with UNAVAILABLE. A status with a source was made here, when the connection
/// broke or what came was not gRPC: nobody has answered.
pub(crate) fn is_unknown(status: &Status) -> bool {
    use std::error::Error;
    matches!(status.code(), Code::Unavailable | Code::DeadlineExceeded) || status.source().is_some()
}

/// Tells whether a server answers that it still reads its log: it will serve by itself.
pub(crate) fn is_starting(status: &Status) -> bool {
    let info = status.get_details_error_info();
    is_unknown(status) && info.is_some_and(|info| info.reason == "starting")
}

/// Returns the innermost cause of an error, which is the part that says something.
pub(crate) fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    one_line(&cause.to_string())
}

/// Returns what a status says about a connection that failed.
pub(crate) fn what_failed(status: &Status) -> String {
    use std::error::Error;
    match status.source() {
        Some(source) => innermost(source),
        None if status.message().is_empty() => code_word(status.code()).to_owned(),
        None => one_line(status.message()),
    }
}

/// Returns the stable word for a code of gRPC.
pub(crate) fn code_word(code: Code) -> &'static str {
    match code {
        Code::Ok => "ok",
        Code::Cancelled => "cancelled",
        Code::Unknown => "unknown",
        Code::InvalidArgument => "invalid-argument",
        Code::DeadlineExceeded => "deadline-exceeded",
        Code::NotFound => "not-found",
        Code::AlreadyExists => "already-exists",
        Code::PermissionDenied => "permission-denied",
        Code::ResourceExhausted => "resource-exhausted",
        Code::FailedPrecondition => "failed-precondition",
        Code::Aborted => "aborted",
        Code::OutOfRange => "out-of-range",
        Code::Unimplemented => "unimplemented",
        Code::Internal => "internal",
        Code::Unavailable => "unavailable",
        Code::DataLoss => "data-loss",
        Code::Unauthenticated => "unauthenticated",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tonic_types::{ErrorDetails, FieldViolation};

    #[test]
    fn a_rejection_keeps_its_reason() {
        let details = ErrorDetails::with_error_info("unknown-offering", "doorstroom", []);
        let status = Status::with_error_details(
            Code::FailedPrecondition,
            "no offering is published",
            details,
        );
        let failure = Failure::from(status);
        assert_eq!(failure.exit_code(), 1);
        assert_eq!(
            failure.lines(),
            ["refused: no offering is published [unknown-offering]"]
        );
    }

    #[test]
    fn every_violation_has_a_line() {
        let wrong = vec![
            FieldViolation::new("details.care_type", "must be stated"),
            FieldViolation::new("details.age", "ends before\nit begins"),
        ];
        let details = ErrorDetails::with_bad_request(wrong);
        let failure = Failure::from(Status::with_error_details(
            Code::InvalidArgument,
            "2 fields are wrong",
            details,
        ));
        assert_eq!(
            failure.lines(),
            [
                "refused: what was sent is wrong [invalid-argument]",
                "  details.care_type: must be stated",
                "  details.age: ends before it begins",
            ]
        );
    }

    #[test]
    fn each_kind_of_failure_has_its_exit_code() {
        let closed = Failure::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!(closed.exit_code(), 0);
        assert!(closed.lines().is_empty());
        assert_eq!(Failure::from(io::Error::other("full")).exit_code(), 1);
        assert_eq!(Failure::SomeRefused { refused: 1, all: 2 }.exit_code(), 1);
        assert_eq!(Failure::Usage("no".into()).exit_code(), 2);
        assert_eq!(Failure::Unreachable("no".into()).exit_code(), 3);
    }

    #[test]
    fn only_an_answer_of_the_server_says_what_happened() {
        assert!(is_unknown(&Status::unavailable("contended")));
        let broken: Box<dyn std::error::Error + Send + Sync> = "connection reset".into();
        assert!(is_unknown(&Status::from_error(broken)));
        assert!(!is_unknown(&Status::failed_precondition("no")));
        assert!(!is_unknown(&Status::invalid_argument("no")));
        assert!(!is_unknown(&Status::internal("broken")));
    }
}
