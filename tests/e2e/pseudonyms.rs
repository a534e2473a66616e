//! From a citizen number to a P1, through real processes: what the client gets, what the evaluator sees, and what a start
//! makes of its keys.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use bsn::Bsn;
use cli::pseudonyms::{Evaluation, EvaluationError, evaluate};
use e2e::{Answer, Server, ServerOptions, doorstroomd, project_root};
use proto::caller::Named;
use serde_json::Value;

use crate::python::{python, succeeds};

const CALLER: &str = "epd:provider-system@agb:06011009";
const CUSTODIANS: [&str; 4] = [
    "--custodian",
    "a.ahmed@notary",
    "--custodian",
    "b.bakker@zorgring",
];

fn server(data: &Path) -> Server {
    Server::start(ServerOptions {
        data: Some(data.to_owned()),
        args: vec!["--services".to_owned(), "evaluator".to_owned()],
        ..ServerOptions::default()
    })
}

fn caller() -> Named {
    CALLER.parse().unwrap()
}

/// Citizen numbers of nobody, as text.
fn texts(count: usize) -> Vec<String> {
    let texts = (900_000_000_u32..).map(|number| number.to_string());
    texts
        .filter(|text| Bsn::parse(text).is_ok())
        .take(count)
        .collect()
}

fn numbers(count: usize) -> Vec<Bsn> {
    texts(count)
        .iter()
        .map(|text| Bsn::parse(text).unwrap())
        .collect()
}

async fn evaluated(server: &Server, count: usize) -> Result<Evaluation, EvaluationError> {
    evaluate(server.channel(), caller(), &[], numbers(count)).await
}

/// Epoch and bytes of every P1, person by person.
fn p1s(evaluation: &Evaluation) -> Vec<(String, Vec<u8>)> {
    let all = evaluation.persons.iter().flatten();
    all.map(|p1| (p1.epoch().to_string(), p1.expose().to_vec()))
        .collect()
}

fn keys(data: &Path, arguments: &[&str]) -> Answer {
    let data = data.display().to_string();
    doorstroomd(&[&["keys"], arguments, &["--data", &data]].concat())
}

/// What a start says that is refused.
fn refused_start(data: &Path) -> String {
    let data = data.display().to_string();
    let places = [
        "--grpc",
        "127.0.0.1:0",
        "--http",
        "127.0.0.1:0",
        "--data",
        &data,
    ];
    let answer = doorstroomd(&[&["serve", "--services", "evaluator"][..], &places].concat());
    assert_eq!(answer.code, Some(1), "{}", answer.stdout);
    answer.stderr
}

fn the_key(data: &Path) -> PathBuf {
    let files = fs::read_dir(data.join("keys")).unwrap();
    let mut paths = files.map(|file| file.unwrap().path());
    paths
        .find(|path| path.extension().is_some_and(|extension| extension == "key"))
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_gets_the_same_p1_for_the_same_person_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = server(folder.path());
    let first = evaluated(&server, 1200).await.unwrap();
    assert_eq!(first.persons.len(), 1200);
    assert_eq!(first.receipt.organisation, "agb:06011009");
    assert_eq!(first.receipt.granted, 1200);
    server.restart();
    let again = evaluated(&server, 20).await.unwrap();
    assert_eq!(p1s(&again), p1s(&first)[..20]);
    assert_eq!(again.receipt.granted, 1220);
}

