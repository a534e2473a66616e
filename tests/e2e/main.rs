//! Journeys through whole systems: real binaries, real connections, a real Apache Kafka.

// `cfg(test)` says to clippy that all of a journey is a test: its helpers, too, may unwrap.
#[cfg(test)]
mod kafka;
#[cfg(test)]
mod readme;
