/// How long an erasure that was agreed to waits, and can be taken back. Default: 72 hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErasureHold {
    hours: u32,
}

impl ErasureHold {
    /// So many hours; 0: what is agreed to is carried out at once.
    pub const fn of_hours(hours: u32) -> Self {
        Self { hours }
    }

    /// In hours.
    pub const fn hours(self) -> u32 {
        self.hours
    }

    pub(crate) fn millis(self) -> i64 {
        i64::from(self.hours) * 3_600_000
    }
}

impl Default for ErasureHold {
    fn default() -> Self {
        Self::of_hours(72)
    }
}
