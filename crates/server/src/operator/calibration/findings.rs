use std::collections::BTreeMap;
use std::io::{self, Write};

use domain::capacity::confidence::{Heard, Scores};
use serde_json::{Value, json};

use super::Asked;

/// What was promised and found, in all and by kind.
#[derive(Debug, Default)]
pub(super) struct Findings {
    all: Group,
    by_kind: BTreeMap<String, Group>,
    /// What was left out, and why.
    pub(super) remarks: Vec<String>,
}

#[derive(Debug, Default)]
struct Group {
    scores: Scores,
    /// Cases before there was enough history for a promise.
    unpromised: u64,
}

impl Findings {
    /// Takes in what one event was.
    pub(super) fn note(&mut self, heard: &Heard) {
        let kind = match heard {
            Heard::NotACase => return,
            Heard::NothingPromised { kind } | Heard::Promised { kind, .. } => kind,
        };
        let of_kind = self.by_kind.entry(capacity::kind_name(kind)).or_default();
        for group in [&mut self.all, of_kind] {
            match heard {
                Heard::NotACase => {}
                Heard::NothingPromised { .. } => group.unpromised += 1,
                Heard::Promised { chance, kept, .. } => group.scores.add(*chance, *kept),
            }
        }
    }

    /// Tells whether there was no case at all.
    pub(super) fn is_empty(&self) -> bool {
        self.by_kind.is_empty()
    }

    /// Says it all.
    pub(super) fn write(&self, asked: &Asked, out: &mut dyn Write) -> io::Result<()> {
        let mut groups = vec![(None, &self.all)];
        if asked.by_kind {
            let by_kind = self.by_kind.iter();
            groups.extend(by_kind.map(|(kind, group)| (Some(kind.as_str()), group)));
        }
        for (place, (kind, group)) in groups.into_iter().enumerate() {
            if asked.as_json {
                group.write_objects(kind, out)?;
            } else {
                if place > 0 {
                    writeln!(out)?;
                }
                group.write_table(kind, out)?;
            }
        }
        for remark in &self.remarks {
            if asked.as_json {
                writeln!(out, "{}", json!({ "kind": "remark", "text": remark }))?;
            } else {
                writeln!(out, "{remark}")?;
            }
        }
        Ok(())
    }
}

impl Group {
    fn write_table(&self, kind: Option<&str>, out: &mut dyn Write) -> io::Result<()> {
        let (scores, unpromised) = (&self.scores, self.unpromised);
        let heading = kind.unwrap_or("all kinds");
        writeln!(
            out,
            "{heading}: {} cases, and {unpromised} before there was enough history to promise anything",
            scores.cases()
        )?;
        writeln!(out, " PROMISED    CASES   MEAN  FOUND")?;
        for (tenth, decile) in scores.deciles().iter().enumerate() {
            let (from, to) = bounds(tenth);
            let (promised, found) = (figure(decile.promised()), figure(decile.found()));
            let cases = decile.cases;
            writeln!(
                out,
                " {from:.1}–{to:.1}  {cases:>8}  {promised:>5}  {found:>5}"
            )?;
        }
        writeln!(
            out,
            "Brier score {} (always 1: {}; one rate for all: {}), log score {}; the lower the better",
            score(scores.brier()),
            score(scores.brier_of_always_one()),
            score(scores.brier_of_one_rate()),
            score(scores.log_score()),
        )
    }

    fn write_objects(&self, kind: Option<&str>, out: &mut dyn Write) -> io::Result<()> {
        let scores = &self.scores;
        for (tenth, decile) in scores.deciles().iter().enumerate() {
            let (from, to) = bounds(tenth);
            let object = json!({
                "kind": "decile",
                "of_kind": kind,
                "from": from,
                "to": to,
                "cases": decile.cases,
                "promised": decile.promised(),
                "found": decile.found(),
            });
            writeln!(out, "{object}")?;
        }
        let object: Value = json!({
            "kind": "scores",
            "of_kind": kind,
            "cases": scores.cases(),
            "without_promise": self.unpromised,
            "brier": scores.brier(),
            "brier_always_one": scores.brier_of_always_one(),
            "brier_one_rate": scores.brier_of_one_rate(),
            "log_score": scores.log_score(),
        });
        writeln!(out, "{object}")
    }
}

fn bounds(tenth: usize) -> (f64, f64) {
    (tenth as f64 / 10.0, (tenth + 1) as f64 / 10.0)
}

fn figure(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.3}"))
}

fn score(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.4}"))
}
