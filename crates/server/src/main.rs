//! `doorstroomd`: the server, and what its operator types.

use std::process::ExitCode;

// Every report is a few dozen small allocations.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    server::run(std::env::args_os(), std::env::vars_os())
}
