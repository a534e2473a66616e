//! Generates the contracts' Rust code with protox, so that nobody needs protoc.

use std::path::PathBuf;

const FILES: [&str; 20] = [
    "doorstroom/access/v1/log.proto",
    "doorstroom/capacity/v1/completeness.proto",
    "doorstroom/capacity/v1/offering.proto",
    "doorstroom/capacity/v1/refusal.proto",
    "doorstroom/capacity/v1/service.proto",
    "doorstroom/capacity/v1/terms.proto",
    "doorstroom/capacity/v1/events.proto",
    "doorstroom/capacity/v1/state.proto",
    "doorstroom/log/v1/commit.proto",
    "doorstroom/log/v1/erasure.proto",
    "doorstroom/log/v1/sealed.proto",
    "doorstroom/log/v1/vault.proto",
    "doorstroom/pseudonym/v1/evaluator.proto",
    "doorstroom/waitlist/v1/books.proto",
    "doorstroom/waitlist/v1/counts.proto",
    "doorstroom/waitlist/v1/entry.proto",
    "doorstroom/waitlist/v1/events.proto",
    "doorstroom/waitlist/v1/national.proto",
    "doorstroom/waitlist/v1/service.proto",
    "doorstroom/waitlist/v1/state.proto",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=doorstroom");
    let descriptors = protox::compile(FILES, ["."])?;
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(
        out.join("descriptors.bin"),
        prost::Message::encode_to_vec(&descriptors),
    )?;
    tonic_prost_build::configure()
        .bytes(".doorstroom.log")
        .compile_fds(descriptors)?;
    Ok(())
}
