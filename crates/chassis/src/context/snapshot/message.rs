//! What a snapshot looks like in bytes.

use bytes::Bytes;
use prost::Message;

/// Written piece by piece: messages behind one another are one message.
#[derive(Clone, PartialEq, Message)]
pub(super) struct SnapshotMessage {
    #[prost(string, tag = "1")]
    pub(super) format: String,
    #[prost(bytes = "vec", tag = "2")]
    pub(super) log_id: Vec<u8>,
    #[prost(uint64, tag = "3")]
    pub(super) position: u64,
    #[prost(bytes = "vec", tag = "4")]
    pub(super) attempt: Vec<u8>,
    #[prost(int64, tag = "5")]
    pub(super) log_time: i64,
    #[prost(message, repeated, tag = "6")]
    pub(super) slots: Vec<SlotMessage>,
    #[prost(message, repeated, tag = "7")]
    pub(super) outcomes: Vec<OutcomeMessage>,
    /// Of a context in clear; else they lie with the states.
    #[prost(message, repeated, tag = "8")]
    pub(super) timers: Vec<TimerMessage>,
    /// How far the erasure ledger had been read.
    #[prost(uint64, tag = "9")]
    pub(super) ledger: u64,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct SlotMessage {
    #[prost(string, tag = "1")]
    pub(super) stream: String,
    #[prost(uint64, tag = "2")]
    pub(super) version: u64,
    #[prost(uint64, tag = "3")]
    pub(super) changed_at: u64,
    #[prost(int64, tag = "4")]
    pub(super) changed_time: i64,
    #[prost(bool, tag = "5")]
    pub(super) erased: bool,
    #[prost(bytes = "bytes", tag = "6")]
    pub(super) state: Bytes,
    #[prost(uint64, optional, tag = "7")]
    pub(super) skipped_at: Option<u64>,
    /// The key that the state is sealed under; empty: it is in clear, or there is none.
    #[prost(bytes = "vec", tag = "8")]
    pub(super) kid: Vec<u8>,
}

/// What is sealed of a stream about a person: when something falls due says something of the person, too.
#[derive(Clone, PartialEq, Message)]
pub(super) struct StateMessage {
    #[prost(bytes = "bytes", tag = "1")]
    pub(super) state: Bytes,
    #[prost(message, repeated, tag = "2")]
    pub(super) timers: Vec<TimerMessage>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct OutcomeMessage {
    #[prost(int64, tag = "1")]
    pub(super) log_time: i64,
    #[prost(bytes = "vec", tag = "2")]
    pub(super) command_id: Vec<u8>,
    #[prost(string, tag = "3")]
    pub(super) stream: String,
    #[prost(uint64, tag = "4")]
    pub(super) position: u64,
    /// Absent: taken, or unchanged.
    #[prost(string, optional, tag = "5")]
    pub(super) refusal: Option<String>,
    #[prost(bool, tag = "6")]
    pub(super) unchanged: bool,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct TimerMessage {
    #[prost(string, tag = "1")]
    pub(super) stream: String,
    #[prost(string, tag = "2")]
    pub(super) name: String,
    #[prost(int64, tag = "3")]
    pub(super) due: i64,
    #[prost(bytes = "vec", tag = "4")]
    pub(super) set_by: Vec<u8>,
}
