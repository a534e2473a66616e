//! The example for those who read the topics themselves says what `doorstroomd log export` says.

use std::path::Path;
use std::process::Command;

use e2e::{Server, ServerOptions, doorstroomd, project_root, publish, report, shared_kafka};
use serde_json::Value;

use crate::python::{python, succeeds};

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
