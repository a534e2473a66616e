use std::sync::Arc;

use super::{
    Clock, Entry, Event, KnownPerson, Listed, PersonKeys, Reaffirmation, Registration, Screening,
    Spell, SpellEnd,
};
use crate::Day;

impl Entry {
    pub(super) fn after(mut self, event: &Event) -> Self {
        if let Event::Registered {
            registration,
            stated_on,
        } = event
        {
            self.listed = Some(Arc::new(Listed::new(registration, *stated_on)));
        } else if let Some(listed) = &mut self.listed {
            Arc::make_mut(listed).apply(event);
        }
        self
    }
}

impl Listed {
    fn new(registration: &Registration, stated_on: Day) -> Self {
        Self {
            // Keys of an epoch that is over, and of the nation, are not kept.
            registration: Registration {
                person: PersonKeys::unsaid(),
                ..registration.clone()
            },
            profile: registration.profile.clone(),
            person: KnownPerson::new(&registration.person, stated_on),
            spell: Spell::new(registration.registered_on),
            earlier: Vec::new(),
            reaffirmed_on: stated_on,
            is_stale: false,
            priority: None,
            screening: Screening::default(),
            foreseen: Vec::new(),
            exceeded: Vec::new(),
            is_aftercare_over: false,
        }
    }

    pub(super) fn apply(&mut self, event: &Event) {
        match event {
            // It makes the entry; there is but one.
            Event::Registered { .. } => {}
            Event::Reaffirmed(reaffirmation) => self.take(reaffirmation),
            Event::WentStale => self.is_stale = true,
            Event::ScreeningRequested(request) => {
                self.screening.close();
                self.screening.request = Some(request.clone());
            }
            Event::ScreeningApproved(approval) => self.screening.first = Some(approval.clone()),
            Event::ScreeningApprovalLapsed => self.screening.first = None,
            Event::Screened(screened) => {
                self.screening.close();
                self.screening.counted = Some((**screened).clone());
            }
            Event::PriorityChanged(priority) => self.priority = Some(priority.clone()),
            Event::IntakePlanned { planned_for } => {
                self.spell.intake_planned_for = Some(*planned_for);
            }
            Event::IntakeHeld { held_on } => {
                self.spell.intake_planned_for = None;
                self.spell.intake_held_on = Some(*held_on);
                self.foreseen
                    .retain(|foreseen| foreseen.clock != Clock::ToIntake);
            }
            Event::TreatmentStarted { started_on } => {
                self.spell.treatment_started_on = Some(*started_on);
                self.stop_waiting();
            }
            Event::Withdrawn(withdrawal) => {
                self.spell.end = Some(SpellEnd::Withdrawn(*withdrawal));
                self.stop_waiting();
            }
            Event::TreatmentEnded { ended_on, outflow } => {
                self.spell.end = Some(SpellEnd::Ended {
                    ended_on: *ended_on,
                    outflow: *outflow,
                });
            }
            Event::AftercareEnded => self.is_aftercare_over = true,
            Event::Returned { returned_on } => self.wait_again(*returned_on),
            Event::BreachForeseen(foreseen) => {
                self.expect_no_breach(foreseen.clock);
                self.foreseen.push(*foreseen);
            }
            Event::BreachAverted(clock) => self.expect_no_breach(*clock),
            Event::NormExceeded(clock) => {
                self.expect_no_breach(*clock);
                self.exceeded.push(*clock);
            }
        }
    }

    fn take(&mut self, reaffirmation: &Reaffirmation) {
        let Reaffirmation {
            on,
            person,
            profile,
        } = reaffirmation;
        if let Some(person) = person {
            self.person = self.person.restated(person, *on);
        }
        if let Some(profile) = profile {
            self.profile = profile.clone();
        }
        self.is_stale = self.is_stale && *on == self.reaffirmed_on;
        self.reaffirmed_on = *on;
    }

    fn stop_waiting(&mut self) {
        self.screening.close();
        self.foreseen.clear();
        self.is_stale = false;
    }

    fn wait_again(&mut self, returned_on: Day) {
        let helped = std::mem::replace(&mut self.spell, Spell::new(returned_on));
        self.earlier.push(helped);
        self.reaffirmed_on = returned_on;
        self.exceeded.clear();
        self.priority = None;
    }

    fn expect_no_breach(&mut self, clock: Clock) {
        self.foreseen.retain(|foreseen| foreseen.clock != clock);
    }
}
