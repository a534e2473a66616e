//! Which reports are on their way, so that a connection that breaks loses none and doubles none.

use std::collections::VecDeque;

use prost::Message;
use proto::capacity::v1::report_acknowledgement::Result as Acknowledged;
use proto::capacity::v1::{
    Receipt, ReportAcknowledgement, ReportCapacityRequest, ReportFailure, StreamReportsRequest,
};
use tonic::Code;

use super::input::BATCH;
use crate::failure::{Refusal, Violation, code_word, one_line};

/// Reports that may be on their way at once.
const IN_FLIGHT: usize = 8 * BATCH;
/// A message stays well below what servers take.
const MESSAGE_BYTES: usize = 1024 * 1024;
/// A report is sent at most so often while the server says that its outcome is unknown.
const TRIES: u32 = 8;

/// A report on its way.
#[derive(Clone, Debug)]
struct Item {
    line: u64,
    request: ReportCapacityRequest,
    tries: u32,
}

/// What came of one report.
#[derive(Debug, PartialEq)]
pub(super) struct Settled {
    pub(super) line: u64,
    pub(super) offering_id: String,
    pub(super) command_id: String,
    pub(super) result: Verdict,
}

/// How it ended.
#[derive(Debug, PartialEq)]
pub(super) enum Verdict {
    Done(Receipt),
    Refused(Refusal),
    /// The server says, again and again, that it does not know.
    Unknown(Refusal),
}

/// An acknowledgement that does not belong to the report that is next in turn.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the server acknowledged a report out of turn")]
pub(super) struct OutOfTurn;

/// Reports in three queues: to be sent, sent and not acknowledged, to be sent once more after a pause.
#[derive(Debug, Default)]
pub(super) struct Flight {
    outbox: VecDeque<Item>,
    sent: VecDeque<Item>,
    later: VecDeque<Item>,
}

impl Flight {
    /// Takes a report that was never sent.
    pub(super) fn take(&mut self, line: u64, request: ReportCapacityRequest) {
        self.outbox.push_back(Item {
            line,
            request,
            tries: 0,
        });
    }

    /// Whether another batch may be taken.
    pub(super) fn has_room(&self) -> bool {
        self.len() < IN_FLIGHT
    }

    /// Whether nothing is on its way.
    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many are on their way.
    pub(super) fn len(&self) -> usize {
        self.outbox.len() + self.sent.len() + self.later.len()
    }

    /// Whether an acknowledgement is due.
    pub(super) fn awaits_answer(&self) -> bool {
        !self.sent.is_empty()
    }

    /// Whether something is to be sent once more.
    pub(super) fn has_later(&self) -> bool {
        !self.later.is_empty()
    }

    /// Returns the next message; from now on its reports are sent.
    pub(super) fn next_message(&mut self) -> Option<StreamReportsRequest> {
        let mut message = StreamReportsRequest::default();
        let mut bytes = 0;
        while let Some(mut item) = self.outbox.pop_front() {
            let size = item.request.encoded_len();
            let full = message.reports.len() == BATCH || bytes + size > MESSAGE_BYTES;
            if full && !message.reports.is_empty() {
                self.outbox.push_front(item);
                break;
            }
            bytes += size;
            item.tries += 1;
            message.reports.push(item.request.clone());
            // Whatever is sent once more may have arrived the first time.
            if let Some(context) = &mut item.request.context {
                context.repeat = true;
            }
            self.sent.push_back(item);
        }
        (!message.reports.is_empty()).then_some(message)
    }

    /// The connection broke: everything that was not acknowledged is sent once more, first and in its order.
    pub(super) fn lost(&mut self) {
        while let Some(item) = self.sent.pop_back() {
            self.outbox.push_front(item);
        }
        self.send_later_ones();
    }

    /// The pause is over.
    pub(super) fn send_later_ones(&mut self) {
        self.outbox.append(&mut self.later);
    }

    /// Settles the report that is next in turn; none if it is to be sent once more.
    ///
    /// # Errors
    /// If the acknowledgement is another report's.
    pub(super) fn acknowledge(
        &mut self,
        answer: ReportAcknowledgement,
    ) -> Result<Option<Settled>, OutOfTurn> {
        let item = self.sent.pop_front().ok_or(OutOfTurn)?;
        let command_id = item
            .request
            .context
            .as_ref()
            .map(|context| context.command_id.clone());
        let command_id = command_id.unwrap_or_default();
        let answered_id = match &answer.result {
            Some(Acknowledged::Receipt(receipt)) => &receipt.command_id,
            Some(Acknowledged::Failure(failure)) => &failure.command_id,
            None => return Err(OutOfTurn),
        };
        let other_command =
            !answered_id.is_empty() && !answered_id.eq_ignore_ascii_case(&command_id);
        if answer.offering_id != item.request.offering_id || other_command {
            return Err(OutOfTurn);
        }
        let result = match answer.result.ok_or(OutOfTurn)? {
            Acknowledged::Receipt(receipt) => Verdict::Done(receipt),
            Acknowledged::Failure(failure) if is_unknown(&failure) => {
                if item.tries < TRIES {
                    self.later.push_back(item);
                    return Ok(None);
                }
                Verdict::Unknown(refusal(failure))
            }
            Acknowledged::Failure(failure) => Verdict::Refused(refusal(failure)),
        };
        Ok(Some(Settled {
            line: item.line,
            offering_id: item.request.offering_id,
            command_id,
            result,
        }))
    }
}

