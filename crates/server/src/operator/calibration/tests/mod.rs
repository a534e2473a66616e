mod log;
mod series;
mod stays;

use std::path::Path;

use serde_json::Value;

use super::super::{Command, run};
use super::Asked;
use crate::config::Settings;

fn settings(data: &Path) -> Settings {
    Settings {
        data: data.to_owned(),
        ..Settings::default()
    }
}

async fn said(settings: &Settings, asked: Asked) -> Result<String, String> {
    let mut out = Vec::new();
    let done = run(settings, Command::Calibrate(asked), &mut out).await;
    done.map_err(|error| format!("{error:#}"))?;
    Ok(String::from_utf8(out).unwrap())
}

fn objects(said: &str) -> Vec<Value> {
    let objects = said.lines().map(|line| serde_json::from_str(line).unwrap());
    objects.collect()
}

/// Those of one kind of object, about one kind of unit; none: about all.
fn of<'a>(objects: &'a [Value], kind: &str, of_kind: Option<&str>) -> Vec<&'a Value> {
    let is_asked =
        |object: &&Value| object["kind"] == kind && object["of_kind"].as_str() == of_kind;
    objects.iter().filter(is_asked).collect()
}

/// Every decile with at least 500 cases was found within 0.05 of what was promised, and both naive rules are beaten.
fn assert_that_promises_were_kept(objects: &[Value]) {
    let deciles = of(objects, "decile", None);
    assert_eq!(deciles.len(), 10);
    let full = deciles
        .iter()
        .filter(|decile| decile["cases"].as_u64().unwrap() >= 500);
    assert!(full.clone().count() >= 3, "{deciles:?}");
    for decile in full {
        let difference = decile["promised"].as_f64().unwrap() - decile["found"].as_f64().unwrap();
        assert!(difference.abs() <= 0.05, "{decile}");
    }
    let scores = of(objects, "scores", None)[0];
    let score = |name: &str| scores[name].as_f64().unwrap();
    assert!(score("brier") < score("brier_always_one"), "{scores}");
    assert!(score("brier") < score("brier_one_rate"), "{scores}");
}
