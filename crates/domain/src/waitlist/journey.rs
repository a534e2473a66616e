use super::decide::{Decision, stated_day};
use super::{
    CLOCK_TOLERANCE_MILLIS, Clock, Command, Event, Expectation, FORECAST_MOVES_BY_DAYS, Foreseen,
    Listed, Outflow, Phase, Rejection, Spell, SpellEnd, Wait, Withdrawal,
};
use crate::{Day, Timer, Timestamp};

/// From registration to aftercare: a step that was taken on that day decides nothing.
impl Listed {
    pub(super) fn plan_intake(&self, planned_for: Day, now: Timestamp) -> Decision {
        match self.spell.phase() {
            Phase::IntakePlanned if self.spell.intake_planned_for == Some(planned_for) => {
                Ok(vec![])
            }
            Phase::IntakeHeld => Err(Rejection::IntakeHeldAlready),
            Phase::InTreatment | Phase::Withdrawn | Phase::Ended => Err(Rejection::NotWaiting),
            Phase::Registered | Phase::IntakePlanned
                if planned_for < Day::at(now.plus_millis(-CLOCK_TOLERANCE_MILLIS)) =>
            {
                Err(Rejection::PlannedInThePast)
            }
            Phase::Registered | Phase::IntakePlanned => {
                Ok(vec![Event::IntakePlanned { planned_for }])
            }
        }
    }

    pub(super) fn hold_intake(&self, held_on: Day, now: Timestamp) -> Decision {
        if self.was_before_return(|spell| spell.intake_held_on, held_on) {
            return Ok(vec![]);
        }
        let held_on = stated_day(held_on, Some(self.spell.waiting_since), now)?;
        match self.spell.intake_held_on {
            Some(known) if known == held_on => Ok(vec![]),
            Some(_) => Err(Rejection::OnAnotherDay),
            None if !self.spell.is_waiting() => Err(Rejection::NotWaiting),
            None => Ok(vec![Event::IntakeHeld { held_on }]),
        }
    }

    pub(super) fn start_treatment(&self, started_on: Day, now: Timestamp) -> Decision {
        if self.was_before_return(|spell| spell.treatment_started_on, started_on) {
            return Ok(vec![]);
        }
        let Some(held_on) = self.spell.intake_held_on else {
            return Err(self.why_no_treatment());
        };
        let started_on = stated_day(started_on, Some(held_on), now)?;
        match self.spell.treatment_started_on {
            Some(known) if known == started_on => Ok(vec![]),
            Some(_) => Err(Rejection::OnAnotherDay),
            None if !self.spell.is_waiting() => Err(Rejection::NotWaiting),
            None => Ok(vec![Event::TreatmentStarted { started_on }]),
        }
    }

    fn why_no_treatment(&self) -> Rejection {
        if self.spell.is_waiting() {
            Rejection::IntakeNotHeld
        } else {
            Rejection::NotWaiting
        }
    }

    pub(super) fn withdraw(&self, withdrawal: Withdrawal, now: Timestamp) -> Decision {
        let spell = &self.spell;
        let last_step = spell.intake_held_on.unwrap_or(spell.waiting_since);
        let withdrawal = Withdrawal {
            on: stated_day(withdrawal.on, Some(last_step), now)?,
            ..withdrawal
        };
        match spell.end {
            Some(SpellEnd::Withdrawn(known)) if known == withdrawal => Ok(vec![]),
            Some(SpellEnd::Withdrawn(_)) => Err(Rejection::EndedOtherwise),
            Some(SpellEnd::Ended { .. }) => Err(Rejection::NotWaiting),
            None if !spell.is_waiting() => Err(Rejection::NotWaiting),
            None => Ok(vec![Event::Withdrawn(withdrawal)]),
        }
    }

