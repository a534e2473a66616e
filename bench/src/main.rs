//! The figures, side by side in one run: `make bench`, or some of them by name.
//!
//! Everything is measured from outside, through real processes: what a provider's system would see.
//! Absolute numbers say as much about the machine as about the program; ratios within one run say more.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the tables are what it is for"
)]

mod as_of;
mod counts;
mod disk;
mod evaluations;
mod histogram;
mod history;
mod holds;
mod list_import;
mod list_replay;
mod lists;
mod memory;
mod nation;
mod offering_table;
mod peer;
mod postgres;
mod questions;
mod replay;
mod reports;
mod search;
mod table;
mod watchers;
mod workload;
mod writers;
mod zipf;

use anyhow::{bail, ensure};

use table::Table;

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scenario {
    Reports,
    Writers,
    Search,
    Watchers,
    Replay,
    AsOf,
    Holds,
    Memory,
    Evaluations,
    ListImport,
    Counts,
    ListReplay,
}

const SCENARIOS: [(&str, Scenario); 12] = [
    ("reports", Scenario::Reports),
    ("writers", Scenario::Writers),
    ("search", Scenario::Search),
    ("watchers", Scenario::Watchers),
    ("replay", Scenario::Replay),
    ("as-of", Scenario::AsOf),
    ("holds", Scenario::Holds),
    ("memory", Scenario::Memory),
    ("evaluations", Scenario::Evaluations),
    ("list-import", Scenario::ListImport),
    ("counts", Scenario::Counts),
    ("list-replay", Scenario::ListReplay),
];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let names: Vec<String> = std::env::args().skip(1).collect();
    let mut failed = Vec::new();
    for (name, scenario) in asked(&names)? {
        eprintln!("bench: {name}");
        match scenario.run().await {
            Ok(table) => println!("{}", table.render()),
            // The others can be measured all the same.
            Err(error) => {
                eprintln!("bench: {name}: {error:#}");
                failed.push(name);
            }
        }
    }
    ensure!(failed.is_empty(), "not measured: {}", failed.join(", "));
    Ok(())
}

/// Returns what was asked for by name; everything if nothing was.
fn asked(names: &[String]) -> anyhow::Result<Vec<(&'static str, Scenario)>> {
    let known: Vec<&str> = SCENARIOS.iter().map(|(name, _)| *name).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(&name.as_str())) {
        bail!("{unknown} cannot be measured; {} can", known.join(", "));
    }
    let is_asked = |name: &str| names.is_empty() || names.iter().any(|asked| asked == name);
    let all = SCENARIOS.iter().copied();
    Ok(all.filter(|(name, _)| is_asked(name)).collect())
}

impl Scenario {
    async fn run(self) -> anyhow::Result<Table> {
        match self {
            Self::Reports => Box::pin(reports::run()).await,
            Self::Writers => Box::pin(writers::run()).await,
            Self::Search => Box::pin(search::run()).await,
            Self::Watchers => Box::pin(watchers::run()).await,
            Self::Replay => Box::pin(replay::run()).await,
            Self::AsOf => Box::pin(as_of::run()).await,
            Self::Holds => Box::pin(holds::run()).await,
            Self::Memory => Box::pin(memory::run()).await,
            Self::Evaluations => Box::pin(evaluations::run()).await,
            Self::ListImport => Box::pin(list_import::run()).await,
            Self::Counts => Box::pin(counts::run()).await,
            Self::ListReplay => Box::pin(list_replay::run()).await,
        }
    }
}
