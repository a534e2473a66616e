use std::fmt::Write;
use std::time::Duration;

/// So many in a second.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rate(f64);

impl Rate {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a figure to be read, not counted with"
    )]
    pub(crate) fn of(count: usize, took: Duration) -> Self {
        Self(count as f64 / took.as_secs_f64())
    }
}

/// The figures as a Markdown table.
#[derive(Debug, Default)]
pub(crate) struct Table {
    notes: Vec<String>,
    rows: Vec<[String; 3]>,
}

impl Table {
    pub(crate) fn note(&mut self, note: &str) {
        self.notes.push(note.to_owned());
    }

    /// A rate, and what it is of another of the same run.
    pub(crate) fn rate(&mut self, what: &str, rate: Rate, beside: Option<Rate>) {
        let ratio = beside.map(|peer| format!("{:.2} × rdkafka alone", rate.0 / peer.0));
        let figure = format!("{:.0} /s", rate.0);
        self.rows
            .push([what.to_owned(), figure, ratio.unwrap_or_default()]);
    }

    pub(crate) fn seconds(&mut self, what: &str, took: Duration) {
        let figure = format!("{:.2} s", took.as_secs_f64());
        self.rows.push([what.to_owned(), figure, String::new()]);
    }

    /// Median, and what one in a hundred exceeds.
    pub(crate) fn latency(&mut self, what: &str, took: &[Duration]) {
        let mut sorted = took.to_vec();
        sorted.sort_unstable();
        let at = |percent: usize| {
            let index = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
            sorted.get(index).copied().unwrap_or_default()
        };
        let median = format!("median {:.2?}", at(50));
        self.rows
            .push([what.to_owned(), median, format!("p99 {:.2?}", at(99))]);
    }

    pub(crate) fn render(&self) -> String {
        let mut out = String::new();
        for note in &self.notes {
            // Writing to a string cannot fail.
            let _ = writeln!(out, "{note}\n");
        }
        out.push_str("| what | figure | beside |\n|---|---|---|\n");
        for [what, figure, beside] in &self.rows {
            let _ = writeln!(out, "| {what} | {figure} | {beside} |");
        }
        out
    }
}
