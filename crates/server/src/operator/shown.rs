//! How the log's content is shown.

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use eventlog::{CommandNote, Commit, Noted};
use prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor};
use proto::access::v1::AccessLogBlock;
use serde_json::{Value, json};

/// Returns a moment as RFC 3339, to the millisecond.
pub(super) fn moment(millis: i64) -> String {
    jiff::Timestamp::from_millisecond(millis)
        .map_or_else(|_| format!("{millis} ms"), |moment| format!("{moment:.3}"))
}

/// Reads the bodies of a topic, where their content is known.
pub(super) struct Bodies(Option<Known>);

/// How a topic's bodies are read.
struct Known {
    message: MessageDescriptor,
    /// Which field holds the events.
    events: &'static str,
    /// What the message is inside of: the body itself, or a block of the access log.
    is_in_a_block: bool,
}

impl Bodies {
    pub(super) fn of(topic: &str) -> anyhow::Result<Self> {
        let (name, events, is_in_a_block) = match topic.rsplit_once('.') {
            Some((_, "capacity")) => ("doorstroom.capacity.v1.CommitBody", "events", false),
            Some((_, "waitlist-books")) => ("doorstroom.waitlist.v1.BooksBody", "events", false),
            Some((_, "access-log")) => ("doorstroom.access.v1.AccessLogContent", "entries", true),
            // What is about persons is sealed; the control topic's bodies are the node's own business, not a contract.
            _ => return Ok(Self(None)),
        };
        let pool =
            DescriptorPool::decode(proto::DESCRIPTORS).context("the contracts cannot be read")?;
        Ok(Self(pool.get_message_by_name(name).map(|message| Known {
            message,
            events,
            is_in_a_block,
        })))
    }

    /// Returns the events as canonical protobuf JSON; nothing when they cannot be read.
    fn events(&self, body: &[u8]) -> Option<Value> {
        let known = self.0.as_ref()?;
        let message = if known.is_in_a_block {
            let block = AccessLogBlock::decode(body).ok()?;
            DynamicMessage::decode(known.message.clone(), &block.content[..])
        } else {
            DynamicMessage::decode(known.message.clone(), body)
        };
        let mut value = serde_json::to_value(message.ok()?).ok()?;
        Some(
            value
                .get_mut(known.events)
                .map_or_else(|| json!([]), Value::take),
        )
    }

    /// Returns a commit as one JSON object.
    pub(super) fn commit(&self, commit: &Commit) -> Value {
        json!({
            "position": commit.position.get(),
            "log_time": moment(commit.log_time_millis),
            "stream": commit.stream.as_str(),
            "version": commit.version.get(),
            "attempt_id": commit.attempt.to_string(),
            "commands": commit.commands.iter().map(command).collect::<Vec<_>>(),
            "events": self.events(&commit.body),
            "body": STANDARD.encode(&commit.body),
        })
    }
}

fn command(note: &CommandNote) -> Value {
    let (outcome, refusal) = outcome(&note.noted);
    json!({
        "command_id": note.id.to_string(),
        "causation_id": note.causation_id.map(|id| id.to_string()),
        "correlation_id": note.correlation_id.map(|id| id.to_string()),
        "traceparent": note.traceparent,
        "outcome": outcome,
        "refusal": refusal,
        "event_count": note.event_count,
        "remembered": note.remembered,
    })
}

/// Returns the word for what became of a command, and why it was refused.
pub(super) fn outcome(noted: &Noted) -> (&'static str, Option<&str>) {
    match noted {
        Noted::Taken => ("taken", None),
        Noted::Refused(reason) => ("refused", Some(reason)),
        Noted::Unchanged => ("unchanged", None),
    }
}

#[cfg(test)]
mod tests {
    use proto::capacity::v1::recorded_event::Event;
    use proto::capacity::v1::{CommitBody, OfferingWithdrawn, RecordedEvent, WithdrawalReason};
    use proto::waitlist::v1::recorded_book_event::Event as BookEvent;
    use proto::waitlist::v1::{Actor, BooksBody, ErasureApproved, RecordedBookEvent};

    use super::*;

    #[test]
    fn events_are_shown_as_canonical_json() {
        let withdrawn = OfferingWithdrawn {
            reason: WithdrawalReason::Closed.into(),
        };
        let body = CommitBody {
            events: vec![RecordedEvent {
                occurred_at: Some(prost_types::Timestamp {
                    seconds: 1_800_000_000,
                    nanos: 0,
                }),
                actor: "somebody".to_owned(),
                event: Some(Event::OfferingWithdrawn(withdrawn)),
            }],
        };
        let events = Bodies::of("demo.capacity")
            .unwrap()
            .events(&body.encode_to_vec())
            .unwrap();
        let expected = json!([{
            "occurredAt": "2027-01-15T08:00:00Z",
            "actor": "somebody",
            "offeringWithdrawn": { "reason": "WITHDRAWAL_REASON_CLOSED" },
        }]);
        assert_eq!(events, expected);
    }

    #[test]
    fn the_books_of_the_list_are_shown_and_the_list_itself_is_not() {
        let approved = ErasureApproved {
            by: Some(Actor {
                user: "fg".to_owned(),
                organisation: "gm:GM0114".to_owned(),
            }),
            ..ErasureApproved::default()
        };
        let body = BooksBody {
            events: vec![RecordedBookEvent {
                actor: "somebody".to_owned(),
                event: Some(BookEvent::ErasureApproved(approved)),
                ..RecordedBookEvent::default()
            }],
        };
        let body = body.encode_to_vec();
        let events = Bodies::of("demo.waitlist-books").unwrap().events(&body);
        let approved = json!({ "by": { "user": "fg", "organisation": "gm:GM0114" } });
        let expected = json!([{ "actor": "somebody", "erasureApproved": approved }]);
        assert_eq!(events, Some(expected));
        assert_eq!(Bodies::of("demo.waitlist").unwrap().events(&body), None);
    }

    #[test]
    fn bodies_of_other_topics_are_not_guessed_at() {
        assert_eq!(Bodies::of("demo.control").unwrap().events(b""), None);
    }

    #[test]
    fn moments_are_rfc_3339_to_the_millisecond() {
        assert_eq!(moment(1_800_000_000_007), "2027-01-15T08:00:00.007Z");
    }
}
