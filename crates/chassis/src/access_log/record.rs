//! The bytes of a block: `proto/doorstroom/access/v1/log.proto`.

use domain::Timestamp;
use prost::Message;

/// What a node adds to every entry.
pub(super) struct Stamp<'a> {
    pub(super) occurred_at: Timestamp,
    pub(super) region: &'a str,
    pub(super) node: &'a str,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct BlockMessage {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) content: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    pub(super) hash: Vec<u8>,
    #[prost(bytes = "vec", tag = "3")]
    pub(super) signature: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ContentMessage {
    #[prost(uint64, tag = "1")]
    pub(super) sequence: u64,
    #[prost(bytes = "vec", tag = "2")]
    pub(super) previous_hash: Vec<u8>,
    #[prost(uint64, tag = "3")]
    pub(super) previous_position: u64,
    #[prost(message, repeated, tag = "4")]
    pub(super) entries: Vec<EntryMessage>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct EntryMessage {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) event_id: Vec<u8>,
    #[prost(string, tag = "2")]
    pub(super) event_code: String,
    #[prost(string, tag = "3")]
    pub(super) action_code: String,
    #[prost(int32, tag = "4")]
    pub(super) verb: i32,
    #[prost(int32, tag = "5")]
    pub(super) outcome: i32,
    #[prost(int64, tag = "6")]
    pub(super) occurred_at_ms: i64,
    #[prost(uint32, tag = "7")]
    pub(super) clock_error_ms: u32,
    #[prost(string, tag = "10")]
    pub(super) user_id: String,
    #[prost(string, tag = "11")]
    pub(super) role_code: String,
    #[prost(string, tag = "12")]
    pub(super) organisation_id: String,
    #[prost(string, tag = "13")]
    pub(super) on_behalf_of: String,
    #[prost(int32, tag = "14")]
    pub(super) auth_method: i32,
    #[prost(string, tag = "20")]
    pub(super) network_point: String,
    #[prost(string, tag = "21")]
    pub(super) gateway_id: String,
    #[prost(string, tag = "30")]
    pub(super) object_type: String,
    #[prost(bytes = "vec", repeated, tag = "31")]
    pub(super) object_ids: Vec<Vec<u8>>,
    #[prost(bytes = "vec", tag = "32")]
    pub(super) query_hash: Vec<u8>,
    #[prost(string, tag = "40")]
    pub(super) purpose_code: String,
    #[prost(string, tag = "41")]
    pub(super) policy_rule_id: String,
    #[prost(string, tag = "42")]
    pub(super) denial: String,
    #[prost(string, tag = "50")]
    pub(super) source_site: String,
    #[prost(bytes = "vec", tag = "51")]
    pub(super) trace_id: Vec<u8>,
}
