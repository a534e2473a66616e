//! Starts whole systems for the journeys and the figures: brokers, servers, the client.
//!
//! Everything here ends with the value that stands for it, and with the process that started it. Calls
//! block: a test in which other things go on meanwhile runs on `#[tokio::test(flavor = "multi_thread")]`.
//! What does not start panics, with the reason and the last lines that it wrote.

mod binary;
mod canary;
mod child;
mod clock;
mod collector;
mod kafka;
mod load;
mod page;
mod patience;
mod server;

pub use binary::{binary, client, doorstroom, doorstroomd, project_root, run};
pub use canary::{Canaries, decoded};
pub use child::{Answer, Running};
pub use clock::clock_ahead;
pub use collector::Collector;
pub use kafka::{Cluster, shared_kafka};
pub use load::{Load, now, publication, publish, report, sequences};
pub use page::get;
pub use server::{Server, ServerOptions};

/// Returns how often a journey that kills things does so: `ordinary`, or `ROUNDS` (`make soak`).
pub fn rounds(ordinary: usize) -> usize {
    let asked = std::env::var("ROUNDS").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(ordinary)
}
