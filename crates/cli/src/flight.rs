//! Which commands are on their way over a stream, so that a connection that breaks loses none and doubles none.

use std::collections::VecDeque;

use tonic::Code;

use crate::failure::{Refusal, Violation, code_word, one_line};

/// So many commands go into one message, at most.
pub(crate) const BATCH: usize = 500;
/// Commands that may be on their way at once.
const IN_FLIGHT: usize = 8 * BATCH;
/// A command is sent at most so often while the server says that its outcome is unknown.
const TRIES: u32 = 8;

/// A command that is sent over a stream, together with others.
pub(crate) trait Parcel: Clone {
    /// A message stays well below what servers take.
    const MESSAGE_BYTES: usize;

    /// Id of what the command is about.
    fn id(&self) -> &str;

    /// Id of the command.
    fn command_id(&self) -> &str;

    /// How much of a message it takes.
    fn bytes(&self) -> usize;

    /// Whatever is sent once more may have arrived the first time: from now on it says so.
    fn repeat(&mut self);

    /// Whether both may go into one message.
    fn goes_with(&self, other: &Self) -> bool;
}

/// A command on its way.
#[derive(Clone, Debug)]
struct Item<P> {
    parcel: P,
    tries: u32,
}

/// What the server says of one command.
#[derive(Debug)]
pub(crate) struct Acknowledged<R> {
    /// Id of what the command is about.
    pub(crate) id: String,
    /// Id of the command; empty: not said.
    pub(crate) command_id: String,
    /// The receipt, or why there is none.
    pub(crate) result: Result<R, NotDone>,
}

/// Why there is no receipt.
#[derive(Debug)]
pub(crate) struct NotDone {
    /// google.rpc.Code.
    pub(crate) code: i32,
    pub(crate) reason: String,
    pub(crate) message: String,
    pub(crate) violations: Vec<Violation>,
}

/// What came of one command.
#[derive(Debug, PartialEq)]
pub(crate) struct Settled<P, R> {
    pub(crate) parcel: P,
    /// How often it was sent.
    pub(crate) tries: u32,
    pub(crate) result: Verdict<R>,
}

/// How it ended.
#[derive(Debug, PartialEq)]
pub(crate) enum Verdict<R> {
    Done(R),
    Refused(Refusal),
    /// The server says, again and again, that it does not know.
    Unknown(Refusal),
}

/// An acknowledgement that does not belong to the command that is next in turn.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the server acknowledged a command out of turn")]
pub(crate) struct OutOfTurn;

/// Commands in three queues: to be sent, sent and not acknowledged, to be sent once more after a pause.
#[derive(Debug)]
pub(crate) struct Flight<P> {
    outbox: VecDeque<Item<P>>,
    sent: VecDeque<Item<P>>,
    later: VecDeque<Item<P>>,
}

impl<P> Default for Flight<P> {
    fn default() -> Self {
        Self {
            outbox: VecDeque::new(),
            sent: VecDeque::new(),
            later: VecDeque::new(),
        }
    }
}

impl<P: Parcel> Flight<P> {
    /// Takes a command that was never sent.
    pub(crate) fn take(&mut self, parcel: P) {
        self.outbox.push_back(Item { parcel, tries: 0 });
    }

    /// Whether another batch may be taken.
    pub(crate) fn has_room(&self) -> bool {
        self.len() < IN_FLIGHT
    }

    /// Whether nothing is on its way.
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many are on their way.
    pub(crate) fn len(&self) -> usize {
        self.outbox.len() + self.sent.len() + self.later.len()
    }

    /// Whether an acknowledgement is due.
    pub(crate) fn awaits_answer(&self) -> bool {
        !self.sent.is_empty()
    }

    /// Whether something is to be sent once more.
    pub(crate) fn has_later(&self) -> bool {
        !self.later.is_empty()
    }

