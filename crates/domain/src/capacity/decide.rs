use super::known_reports::Recognition;
use super::{
    Command, CorrectionReason, Details, Event, FUTURE_TOLERANCE_MILLIS, Offering, Patch, Pause,
    PauseId, Rejection, Report, ReportKey, ResumeCause, WithdrawalReason,
};
use crate::{Aggregate, Timer, Timestamp};

pub(super) type Decision = Result<Vec<Event>, Rejection>;

impl Aggregate for Offering {
    type Command = Command;
    type Event = Event;
    type Rejection = Rejection;

    fn decide(&self, command: &Command, now: Timestamp) -> Decision {
        let events = self.decided(command, now)?;
        Ok(self.with_overcommitment(events))
    }

    fn evolve(self, event: &Event) -> Self {
        self.after(event)
    }

    fn timers(&self) -> Vec<Timer<Command>> {
        let pauses = self.pauses.iter().filter_map(end_of);
        let holds = self.active_holds().iter().map(Self::end_of_hold);
        pauses.chain(holds).collect()
    }

    fn code(rejection: &Rejection) -> &'static str {
        match rejection {
            Rejection::UnknownOffering => "unknown-offering",
            Rejection::Withdrawn => "withdrawn",
            Rejection::WithdrawnOtherwise(_) => "withdrawn-otherwise",
            Rejection::OtherProvider => "other-provider",
            Rejection::ObservedInTheFuture => "observed-in-the-future",
            Rejection::SequenceReused(_) => "sequence-reused",
            Rejection::UnknownReport => "unknown-report",
            Rejection::UnknownPause => "unknown-pause",
            Rejection::PauseIdReused => "pause-id-reused",
            Rejection::PauseEndsInThePast => "pause-ends-in-the-past",
            Rejection::ExpectedEndInThePast => "expected-end-in-the-past",
            Rejection::NoCurrentCounts => "no-current-counts",
            Rejection::AdmissionsPaused => "admissions-paused",
            Rejection::NoPlaceFree => "no-place-free",
            Rejection::TooManyHolds => "too-many-holds",
            Rejection::EndsTooSoon => "ends-too-soon",
            Rejection::EndsTooLate => "ends-too-late",
            Rejection::EndsEarlier => "ends-earlier",
            Rejection::UnknownHold => "unknown-hold",
            Rejection::HoldEnded => "hold-ended",
            Rejection::TokenMismatch => "token-mismatch",
        }
    }
}

impl Offering {
    fn decided(&self, command: &Command, now: Timestamp) -> Decision {
        match command {
            Command::Publish(publication) => self.publish(publication, now),

            Command::Withdraw(reason) => self.withdraw(*reason, now),

            Command::EndPause { pause_id, ends_at } => Ok(self.end_pause(pause_id, *ends_at)),

            Command::Change(_)
            | Command::Report(_)
            | Command::Correct { .. }
            | Command::Pause(_)
            | Command::Resume(_)
            | Command::RecordRefusal(_)
                if !self.is_offered() =>
            {
                Err(self.why_not_offered())
            }

            Command::Change(patch) if self.is_others(&patch.details) => {
                Err(Rejection::OtherProvider)
            }
            Command::Change(patch) => Ok(self.changed(patch).into_iter().collect()),

            Command::Report(report) => self.report(report, now),

            Command::Correct {
                supersedes,
                report,
                reason,
            } => self.correct(*supersedes, report, *reason, now),

            Command::Pause(pause) => self.begin_pause(pause, now),

            Command::Resume(Some(pause_id)) if self.pause(pause_id).is_none() => {
                Err(Rejection::UnknownPause)
            }
            Command::Resume(Some(pause_id)) => Ok(vec![Event::AdmissionsResumed(
                pause_id.clone(),
                ResumeCause::Asked,
            )]),
            Command::Resume(None) => Ok(self.resume_all()),

            Command::RecordRefusal(refusal) => Ok(vec![self.refused(refusal, now)]),

            Command::HoldPlace {
                hold_id,
                expires_at,
            } => self.hold_place(hold_id, *expires_at, now),
            Command::ExtendHold { claim, expires_at } => self.extend_hold(claim, *expires_at, now),
            Command::ReleaseHold(claim) => self.release_hold(claim, now),
            Command::ConsumePlace(claim) => self.consume_place(claim, now),
            Command::ExpireHold {
                hold_id,
                expires_at,
            } => Ok(self.expire_hold(hold_id, *expires_at, now)),
        }
    }
}

fn is_from_the_future(report: &Report, now: Timestamp) -> bool {
    report.observed_at > now.plus_millis(FUTURE_TOLERANCE_MILLIS)
}

fn end_of(pause: &Pause) -> Option<Timer<Command>> {
    let ends_at = pause.ends_at?;
    let pause_id = pause.pause_id.clone();
    Some(Timer {
        name: format!("pause:{pause_id}:{}", ends_at.as_millis()),
        due: ends_at,
        command: Command::EndPause { pause_id, ends_at },
    })
}

impl Offering {
    pub(super) fn why_not_offered(&self) -> Rejection {
        match self.details {
            None => Rejection::UnknownOffering,
            Some(_) => Rejection::Withdrawn,
        }
    }

