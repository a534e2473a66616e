//! Keys of persons and the ledger of erasures on a real Apache Kafka, with several nodes.

mod compaction;
mod ledger;
mod region;
mod vault;