    pub(super) fn end_treatment(
        &self,
        ended_on: Day,
        outflow: Outflow,
        now: Timestamp,
    ) -> Decision {
        let is_same = |spell: &Spell| spell.end == Some(SpellEnd::Ended { ended_on, outflow });
        if self.earlier.iter().any(is_same) {
            return Ok(vec![]);
        }
        let Some(started_on) = self.spell.treatment_started_on else {
            return Err(Rejection::NotInTreatment);
        };
        let ended_on = stated_day(ended_on, Some(started_on), now)?;
        match self.spell.end {
            Some(end) if end == (SpellEnd::Ended { ended_on, outflow }) => Ok(vec![]),
            Some(_) => Err(Rejection::EndedOtherwise),
            None => Ok(vec![Event::TreatmentEnded { ended_on, outflow }]),
        }
    }

    /// Back on the list within the year, without being registered anew.
    pub(super) fn return_to_list(&self, returned_on: Day, now: Timestamp) -> Decision {
        let has_returned = !self.earlier.is_empty();
        if has_returned && self.spell.waiting_since == returned_on {
            return Ok(vec![]);
        }
        let Some(ended_on) = self.in_aftercare_since() else {
            return Err(Rejection::NotInAftercare);
        };
        let returned_on = stated_day(returned_on, Some(ended_on), now)?;
        if returned_on > ended_on.a_year_later() {
            return Err(Rejection::NotInAftercare);
        }
        Ok(vec![Event::Returned { returned_on }])
    }

    pub(super) fn end_aftercare(&self, ended_on: Day) -> Vec<Event> {
        if self.in_aftercare_since() == Some(ended_on) {
            vec![Event::AftercareEnded]
        } else {
            vec![]
        }
    }

    pub(super) fn end_of_aftercare(&self) -> Option<Timer<Command>> {
        let ended_on = self.in_aftercare_since()?;
        Some(Timer {
            name: format!("aftercare:{ended_on}"),
            due: ended_on.a_year_later().plus(1).begins_at(),
            command: Command::EndAftercare { ended_on },
        })
    }

    /// Announces a breach once, and again when it moves by a week or more.
    pub(super) fn foresee(&self, expectation: Expectation) -> Vec<Event> {
        let Expectation { clock, expected_on } = expectation;
        let norm = self.running(clock).and_then(|wait| wait.norm_ends_on());
        let Some(norm_ends_on) = norm.filter(|_| !self.exceeded.contains(&clock)) else {
            return vec![];
        };
        let mut known = self.foreseen.iter();
        let known = known.find(|foreseen| foreseen.clock == clock);
        let has_moved = known.is_none_or(|foreseen| {
            let days = foreseen.expected_on.number().abs_diff(expected_on.number());
            days >= FORECAST_MOVES_BY_DAYS
        });
        match (known, expected_on > norm_ends_on) {
            (Some(_), false) => vec![Event::BreachAverted(clock)],
            (_, true) if has_moved => vec![Event::BreachForeseen(Foreseen {
                clock,
                expected_on,
                norm_ends_on,
            })],
            (_, true) | (None, false) => vec![],
        }
    }

    /// Returns a wait; none: it has not begun.
    pub fn wait(&self, clock: Clock) -> Option<Wait> {
        self.spell.wait(clock, self.registration.care_type)
    }

    pub(super) fn running(&self, clock: Clock) -> Option<Wait> {
        self.wait(clock).filter(Wait::is_running)
    }

    /// Returns the last day of treatment of somebody in aftercare.
    pub fn in_aftercare_since(&self) -> Option<Day> {
        match self.spell.end {
            Some(SpellEnd::Ended {
                ended_on,
                outflow: _,
            }) if !self.is_aftercare_over => Some(ended_on),
            Some(SpellEnd::Ended { .. } | SpellEnd::Withdrawn(_)) | None => None,
        }
    }

    fn was_before_return(&self, step: fn(&Spell) -> Option<Day>, on: Day) -> bool {
        self.earlier.iter().any(|spell| step(spell) == Some(on))
    }
}
