//! Python for the journeys that run examples.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use e2e::{project_root, run};

/// Makes the environment that docs/events.md describes, once for each list of requirements, and returns its folder.
pub(crate) fn python() -> PathBuf {
    /// Two journeys must not make it at the same time.
    static MAKING: Mutex<()> = Mutex::new(());
    let _making = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    let root = project_root();
    let folder = root.join("target/python");
    let wanted = std::fs::read_to_string(root.join("docs/examples/requirements.txt")).unwrap();
    let made = folder.join("made-of.txt");
    if std::fs::read_to_string(&made).ok().as_ref() != Some(&wanted) {
        std::fs::remove_dir_all(&folder).ok();
        succeeds(Command::new("python3").args(["-m", "venv"]).arg(&folder));
        let mut install = Command::new(folder.join("bin/pip"));
        let requirements = root.join("docs/examples/requirements.txt");
        succeeds(install.args(["install", "--quiet", "-r"]).arg(requirements));
        std::fs::write(&made, wanted).unwrap();
    }
    let mut generate = Command::new(folder.join("bin/python"));
    generate.args(["-m", "grpc_tools.protoc", "-I"]);
    generate.arg(root.join("proto"));
    generate.arg(format!("--python_out={}", folder.display()));
    generate.args(contracts(&root.join("proto/doorstroom")));
    succeeds(&mut generate);
    folder
}

/// Every contract there is: they build on one another.
fn contracts(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(contracts(&path));
        } else if path
            .extension()
            .is_some_and(|extension| extension == "proto")
        {
            found.push(path);
        }
    }
    found
}

/// Runs a command that must end well, and returns what it printed.
pub(crate) fn succeeds(command: &mut Command) -> String {
    let answer = run(command);
    assert_eq!(answer.code, Some(0), "{command:?}: {}", answer.stderr);
    answer.stdout
}