#[tokio::test(flavor = "multi_thread")]
async fn threat_2_a_quota_survives_kill_9_and_two_custodians_open_a_window() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = server(folder.path());
    evaluated(&server, 2000).await.unwrap();
    server.kill9();
    server.restart();
    let refused = evaluated(&server, 200).await.unwrap_err();
    assert!(
        matches!(&refused, EvaluationError::Status(status) if status.message().contains("can be had now"))
    );

    let data = folder.path().display().to_string();
    let open = [
        "quota",
        "open",
        "--organisation",
        "agb:06011009",
        "--elements",
        "3000",
        "--data",
        &data,
    ];
    let one = doorstroomd(&[&open[..], &CUSTODIANS[..2]].concat());
    assert_eq!(one.code, Some(1));
    assert!(
        one.stderr.contains("two custodians are needed"),
        "{}",
        one.stderr
    );
    doorstroomd(&[&open[..], &CUSTODIANS].concat()).expect_done();
    assert_eq!(
        evaluated(&server, 3000).await.unwrap().receipt.granted,
        5000
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_epochs_give_every_person_two_p1s_until_the_older_is_destroyed() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let mut server = server(data);
    let before = evaluated(&server, 3).await.unwrap();
    let alone = keys(data, &["rotate"]);
    assert_eq!(alone.code, Some(2), "{}", alone.stderr);
    keys(data, &[&["rotate"][..], &CUSTODIANS].concat()).expect_done();
    server.restart();
    let both = evaluated(&server, 3).await.unwrap();
    assert!(both.persons.iter().all(|person| person.len() == 2));
    let older: Vec<_> = p1s(&both).into_iter().step_by(2).collect();
    assert_eq!(older, p1s(&before));

    let epoch = older[0].0.clone();
    let destroy = [&["destroy", "--epoch", &epoch][..], &CUSTODIANS].concat();
    let unsure = keys(data, &destroy);
    assert!(unsure.stderr.contains("add --yes"), "{}", unsure.stderr);
    let destroy = [&destroy[..], &["--yes"]].concat();
    let told = |regions: &[&'static str]| {
        let told = regions.iter().flat_map(|region| ["--carrying", region]);
        keys(data, &[&destroy[..], &told.collect::<Vec<_>>()].concat())
    };
    // It has no way to any entry: every region must have said.
    let unsaid = told(&[]);
    assert!(unsaid.stderr.contains("--carrying"), "{}", unsaid.stderr);
    let short = told(&["groningen=1990/2000", "drenthe=198/200"]);
    let said = "198 of 200 open entries of drenthe carry a newer key (99.0 %), 2 do not";
    assert!(short.stderr.contains(said), "{}", short.stderr);
    let of_nobody = told(&["groningen=1990/2000", "drenthe=0/0"]);
    assert!(of_nobody.stderr.contains("0/0"), "{}", of_nobody.stderr);
    told(&["groningen=1990/2000", "drenthe=199/200"]).expect_done();
    server.restart();
    let after = evaluated(&server, 3).await.unwrap();
    let newer: Vec<_> = p1s(&both).into_iter().skip(1).step_by(2).collect();
    assert_eq!(p1s(&after), newer);
    let said = keys(data, &["status"]).expect_done().stdout;
    assert!(
        said.contains(&format!("epoch {epoch} destroyed on ")),
        "{said}"
    );
    assert!(
        said.contains("199 of 200 open entries of drenthe"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn threat_4_a_client_that_was_told_the_key_trusts_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(folder.path());
    let said = keys(folder.path(), &["status"]).expect_done().stdout;
    let (_, key) = said.split_once("evaluator: receipt-key ").unwrap();
    let key = key.split('=').next().unwrap().to_owned();
    let ask =
        async |trusted: String| evaluate(server.channel(), caller(), &[trusted], numbers(1)).await;
    assert_eq!(ask(key.clone()).await.unwrap().persons.len(), 1);
    let refused = ask(format!("{key}0")).await.unwrap_err();
    assert!(matches!(refused, EvaluationError::Untrusted(untrusted) if untrusted == key));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_with_keys_missing_damaged_or_of_another_epoch_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    server(data).stop();
    let path = the_key(data);
    let key = fs::read_to_string(&path).unwrap();

    fs::write(&path, &key[..key.len() / 2]).unwrap();
    let said = refused_start(data);
    assert!(said.contains("is damaged: it is not a key file"), "{said}");

    let epoch = path
        .file_stem()
        .unwrap()
        .to_str()
        .unwrap()
        .rsplit('-')
        .next()
        .unwrap();
    fs::write(&path, key.replace(epoch, "2020a")).unwrap();
    let said = refused_start(data);
    assert!(
        said.contains("holds the evaluator key of epoch 2020a"),
        "{said}"
    );

    fs::remove_file(&path).unwrap();
    let said = refused_start(data);
    assert!(said.contains(".key is missing: "), "{said}");

    // With all of them gone no new ones are made in silence: what was granted says that there were some.
    fs::remove_dir_all(data.join("keys")).unwrap();
    let said = refused_start(data);
    assert!(said.contains("there are no evaluator keys in "), "{said}");
}

/// Every way that a citizen number might be written, and every P1, as bytes to look for.
fn canaries(texts: &[String], evaluation: &Evaluation) -> Vec<Vec<u8>> {
    let dotted = |text: &String| format!("{}.{}.{}", &text[..4], &text[4..6], &text[6..]);
    let hex = |bytes: &[u8]| {
        bytes
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    let numbers = texts.iter().flat_map(|text| {
        [text.clone(), dotted(text), hex(text.as_bytes())].map(String::into_bytes)
    });
    let p1s = p1s(evaluation).into_iter().flat_map(|(_, p1)| {
        let text = hex(&p1).into_bytes();
        [p1, text]
    });
    numbers.chain(p1s).collect()
}

fn holds(hay: &[u8], canaries: &[Vec<u8>]) -> bool {
    // By the first two bytes, since the memory of a process is large.
    let mut starts = vec![false; 1 << 16];
    let key = |bytes: &[u8]| usize::from(bytes[0]) << 8 | usize::from(bytes[1]);
    canaries
        .iter()
        .for_each(|canary| starts[key(canary)] = true);
    hay.windows(2).enumerate().any(|(at, pair)| {
        starts[key(pair)] && canaries.iter().any(|canary| hay[at..].starts_with(canary))
    })
}

/// All memory of a process that it can write to.
fn memory(pid: u32) -> Vec<Vec<u8>> {
    use std::os::unix::fs::FileExt;
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).unwrap();
    let memory = fs::File::open(format!("/proc/{pid}/mem")).unwrap();
    let written = maps.lines().filter(|line| line.contains(" rw"));
    let parts = written.filter_map(|line| {
        let (from, to) = line.split_whitespace().next()?.split_once('-')?;
        let from = u64::from_str_radix(from, 16).ok()?;
        let length = u64::from_str_radix(to, 16).ok()? - from;
        let mut part = vec![0; usize::try_from(length).ok()?];
        memory.read_exact_at(&mut part, from).ok().map(|()| part)
    });
    parts.collect()
}

fn files(folder: &Path) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(fs::read(path).unwrap());
        }
    }
    found
}