    pub(super) fn is_others(&self, details: &Details) -> bool {
        self.details
            .as_ref()
            .is_some_and(|own| own.provider_id != details.provider_id)
    }

    fn withdraw(&self, reason: WithdrawalReason, now: Timestamp) -> Decision {
        match (&self.details, self.withdrawn) {
            (None, _) => Err(Rejection::UnknownOffering),
            (Some(_), Some(standing)) if standing == reason => Ok(vec![]),
            (Some(_), Some(standing)) => Err(Rejection::WithdrawnOtherwise(standing)),
            (Some(_), None) => Ok(vec![Event::OfferingWithdrawn {
                reason,
                withdrawn_at: now,
            }]),
        }
    }

    fn begin_pause(&self, pause: &Pause, now: Timestamp) -> Decision {
        match self.pause(&pause.pause_id) {
            Some(same) if same == pause => Ok(vec![]),
            Some(_) => Err(Rejection::PauseIdReused),
            None if pause.has_ended(now) || pause.ends_before_it_starts() => {
                Err(Rejection::PauseEndsInThePast)
            }
            None if pause.is_overdue(now) => Err(Rejection::ExpectedEndInThePast),
            None => Ok(vec![Event::AdmissionsPaused(pause.clone())]),
        }
    }

    /// A pause whose end was moved meanwhile goes on.
    fn end_pause(&self, pause_id: &PauseId, ends_at: Timestamp) -> Vec<Event> {
        let ended = self
            .pause(pause_id)
            .filter(|pause| pause.ends_at == Some(ends_at));
        ended
            .map(|pause| Event::AdmissionsResumed(pause.pause_id.clone(), ResumeCause::Ended))
            .into_iter()
            .collect()
    }

    fn resume_all(&self) -> Vec<Event> {
        self.pauses
            .iter()
            .map(|pause| Event::AdmissionsResumed(pause.pause_id.clone(), ResumeCause::Asked))
            .collect()
    }

    fn changed(&self, patch: &Patch) -> Option<Event> {
        let details = self.details.as_ref()?;
        let patched = details.patched(patch);
        (patched != *details).then(|| Event::OfferingChanged(Box::new(patched)))
    }

    pub(super) fn report(&self, report: &Report, now: Timestamp) -> Decision {
        if is_from_the_future(report, now) {
            return Err(Rejection::ObservedInTheFuture);
        }
        match self.known_reports.recognise(report) {
            Recognition::Other(sequence) => Err(Rejection::SequenceReused(sequence)),
            // What was seen was not news: it is another report, of a sender that began to count anew.
            Recognition::Forgotten(sequence) if self.is_news(report) => {
                Err(Rejection::SequenceReused(sequence))
            }
            Recognition::Same | Recognition::Forgotten(_) => Ok(vec![]),
            Recognition::New if self.is_news(report) => Ok(vec![Event::CapacityReported {
                report: report.clone().normalised(),
                received_at: now,
            }]),
            Recognition::New => Ok(vec![Event::LateReportKept(report.clone().normalised())]),
        }
    }

    /// What a publisher says in the same breath as it opens anew holds from then on, whenever it was counted.
    pub(super) fn declared_anew(&self, report: &Report, now: Timestamp) -> Decision {
        if is_from_the_future(report, now) {
            return Err(Rejection::ObservedInTheFuture);
        }
        match self.known_reports.recognise(report) {
            Recognition::Other(sequence) => Err(Rejection::SequenceReused(sequence)),
            Recognition::New | Recognition::Same | Recognition::Forgotten(_) => {
                Ok(vec![Event::CapacityReported {
                    report: report.clone().normalised(),
                    received_at: now,
                }])
            }
        }
    }

    fn correct(
        &self,
        supersedes: ReportKey,
        report: &Report,
        reason: CorrectionReason,
        now: Timestamp,
    ) -> Decision {
        if is_from_the_future(report, now) {
            return Err(Rejection::ObservedInTheFuture);
        }
        if self.is_corrected(supersedes, report) {
            return Ok(vec![]);
        }
        if !self.knows(supersedes) {
            return Err(Rejection::UnknownReport);
        }
        self.refuse_others_sequence(supersedes, report)?;
        Ok(vec![Event::ReportCorrected {
            supersedes,
            report: report.clone().normalised(),
            reason,
            received_at: now,
        }])
    }

    /// Tells whether the report already says what the correction wants it to say.
    fn is_corrected(&self, supersedes: ReportKey, report: &Report) -> bool {
        let known = &self.known_reports;
        let replaced = supersedes == report.key()
            || (known.has_corrected(supersedes) && !known.has(supersedes));
        replaced && known.stands(report)
    }

    /// The present can be corrected however many late reports came after it.
    fn knows(&self, key: ReportKey) -> bool {
        self.known_reports.has(key) || self.stands_on(key)
    }

    fn refuse_others_sequence(
        &self,
        supersedes: ReportKey,
        report: &Report,
    ) -> Result<(), Rejection> {
        match report.sequence {
            Some(sequence)
                if report.sequence != supersedes.sequence
                    && self.known_reports.has_seen(sequence) =>
            {
                Err(Rejection::SequenceReused(sequence))
            }
            Some(_) | None => Ok(()),
        }
    }
}
