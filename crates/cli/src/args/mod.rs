//! The command line.

mod command;
mod demo;
mod figures;
mod filter;
mod forecast;
mod hold;
mod needs;
mod numbers;
mod offering;
mod pause;
mod refuse;
mod report;
mod terms;
mod waitlist;

use clap::{Args, Parser, Subcommand, ValueEnum};
use proto::caller::Named;
use tonic::transport::Uri;

pub(crate) use command::{CommandArgs, parse_command_id};
pub(crate) use demo::{DemoCommand, LoadArgs, Scale};
pub(crate) use figures::FigureArgs;
pub(crate) use filter::{FindArgs, WatchArgs};
pub(crate) use forecast::ForecastArgs;
pub(crate) use hold::{ClaimArgs, ExtendArgs, HoldArgs};
pub(crate) use offering::{HistoryArgs, PublishArgs, WithdrawArgs};
pub(crate) use pause::{PauseArgs, ResumeArgs};
pub(crate) use refuse::RefuseArgs;
pub(crate) use report::{CorrectArgs, ReportArgs};
pub(crate) use terms::TermsArgs;
pub(crate) use waitlist::{
    ApproveArgs, EndArgs, EntryArgs, EraseArgs, EraseCommand, ErasureArgs, EvaluatorArgs,
    IntakeHeldArgs, ListArgs, ListImportArgs, NumberArgs, PersonArgs, PlanArgs, PriorityArgs,
    ReaffirmArgs, RegisterArgs, ReturnArgs, ScreenCommand, ShowArgs, StartArgs, StatsArgs,
    WaitlistCommand, WithdrawEntryArgs,
};

/// Live places, waits, admission pauses and waiting lists of mental health care, from the command line.
#[derive(Debug, Parser)]
#[command(name = "doorstroom", version, max_term_width = 100, after_help = EXIT_CODES)]
pub struct Cli {
    /// What holds for every command.
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 done, 1 refused (the reason is on standard error), 2 used wrongly, 3 server not reachable.";

/// What holds for every command.
#[derive(Debug, Args)]
pub(crate) struct GlobalArgs {
    /// Address of the server
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "DOORSTROOM_SERVER",
        default_value = "http://127.0.0.1:50051",
        value_parser = parse_server
    )]
    pub(crate) server: Uri,
    /// Who calls and in what capacity; without it the server does capacity only, nothing about persons
    #[arg(
        long = "as",
        global = true,
        value_name = "PERSON:ROLE@ORGANISATION",
        env = "DOORSTROOM_AS",
        value_parser = parse_caller
    )]
    pub(crate) caller: Option<Named>,
    /// A table for people, or one JSON object a line for machines
    #[arg(long, global = true, value_enum, default_value_t)]
    pub(crate) output: OutputFormat,
}

/// How answers are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// For people.
    #[default]
    Table,
    /// One object a line.
    Json,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Places, waits and admission pauses of providers and municipalities
    #[command(subcommand)]
    Capacity(CapacityCommand),
    /// Who waits for care, for what and how long
    #[command(subcommand)]
    Waitlist(WaitlistCommand),
    /// Invented offerings, to try things out and to measure
    #[command(subcommand)]
    Demo(DemoCommand),
}

/// What can be done with capacity.
#[derive(Debug, Subcommand)]
pub(crate) enum CapacityCommand {
    /// Take in the rows of a CSV file; name every row that cannot be used
    Import(ImportArgs),
    /// Declare an offering as it is now
    Publish(Box<PublishArgs>),
    /// Report places and waits: of one offering by flags, of many by a file of JSON lines
    Report(Box<ReportArgs>),
    /// Replace an earlier report that was wrong
    Correct(Box<CorrectArgs>),
    /// Stop admissions, or a part of them
    Pause(PauseArgs),
    /// End one pause of an offering, or all
    Resume(ResumeArgs),
    /// Keep a free place for somebody under discussion
    Hold(HoldArgs),
    /// Keep a held place for longer
    Extend(ExtendArgs),
    /// Give a held place back
    Release(ClaimArgs),
    /// Take the place that is held
    Consume(ClaimArgs),
    /// Take an offering out
    Withdraw(WithdrawArgs),
    /// Say that somebody was refused, although the offering was shown as fitting
    Refuse(RefuseArgs),
    /// Look up what there is now
    Find(Box<FindArgs>),
    /// See what there is now, then every change as it happens; Ctrl-C ends it
    Watch(Box<WatchArgs>),
    /// See one offering and what happened to it, newest first
    History(HistoryArgs),
    /// Print the header and an example of the CSV that `import --format offerings` reads
    Template,
}

