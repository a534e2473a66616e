//! How far the reading is: a bar on a terminal, plain lines elsewhere, both on standard error.

use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

const BETWEEN_LINES: Duration = Duration::from_secs(5);

/// Shows one piece of work.
pub(super) struct Progress {
    work: &'static str,
    length: u64,
    /// None where nobody looks at a terminal.
    bar: Option<ProgressBar>,
    last_line: Instant,
}

impl Progress {
    /// Begins to show work of that length.
    pub(super) fn new(work: &'static str, length: u64) -> Self {
        let bar = stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(length);
            let style = ProgressStyle::with_template("{msg} {wide_bar} {percent}% {eta}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.with_message(work)
        });
        Self {
            work,
            length,
            bar,
            last_line: Instant::now(),
        }
    }

    /// So much is done.
    pub(super) fn at(&mut self, done: u64) {
        match &self.bar {
            Some(bar) => bar.set_position(done),
            None if self.last_line.elapsed() >= BETWEEN_LINES => {
                self.last_line = Instant::now();
                let percent = done.saturating_mul(100).checked_div(self.length);
                let percent = percent.unwrap_or(100);
                // Nobody may be there to read it; the work goes on.
                writeln!(stderr(), "{}: {percent}%", self.work).unwrap_or_default();
            }
            None => {}
        }
    }

    /// It is done.
    pub(super) fn done(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
