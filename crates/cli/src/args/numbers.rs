//! Numbers on the command line: those below zero are a flag's value, not a flag of their own; citizen numbers belong
//! nowhere on it, and are not said again.

use std::any::TypeId;

use clap::builder::ValueParser;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory, FromArgMatches};

use super::Cli;
use crate::import::waitlist::may_be_number;

impl Cli {
    /// Reads the command line; ends the process when it is used wrongly, or when help is asked for.
    pub fn read() -> Self {
        Self::try_read(std::env::args_os()).unwrap_or_else(|error| error.exit())
    }

    pub(crate) fn try_read<T: Into<std::ffi::OsString> + Clone>(
        line: impl IntoIterator<Item = T>,
    ) -> Result<Self, clap::Error> {
        let line: Vec<std::ffi::OsString> = line.into_iter().map(Into::into).collect();
        let is_about_persons = line.iter().any(|word| word == "waitlist");
        let matches = with_negative_numbers(Self::command()).try_get_matches_from(line);
        let parsed = matches.map_err(said_plainly);
        let parsed = parsed.and_then(|matches| Self::from_arg_matches(&matches));
        parsed.map_err(|error| match is_about_persons {
            true => without_citizen_numbers(error),
            false => error,
        })
    }
}

/// Lets every flag that takes a number take one below zero, so that it is refused as what it is.
fn with_negative_numbers(command: Command) -> Command {
    let command = command.mut_args(|arg| {
        let is_number = is_number(arg.get_value_parser());
        arg.allow_negative_numbers(is_number)
    });
    command.mut_subcommands(with_negative_numbers)
}

fn is_number(parser: &ValueParser) -> bool {
    let type_id = parser.type_id();
    [
        TypeId::of::<u32>(),
        TypeId::of::<u64>(),
        TypeId::of::<f64>(),
    ]
    .iter()
    .any(|number| type_id == *number)
}

fn said_plainly(error: clap::Error) -> clap::Error {
    let (Some(ContextValue::String(flag)), Some(ContextValue::String(value))) = (
        error.get(ContextKind::InvalidArg),
        error.get(ContextKind::InvalidValue),
    ) else {
        return error;
    };
    let is_negative = value.parse().is_ok_and(|number: f64| number < 0.0);
    if error.kind() != ErrorKind::ValueValidation || !is_negative {
        return error;
    }
    let sentence = format!("{flag} cannot be negative: {value}");
    Cli::command().error(ErrorKind::ValueValidation, sentence)
}

/// Takes out whatever may be a citizen number that somebody typed in the wrong place: what is said here ends up in logs.
/// Help says nothing of what was typed.
fn without_citizen_numbers(error: clap::Error) -> clap::Error {
    let is_help = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    if is_help || !error.use_stderr() {
        return error;
    }
    let said = error.render().to_string();
    // Values stand in quotes.
    let pieces: Vec<String> = said.split('\'').map(hidden).collect();
    let shown = pieces.join("'");
    if shown == said {
        return error;
    }
    let sentence = shown.strip_prefix("error: ").unwrap_or(&shown);
    clap::Error::raw(error.kind(), sentence)
}

fn hidden(piece: &str) -> String {
    const NOT_SHOWN: &str = "(not shown)";
    if !piece.contains(char::is_alphabetic) && may_be_number(piece) && !is_of_months(piece) {
        return NOT_SHOWN.to_owned();
    }
    let words = piece.split_inclusive(char::is_whitespace).map(|word| {
        let text = word.trim_end();
        match may_be_number(text) && !is_of_months(text) {
            true => format!("{NOT_SHOWN}{}", &word[text.len()..]),
            false => word.to_owned(),
        }
    });
    words.collect()
}

/// Whether it is two months as they are written here, such as 2026-01..2026-06.
fn is_of_months(text: &str) -> bool {
    let text = text.trim_end_matches([':', ',', '.']);
    let is_one = |text: &str| text.split('-').map(str::len).eq([4, 2]);
    text.split_once("..")
        .is_some_and(|(first, last)| is_one(first) && is_one(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_and_months_are_shown_as_they_are() {
        for line in [
            &["--help"][..],
            &["stats", "--help"],
            &["erase", "--help"],
            &[],
        ] {
            let line = ["doorstroom", "waitlist"].iter().chain(line);
            let said = Cli::try_read(line).unwrap_err().to_string();
            assert!(!said.starts_with("error"), "{said}");
            assert!(!said.contains("(not shown)"), "{said}");
        }
        let line = ["doorstroom", "waitlist", "stats", "--months"];
        let months = line.iter().chain(&["2026-11..2026-10"]);
        let said = Cli::try_read(months).unwrap_err().to_string();
        assert!(said.contains("2026-11..2026-10"), "{said}");
        assert!(!said.contains("(not shown)"), "{said}");
    }

    #[test]
    fn threat_14_a_citizen_number_in_the_wrong_place_is_refused_and_not_said_again() {
        let number = "900000065";
        for wrong in [
            &["person", number][..],
            &["person", "9000.00.065"],
            &["person", "9000 00 065"],
            &["show", number],
            &["register", "--care-type", number],
            &["register", "--municipality", number],
            &["register", "--registered-on", number],
            &["register", "--bsn", number],
            &["register", "--bsn=900000065"],
            &["900000065"],
        ] {
            let line = ["doorstroom", "waitlist"].iter().chain(wrong);
            let error = Cli::try_read(line).unwrap_err();
            assert_eq!(error.exit_code(), 2);
            let said = error.to_string();
            assert!(said.starts_with("error: "), "{said}");
            let digits: String = said.chars().filter(char::is_ascii_digit).collect();
            assert!(!digits.contains(number), "{said}");
        }
        let said = refused(&["find", "900000065"]);
        assert!(said.contains("'900000065'"), "{said}");
    }

    fn refused(line: &[&str]) -> String {
        let line = ["doorstroom", "capacity"].iter().chain(line);
        let error = Cli::try_read(line).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        error.to_string()
    }

    #[test]
    fn a_number_below_zero_is_refused_as_what_it_is() {
        for (flag, value) in [
            ("--available", "-3"),
            ("--sequence", "-1"),
            ("--intake-wait-days", "-7"),
        ] {
            let said = refused(&["report", "--offering", "o", "--occupied", "1", flag, value]);
            let expected = format!("cannot be negative: {value}");
            assert!(said.contains(flag) && said.contains(&expected), "{said}");
        }
        let said = refused(&[
            "find",
            "--municipality",
            "GM0014",
            "--max-distance-km",
            "-2.5",
        ]);
        assert!(
            said.contains("--max-distance-km <KM> cannot be negative: -2.5"),
            "{said}"
        );
    }

    #[test]
    fn what_is_no_number_is_still_named_as_it_was() {
        let said = refused(&[
            "report",
            "--offering",
            "o",
            "--available",
            "three",
            "--occupied",
            "1",
        ]);
        assert!(
            said.contains("invalid value 'three' for '--available <N>'"),
            "{said}"
        );
        let said = refused(&["find", "-3"]);
        assert!(said.contains("unexpected argument '-3'"), "{said}");
    }
}
