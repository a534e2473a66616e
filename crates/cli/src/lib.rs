//! The client: what a provider, a screening team or an operator types.
//!
//! A gRPC client, nothing more. Standard output carries the answer and nothing else; what went wrong is on standard
//! error, and the exit code says which kind it is.

mod args;
mod commands;
mod connection;
mod days;
mod entry_id;
mod failure;
mod flight;
mod import;
mod moments;
mod notation;
mod output;
mod panic;
mod places;
mod progress;
pub mod pseudonyms;
mod record;
mod words;

use std::process::ExitCode;

pub use args::Cli;
pub use failure::{Failure, Refusal, Violation};
pub use panic::report_location_only;

use args::Command;

/// Does what the command line asks, says what went wrong, and returns the exit code.
pub async fn run(cli: Cli) -> ExitCode {
    let done = match cli.command {
        Command::Capacity(command) => Box::pin(commands::capacity(command, &cli.global)).await,
        Command::Waitlist(command) => Box::pin(commands::waitlist(command, &cli.global)).await,
        Command::Demo(command) => commands::demo(&command, &cli.global).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => report(&failure),
    }
}

fn report(failure: &Failure) -> ExitCode {
    failure.lines().iter().for_each(|line| failure::say(line));
    ExitCode::from(failure.exit_code())
}
