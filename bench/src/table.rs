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

    /// Returns how many times another rate this one is.
    pub(crate) fn times(self, other: Self) -> f64 {
        self.0 / other.0
    }
}

/// How long each of many took.
#[derive(Clone, Debug, Default)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    pub(crate) fn of(mut each: Vec<Duration>) -> Self {
        each.sort_unstable();
        Self(each)
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn median(&self) -> Duration {
        self.at(50)
    }

    /// Returns what one in a hundred exceeds.
    pub(crate) fn p99(&self) -> Duration {
        self.at(99)
    }

    fn at(&self, percent: usize) -> Duration {
        let last = self.0.len().saturating_sub(1);
        let index = (self.0.len() * percent / 100).min(last);
        self.0.get(index).copied().unwrap_or_default()
    }
}

/// One figure.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    what: String,
    figure: String,
    median: String,
    p99: String,
    beside: String,
}

impl Row {
    pub(crate) fn rate(mut self, rate: Rate) -> Self {
        self.figure = format!("{:.0} /s", rate.0);
        self
    }

    pub(crate) fn seconds(mut self, took: Duration) -> Self {
        self.figure = format!("{:.2} s", took.as_secs_f64());
        self
    }

    pub(crate) fn text(mut self, figure: impl Into<String>) -> Self {
        self.figure = figure.into();
        self
    }

    pub(crate) fn times(mut self, times: &Times) -> Self {
        self.median = format!("{:.2?}", times.median());
        self.p99 = format!("{:.2?}", times.p99());
        self
    }

    /// Where only bounds of the median and of the 99th percentile are known.
    pub(crate) fn between(
        mut self,
        median: (Duration, Duration),
        p99: (Duration, Duration),
    ) -> Self {
        let shown = |(above, at_most): (Duration, Duration)| match at_most {
            Duration::MAX => format!("> {above:.1?}"),
            at_most => format!("≤ {at_most:.1?}"),
        };
        self.median = shown(median);
        self.p99 = shown(p99);
        self
    }

    pub(crate) fn beside(mut self, beside: impl Into<String>) -> Self {
        self.beside = beside.into();
        self
    }
}

/// The figures of one scenario, as a Markdown table.
#[derive(Debug, Default)]
pub(crate) struct Table {
    title: String,
    notes: Vec<String>,
    rows: Vec<Row>,
}

impl Table {
    pub(crate) fn new(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            ..Self::default()
        }
    }

    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    pub(crate) fn add(&mut self, what: impl Into<String>, fill: impl FnOnce(Row) -> Row) {
        let row = Row {
            what: what.into(),
            ..Row::default()
        };
        self.rows.push(fill(row));
    }

    pub(crate) fn render(&self) -> String {
        let mut out = format!("### {}\n\n", self.title);
        for note in &self.notes {
            // Writing to a string cannot fail.
            let _ = writeln!(out, "{note}\n");
        }
        out.push_str("| what | figure | median | p99 | beside |\n|---|---|---|---|---|\n");
        for row in &self.rows {
            let Row {
                what,
                figure,
                median,
                p99,
                beside,
            } = row;
            let _ = writeln!(out, "| {what} | {figure} | {median} | {p99} | {beside} |");
        }
        out
    }
}
