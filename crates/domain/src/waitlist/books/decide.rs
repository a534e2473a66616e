use super::{Book, Command, Erasure, Event, FrozenMonth, Grants, Rejection};
use crate::{Aggregate, Day, Month, Timer, Timestamp};

impl Aggregate for Book {
    type Command = Command;
    type Event = Event;
    type Rejection = Rejection;

    fn decide(&self, command: &Command, now: Timestamp) -> Result<Vec<Event>, Rejection> {
        match (command, self) {
            (command, Self::Erasure(erasure)) => erasure.decide(command, now),

            (Command::Admit { receipt, new }, Self::Grants(grants)) => {
                grants.admit(*receipt, *new, now)
            }
            (Command::Admit { receipt, new }, Self::Blank) => {
                Grants::default().admit(*receipt, *new, now)
            }

            (Command::Freeze { month, .. }, Self::Month(frozen)) if frozen.month == *month => {
                Ok(vec![])
            }
            (Command::Freeze { month, .. }, Self::Blank) if !is_over(*month, now) => {
                Err(Rejection::MonthNotOver)
            }
            (Command::Freeze { month, totals }, Self::Blank) => {
                Ok(vec![Event::MonthFrozen(FrozenMonth {
                    month: *month,
                    totals: *totals,
                })])
            }

            (Command::NameKeys(keys), Self::Keys(known)) if keys == known => Ok(vec![]),
            (Command::NameKeys(_), Self::Keys(_)) => Err(Rejection::OtherRecoderKeys),
            (Command::NameKeys(keys), Self::Blank) => Ok(vec![Event::KeysNamed(*keys)]),

            // The first one stays, whatever is counted later of its day.
            (Command::Publish(_), Self::Table(_)) => Ok(vec![]),
            (Command::Publish(table), Self::Blank) => {
                Ok(vec![Event::TablePublished(table.clone())])
            }

            (Command::RequestErasure(request), Self::Blank) => {
                Ok(vec![Event::ErasureRequested(request.clone())])
            }

            (
                Command::ApproveErasure { .. }
                | Command::RevokeErasure { .. }
                | Command::BeginErasure { .. }
                | Command::CarryOut { .. },
                Self::Blank,
            ) => Err(Rejection::UnknownErasure),
            (Command::Admit { .. }, Self::Month(_) | Self::Table(_) | Self::Keys(_))
            | (
                Command::Freeze { .. },
                Self::Month(_) | Self::Grants(_) | Self::Table(_) | Self::Keys(_),
            )
            | (Command::Publish(_), Self::Month(_) | Self::Grants(_) | Self::Keys(_))
            | (Command::NameKeys(_), Self::Month(_) | Self::Grants(_) | Self::Table(_))
            | (
                Command::RequestErasure(_)
                | Command::ApproveErasure { .. }
                | Command::RevokeErasure { .. }
                | Command::BeginErasure { .. }
                | Command::CarryOut { .. },
                Self::Grants(_) | Self::Month(_) | Self::Table(_) | Self::Keys(_),
            ) => Err(Rejection::OtherBook),
        }
    }

    fn evolve(self, event: &Event) -> Self {
        match event {
            Event::ReceiptBooked(receipt) => Self::Grants(self.grants().with(*receipt)),
            Event::Admitted { covered, beyond } => {
                Self::Grants(self.grants().with_admitted(*covered, *beyond))
            }
            Event::MonthFrozen(frozen) => Self::Month(*frozen),
            Event::TablePublished(table) => Self::Table(table.clone()),
            Event::KeysNamed(keys) => Self::Keys(*keys),
            Event::ErasureRequested(request) => Self::Erasure(Box::new(Erasure::asked(request))),
            Event::ErasureApproved(approval) => self.erasing(|erasure| {
                erasure.approval = Some(approval.clone());
            }),
            Event::ErasureRevoked(revocation) => self.erasing(|erasure| {
                erasure.revoked = Some(revocation.clone());
            }),
            Event::ErasureBegun { entries } => self.erasing(|erasure| {
                erasure.begun = Some(*entries);
            }),
            Event::ErasureCarriedOut { entries } => self.erasing(|erasure| {
                erasure.carried_out = Some(*entries);
            }),
        }
    }

    fn timers(&self) -> Vec<Timer<Command>> {
        Vec::new()
    }

    fn code(rejection: &Rejection) -> &'static str {
        match rejection {
            Rejection::OtherBook => "other-book",
            Rejection::DayInTheFuture => "day-in-the-future",
            Rejection::MonthNotOver => "month-not-over",
            Rejection::OtherRecoderKeys => "other-recoder-keys",
            Rejection::UnknownErasure => "unknown-erasure",
            Rejection::ErasureIdReused => "erasure-id-reused",
            Rejection::RequesterApproves => "requester-approves",
            Rejection::OtherOrganisationApproves => "other-organisation-approves",
            Rejection::OfficersOwnOrganisationApproves => "officers-own-organisation-approves",
            Rejection::ErasureRequestLapsed => "erasure-request-lapsed",
            Rejection::ErasureNotApproved => "erasure-not-approved",
            Rejection::ErasureHeld => "erasure-held",
            Rejection::ErasureNotBegun => "erasure-not-begun",
            Rejection::ErasureRevoked => "erasure-revoked",
            Rejection::ErasureCarriedOut => "erasure-carried-out",
            Rejection::OtherOrganisationRevokes => "other-organisation-revokes",
        }
    }
}

impl Book {
    /// What is written of grants; nothing where the book is blank.
    fn grants(self) -> Grants {
        match self {
            Self::Grants(grants) => grants,
            Self::Blank | Self::Month(_) | Self::Erasure(_) | Self::Table(_) | Self::Keys(_) => {
                Grants::default()
            }
        }
    }

    fn erasing(mut self, change: impl FnOnce(&mut Erasure)) -> Self {
        match &mut self {
            Self::Erasure(erasure) => change(erasure),
            // Nothing was asked: nothing is changed.
            Self::Blank | Self::Grants(_) | Self::Month(_) | Self::Table(_) | Self::Keys(_) => {}
        }
        self
    }
}

fn is_over(month: Month, now: Timestamp) -> bool {
    Day::at(now) > month.last_day()
}
