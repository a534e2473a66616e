use super::{
    Actor, CLOCK_TOLERANCE_MILLIS, Clock, Command, Entry, Event, Listed, PersonKeys, Priority,
    PriorityCategory, PriorityReason, REAFFIRMED_EVERY_DAYS, Reaffirmation, Registration,
    Rejection,
};
use crate::{Aggregate, Day, Timer, Timestamp};

pub(super) type Decision = Result<Vec<Event>, Rejection>;

impl Aggregate for Entry {
    type Command = Command;
    type Event = Event;
    type Rejection = Rejection;

    fn decide(&self, command: &Command, now: Timestamp) -> Decision {
        let events = match &self.listed {
            Some(listed) => listed.decided(command, now)?,
            None => self.first(command, now)?,
        };
        Ok(self.with_exceeded_norms(events, now))
    }

    fn evolve(self, event: &Event) -> Self {
        self.after(event)
    }

    fn timers(&self) -> Vec<Timer<Command>> {
        self.listed
            .as_ref()
            .map_or_else(Vec::new, |listed| listed.timers())
    }

    fn code(rejection: &Rejection) -> &'static str {
        match rejection {
            Rejection::UnknownEntry => "unknown-entry",
            Rejection::EntryIdReused => "entry-id-reused",
            Rejection::OtherPerson => "other-person",
            Rejection::PersonUnsaid => "person-unsaid",
            Rejection::DayInTheFuture => "day-in-the-future",
            Rejection::DayBeforeLastStep => "day-before-last-step",
            Rejection::PlannedInThePast => "planned-in-the-past",
            Rejection::NotWaiting => "not-waiting",
            Rejection::IntakeHeldAlready => "intake-held-already",
            Rejection::IntakeNotHeld => "intake-not-held",
            Rejection::OnAnotherDay => "on-another-day",
            Rejection::EndedOtherwise => "ended-otherwise",
            Rejection::NotInTreatment => "not-in-treatment",
            Rejection::NotInAftercare => "not-in-aftercare",
            Rejection::ScreeningRequestedAlready => "screening-requested-already",
            Rejection::NoScreeningRequested => "no-screening-requested",
            Rejection::RequesterApproves => "requester-approves",
            Rejection::RequestersOrganisationApproves => "requesters-organisation-approves",
            Rejection::SameReviewer => "same-reviewer",
            Rejection::ReviewersOfOneOrganisation => "reviewers-of-one-organisation",
            Rejection::OtherContent => "other-content",
        }
    }
}

pub(super) fn register(registration: &Registration, now: Timestamp) -> Decision {
    let registered_on = stated_day(registration.registered_on, None, now)?;
    Ok(vec![Event::Registered {
        registration: Box::new(registration.clone()),
        stated_on: Day::at(now).max(registered_on),
    }])
}

/// Returns the day that a sender stated, no earlier than the step before it. Clocks that differ by minutes put the two
/// sides of a midnight in the wrong order: one day is forgiven, so that nothing is lost and no wait is below zero.
pub(super) fn stated_day(on: Day, step: Option<Day>, now: Timestamp) -> Result<Day, Rejection> {
    if on > Day::at(now.plus_millis(CLOCK_TOLERANCE_MILLIS)) {
        return Err(Rejection::DayInTheFuture);
    }
    match step {
        Some(step) if on.plus(1) < step => Err(Rejection::DayBeforeLastStep),
        Some(step) => Ok(on.max(step)),
        None => Ok(on),
    }
}

impl Entry {
    fn first(&self, command: &Command, now: Timestamp) -> Decision {
        if let Command::Register(registration) = command {
            register(registration, now)
        } else if let Command::Declare(declaration) = command {
            self.declare_new(declaration, now)
        } else {
            Err(Rejection::UnknownEntry)
        }
    }

    /// A wait may have outlasted its norm on the day that it comes in.
    fn with_exceeded_norms(&self, mut events: Vec<Event>, now: Timestamp) -> Vec<Event> {
        if events.is_empty() {
            return events;
        }
        let after = events.iter().fold(self.clone(), Self::after);
        let exceeded = after
            .listed
            .iter()
            .flat_map(|listed| listed.newly_exceeded(Day::at(now)));
        events.extend(exceeded.map(Event::NormExceeded));
        events
    }
}

impl Listed {
    pub(super) fn decided(&self, command: &Command, now: Timestamp) -> Decision {
        match command {
            Command::Register(registration) if self.is_as_registered(registration) => Ok(vec![]),
            Command::Register(_) => Err(Rejection::EntryIdReused),

            Command::Declare(declaration) => self.declare(declaration, now),
            Command::Reaffirm(reaffirmation) => self.reaffirm(reaffirmation, now),

            Command::RequestScreening(_)
            | Command::ApproveScreening { .. }
            | Command::Prioritise { .. }
                if !self.spell.is_waiting() =>
            {
                Err(Rejection::NotWaiting)
            }
            Command::RequestScreening(by) => self.screening.ask(by, now),
            Command::ApproveScreening { by, content } => self.screening.approve(by, *content, now),
            Command::Prioritise {
                category,
                reason,
                by,
            } => Ok(self.prioritise(category, (*reason, by), now)),

            Command::PlanIntake { planned_for } => self.plan_intake(*planned_for, now),
            Command::HoldIntake { held_on } => self.hold_intake(*held_on, now),
            Command::StartTreatment { started_on } => self.start_treatment(*started_on, now),
            Command::Withdraw(withdrawal) => self.withdraw(*withdrawal, now),
            Command::EndTreatment { ended_on, outflow } => {
                self.end_treatment(*ended_on, *outflow, now)
            }
            Command::Return { returned_on } => self.return_to_list(*returned_on, now),

            Command::GoStale { reaffirmed_on } => Ok(self.go_stale(*reaffirmed_on)),
            Command::LapseApproval { approved_at } => Ok(self.screening.lapse(*approved_at)),
            Command::ExceedNorm { clock, since } => Ok(self.exceed_norm(*clock, *since)),
            Command::EndAftercare { ended_on } => Ok(self.end_aftercare(*ended_on)),
            Command::Foresee(expectation) => Ok(self.foresee(*expectation)),
        }
    }