/// Threat 19: who has the evaluator's machine learns who calls, and nothing about any person.
#[tokio::test(flavor = "multi_thread")]
async fn threat_19_the_evaluators_memory_and_disk_hold_no_citizen_number_and_no_p1() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = server(folder.path());
    let evaluation = evaluated(&server, 100).await.unwrap();
    let canaries = canaries(&texts(100), &evaluation);
    let parts = memory(server.pid().unwrap());
    let organisation = vec![b"agb:06011009".to_vec()];
    assert!(
        parts.iter().any(|part| holds(part, &organisation)),
        "the memory is read"
    );
    assert!(
        !parts.iter().any(|part| holds(part, &canaries)),
        "a person is in memory"
    );
    let said = server.stop();
    let disk = files(folder.path());
    assert!(
        disk.iter().any(|file| holds(file, &organisation)),
        "the disk is read"
    );
    assert!(
        !disk.iter().any(|file| holds(file, &canaries)),
        "a person is on the disk"
    );
    assert!(!holds(said.stdout.as_bytes(), &canaries) && !holds(said.stderr.as_bytes(), &canaries));
}

fn example(python: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(python.join("bin/python"));
    command
        .env("PYTHONPATH", python)
        .env("PYTHONDONTWRITEBYTECODE", "1");
    command
        .arg(project_root().join("docs/examples/pseudonyms.py"))
        .args(arguments);
    command
}

/// Runs the example on these citizen numbers.
fn p1s_in_python(python: &Path, address: &str, texts: &[String]) -> Vec<(String, String)> {
    let mut command = example(python, &["evaluate", address, CALLER]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(texts.join("\n").as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let objects = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let word = |object: &Value, name: &str| object[name].as_str().unwrap().to_owned();
    objects
        .map(|object| (word(&object, "epoch"), word(&object, "p1")))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_implementation_in_python_gets_the_same_p1s_and_all_frozen_pseudonyms() {
    let python = tokio::task::spawn_blocking(python).await.unwrap();
    let vectors = project_root().join("docs/vectors/pseudonyms.json");
    let followed = succeeds(&mut example(
        &python,
        &["vectors", vectors.to_str().unwrap()],
    ));
    let followed: Value = serde_json::from_str(&followed).unwrap();
    assert_eq!(followed["pseudonyms"], 120);

    let folder = tempfile::tempdir().unwrap();
    let server = server(folder.path());
    let ours = evaluated(&server, 5).await.unwrap();
    let address = server.grpc().trim_start_matches("http://").to_owned();
    let theirs = tokio::task::spawn_blocking(move || p1s_in_python(&python, &address, &texts(5)));
    let hex = |bytes: &[u8]| {
        bytes
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    let ours: Vec<(String, String)> = p1s(&ours)
        .iter()
        .map(|(epoch, p1)| (epoch.clone(), hex(p1)))
        .collect();
    assert_eq!(theirs.await.unwrap(), ours);
}
