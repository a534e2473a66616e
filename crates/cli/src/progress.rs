//! How far the work is: a bar on a terminal, plain lines elsewhere, both on standard error.

use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

const BETWEEN_LINES: Duration = Duration::from_secs(5);

/// Shows one piece of work.
#[derive(Debug)]
pub(crate) struct Progress {
    work: &'static str,
    length: u64,
    shown: Shown,
}

#[derive(Debug)]
enum Shown {
    Bar(ProgressBar),
    Lines { last: Instant },
}

impl Progress {
    /// Begins to show work of that length.
    pub(crate) fn new(work: &'static str, length: u64) -> Self {
        let shown = if stderr().is_terminal() {
            let bar = ProgressBar::new(length);
            let style = ProgressStyle::with_template("{msg} {wide_bar} {percent}% {eta}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.set_message(work);
            Shown::Bar(bar)
        } else {
            Shown::Lines {
                last: Instant::now(),
            }
        };
        Self {
            work,
            length,
            shown,
        }
    }

    /// So much is done.
    pub(crate) fn at(&mut self, done: u64) {
        match &mut self.shown {
            Shown::Bar(bar) => bar.set_position(done),
            Shown::Lines { last } if last.elapsed() >= BETWEEN_LINES => {
                *last = Instant::now();
                let percent = done
                    .saturating_mul(100)
                    .checked_div(self.length)
                    .unwrap_or(100);
                line(&format!("{}: {percent}%", self.work));
            }
            Shown::Lines { .. } => {}
        }
    }

    /// Says something that stays.
    pub(crate) fn say(&self, what: &str) {
        match &self.shown {
            Shown::Bar(bar) => bar.suspend(|| line(what)),
            Shown::Lines { .. } => line(what),
        }
    }

    /// It is done: says so.
    pub(crate) fn done(self, what: &str) {
        if let Shown::Bar(bar) = &self.shown {
            bar.finish_and_clear();
        }
        line(what);
    }
}

/// Nobody may be there to read it; the work goes on.
fn line(text: &str) {
    writeln!(stderr(), "{text}").unwrap_or_default();
}
