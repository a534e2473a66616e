//! Given a history, when a command comes, then these events follow. Panics where they do not: for tests only.

pub mod wards;

use std::fmt::Debug;

use crate::{Aggregate, Timestamp, replay};

/// The state that a history leads to, at a moment.
pub struct Given<A: Aggregate> {
    state: A,
    now: Timestamp,
}

/// What a command led to.
pub struct When<A: Aggregate> {
    state: A,
    decision: Result<Vec<A::Event>, A::Rejection>,
    now: Timestamp,
}

/// Starts from a history, at the beginning of time.
pub fn given<A: Aggregate>(history: impl IntoIterator<Item = A::Event>) -> Given<A> {
    let history: Vec<A::Event> = history.into_iter().collect();
    Given {
        state: replay(&history),
        now: Timestamp::default(),
    }
}

impl<A: Aggregate> Given<A> {
    /// Moves the clock to that moment.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        Self { now, ..self }
    }

    /// Decides the command.
    #[must_use]
    pub fn when(self, command: A::Command) -> When<A> {
        let decision = self.state.decide(&command, self.now);
        When {
            state: self.state,
            decision,
            now: self.now,
        }
    }

    /// The state.
    pub fn state(&self) -> &A {
        &self.state
    }
}

impl<A: Aggregate> When<A>
where
    A::Event: Debug + PartialEq,
    A::Rejection: PartialEq,
{
    /// Expects exactly these events, and goes on from the state after them.
    #[track_caller]
    pub fn then(self, expected: impl IntoIterator<Item = A::Event>) -> Given<A> {
        let expected: Vec<A::Event> = expected.into_iter().collect();
        assert_eq!(self.decision, Ok(expected.clone()));
        let state = expected.iter().fold(self.state, A::evolve);
        Given {
            state,
            now: self.now,
        }
    }

    /// Expects that nothing follows: the command has already had its effect.
    #[track_caller]
    pub fn then_nothing(self) -> Given<A> {
        self.then([])
    }

    /// Expects a "no", and goes on from the same state.
    #[track_caller]
    pub fn then_rejected(self, expected: A::Rejection) -> Given<A> {
        assert_eq!(self.decision, Err(expected));
        Given {
            state: self.state,
            now: self.now,
        }
    }
}
