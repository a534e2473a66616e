//! What holds on every backend that a case is listed for in `main.rs`.

pub(crate) mod beside;
pub(crate) mod durable;
pub(crate) mod identity;
pub(crate) mod order;
pub(crate) mod subscribe;
pub(crate) mod time;
pub(crate) mod version_rule;
