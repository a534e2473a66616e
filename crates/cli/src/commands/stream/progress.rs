//! How far it is: a line that moves on a terminal, plain lines elsewhere, always on standard error.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::ProgressBar;

use crate::failure::say;
use crate::output::json::ReportsSummary;
use crate::output::table;

const PLAIN_LINE_EVERY: Duration = Duration::from_secs(10);

/// The progress of one run.
#[derive(Debug)]
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    last_line: Instant,
}

impl Progress {
    /// Begins.
    pub(super) fn start() -> Self {
        Self {
            bar: std::io::stderr()
                .is_terminal()
                .then(ProgressBar::new_spinner),
            last_line: Instant::now(),
        }
    }

    /// Shows how far it is.
    pub(super) fn show(&mut self, summary: &ReportsSummary) {
        if let Some(bar) = &self.bar {
            bar.set_message(table::reports_summary(summary));
            bar.tick();
        } else if self.last_line.elapsed() >= PLAIN_LINE_EVERY {
            self.last_line = Instant::now();
            self.say(&table::reports_summary(summary));
        }
    }

    /// Says something that stays.
    pub(super) fn say(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| say(line)),
            None => say(line),
        }
    }

    /// Takes the moving line away.
    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
