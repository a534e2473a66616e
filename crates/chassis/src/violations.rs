use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// How many violations one answer names.
const NAMED: usize = 100;

/// Everything that is wrong with a request, by field path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Violations {
    found: Vec<(String, String)>,
    left_out: usize,
}

impl Violations {
    /// Adds one; after a hundred they are only counted.
    pub fn add(&mut self, field: impl Into<String>, description: impl Into<String>) {
        if self.found.len() < NAMED {
            self.found.push((field.into(), description.into()));
        } else {
            self.left_out += 1;
        }
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Field and description of each.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.found
            .iter()
            .map(|(field, what)| (field.as_str(), what.as_str()))
    }

    /// One sentence that names how many and the first few.
    pub fn summary(&self) -> String {
        let total = self.found.len() + self.left_out;
        let named: Vec<_> = self
            .iter()
            .take(3)
            .map(|(field, what)| format!("{field}: {what}"))
            .collect();
        let more = if total > named.len() { "; …" } else { "" };
        format!("{total} wrong: {}{more}", named.join("; "))
    }

    /// INVALID_ARGUMENT with a `google.rpc.BadRequest` that names every field.
    pub fn into_status(self) -> Status {
        let mut details = ErrorDetails::new();
        for (field, description) in &self.found {
            details.add_bad_request_violation(field, description);
        }
        Status::with_error_details(Code::InvalidArgument, self.summary(), details)
    }
}