    /// Returns what goes into the next message; from now on it is sent. None: there is nothing to send.
    pub(crate) fn next_message(&mut self) -> Option<Vec<P>> {
        let mut message: Vec<P> = Vec::new();
        let mut bytes = 0;
        while let Some(mut item) = self.outbox.pop_front() {
            let size = item.parcel.bytes();
            let is_full = message.len() == BATCH || bytes + size > P::MESSAGE_BYTES;
            let goes_along = |first: &P| !is_full && item.parcel.goes_with(first);
            if !message.first().is_none_or(goes_along) {
                self.outbox.push_front(item);
                break;
            }
            bytes += size;
            item.tries += 1;
            message.push(item.parcel.clone());
            item.parcel.repeat();
            self.sent.push_back(item);
        }
        (!message.is_empty()).then_some(message)
    }

    /// The connection broke: everything that was not acknowledged is sent once more, first and in its order.
    pub(crate) fn lost(&mut self) {
        while let Some(item) = self.sent.pop_back() {
            self.outbox.push_front(item);
        }
        self.send_later_ones();
    }

    /// The pause is over.
    pub(crate) fn send_later_ones(&mut self) {
        self.outbox.append(&mut self.later);
    }

    /// Settles the command that is next in turn; none if it is to be sent once more.
    ///
    /// # Errors
    /// If the acknowledgement is another command's.
    pub(crate) fn acknowledge<R>(
        &mut self,
        answer: Acknowledged<R>,
    ) -> Result<Option<Settled<P, R>>, OutOfTurn> {
        let item = self.sent.pop_front().ok_or(OutOfTurn)?;
        let is_other_command = !answer.command_id.is_empty()
            && !answer
                .command_id
                .eq_ignore_ascii_case(item.parcel.command_id());
        if answer.id != item.parcel.id() || is_other_command {
            return Err(OutOfTurn);
        }
        let result = match answer.result {
            Ok(receipt) => Verdict::Done(receipt),
            Err(not_done) if not_done.is_unknown() => {
                if item.tries < TRIES {
                    self.later.push_back(item);
                    return Ok(None);
                }
                Verdict::Unknown(not_done.into())
            }
            Err(not_done) => Verdict::Refused(not_done.into()),
        };
        Ok(Some(Settled {
            parcel: item.parcel,
            tries: item.tries,
            result,
        }))
    }
}

impl NotDone {
    fn is_unknown(&self) -> bool {
        matches!(
            Code::from_i32(self.code),
            Code::Unavailable | Code::DeadlineExceeded
        )
    }
}

impl From<NotDone> for Refusal {
    fn from(not_done: NotDone) -> Self {
        let reason = match not_done.reason.as_str() {
            "" => code_word(Code::from_i32(not_done.code)),
            stated => stated,
        };
        let violations = not_done.violations.iter().map(|wrong| Violation {
            field: one_line(&wrong.field),
            description: one_line(&wrong.description),
        });
        Self {
            reason: one_line(reason),
            message: one_line(&not_done.message),
            violations: violations.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq)]
    struct Command {
        id: String,
        command_id: String,
        repeat: bool,
        group: u8,
    }

    impl Parcel for Command {
        const MESSAGE_BYTES: usize = 1024 * 1024;

        fn id(&self) -> &str {
            &self.id
        }

        fn command_id(&self) -> &str {
            &self.command_id
        }

        fn bytes(&self) -> usize {
            self.id.len()
        }

        fn repeat(&mut self) {
            self.repeat = true;
        }

        fn goes_with(&self, other: &Self) -> bool {
            self.group == other.group
        }
    }

    fn command(id: &str) -> Command {
        Command {
            id: id.to_owned(),
            command_id: format!("command-{id}"),
            repeat: false,
            group: 0,
        }
    }

    fn taken(id: &str) -> Acknowledged<()> {
        Acknowledged {
            id: id.to_owned(),
            command_id: format!("command-{id}"),
            result: Ok(()),
        }
    }

    fn failed(id: &str, code: Code) -> Acknowledged<()> {
        Acknowledged {
            result: Err(NotDone {
                code: code.into(),
                reason: String::new(),
                message: String::new(),
                violations: Vec::new(),
            }),
            ..taken(id)
        }
    }

