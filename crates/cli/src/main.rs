//! `doorstroom`: what a provider, a screening team or an operator types.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    cli::report_location_only();
    cli::run(cli::Cli::read()).await
}
