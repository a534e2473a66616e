//! The command loop, on the log in memory.
