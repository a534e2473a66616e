use proto::waitlist::v1::{Outcome, Receipt};
use serde::Serialize;

use crate::args::OutputFormat;
use crate::failure::{Failure, Refusal, Violation, one_line, say};
use crate::output::Output;
use crate::record::stated;
use crate::words::word_of;

/// What came of a command on one entry.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ReceiptObject {
    kind: &'static str,
    outcome: Option<String>,
    position: Option<String>,
    command_id: Option<String>,
    entry_id: String,
    /// Of an approval: two agree, the screening counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) counts: Option<bool>,
}

impl ReceiptObject {
    /// The receipt of a command on one entry.
    pub(crate) fn new(entry_id: &str, receipt: Option<&Receipt>) -> Self {
        Self {
            kind: "receipt",
            outcome: receipt.and_then(|receipt| word_of::<Outcome>(receipt.outcome)),
            position: receipt.and_then(|receipt| stated(&receipt.position)),
            command_id: receipt.and_then(|receipt| stated(&receipt.command_id)),
            entry_id: entry_id.to_owned(),
            counts: None,
        }
    }

    /// Writes it.
    pub(crate) fn write(&self, output: &mut Output) -> Result<(), Failure> {
        output.either(self, || self.text())?;
        output.flush()
    }

    fn text(&self) -> String {
        let outcome = match (self.outcome.as_deref(), self.counts) {
            (_, Some(true)) => "two agree: the screening counts",
            (_, Some(false)) => "one has looked: a second one is needed within 14 days",
            (Some("repeated"), None) => "repeated: it says so already",
            (Some(_) | None, None) => "done",
        };
        let mut text = outcome.to_owned();
        let entry = Some(&self.entry_id);
        for (name, value) in [
            ("entry", entry),
            ("position", self.position.as_ref()),
            ("command", self.command_id.as_ref()),
        ] {
            if let Some(value) = value {
                text.push_str(&format!("\n  {name:<8}  {}", one_line(value)));
            }
        }
        text
    }
}

#[derive(Serialize)]
struct RefusedObject<'a> {
    kind: &'static str,
    entry_id: &'a str,
    reason: &'a str,
    message: &'a str,
    violations: &'a [Violation],
}

/// Writes that one entry of several was refused.
pub(crate) fn write_refused(
    output: &mut Output,
    entry_id: &str,
    refusal: &Refusal,
) -> Result<(), Failure> {
    match output.format() {
        OutputFormat::Json => output.object(&RefusedObject {
            kind: "refused",
            entry_id,
            reason: &refusal.reason,
            message: &refusal.message,
            violations: &refusal.violations,
        }),
        OutputFormat::Table => {
            say(&format!("entry {entry_id}: refused: {refusal}"));
            Ok(())
        }
    }
}
