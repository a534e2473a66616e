//! Threat 20: no server, gateway or service is built with what knows citizen numbers.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use e2e::{project_root, run};
use serde_json::Value;

/// Who may: the provider's own client, and what tests and measures.
const MAY: [&str; 3] = ["cli", "e2e", "bench"];

/// Every crate of ours with those that it is built with, tests aside.
fn built_with() -> BTreeMap<String, BTreeSet<String>> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([
        "metadata",
        "--locked",
        "--offline",
        "--no-deps",
        "--format-version",
        "1",
    ]);
    let answer = run(cargo.current_dir(project_root()));
    assert_eq!(answer.code, Some(0), "{}", answer.stderr);
    let metadata: Value = serde_json::from_str(&answer.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let graph = packages.iter().map(|package| {
        let name = package["name"].as_str().unwrap().to_owned();
        let dependencies = package["dependencies"].as_array().unwrap().iter();
        let built = dependencies.filter(|dependency| dependency["kind"] != "dev");
        let names = built.map(|dependency| dependency["name"].as_str().unwrap().to_owned());
        (name, names.collect())
    });
    graph.collect()
}

/// Returns everything that a crate is built with, however far away.
fn reached(graph: &BTreeMap<String, BTreeSet<String>>, from: &str) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut waiting = vec![from.to_owned()];
    while let Some(name) = waiting.pop() {
        for next in graph.get(&name).into_iter().flatten() {
            if reached.insert(next.clone()) {
                waiting.push(next.clone());
            }
        }
    }
    reached
}

#[test]
fn threat_20_nothing_but_the_client_is_built_with_citizen_numbers() {
    let graph = built_with();
    assert!(
        reached(&graph, "cli").contains("bsn"),
        "the client blinds them"
    );
    assert!(
        reached(&graph, "server").contains("capacity"),
        "the graph is followed"
    );
    for name in graph.keys().filter(|name| !MAY.contains(&name.as_str())) {
        assert!(
            !reached(&graph, name).contains("bsn"),
            "{name} is built with bsn"
        );
    }
}

#[test]
fn threat_20_what_blinds_and_what_recodes_do_not_know_each_other() {
    let graph = built_with();
    assert!(!reached(&graph, "bsn").contains("pseudonym"));
    assert!(!reached(&graph, "pseudonym").contains("bsn"));
}
