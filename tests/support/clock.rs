use std::path::PathBuf;
use std::process::Command;

use crate::binary::{project_root, run};

/// Returns the environment in which a process believes that it is so many seconds later than it is.
///
/// The time that only passes is not touched, nor is the C library's own: timed waits are as long as ever.
pub fn clock_ahead(seconds: u32) -> Vec<(String, String)> {
    let shim = built_shim();
    vec![
        ("LD_PRELOAD".to_owned(), shim.display().to_string()),
        ("CLOCK_AHEAD_SECONDS".to_owned(), seconds.to_string()),
    ]
}

fn built_shim() -> PathBuf {
    let root = project_root();
    let shim = root.join("target/tmp/clock.so");
    std::fs::create_dir_all(root.join("target/tmp")).unwrap_or_else(|error| panic!("{error}"));
    let mut compile = Command::new("cc");
    compile.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&shim);
    compile.arg(root.join("tests/support/clock.c"));
    run(&mut compile).expect_done();
    shim
}
