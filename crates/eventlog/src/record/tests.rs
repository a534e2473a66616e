use proptest::prelude::*;

use super::*;

fn commit() -> NewCommit {
    NewCommit {
        stream: StreamId::parse("capacity-1").expect("a name"),
        version: Version::new(7),
        attempt: AttemptId::new_v7(),
        commands: vec![CommandNote {
            id: CommandId::new_v7(),
            causation_id: None,
            correlation_id: Some(Uuid::now_v7()),
            traceparent: Some("00-1-2-01".into()),
            noted: Noted::Refused("no-free-place".into()),
            event_count: 0,
            remembered: true,
        }],
        body: Bytes::from_static(b"events"),
    }
}

#[test]
fn a_record_reads_back_as_it_was_written() {
    for record in [
        Record::Commit(commit()),
        Record::Identity {
            log_id: LogId::new_v7(),
            replaces: Some(LogId::new_v7()),
        },
        Record::Probe(AttemptId::new_v7()),
    ] {
        assert_eq!(Record::decode(record.clone().encode()), Ok(record));
    }
}

#[test]
fn every_flipped_byte_is_noticed() {
    let bytes = Record::Commit(commit()).encode();
    for at in 0..bytes.len() {
        let mut flipped = bytes.to_vec();
        flipped[at] ^= 0x10;
        assert!(Record::decode(flipped.into()).is_err(), "byte {at}");
    }
}

#[test]
fn bytes_without_the_magic_number_are_foreign() {
    for bytes in [&b""[..], b"{}", b"DSL", b"DSL2aaaaaaaaaa"] {
        let found = Record::decode(Bytes::copy_from_slice(bytes));
        assert_eq!(found, Err(Unreadable::Foreign));
    }
}

/// What the generated reader says, which knows the contract and nothing else.
fn as_generated(bytes: &Bytes) -> Option<NewCommit> {
    let message = RecordMessage::decode(bytes.slice(HEADER_BYTES..)).ok()?;
    let Some(Kind::Commit(commit)) = message.kind else {
        return None;
    };
    let commands = commit.commands.into_iter().map(note);
    Some(NewCommit {
        stream: StreamId::parse(&commit.stream_id)?,
        version: Version::new(commit.version),
        attempt: AttemptId::from_slice(&commit.attempt_id)?,
        commands: commands.collect::<Option<_>>()?,
        body: commit.body,
    })
}

fn note(message: CommandMessage) -> Option<CommandNote> {
    Some(CommandNote {
        id: CommandId::from_slice(&message.command_id)?,
        causation_id: Uuid::from_slice(&message.causation_id).ok(),
        correlation_id: Uuid::from_slice(&message.correlation_id).ok(),
        traceparent: (!message.traceparent.is_empty()).then_some(message.traceparent),
        noted: match message.outcome {
            TAKEN => Noted::Taken,
            REFUSED => Noted::Refused(message.refusal),
            UNCHANGED => Noted::Unchanged,
            _ => return None,
        },
        event_count: message.event_count,
        remembered: message.remembered,
    })
}

prop_compose! {
    fn any_note()(
        id in any::<u128>(),
        causation in any::<Option<u128>>(),
        correlation in any::<Option<u128>>(),
        traceparent in proptest::option::of("[0-9a-f-]{1,60}"),
        noted in prop_oneof![
            Just(Noted::Taken),
            Just(Noted::Unchanged),
            "\\PC{0,40}".prop_map(Noted::Refused),
        ],
        event_count in any::<u32>(),
        remembered in any::<bool>(),
    ) -> CommandNote {
        CommandNote {
            id: CommandId::from_uuid(Uuid::from_u128(id)),
            causation_id: causation.map(Uuid::from_u128),
            correlation_id: correlation.map(Uuid::from_u128),
            traceparent,
            noted,
            event_count,
            remembered,
        }
    }
}

prop_compose! {
    fn any_commit()(
        stream in "\\PC{1,30}",
        version in any::<u64>(),
        attempt in any::<u128>(),
        commands in prop::collection::vec(any_note(), 0..4),
        body in prop::collection::vec(any::<u8>(), 0..200),
    ) -> NewCommit {
        NewCommit {
            stream: StreamId::parse(&stream).expect("a name"),
            version: Version::new(version),
            attempt: AttemptId::from_uuid(Uuid::from_u128(attempt)),
            commands,
            body: body.into(),
        }
    }
}

/// Bytes behind a header that fits them.
fn sealed(content: &[u8]) -> Bytes {
    let checksum = crc32fast::hash(content).to_be_bytes();
    [&MAGIC[..], &checksum, content].concat().into()
}

proptest! {
    #[test]
    fn any_commit_reads_back_as_it_was_written_and_as_the_contract_says(commit in any_commit()) {
        let bytes = Record::encode_commit(&commit);
        prop_assert_eq!(as_generated(&bytes), Some(commit.clone()));
        prop_assert_eq!(Record::decode(bytes), Ok(Record::Commit(commit)));
    }

    #[test]
    fn whatever_the_bytes_nothing_is_read_that_the_contract_does_not_say(
        commit in any_commit(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut content = Record::encode_commit(&commit)[HEADER_BYTES..].to_vec();
        let place = at.index(content.len());
        content[place] = byte;
        for content in [&content[..], &content[..cut.index(content.len())]] {
            let bytes = sealed(content);
            // Ours may refuse what a generated reader forgives, such as a message in two parts; never the reverse.
            if let (Ok(Record::Commit(ours)), Some(generated)) =
                (Record::decode(bytes.clone()), as_generated(&bytes))
            {
                prop_assert_eq!(ours, generated);
            }
        }
    }
}
