//! The service's own metrics.

use std::sync::LazyLock;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Histogram, UpDownCounter};
use proto::capacity::v1::Outcome;
use tonic::Code;

struct Instruments {
    reports: Counter<u64>,
    search_seconds: Histogram<f64>,
    watchers: UpDownCounter<i64>,
}

static INSTRUMENTS: LazyLock<Instruments> = LazyLock::new(|| {
    let meter = opentelemetry::global::meter("doorstroom");
    Instruments {
        reports: meter
            .u64_counter("doorstroom_reports")
            .with_description("Reports by what became of them")
            .build(),
        search_seconds: meter
            .f64_histogram("doorstroom_search_seconds")
            .with_description("From a search's filter to its page, inside the service")
            .with_boundaries(vec![
                0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5,
            ])
            .build(),
        watchers: meter
            .i64_up_down_counter("doorstroom_watchers")
            .with_description("Watchers under way")
            .build(),
    }
});

/// How many reports had which outcome: counted together, because a counter costs more than a report.
#[derive(Default)]
pub(super) struct Tally([u64; 6]);

const OUTCOMES: [&str; 6] = [
    "taken", "repeated", "older", "refused", "invalid", "unknown",
];

impl Tally {
    /// One had a receipt.
    pub(super) fn took(&mut self, outcome: Outcome) {
        let place = match outcome {
            Outcome::Taken | Outcome::Unspecified => 0,
            Outcome::Repeated => 1,
            Outcome::Older => 2,
        };
        self.0[place] += 1;
    }

    /// One had none.
    pub(super) fn failed(&mut self, code: Code) {
        let place = match code {
            Code::FailedPrecondition => 3,
            Code::InvalidArgument => 4,
            _ => 5,
        };
        self.0[place] += 1;
    }
}

/// Counts reports.
pub(super) fn reported(tally: Tally) {
    for (outcome, count) in OUTCOMES.into_iter().zip(tally.0) {
        if count > 0 {
            INSTRUMENTS
                .reports
                .add(count, &[KeyValue::new("outcome", outcome)]);
        }
    }
}

/// Notes how long a search took.
pub(super) fn searched(took: Duration) {
    INSTRUMENTS.search_seconds.record(took.as_secs_f64(), &[]);
}

/// Counts a watcher for as long as it lives.
pub(super) struct Watching(());

impl Watching {
    /// One more.
    pub(super) fn begin() -> Self {
        INSTRUMENTS.watchers.add(1, &[]);
        Self(())
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        INSTRUMENTS.watchers.add(-1, &[]);
    }
}
