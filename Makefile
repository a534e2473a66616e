# Every recipe is a plain command that also works by hand.
.PHONY: help run setup setup-all build test check each kafka kafka-stop bench soak proto deps clean

BUF = npx --yes @bufbuild/buf@1.75.0
# What `make proto` compares with.
BASE = main
# How often `make soak` kills each thing.
ROUNDS = 200

help:
	@sed -n 's/^# \([a-z-]*: \)/\1/p' Makefile

# run: builds and starts everything on the embedded log with demo data, which stays in data/; Ctrl-C stops it
run: setup build
	@exec target/debug/doorstroomd serve --demo --data data

setup:
	@deploy/setup build

setup-all:
	@deploy/setup all

build:
	cargo build --locked

# test: everything, with rules, conformance and journeys, on a real Kafka where it matters
test: setup-all check build
	deploy/kafka/kafka jars
	.ci/test

# check: format, lints and documentation, warnings denied
check: setup
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- --deny warnings
	RUSTDOCFLAGS="--deny warnings" cargo doc --locked --workspace --no-deps

# each: every crate alone, since it may not live on what its neighbours switch on
CRATES = proto reference domain demo bsn pseudonym eventlog chassis capacity waitlist pseudonym-service server cli e2e bench
each: $(CRATES:%=each-%)
	cargo check --locked --package eventlog --no-default-features

each-%:
	cargo check --locked --package $* --all-targets

# kafka: starts a real Apache Kafka on free ports, one broker or three (BROKERS=3), and prints its address
kafka: setup-all
	@deploy/kafka/kafka start

# kafka-stop: ends just that
kafka-stop:
	@deploy/kafka/kafka stop

# bench: the figures, side by side in one run; takes half an hour
bench:
	@deploy/setup bench
	deploy/kafka/kafka jars
	cargo build --locked --release
	cargo run --locked --release --package bench

# soak: the journeys that kill things, ROUNDS times over
soak: setup-all build
	ROUNDS=$(ROUNDS) cargo test --locked --workspace --test e2e -- --nocapture kill
	cargo test --locked --workspace --test model -- --ignored

# proto: lints the contracts, and compares them with those of BASE: what was written must stay readable
proto:
	$(BUF) lint proto
	$(BUF) breaking proto --against '.git#branch=$(BASE),subdir=proto'

# deps: licences, advisories, unused dependencies; slow, because it builds its tools first
deps:
	cargo install --locked --quiet cargo-deny@0.20.2 cargo-audit@0.22.2 cargo-machete@0.9.2
	cargo deny --locked check
	cargo audit
	cargo machete

# clean: stops Kafka and deletes what was built; data/ stays
clean: kafka-stop
	cargo clean
