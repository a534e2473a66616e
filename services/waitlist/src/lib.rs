//! The waiting list: who waits, for what and how long, counted once.
//!
//! How entries become bytes, and what many of them add up to on a node. It takes no calls yet.

mod books;
pub mod react;
mod view;
mod wire;

pub use books::{BooksView, BooksWire, erasure_stream, grants_stream, month_stream};
pub use view::{WaitlistView, stream_of};
pub use wire::Wire;