fn is_unknown(failure: &ReportFailure) -> bool {
    matches!(
        Code::from_i32(failure.code),
        Code::Unavailable | Code::DeadlineExceeded
    )
}

fn refusal(failure: ReportFailure) -> Refusal {
    let reason = match failure.reason.as_str() {
        "" => code_word(Code::from_i32(failure.code)),
        stated => stated,
    };
    Refusal {
        reason: one_line(reason),
        message: one_line(&failure.message),
        violations: failure
            .violations
            .iter()
            .map(|wrong| Violation {
                field: one_line(&wrong.field),
                description: one_line(&wrong.description),
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proto::capacity::v1::{CommandContext, Outcome};

    fn request(id: &str) -> ReportCapacityRequest {
        ReportCapacityRequest {
            context: Some(CommandContext {
                command_id: format!("command-{id}"),
                ..CommandContext::default()
            }),
            offering_id: id.to_owned(),
            report: None,
        }
    }

    fn answer(id: &str, result: Acknowledged) -> ReportAcknowledgement {
        ReportAcknowledgement {
            offering_id: id.to_owned(),
            result: Some(result),
        }
    }

    fn taken(id: &str) -> ReportAcknowledgement {
        answer(
            id,
            Acknowledged::Receipt(Receipt {
                outcome: Outcome::Taken.into(),
                command_id: format!("command-{id}"),
                ..Receipt::default()
            }),
        )
    }

    fn failed(id: &str, code: Code) -> ReportAcknowledgement {
        answer(
            id,
            Acknowledged::Failure(ReportFailure {
                code: code.into(),
                ..ReportFailure::default()
            }),
        )
    }

    fn with(ids: &[&str]) -> Flight {
        let mut flight = Flight::default();
        for (line, id) in (1..).zip(ids) {
            flight.take(line, request(id));
        }
        flight
    }

    /// Offering, command id and repeat of everything in a message.
    fn content(message: &StreamReportsRequest) -> Vec<(String, String, bool)> {
        let of = |request: &ReportCapacityRequest| {
            let context = request.context.clone().unwrap();
            (
                request.offering_id.clone(),
                context.command_id,
                context.repeat,
            )
        };
        message.reports.iter().map(of).collect()
    }

    #[test]
    fn what_was_not_acknowledged_is_sent_again_under_the_same_id() {
        let mut flight = with(&["a", "b", "c"]);
        let first = content(&flight.next_message().unwrap());
        assert!(first.iter().all(|(_, _, repeat)| !repeat));
        assert!(flight.acknowledge(taken("a")).unwrap().is_some());
        flight.take(4, request("d"));
        flight.lost();
        let second = content(&flight.next_message().unwrap());
        let again = |id: &str, repeat| (id.to_owned(), format!("command-{id}"), repeat);
        assert_eq!(
            second,
            [again("b", true), again("c", true), again("d", false)]
        );
    }

    #[test]
    fn an_answer_settles_the_line_that_it_is_for() {
        let mut flight = with(&["a", "b"]);
        flight.next_message();
        let settled = flight.acknowledge(taken("a")).unwrap().unwrap();
        assert_eq!(
            (settled.line, settled.command_id.as_str()),
            (1, "command-a")
        );
        assert!(matches!(settled.result, Verdict::Done(_)));
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
        assert!(content(&flight.next_message().unwrap())[0].2);
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
        let mut other = taken("a");
        if let Some(Acknowledged::Receipt(receipt)) = &mut other.result {
            receipt.command_id = "command-x".into();
        }
        assert_eq!(flight.acknowledge(other), Err(OutOfTurn));
        assert_eq!(Flight::default().acknowledge(taken("a")), Err(OutOfTurn));
    }

    #[test]
    fn a_message_holds_no_more_than_the_server_takes() {
        let mut flight = Flight::default();
        for line in 0..1_001 {
            flight.take(line, request("a"));
        }
        let sizes: Vec<_> = std::iter::from_fn(|| flight.next_message())
            .map(|message| message.reports.len())
            .collect();
        assert_eq!(sizes, [500, 500, 1]);
        let mut flight = with(&["a", "b"]);
        flight.take(3, request(&"x".repeat(MESSAGE_BYTES)));
        flight.take(4, request("c"));
        let sizes: Vec<_> = std::iter::from_fn(|| flight.next_message())
            .map(|message| message.reports.len())
            .collect();
        assert_eq!(sizes, [2, 1, 1]);
    }

    #[test]
    fn only_so_many_are_on_their_way_at_once() {
        let mut flight = Flight::default();
        for line in 0.. {
            if !flight.has_room() {
                break;
            }
            flight.take(line, request("a"));
            flight.next_message();
        }
        assert_eq!(flight.len(), IN_FLIGHT);
        flight.acknowledge(taken("a")).unwrap();
        assert!(flight.has_room());
    }
}
