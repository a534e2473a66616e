//! From a citizen number to what may travel.

use std::fs::File;
use std::io::{BufRead, BufReader, IsTerminal, stdin};
use std::time::Duration;

use bsn::Bsn;
use console::Term;
use proto::pseudonym::v1::GrantReceipt;
use proto::waitlist::v1::{FirstStage, Person};
use pseudonym::P1;
use zeroize::Zeroizing;

use crate::args::{EvaluatorArgs, NumberArgs};
use crate::connection::Connection;
use crate::failure::{Failure, Refusal};
use crate::pseudonyms::Evaluator;

/// A number takes less; what is longer is none.
const LONGEST_LINE_BYTES: u64 = 64;
/// So long the evaluator may give no answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// Who it is, as the gateway may know it, and what the evaluator granted for it.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) person: Person,
    pub(super) grant: GrantReceipt,
}

/// Reads a citizen number from where the arguments say, by default from standard input.
pub(super) fn read(args: &NumberArgs) -> Result<Bsn, Failure> {
    let line = match &args.bsn_file {
        Some(file) => File::open(file).and_then(|file| first_line(BufReader::new(file))),
        None if stdin().is_terminal() => typed(),
        None => first_line(stdin().lock()),
    };
    let line = line
        .map_err(|error| Failure::Usage(format!("the citizen number cannot be read: {error}")))?;
    Bsn::parse(line.trim()).map_err(|error| {
        Failure::Refused(Refusal {
            reason: "citizen-number".to_owned(),
            message: error.to_string(),
            violations: Vec::new(),
        })
    })
}

fn first_line(source: impl BufRead) -> std::io::Result<Zeroizing<String>> {
    let mut line = Zeroizing::new(String::new());
    source.take(LONGEST_LINE_BYTES).read_line(&mut line)?;
    Ok(line)
}

/// Asks who sits at the terminal, without showing what is typed.
fn typed() -> std::io::Result<Zeroizing<String>> {
    let terminal = Term::stderr();
    terminal.write_str("Citizen number (BSN): ")?;
    terminal.read_secure_line().map(Zeroizing::new)
}

/// Connects to the evaluator: the server itself, or another one.
pub(crate) async fn evaluator(
    args: &EvaluatorArgs,
    connection: &Connection,
) -> Result<Evaluator, Failure> {
    let caller = connection.caller();
    let channel = match &args.evaluator {
        Some(address) => {
            let opened = Connection::open_at(address, caller.clone()).await;
            let unreachable = |_| {
                let text = address.to_string();
                let address = text.trim_end_matches('/');
                Failure::Unreachable(format!(
                    "no evaluator can be reached at {address}: is it running, and is --evaluator right?"
                ))
            };
            opened.map_err(unreachable)?.channel()
        }
        None => connection.channel(),
    };
    Ok(Evaluator::new(channel, caller, &args.trust_key))
}

/// Has a number evaluated.
pub(super) async fn asked(
    number: Bsn,
    args: &EvaluatorArgs,
    connection: &Connection,
) -> Result<Asked, Failure> {
    let evaluator = evaluator(args, connection).await?;
    let keys = evaluator.keys_within(PATIENCE).await?;
    let mut evaluation = evaluator
        .evaluate_within(PATIENCE, &keys, &[number])
        .await?;
    let p1s = evaluation.persons.pop().unwrap_or_default();
    Ok(Asked {
        person: person_of(&p1s),
        grant: evaluation.receipt,
    })
}

/// Returns who it is, as the contract states it.
pub(crate) fn person_of(p1s: &[P1]) -> Person {
    let stages = p1s.iter().map(|p1| FirstStage {
        epoch: p1.epoch().to_string(),
        p1: p1.expose().to_vec(),
    });
    Person {
        first_stages: stages.collect(),
        without_number: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn from_file(content: &str) -> Result<Bsn, Failure> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content.as_bytes()).unwrap();
        read(&NumberArgs {
            bsn_file: Some(file.path().to_owned()),
            bsn_stdin: false,
        })
    }

    #[test]
    fn a_number_is_the_first_line_of_its_file() {
        for content in ["999990019", "9999.90.019\r\nsomething else\n"] {
            assert!(from_file(content).is_ok(), "{content}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused_without_being_shown() {
        for content in ["", "999990018\n", &"9".repeat(1_000)] {
            let failure = from_file(content).unwrap_err();
            assert_eq!(failure.exit_code(), 1);
            let said = failure.lines().join("\n");
            assert!(
                said.ends_with("[citizen-number]") && !said.contains("99"),
                "{said}"
            );
        }
    }
}
