//! The region's books, on a topic of their own: about nobody who waits, and so in clear.

#[cfg(test)]
mod tests;
mod view;
mod wire;

pub(crate) use view::{
    BooksView, erasure_of, erasure_stream, grants_stream, keys_stream, month_stream, table_stream,
};
pub(crate) use wire::BooksWire;
