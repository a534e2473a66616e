use super::{Clock, Listed, Outflow, Wait, Withdrawal, WithdrawalReason};
use crate::{CareType, Day};

/// One time of waiting and being helped, by its days. A return begins another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spell {
    /// When the person was registered, or returned.
    pub waiting_since: Day,
    /// When the intake is to be held.
    pub intake_planned_for: Option<Day>,
    /// When it was held.
    pub intake_held_on: Option<Day>,
    /// When treatment began.
    pub treatment_started_on: Option<Day>,
    /// How it ended.
    pub end: Option<SpellEnd>,
}

/// How a spell ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpellEnd {
    /// Before treatment began.
    Withdrawn(Withdrawal),
    /// After treatment.
    Ended {
        /// The last day of treatment.
        ended_on: Day,
        /// Where the person went.
        outflow: Outflow,
    },
}

/// Where somebody stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the others' names say it")]
pub enum Phase {
    /// No intake was planned yet.
    Registered,
    IntakePlanned,
    /// Waits for treatment.
    IntakeHeld,
    InTreatment,
    Withdrawn,
    /// Treatment ended; aftercare, until a year later.
    Ended,
}

impl Spell {
    pub(super) fn new(waiting_since: Day) -> Self {
        Self {
            waiting_since,
            intake_planned_for: None,
            intake_held_on: None,
            treatment_started_on: None,
            end: None,
        }
    }

    /// Where the person stands.
    pub fn phase(&self) -> Phase {
        match (self.end, self.treatment_started_on, self.intake_held_on) {
            (Some(SpellEnd::Withdrawn(_)), _, _) => Phase::Withdrawn,
            (Some(SpellEnd::Ended { .. }), _, _) => Phase::Ended,
            (None, Some(_), _) => Phase::InTreatment,
            (None, None, Some(_)) => Phase::IntakeHeld,
            (None, None, None) if self.intake_planned_for.is_some() => Phase::IntakePlanned,
            (None, None, None) => Phase::Registered,
        }
    }

    /// Tells whether the person waits, for an intake or for treatment.
    pub fn is_waiting(&self) -> bool {
        self.end.is_none() && self.treatment_started_on.is_none()
    }

    /// Returns the spell as it was at the end of a day; none: it had not begun.
    pub fn on(&self, day: Day) -> Option<Self> {
        let until = |step: Option<Day>| step.filter(|taken_on| *taken_on <= day);
        (self.waiting_since <= day).then(|| Self {
            waiting_since: self.waiting_since,
            intake_planned_for: self.intake_planned_for,
            intake_held_on: until(self.intake_held_on),
            treatment_started_on: until(self.treatment_started_on),
            end: self.end.filter(|end| end.on() <= day),
        })
    }

    /// Returns a wait; none: it has not begun.
    pub fn wait(&self, clock: Clock, care_type: CareType) -> Option<Wait> {
        let withdrawn_on = self.end.and_then(SpellEnd::withdrawn_on);
        let (since, reached) = match clock {
            Clock::ToIntake => (self.waiting_since, self.intake_held_on),
            Clock::ToTreatment => (self.intake_held_on?, self.treatment_started_on),
            Clock::Total => (self.waiting_since, self.treatment_started_on),
        };
        Some(Wait::new(clock, care_type, since, reached.or(withdrawn_on)))
    }
}

impl SpellEnd {
    /// The day.
    pub fn on(self) -> Day {
        match self {
            Self::Withdrawn(withdrawal) => withdrawal.on,
            Self::Ended {
                ended_on,
                outflow: _,
            } => ended_on,
        }
    }

    fn withdrawn_on(self) -> Option<Day> {
        match self {
            Self::Withdrawn(withdrawal) => Some(withdrawal.on),
            Self::Ended { .. } => None,
        }
    }
}

/// What a spell, and an entry, is on a day.
impl Spell {
    /// Tells whether it was never true: entered in error, and nowhere counted.
    pub fn is_in_error(&self) -> bool {
        match self.end {
            Some(SpellEnd::Withdrawn(withdrawal)) => {
                withdrawal.reason == WithdrawalReason::RegisteredInError
            }
            Some(SpellEnd::Ended { .. }) | None => false,
        }
    }
}

impl Listed {
    /// Returns the times of waiting and being helped, the first first.
    pub fn spells(&self) -> impl Iterator<Item = &Spell> {
        self.earlier.iter().chain([&self.spell])
    }

    /// Tells whether, on a day, nobody had said for too long that the person still waits.
    pub fn is_stale_on(&self, day: Day) -> bool {
        self.spell.is_waiting() && day >= self.stale_from()
    }

    /// Returns the spell in which the person waited at the end of a day, as it then was.
    pub fn waiting_on(&self, day: Day) -> Option<Spell> {
        let spells = self.spells().filter(|spell| !spell.is_in_error());
        spells
            .filter_map(|spell| spell.on(day))
            .find(Spell::is_waiting)
    }
}
