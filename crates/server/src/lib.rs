//! The server: configuration, wiring, shutdown. Everything from outside comes in as an argument, so that a whole
//! system starts inside a test.

mod access_key;
mod args;
pub mod config;
mod demonstration;
mod erasures;
mod grpc;
mod keys;
mod listen;
mod operator;
mod pages;
mod persons;
mod run;
mod serve;
mod signal;
mod storage;
pub mod telemetry;

pub use run::run;
pub use serve::{Outside, serve};
