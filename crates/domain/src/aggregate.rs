use crate::Timestamp;

/// A unit of consistency: what it decides, and what its events mean.
pub trait Aggregate: Default + Clone + Send + Sync + 'static {
    /// A request to change.
    type Command: Clone + Send + Sync + 'static;
    /// A fact.
    type Event: Clone + Send + Sync + 'static;
    /// A "no", with its reason.
    type Rejection: std::error::Error + Clone + Send + Sync + 'static;

    /// Returns the events that follow from `command`; none if it has already had its effect.
    fn decide(
        &self,
        command: &Self::Command,
        now: Timestamp,
    ) -> Result<Vec<Self::Event>, Self::Rejection>;

    /// Returns the state after `event`. Never fails: the event has happened.
    #[must_use]
    fn evolve(self, event: &Self::Event) -> Self;

    /// Returns what ends by itself from this state on, each with the command that ends it.
    fn timers(&self) -> Vec<Timer<Self::Command>>;

    /// Returns the stable word for a rejection, such as `observed-in-the-future`.
    fn code(rejection: &Self::Rejection) -> &'static str;
}

/// Something that falls due: `command` is to be given once `due` has passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timer<C> {
    /// Names the timer within its stream, and with it what set it: a pause set anew is another timer.
    pub name: String,
    /// The moment.
    pub due: Timestamp,
    /// What is to be decided then.
    pub command: C,
}

/// Returns the state that a history leads to.
pub fn replay<A: Aggregate>(history: &[A::Event]) -> A {
    history.iter().fold(A::default(), A::evolve)
}
