//! The example for those who read the topics themselves says what `doorstroomd log export` says.

use std::path::{Path, PathBuf};
use std::process::Command;

use e2e::{Server, ServerOptions, doorstroomd, project_root, publish, report, run, shared_kafka};
use serde_json::Value;

/// Makes the environment that docs/events.md describes, once for each list of requirements, and returns its folder.
fn python() -> PathBuf {
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

fn succeeds(command: &mut Command) -> String {
    let answer = run(command);
    assert_eq!(answer.code, Some(0), "{command:?}: {}", answer.stderr);
    answer.stdout
}

fn lines(text: &str) -> Vec<Value> {
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    lines.collect()
}

fn read(python: &Path, topic: &str) -> Vec<Value> {
    let example = project_root().join("docs/examples/read_topic.py");
    let mut command = Command::new(python.join("bin/python"));
    command.env("PYTHONPATH", python).arg(example);
    lines(&succeeds(command.args([shared_kafka().bootstrap(), topic])))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_in_python_reads_what_an_export_says() {
    let python = tokio::task::spawn_blocking(python).await.unwrap();
    let options = ServerOptions {
        kafka: Some(shared_kafka().bootstrap().to_owned()),
        region: Some("python".to_owned()),
        ..ServerOptions::default()
    };
    let (mut one, mut two) = (Server::start(options.clone()), Server::start(options));
    let mut clients = [one.client(), two.client()];
    let offerings = publish(&mut clients[0], "example", 3).await.unwrap();
    // Two nodes on the same offerings: some commits will be void.
    let [mut left, mut right] = clients;
    for sequence in 1..=40 {
        for offering in &offerings {
            let by_left = left.report_capacity(report(offering, sequence * 2));
            let by_right = right.report_capacity(report(offering, sequence * 2 + 1));
            let (by_left, by_right) = tokio::join!(by_left, by_right);
            by_left.unwrap();
            by_right.unwrap();
        }
    }
    let data = one.data().display().to_string();
    one.stop();
    two.stop();

    let export = doorstroomd(&[
        "log",
        "export",
        "--topic",
        "python.capacity",
        "--region",
        "python",
        "--kafka",
        shared_kafka().bootstrap(),
        "--data",
        &data,
    ]);
    assert_eq!(export.code, Some(0), "{}", export.stderr);
    let exported = lines(&export.stdout);
    let mut read = tokio::task::spawn_blocking(move || read(&python, "python.capacity"))
        .await
        .unwrap();
    let summary = read.pop().unwrap();
    assert_eq!(summary["kind"], "summary");
    assert_eq!(summary["effective"], exported.len());
    assert_eq!(summary["foreign"], 0);
    assert_eq!(read, exported);
}
