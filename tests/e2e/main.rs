//! Journeys through whole systems: real binaries, real connections, a real Apache Kafka.

// `cfg(test)` says to clippy that all of a journey is a test: its helpers, too, may unwrap.
#[cfg(test)]
mod access;
#[cfg(test)]
mod architecture;
#[cfg(test)]
mod as_of;
#[cfg(test)]
mod brokers;
#[cfg(test)]
mod confidence;
#[cfg(test)]
mod demonstration;
#[cfg(test)]
mod example;
#[cfg(test)]
mod holds;
#[cfg(test)]
mod kafka;
#[cfg(test)]
mod kill;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod live;
#[cfg(test)]
mod nonsense;
#[cfg(test)]
mod operator;
#[cfg(test)]
mod papers;
#[cfg(test)]
mod pseudonyms;
#[cfg(test)]
mod python;
#[cfg(test)]
mod readme;
#[cfg(test)]
mod shutdown;
#[cfg(test)]
mod silence;
#[cfg(test)]
mod traces;
#[cfg(test)]
mod two_nodes;
#[cfg(test)]
mod waitlist;
