use std::sync::atomic::{AtomicU64, Ordering};

/// What has come of it so far: may be read while the work goes on.
#[derive(Debug, Default)]
pub struct Tally {
    taken: AtomicU64,
    unchanged: AtomicU64,
    reports: AtomicU64,
    refused: AtomicU64,
}

impl Tally {
    /// Returns how many offerings are done, in the order of their numbers.
    pub fn done(&self) -> u64 {
        self.taken() + self.unchanged()
    }

    /// Returns how many offerings the server did not have, or had not heard enough of.
    pub fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    /// Returns how many offerings were there already.
    pub fn unchanged(&self) -> u64 {
        self.unchanged.load(Ordering::Relaxed)
    }

    /// Returns how many reports were taken.
    pub fn reports(&self) -> u64 {
        self.reports.load(Ordering::Relaxed)
    }

    /// Returns how many reports were refused, or have an unknown outcome.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    pub(crate) fn offering(&self, taken: bool) {
        let counter = if taken { &self.taken } else { &self.unchanged };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn took(&self, reports: u64) {
        self.reports.fetch_add(reports, Ordering::Relaxed);
    }

    pub(crate) fn refuse(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }
}
