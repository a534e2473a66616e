//! Records as `proto/doorstroom/log/v1/commit.proto` describes them, written by hand: a second opinion on
//! what the log reads.

use eventlog::NewCommit;
use prost::Message;

#[derive(Clone, PartialEq, Message)]
struct Record {
    #[prost(message, optional, tag = "1")]
    commit: Option<Commit>,
}

#[derive(Clone, PartialEq, Message)]
struct Commit {
    #[prost(string, tag = "1")]
    stream_id: String,
    #[prost(uint64, tag = "2")]
    version: u64,
    #[prost(bytes = "vec", tag = "3")]
    attempt_id: Vec<u8>,
    #[prost(bytes = "vec", tag = "5")]
    body: Vec<u8>,
}

/// The bytes of a commit; its commands are left out.
pub(crate) fn record(commit: &NewCommit) -> Vec<u8> {
    let record = Record {
        commit: Some(Commit {
            stream_id: commit.stream.to_string(),
            version: commit.version.get(),
            attempt_id: commit.attempt.as_uuid().as_bytes().to_vec(),
            body: commit.body.to_vec(),
        }),
    };
    let content = record.encode_to_vec();
    let mut bytes = b"DSL1".to_vec();
    bytes.extend(crc32fast::hash(&content).to_be_bytes());
    bytes.extend(content);
    bytes
}