/// What to import.
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// The CSV file
    pub(crate) file: std::path::PathBuf,
    /// What its columns are: published waiting times (nza), or this project's own (offerings)
    #[arg(long, value_enum)]
    pub(crate) format: crate::import::Format,
    /// Also write every refused row to this CSV file
    #[arg(long, value_name = "FILE")]
    pub(crate) rejects: Option<std::path::PathBuf>,
}

fn parse_server(text: &str) -> Result<Uri, String> {
    let uri: Uri = text
        .parse()
        .map_err(|_| "give an address such as http://127.0.0.1:50051".to_owned())?;
    match uri.scheme_str() {
        Some("http") if uri.host().is_some_and(|host| !host.is_empty()) => {}
        Some("https") => return Err("this version speaks http:// only".to_owned()),
        Some(_) | None => return Err("give an address such as http://127.0.0.1:50051".to_owned()),
    }
    match uri.path_and_query().map(http_path) {
        None | Some("" | "/") => Ok(uri),
        Some(_) => Err("the address ends with the port".to_owned()),
    }
}

/// Accepts the form; what the parts must be is for the server to say.
fn parse_caller(text: &str) -> Result<Named, String> {
    let form = "give PERSON:ROLE@ORGANISATION, such as mdk:screening-member@agb:06011009";
    let parts = text
        .split_once('@')
        .and_then(|(who, organisation)| Some((who.split_once(':')?, organisation)));
    let Some(((person, role), organisation)) = parts else {
        return Err(form.to_owned());
    };
    if [person, role, organisation].contains(&"") {
        return Err(form.to_owned());
    }
    text.parse().map_err(|_| form.to_owned())
}

fn http_path(path: &tonic::codegen::http::uri::PathAndQuery) -> &str {
    path.as_str()
}

/// The id of an offering, as the server accepts it.
pub(crate) fn parse_offering_id(text: &str) -> Result<String, String> {
    let mut characters = text.chars();
    let first = characters.next().is_some_and(|c| c.is_ascii_alphanumeric());
    let rest = characters.all(|c| c.is_ascii_alphanumeric() || "._:-".contains(c));
    if first && rest && text.len() <= 64 {
        Ok(text.to_owned())
    } else {
        Err("1 to 64 letters, digits, dots, underscores, colons and hyphens; the first a letter or digit".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn flags_for_every_command_stand_anywhere() {
        let line = [
            "doorstroom",
            "capacity",
            "template",
            "--output",
            "json",
            "--server",
            "http://h:1",
        ];
        let cli = Cli::try_parse_from(line).unwrap();
        assert_eq!(cli.global.output, OutputFormat::Json);
        assert_eq!(cli.global.server, "http://h:1");
    }

    #[test]
    fn an_address_is_checked_before_it_is_used() {
        assert!(parse_server("http://127.0.0.1:50051").is_ok());
        assert!(parse_server("http://[::1]:50051/").is_ok());
        for wrong in [
            "",
            "127.0.0.1:50051",
            "https://host:1",
            "http://",
            "ftp://host",
            "http://host/x",
        ] {
            assert!(parse_server(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_caller_has_three_parts() {
        assert!(parse_caller("mdk:screening-member@agb:06011009").is_ok());
        for wrong in [
            "",
            "mdk",
            "mdk@agb:06011009",
            ":auditor@kvk:01234567",
            "mdk:@kvk:01234567",
            "mdk:auditor@",
            "m\ndk:auditor@kvk:01234567",
        ] {
            assert!(parse_caller(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn an_offering_id_is_checked_before_it_is_sent() {
        for right in ["a", "A.b_c:d-1", "7"] {
            assert!(parse_offering_id(right).is_ok(), "{right}");
        }
        for wrong in ["", "-a", "a b", "é", &"a".repeat(65)] {
            assert!(parse_offering_id(wrong).is_err(), "{wrong}");
        }
    }
}
