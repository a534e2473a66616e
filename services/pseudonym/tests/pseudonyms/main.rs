//! Both stages together, as no process of ours ever has them: attacks, and vectors from the number to the name.

// `cfg(test)` says to clippy that all of it is a test: helpers, too, may unwrap.
#[cfg(test)]
mod threats;
#[cfg(test)]
mod vectors;
