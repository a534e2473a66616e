//! `doorstroomd`: the server, and what its operator types.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::run(std::env::args_os(), std::env::vars_os())
}
