use super::decide::Decision;
use super::{Details, Event, Offering, Pause, Publication, Rejection, ResumeCause};
use crate::Timestamp;

impl Offering {
    pub(super) fn publish(&self, publication: &Publication, now: Timestamp) -> Decision {
        let Publication {
            details,
            report,
            pauses,
        } = publication;
        if self.is_others(details) {
            return Err(Rejection::OtherProvider);
        }
        // Neither the report nor the pauses depend on the description: each is decided on what stands.
        let mut events: Vec<Event> = self.described(details).into_iter().collect();
        if let Some(report) = report {
            events.extend(match self.withdrawn {
                Some(_) => self.declared_anew(report, now)?,
                None => self.report(report, now)?,
            });
        }
        if let Some(pauses) = pauses {
            events.extend(self.replace_pauses(pauses, now)?);
        }
        Ok(events)
    }

    fn described(&self, details: &Details) -> Option<Event> {
        let described = || Box::new(details.clone());
        match &self.details {
            Some(known) if self.is_offered() && known == details => None,
            Some(_) if self.is_offered() => Some(Event::OfferingChanged(described())),
            Some(_) | None => Some(Event::OfferingPublished(described())),
        }
    }

    /// The declared pauses are those in force: others end, changed ones begin anew, what is over is history.
    fn replace_pauses(&self, declared: &[Pause], now: Timestamp) -> Decision {
        let mut in_force: Vec<&Pause> = Vec::new();
        for pause in declared.iter().filter(|pause| !pause.has_ended(now)) {
            if pause.ends_before_it_starts() {
                return Err(Rejection::PauseEndsInThePast);
            }
            match in_force
                .iter()
                .find(|other| other.pause_id == pause.pause_id)
            {
                Some(same) if *same == pause => {}
                Some(_) => return Err(Rejection::PauseIdReused),
                None => in_force.push(pause),
            }
        }
        // One whose end has come is still declared: its timer ends it.
        let ended = self
            .pauses
            .iter()
            .filter(|pause| !declared.contains(pause))
            .map(|pause| Event::AdmissionsResumed(pause.pause_id.clone(), ResumeCause::Replaced));
        let begun = in_force
            .into_iter()
            .filter(|pause| !self.pauses.contains(pause))
            .map(|pause| Event::AdmissionsPaused(pause.clone()));
        Ok(ended.chain(begun).collect())
    }
}
