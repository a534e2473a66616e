//! Who calls, and whether they may: read from the call at one place, asked of the domain's table.

mod caller;
mod gate;
#[cfg(test)]
mod tests;

pub use caller::{Access, Denied};
pub use domain::access::Action;
pub use gate::{CALLER, Calls, Gate, PURPOSE, Refused};