    fn with(ids: &[&str]) -> Flight<Command> {
        let mut flight = Flight::default();
        for id in ids {
            flight.take(command(id));
        }
        flight
    }

    #[test]
    fn what_was_not_acknowledged_is_sent_again_under_the_same_id() {
        let mut flight = with(&["a", "b", "c"]);
        let first = flight.next_message().unwrap();
        assert!(first.iter().all(|command| !command.repeat));
        assert!(flight.acknowledge(taken("a")).unwrap().is_some());
        flight.take(command("d"));
        flight.lost();
        let second = flight.next_message().unwrap();
        let again = |id: &str, repeat| Command {
            repeat,
            ..command(id)
        };
        assert_eq!(
            second,
            [again("b", true), again("c", true), again("d", false)]
        );
    }

    #[test]
    fn an_answer_settles_the_command_that_it_is_for() {
        let mut flight = with(&["a", "b"]);
        flight.next_message();
        let settled = flight.acknowledge(taken("a")).unwrap().unwrap();
        assert_eq!((settled.parcel.id.as_str(), settled.tries), ("a", 1));
        assert!(matches!(settled.result, Verdict::Done(())));
        let settled = flight
            .acknowledge(failed("b", Code::FailedPrecondition))
            .unwrap()
            .unwrap();
        assert!(
            matches!(settled.result, Verdict::Refused(refusal) if refusal.reason == "failed-precondition")
        );
        assert!(flight.is_empty());
    }

    #[test]
    fn an_unknown_outcome_is_asked_for_again_but_not_for_ever() {
        let mut flight = with(&["a"]);
        for _ in 1..TRIES {
            flight.next_message().unwrap();
            assert_eq!(flight.acknowledge(failed("a", Code::Unavailable)), Ok(None));
            assert!(flight.has_later() && flight.next_message().is_none());
            flight.send_later_ones();
        }
        assert!(flight.next_message().unwrap()[0].repeat);
        let settled = flight
            .acknowledge(failed("a", Code::Unavailable))
            .unwrap()
            .unwrap();
        assert!(matches!(settled.result, Verdict::Unknown(_)));
    }

    #[test]
    fn an_answer_out_of_turn_is_noticed() {
        let mut flight = with(&["a", "b"]);
        flight.next_message();
        assert_eq!(flight.acknowledge(taken("b")), Err(OutOfTurn));
        let mut flight = with(&["a"]);
        flight.next_message();
        let other = Acknowledged {
            command_id: "command-x".to_owned(),
            ..taken("a")
        };
        assert_eq!(flight.acknowledge(other), Err(OutOfTurn));
        assert_eq!(
            Flight::<Command>::default().acknowledge(taken("a")),
            Err(OutOfTurn)
        );
    }

    fn sizes(flight: &mut Flight<Command>) -> Vec<usize> {
        std::iter::from_fn(|| flight.next_message())
            .map(|message| message.len())
            .collect()
    }

    #[test]
    fn a_message_holds_no_more_than_the_server_takes() {
        let mut flight = Flight::default();
        for _ in 0..1_001 {
            flight.take(command("a"));
        }
        assert_eq!(sizes(&mut flight), [500, 500, 1]);
        let mut flight = with(&["a", "b"]);
        flight.take(command(&"x".repeat(Command::MESSAGE_BYTES)));
        flight.take(command("c"));
        assert_eq!(sizes(&mut flight), [2, 1, 1]);
    }

    #[test]
    fn what_does_not_go_together_goes_apart() {
        let mut flight = with(&["a", "b"]);
        flight.take(Command {
            group: 1,
            ..command("c")
        });
        flight.take(command("d"));
        assert_eq!(sizes(&mut flight), [2, 1, 1]);
    }

    #[test]
    fn only_so_many_are_on_their_way_at_once() {
        let mut flight = Flight::default();
        while flight.has_room() {
            flight.take(command("a"));
            flight.next_message();
        }
        assert_eq!(flight.len(), IN_FLIGHT);
        flight.acknowledge(taken("a")).unwrap();
        assert!(flight.has_room());
    }
}