    /// The keys of another epoch say nothing about whether it is the same person; the id is 128 random bits.
    fn is_as_registered(&self, stated: &Registration) -> bool {
        let first = &self.registration;
        let as_first = Registration {
            person: first.person.clone(),
            ..stated.clone()
        };
        as_first == *first && !self.person.contradicts(&stated.person)
    }

    /// What is older than the last word is history.
    fn reaffirm(&self, stated: &Reaffirmation, now: Timestamp) -> Decision {
        let person = stated.person.as_ref();
        if person.is_some_and(|person| self.person.contradicts(person)) {
            return Err(Rejection::OtherPerson);
        }
        stated_day(stated.on, None, now)?;
        let is_later = stated.on > self.reaffirmed_on;
        let is_of_the_day = stated.on == self.reaffirmed_on;
        let is_news_of_person = self.is_news_of_person(person, stated.on);
        let says_more = is_news_of_person
            || stated
                .profile
                .as_ref()
                .is_some_and(|profile| *profile != self.profile);
        let is_news = is_later || (is_of_the_day && says_more);
        match is_news {
            false => Ok(vec![]),
            true if !self.spell.is_waiting() && !is_news_of_person => Err(Rejection::NotWaiting),
            true => Ok(vec![Event::Reaffirmed(Box::new(stated.clone()))]),
        }
    }

    /// Whether who it is was said under other keys than are known.
    pub(super) fn is_news_of_person(&self, person: Option<&PersonKeys>, on: Day) -> bool {
        person.is_some_and(|person| self.person.restated(person, on) != self.person)
    }

    fn prioritise(
        &self,
        category: &PriorityCategory,
        (reason, by): (PriorityReason, &Actor),
        now: Timestamp,
    ) -> Vec<Event> {
        let stands = self.priority.as_ref().is_some_and(|priority| {
            priority.category == *category && priority.reason == reason && priority.by == *by
        });
        if stands {
            return vec![];
        }
        vec![Event::PriorityChanged(Priority {
            category: category.clone(),
            reason,
            by: by.clone(),
            changed_at: now,
        })]
    }

    fn go_stale(&self, reaffirmed_on: Day) -> Vec<Event> {
        let is_due = self.reaffirmed_on == reaffirmed_on && !self.is_stale;
        if is_due && self.spell.is_waiting() {
            vec![Event::WentStale]
        } else {
            vec![]
        }
    }

    fn exceed_norm(&self, clock: Clock, since: Day) -> Vec<Event> {
        let runs = self
            .running(clock)
            .is_some_and(|wait| wait.since == since && !self.exceeded.contains(&clock));
        if runs {
            vec![Event::NormExceeded(clock)]
        } else {
            vec![]
        }
    }

    /// Norms that are exceeded by a day, and were not announced.
    fn newly_exceeded(&self, on: Day) -> impl Iterator<Item = Clock> {
        Clock::ALL.into_iter().filter(move |clock| {
            let wait = self.running(*clock);
            wait.is_some_and(|wait| wait.is_over_norm(on) == Some(true))
                && !self.exceeded.contains(clock)
        })
    }

    fn timers(&self) -> Vec<Timer<Command>> {
        let stale = (self.spell.is_waiting() && !self.is_stale).then(|| Timer {
            name: format!("stale:{}", self.reaffirmed_on),
            due: self.stale_from().begins_at(),
            command: Command::GoStale {
                reaffirmed_on: self.reaffirmed_on,
            },
        });
        let norms = Clock::ALL.into_iter().filter_map(|clock| {
            let wait = self.running(clock)?;
            let ends_on = wait.norm_ends_on()?;
            (!self.exceeded.contains(&clock)).then(|| Timer {
                name: format!("norm:{}:{}", clock.as_str(), wait.since),
                due: ends_on.plus(1).begins_at(),
                command: Command::ExceedNorm {
                    clock,
                    since: wait.since,
                },
            })
        });
        let timers = stale.into_iter().chain(norms);
        timers
            .chain(self.screening.timer())
            .chain(self.end_of_aftercare())
            .collect()
    }

    /// Returns the first day on which the entry is stale, if nobody says before that the person still waits.
    pub fn stale_from(&self) -> Day {
        stale_from(self.reaffirmed_on)
    }
}

pub(super) fn stale_from(reaffirmed_on: Day) -> Day {
    let days = i32::try_from(REAFFIRMED_EVERY_DAYS).unwrap_or(i32::MAX);
    reaffirmed_on.plus(days).plus(1)
}
