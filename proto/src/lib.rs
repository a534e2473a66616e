//! The contracts: what goes over the wire and what the log stores, generated from `proto/doorstroom`.
//!
//! Nothing generated is checked in. The `.proto` files carry the documentation.

pub mod caller;

/// Packages under `doorstroom`.
pub mod doorstroom {
    /// Who had access to what.
    pub mod access {
        /// Version 1.
        #[allow(missing_docs)]
        pub mod v1 {
            tonic::include_proto!("doorstroom.access.v1");
        }
    }
    /// Live capacity.
    pub mod capacity {
        /// Version 1.
        #[allow(missing_docs, clippy::large_enum_variant)]
        pub mod v1 {
            tonic::include_proto!("doorstroom.capacity.v1");
        }
    }
    /// The log's records.
    pub mod log {
        /// Version 1.
        #[allow(missing_docs)]
        pub mod v1 {
            tonic::include_proto!("doorstroom.log.v1");
        }
    }
    /// What stands between a citizen number and a pseudonym.
    pub mod pseudonym {
        /// Version 1.
        #[allow(missing_docs)]
        pub mod v1 {
            tonic::include_proto!("doorstroom.pseudonym.v1");
        }
    }
    /// The waiting list.
    pub mod waitlist {
        /// Version 1.
        #[allow(missing_docs, clippy::large_enum_variant)]
        pub mod v1 {
            tonic::include_proto!("doorstroom.waitlist.v1");
        }
    }
}

pub use doorstroom::{access, capacity, log, pseudonym, waitlist};

/// The file descriptors of every contract, for server reflection.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
