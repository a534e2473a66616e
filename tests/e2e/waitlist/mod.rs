//! Waiting lists, from a provider's CSV to the counts of a region: real processes, on both logs.

mod attacker;
mod erasure;
mod four_eyes;
mod import;
mod keys;
mod placeholder;
mod regions;
mod rotation;
mod rows;
mod scan;
mod stolen;
mod tap;

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use e2e::{Answer, Server, ServerOptions, client, doorstroomd, run, shared_kafka};
use serde_json::Value;

use rows::Rows;

const PROVIDER: &str = "epd:provider-system@agb:06011001";
const OTHER_PROVIDER: &str = "epd:provider-system@agb:06011002";
const TEAM: &str = "mdk:screening-member@gm:GM0106";
const INSURER: &str = "ins:insurer@uzovi:3311";

/// The embedded log in this folder.
fn embedded(data: &Path) -> Server {
    Server::start(ServerOptions {
        data: Some(data.to_owned()),
        ..ServerOptions::default()
    })
}

/// A node on Kafka, with the evaluator beside it, as for development.
fn on_kafka(data: &Path, region: &str) -> Server {
    let made = doorstroomd(&["keys", "init", "--data", &data.display().to_string()]);
    made.expect_done();
    let services = [
        "--services",
        "capacity,waitlist,evaluator",
        "--insecure-dev",
    ];
    Server::start(ServerOptions {
        data: Some(data.to_owned()),
        kafka: Some(shared_kafka().bootstrap().to_owned()),
        region: Some(region.to_owned()),
        args: services.map(str::to_owned).to_vec(),
        ..ServerOptions::default()
    })
}

/// A second node of a region on Kafka, with the same keys of the second stage, and the folder of persons' keys shared.
fn beside_on_kafka(first: &Server, data: &Path, region: &str) -> Server {
    let (from, to) = (first.data().join("keys"), data.join("keys"));
    std::fs::create_dir(&to).unwrap();
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
    std::fs::set_permissions(&to, Permissions::from_mode(0o700)).unwrap();
    sharing_keys_of_persons(first, data, region)
}

/// A second node of a region on Kafka, with the keys of the second stage that are in its folder.
fn sharing_keys_of_persons(first: &Server, data: &Path, region: &str) -> Server {
    let shared = first.data().display().to_string();
    let args = [
        "--services",
        "capacity,waitlist,evaluator",
        "--insecure-dev",
        "--person-keys",
        &shared,
    ];
    Server::start(ServerOptions {
        data: Some(data.to_owned()),
        kafka: Some(shared_kafka().bootstrap().to_owned()),
        region: Some(region.to_owned()),
        args: args.map(str::to_owned).to_vec(),
        ..ServerOptions::default()
    })
}

/// Lets an organisation's whole list come in.
fn open_window(data: &Path, organisation: &str, elements: usize) {
    let opened = doorstroomd(&[
        "quota",
        "open",
        "--organisation",
        organisation,
        "--elements",
        &elements.to_string(),
        "--days",
        "14",
        "--custodian",
        "a.ahmed@notary",
        "--custodian",
        "b.bakker@zorgring",
        "--data",
        &data.display().to_string(),
    ]);
    opened.expect_done();
}

/// Gives a command of the waiting list to the server at `url`.
fn waitlist(url: &str, caller: &str, args: &[&str]) -> Answer {
    run(client(url)
        .arg("waitlist")
        .args(args)
        .args(["--as", caller]))
}

/// The same, answered in JSON lines.
fn asked(url: &str, caller: &str, args: &[&str]) -> Vec<Value> {
    let args = [args, &["--output", "json"]].concat();
    let answer = waitlist(url, caller, &args).expect_done();
    let lines = answer.stdout.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Writes the rows into a folder and takes them in.
fn import(url: &str, caller: &str, folder: &Path, rows: &Rows) -> Answer {
    let file = folder.join("list.csv");
    std::fs::write(&file, rows.csv()).unwrap();
    waitlist(url, caller, &["import", &file.display().to_string()])
}

/// Persons and places that wait, as somebody counts them.
fn counted(url: &str, caller: &str) -> (u64, u64) {
    let stats = asked(url, caller, &["stats"]);
    let summary = stats.iter().find(|line| line["kind"] == "summary");
    let total = summary.unwrap_or_else(|| panic!("{stats:?}"));
    let number = |field: &str| total[field].as_u64().unwrap();
    (number("persons"), number("entries"))
}
