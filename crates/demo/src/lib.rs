//! A demonstration: invented offerings of a region or of the nation, what they report, and who waits for them.
//!
//! Everything invented is a function of a seed, the offering's number and a moment, so that nothing of it has to be
//! kept: the same is said at every start, and a nation needs no more memory than a region. The skews are those of the
//! regulator's data of 2018 and of what is known of 2025. [`load()`] and [`go_on()`] say it to a server; they are a
//! client like any other. Who waits is invented here as well, but said by whoever can blind citizen numbers: persons are
//! numbered from 0, and no number of a citizen is known here.
#![warn(missing_docs)]

mod figures;
mod going_on;
mod lists;
mod load;
mod mixes;
mod nation;
mod offering;
mod people;
mod programmes;
mod random;
mod region;
mod rhythm;
mod tally;
mod terms;
mod world;

pub use going_on::{Pace, go_on};
pub use lists::{WaitingEntry, WaitingList};
pub use load::{Period, load};
pub use offering::{Habit, Offering};
pub use tally::Tally;
pub use world::{SEED, Scale, World};

use proto::caller::Named;
use proto::capacity::v1::capacity_service_client::CapacityServiceClient;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;

/// The generated client on one connection, with who calls.
pub type Client = CapacityServiceClient<InterceptedService<Channel, Named>>;

/// Returns a client that does not say who calls.
pub fn client(channel: Channel) -> Client {
    Client::new(InterceptedService::new(channel, Named::default()))
}
