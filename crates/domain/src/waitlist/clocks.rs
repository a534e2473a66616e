use crate::{CareType, Day};

/// What somebody waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Clock {
    /// From registration to intake (aanmeldwachttijd).
    ToIntake,
    /// From intake to treatment (behandelwachttijd).
    ToTreatment,
    /// From registration to treatment.
    Total,
}

impl Clock {
    /// All clocks.
    pub const ALL: [Self; 3] = [Self::ToIntake, Self::ToTreatment, Self::Total];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ToIntake => "to-intake",
            Self::ToTreatment => "to-treatment",
            Self::Total => "total",
        }
    }
}

/// A wait, running or over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// What for.
    pub clock: Clock,
    /// From this day.
    pub since: Day,
    /// Until this day; none: it runs.
    pub until: Option<Day>,
    /// At most so many days; none: this kind of care has no norm.
    pub norm_days: Option<u32>,
}

impl Wait {
    /// The norm is the one in force when the wait began.
    pub(super) fn new(clock: Clock, care_type: CareType, since: Day, until: Option<Day>) -> Self {
        let norm = reference::wait_norm(care_type.as_str(), since.date());
        let norm_days = norm.map(|norm| match clock {
            Clock::ToIntake => norm.intake_days,
            Clock::ToTreatment => norm.treatment_days,
            Clock::Total => norm.total_days,
        });
        Self {
            clock,
            since,
            until,
            norm_days,
        }
    }

    /// Tells whether it runs.
    pub fn is_running(&self) -> bool {
        self.until.is_none()
    }

    /// Returns how long it had lasted by a day, or until it was over. Never below zero: clocks differ.
    pub fn days(&self, on: Day) -> u32 {
        let until = self.until.map_or(on, |until| until.min(on));
        until.days_since(self.since)
    }

    /// Returns the last day that keeps the norm.
    pub fn norm_ends_on(&self) -> Option<Day> {
        let days = i32::try_from(self.norm_days?).ok()?;
        Some(self.since.plus(days))
    }

    /// Tells whether it had lasted longer than the norm by a day; none: there is no norm.
    pub fn is_over_norm(&self, on: Day) -> Option<bool> {
        Some(self.days(on) > self.norm_days?)
    }
}

/// How long somebody has waited, in bands along the norms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum WaitBand {
    UpTo4Weeks,
    UpTo14Weeks,
    UpTo26Weeks,
    UpTo52Weeks,
    Over52Weeks,
}

impl WaitBand {
    /// All bands, the shortest first.
    pub const ALL: [Self; 5] = [
        Self::UpTo4Weeks,
        Self::UpTo14Weeks,
        Self::UpTo26Weeks,
        Self::UpTo52Weeks,
        Self::Over52Weeks,
    ];

    /// The band of a wait of so many days.
    pub fn of(days: u32) -> Self {
        match days {
            0..=28 => Self::UpTo4Weeks,
            29..=98 => Self::UpTo14Weeks,
            99..=182 => Self::UpTo26Weeks,
            183..=364 => Self::UpTo52Weeks,
            365.. => Self::Over52Weeks,
        }
    }

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UpTo4Weeks => "up-to-4-weeks",
            Self::UpTo14Weeks => "up-to-14-weeks",
            Self::UpTo26Weeks => "up-to-26-weeks",
            Self::UpTo52Weeks => "up-to-52-weeks",
            Self::Over52Weeks => "over-52-weeks",
        }
    }
}
