use super::decide::{Decision, register};
use super::{
    CLOCK_TOLERANCE_MILLIS, Command, Entry, Listed, LocationId, PersonKeys, Profile, Reaffirmation,
    Registration, Rejection,
};
use crate::{CareType, Day, ProviderId, Timestamp};

/// An entry as a provider's system has it now.
#[derive(Clone, Debug, PartialEq)]
pub struct Declaration {
    /// Where the person waits.
    pub provider_id: ProviderId,
    /// At which of its locations, if that is settled.
    pub location_id: Option<LocationId>,
    /// What for.
    pub care_type: CareType,
    /// The day on which the first appointment was asked for.
    pub registered_on: Day,
    /// What is known about the person now.
    pub profile: Profile,
    /// Who it is; none: as before.
    pub person: Option<PersonKeys>,
    /// What was done since, in its order: steps that were taken before decide nothing.
    pub steps: Vec<Command>,
}

impl Declaration {
    fn registration(&self) -> Option<Registration> {
        Some(Registration {
            provider_id: self.provider_id.clone(),
            location_id: self.location_id.clone(),
            care_type: self.care_type,
            registered_on: self.registered_on,
            profile: self.profile.clone(),
            person: self.person.clone()?,
        })
    }

    fn is_of(&self, registration: &Registration) -> bool {
        registration.provider_id == self.provider_id
            && registration.location_id == self.location_id
            && registration.care_type == self.care_type
            && registration.registered_on == self.registered_on
    }
}

impl Entry {
    /// Registers what is new, and then takes the steps: all of it, or nothing.
    pub(super) fn declare_new(&self, declaration: &Declaration, now: Timestamp) -> Decision {
        let registration = declaration.registration();
        let registration = registration.ok_or(Rejection::PersonUnsaid)?;
        let mut events = register(&registration, now)?;
        let registered = events.iter().fold(self.clone(), Self::after);
        if let Some(listed) = &registered.listed {
            events.extend(listed.declare(declaration, now)?);
        }
        Ok(events)
    }
}

impl Listed {
    /// Says that the person still waits, and takes the steps: all of it, or nothing.
    pub(super) fn declare(&self, declaration: &Declaration, now: Timestamp) -> Decision {
        if !declaration.is_of(&self.registration) {
            return Err(Rejection::EntryIdReused);
        }
        let person = declaration.person.as_ref();
        if person.is_some_and(|person| self.person.contradicts(person)) {
            return Err(Rejection::OtherPerson);
        }
        let said = Command::Reaffirm(Box::new(Reaffirmation {
            on: Day::at(now),
            person: declaration.person.clone(),
            profile: self.spell.is_waiting().then(|| declaration.profile.clone()),
        }));
        // Who does not wait any more must still be found under the keys of a new epoch.
        let is_said = self.spell.is_waiting() || self.is_news_of_person(person, Day::at(now));
        let still_waits = is_said.then_some(&said);
        // A plan whose day has passed says nothing of today.
        let today = Day::at(now.plus_millis(-CLOCK_TOLERANCE_MILLIS));
        let steps = declaration.steps.iter().filter(
            |step| !matches!(step, Command::PlanIntake { planned_for } if *planned_for < today),
        );
        let mut standing = self.clone();
        let mut events = Vec::new();
        for step in still_waits.into_iter().chain(steps) {
            let decided = standing.decided(step, now)?;
            decided.iter().for_each(|event| standing.apply(event));
            events.extend(decided);
        }
        Ok(events)
    }
}
