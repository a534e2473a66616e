//! The rule: a bucket that fills up evenly over the day, and a limit for each day.

/// At most so many elements at once, after a pause.
pub const BURST: u32 = 2_000;
/// At most so many elements on one day.
pub const DAILY: u32 = 5_000;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// One element, in what the bucket holds: it fills up by `DAILY` of these each millisecond.
const UNIT: i64 = DAY_MS;
const FULL: i64 = BURST as i64 * UNIT;

/// How one organisation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Account {
    /// What the bucket held at `at`, in units.
    pub(super) level: i64,
    /// Milliseconds since 1970.
    pub(super) at: i64,
    /// Days since 1970: which one the counts are of.
    pub(super) day: i64,
    /// Granted on that day from the quota.
    pub(super) counted: u32,
    /// Granted on that day in all, first-load windows included.
    pub(super) granted: u32,
}

/// Why a call is not granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Shortage {
    /// The day's limit.
    #[error("{left} of today's {DAILY} evaluations are left; nothing of this call was granted")]
    Day {
        /// How many elements would be granted now.
        left: u32,
    },
    /// Too much at once.
    #[error(
        "{left} evaluations can be had now, and this call in {wait_seconds} seconds; nothing of it was granted"
    )]
    Burst {
        /// How many elements would be granted now.
        left: u32,
        /// When this call would be.
        wait_seconds: u64,
    },
}

impl Account {
    /// An organisation that was never here.
    pub(super) fn new(now: i64) -> Self {
        Self {
            level: FULL,
            at: now,
            day: now.div_euclid(DAY_MS),
            counted: 0,
            granted: 0,
        }
    }

    /// Takes elements from the quota, all or none, and notes those that come from a window.
    pub(super) fn take(
        self,
        from_quota: u32,
        from_window: u32,
        now: i64,
    ) -> Result<Self, Shortage> {
        let now_at = self.at_moment(now);
        let left_today = DAILY.saturating_sub(now_at.counted);
        let asked = i64::from(from_quota) * UNIT;
        let held = u32::try_from(now_at.level / UNIT).unwrap_or(0);
        if from_quota > left_today {
            return Err(Shortage::Day {
                left: left_today.min(held),
            });
        }
        if asked > now_at.level {
            let missing = asked.abs_diff(now_at.level);
            return Err(Shortage::Burst {
                left: left_today.min(held),
                wait_seconds: missing.div_ceil(u64::from(DAILY) * 1000),
            });
        }
        Ok(Self {
            level: now_at.level - asked,
            counted: now_at.counted + from_quota,
            granted: now_at
                .granted
                .saturating_add(from_quota)
                .saturating_add(from_window),
            ..now_at
        })
    }

    /// How it stands at a moment; a clock that runs backwards gives nothing back.
    fn at_moment(self, now: i64) -> Self {
        let passed = now.saturating_sub(self.at).max(0);
        let level = passed
            .saturating_mul(i64::from(DAILY))
            .saturating_add(self.level);
        let same_day = Self {
            level: level.min(FULL),
            at: now.max(self.at),
            ..self
        };
        let today = now.div_euclid(DAY_MS);
        if today <= self.day {
            return same_day;
        }
        Self {
            day: today,
            counted: 0,
            granted: 0,
            ..same_day
        }
    }

    /// Whether four fifths of the day's quota are used.
    pub(super) fn is_nearly_used(&self) -> bool {
        self.counted >= DAILY / 5 * 4
    }
}
