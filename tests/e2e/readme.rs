//! Runs the commands that the papers show, as they are printed.
//!
//! In the `console` blocks of README.md and docs/, a line that starts with `$ ` is a command; what follows it
//! is what one sees. Commands run in order, in the project's folder, against one demo server on free ports.
//! The first line shown must be in what the command prints; `…` stands for anything.
//! Recipes of the Makefile are not run from here: they must exist.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use e2e::{Running, Server, ServerOptions, project_root};

/// Long enough for every command that the papers show.
const DEADLINE: Duration = Duration::from_secs(120);
/// These go on for ever: seeing their first lines is enough.
const ENDLESS: [&str; 1] = [" capacity watch"];

struct Shown {
    place: String,
    command: String,
    first_line: Option<String>,
}

#[test]
fn every_command_in_the_papers_works_as_printed() {
    let shown: Vec<Shown> = papers()
        .iter()
        .flat_map(|paper| commands_of(paper))
        .collect();
    assert!(
        shown
            .iter()
            .any(|shown| shown.command.contains("doorstroom capacity find"))
    );

    let makefile = std::fs::read_to_string(project_root().join("Makefile")).unwrap();
    let server = demo_server();
    let failures: Vec<String> = shown
        .iter()
        .filter_map(|shown| {
            let result = match recipes(&shown.command) {
                Some(names) => recipes_exist(&makefile, &names),
                None => run(shown, &server),
            };
            result
                .err()
                .map(|reason| format!("{}: $ {}\n{reason}", shown.place, shown.command))
        })
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn make_run_starts_the_server_as_this_test_does() {
    let makefile = std::fs::read_to_string(project_root().join("Makefile")).unwrap();
    assert!(makefile.contains("exec target/debug/doorstroomd serve --demo --data data\n"));
}

#[test]
fn the_first_command_comes_within_the_first_fifteen_lines() {
    let readme = std::fs::read_to_string(project_root().join("README.md")).unwrap();
    let line = readme.lines().position(|line| line.starts_with("$ "));
    assert!(
        line.is_some_and(|line| line < 15),
        "the first command is on line {line:?}"
    );
}

/// Starts the demonstration, and waits until its first offering is there.
fn demo_server() -> Server {
    let server = Server::start(ServerOptions {
        args: vec!["--demo".to_owned()],
        ..ServerOptions::default()
    });
    let mut watch = server.follow(&["capacity", "watch", "--output", "json"]);
    let first = |line: &str| line.contains(r#""offering_id":"demo-0001""#);
    watch.line_where(DEADLINE, first).unwrap();
    server
}

/// Returns README.md and everything under docs/.
fn papers() -> Vec<PathBuf> {
    let root = project_root();
    let mut papers = vec![root.join("README.md")];
    let mut folders = vec![root.join("docs")];
    while let Some(folder) = folders.pop() {
        let mut paths: Vec<PathBuf> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                papers.push(path);
            }
        }
    }
    papers
}

fn commands_of(paper: &Path) -> Vec<Shown> {
    let text = std::fs::read_to_string(paper).unwrap();
    let name = paper.file_name().unwrap().to_string_lossy().into_owned();
    let mut inside = false;
    let mut shown: Vec<Shown> = Vec::new();
    // Whether the line before was a command.
    let mut fresh = false;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_end();
        if line.trim_start().starts_with("```") {
            inside = line.trim() == "```console";
            fresh = false;
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| inside) {
            let place = format!("{name}:{}", index + 1);
            shown.push(Shown {
                place,
                command: command.to_owned(),
                first_line: None,
            });
            fresh = true;
        } else if let Some(last) = shown.last_mut().filter(|_| inside && fresh) {
            last.first_line = Some(line.to_owned()).filter(|line| line != "…");
            fresh = false;
        }
    }
    shown
}

/// Returns the recipes of a `make` command; none if it is another command.
fn recipes(command: &str) -> Option<Vec<&str>> {
    let names = command
        .split_whitespace()
        .filter(|word| !word.contains('='));
    let mut words = names.skip_while(|word| *word != "make");
    words
        .next()
        .filter(|_| command.split_whitespace().any(|word| word == "make"))?;
    Some(words.collect())
}

fn recipes_exist(makefile: &str, names: &[&str]) -> Result<(), String> {
    let exists = |name: &str| {
        makefile
            .lines()
            .any(|line| line.starts_with(&format!("{name}:")))
    };
    match names.iter().find(|name| !exists(name)) {
        Some(name) => Err(format!("the Makefile has no recipe {name}")),
        None => Ok(()),
    }
}

fn run(shown: &Shown, server: &Server) -> Result<(), String> {
    let mut shell = Command::new("bash");
    shell
        .args(["-c", &shown.command])
        .current_dir(project_root());
    shell
        .env("DOORSTROOM_SERVER", server.grpc())
        .env("DOORSTROOM_DATA", server.data());
    let mut running = Running::start(&mut shell).map_err(|error| format!("{error:#}"))?;
    if ENDLESS.iter().any(|words| shown.command.contains(words)) {
        let wanted = |line: &str| {
            shown
                .first_line
                .as_ref()
                .is_none_or(|first| says(line, first))
        };
        return running
            .line_where(DEADLINE, wanted)
            .map(drop)
            .map_err(|error| format!("{error:#}"));
    }
    let answer = running
        .end(DEADLINE)
        .map_err(|error| format!("{error:#}"))?;
    if answer.code != Some(0) {
        return Err(format!(
            "it ended with {:?}\n{}\n{}",
            answer.code, answer.stdout, answer.stderr
        ));
    }
    match &shown.first_line {
        Some(first) if !answer.stdout.lines().any(|line| says(line, first)) => {
            Err(format!("no line says {first:?}:\n{}", answer.stdout))
        }
        Some(_) | None => Ok(()),
    }
}

/// Whether a line says what is shown: the pieces between `…` in their order, spacing apart.
fn says(line: &str, shown: &str) -> bool {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = words(line);
    let mut rest = line.as_str();
    shown
        .split('…')
        .map(words)
        .all(|piece| match rest.split_once(&piece) {
            Some((_, after)) => {
                rest = after;
                true
            }
            None => false,
        })
}
