use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::child::{Answer, Running};

/// The longest that a command of a test may take.
const COMMAND_DEADLINE: Duration = Duration::from_secs(180);

/// Returns the folder that the README's commands are typed in.
pub fn project_root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests).to_owned()
}

/// Runs the client against the server at `url` until it ends.
pub fn doorstroom(url: &str, args: &[impl AsRef<OsStr>]) -> Answer {
    run(client(url).args(args))
}

/// Runs the server's binary until it ends: its other commands, and starts that it refuses.
pub fn doorstroomd(args: &[impl AsRef<OsStr>]) -> Answer {
    run(binary("doorstroomd").args(args))
}

/// Returns the client, told which server to ask: for [`Running::start`], when it goes on for ever.
pub fn client(url: &str) -> Command {
    let mut client = binary("doorstroom");
    client.env("DOORSTROOM_SERVER", url);
    client
}

/// Runs a command until it ends; panics if it cannot start or takes too long.
pub fn run(command: &mut Command) -> Answer {
    let answer = Running::start(command).and_then(|running| running.end(COMMAND_DEADLINE));
    answer.unwrap_or_else(|error| panic!("{command:?}: {error:#}"))
}

/// Returns one of the project's binaries as a command, in the project's folder and without the caller's settings.
pub fn binary(name: &str) -> Command {
    let mut command = Command::new(path_of(name));
    command.current_dir(project_root());
    for (key, _) in std::env::vars_os() {
        if key.to_string_lossy().starts_with("DOORSTROOM_") {
            command.env_remove(key);
        }
    }
    command
}

/// Returns where a binary is: beside this process, or one folder up when this is a test in `deps`.
fn path_of(name: &str) -> PathBuf {
    let this = std::env::current_exe().unwrap_or_default();
    let found = this
        .ancestors()
        .skip(1)
        .take(2)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file());
    found.unwrap_or_else(|| {
        let profile = if cfg!(debug_assertions) {
            ""
        } else {
            " --release"
        };
        panic!("{name} is not built: run `cargo build{profile}` first, as `make test` does")
    })
}
