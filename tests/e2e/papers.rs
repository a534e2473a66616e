//! What the papers say is proved by a test, is.

use std::collections::BTreeSet;
use std::path::Path;

use e2e::project_root;

/// Words in backticks of a paper's tables that read as the name of a test: long, and nothing else.
fn named_in(paper: &str) -> impl Iterator<Item = &str> {
    let rows = paper.lines().filter(|line| line.starts_with('|'));
    let words = rows.flat_map(|row| row.split('`').skip(1).step_by(2));
    words.filter(|word| {
        let is_name =
            |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
        word.len() > 24 && word.matches('_').count() > 3 && word.chars().all(is_name)
    })
}

fn collect(folder: &Path, functions: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, functions);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = std::fs::read_to_string(path).unwrap();
            let names = source.split("fn ").skip(1);
            let names = names.filter_map(|rest| rest.split(['(', '<']).next());
            functions.extend(names.map(str::to_owned));
        }
    }
}

#[test]
fn every_test_that_a_paper_names_is_there() {
    let mut functions = BTreeSet::new();
    for folder in ["crates", "services", "tests"] {
        collect(&project_root().join(folder), &mut functions);
    }
    let mut missing = Vec::new();
    let mut named = 0;
    for entry in std::fs::read_dir(project_root().join("docs")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let paper = std::fs::read_to_string(&path).unwrap();
        for name in named_in(&paper) {
            named += 1;
            if !functions.contains(name) {
                missing.push(format!("{}: {name}", path.display()));
            }
        }
    }
    assert!(named > 30, "the tables were not read");
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
