//! Keys of persons and the ledger of erasures on a real Apache Kafka, with several nodes.

mod ledger;
mod region;
mod vault;
