//! Numbers below zero: as a flag's value, not as a flag of their own.

use std::any::TypeId;

use clap::builder::ValueParser;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory, FromArgMatches};

use super::Cli;

impl Cli {
    /// Reads the command line; ends the process when it is used wrongly, or when help is asked for.
    pub fn read() -> Self {
        Self::try_read(std::env::args_os()).unwrap_or_else(|error| error.exit())
    }

    pub(crate) fn try_read<T: Into<std::ffi::OsString> + Clone>(
        line: impl IntoIterator<Item = T>,
    ) -> Result<Self, clap::Error> {
        let matches = with_negative_numbers(Self::command()).try_get_matches_from(line);
        Self::from_arg_matches(&matches.map_err(said_plainly)?)
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

#[cfg(test)]
mod tests {
    use super::*;

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
