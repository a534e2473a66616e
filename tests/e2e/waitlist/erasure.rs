use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use e2e::{clock_ahead, get};
use tempfile::tempdir;

use super::rows::{Rows, numbers};
use super::*;

/// Ids of the entries of a provider, the longest wait first.
pub(super) fn entries(url: &str, caller: &str) -> Vec<String> {
    let lines = asked(url, caller, &["list"]);
    let listed = lines.iter().filter(|line| line["kind"] == "entry");
    listed
        .map(|entry| entry["entry_id"].as_str().unwrap().to_owned())
        .collect()
}

pub(super) fn is_unknown(url: &str, entry: &str) -> bool {
    let answer = waitlist(url, PROVIDER, &["show", entry]);
    answer.code == Some(1) && answer.stderr.contains("[unknown-entry]")
}

fn verified(data: &Path) -> Answer {
    doorstroomd(&["erasure", "verify", "--data", &data.display().to_string()])
}

/// The files of the log, its snapshots apart.
fn copy_log(from: &Path, to: &Path) {
    for name in ["log.db", "log.db-wal", "log.db-shm"] {
        let (from, to) = (from.join(name), to.join(name));
        let _ = fs::remove_file(&to);
        if from.exists() {
            fs::copy(from, to).unwrap();
        }
    }
}

#[test]
fn threat_25_who_was_erased_stays_so_after_a_restart_without_caches_and_from_an_older_backup() {
    let (data, folder, backup) = (tempdir().unwrap(), tempdir().unwrap(), tempdir().unwrap());
    let mut server = embedded(data.path());
    import(
        server.grpc(),
        PROVIDER,
        folder.path(),
        &Rows::new("a", 30, 0..30),
    )
    .expect_done();
    server.stop();
    copy_log(data.path(), backup.path());
    server.restart();

    let erased = entries(server.grpc(), PROVIDER)[0].clone();
    let erase = ["erase", &erased, "--ground", "objection"];
    waitlist(server.grpc(), PROVIDER, &erase).expect_done();
    assert!(is_unknown(server.grpc(), &erased));
    assert_eq!(counted(server.grpc(), PROVIDER), (29, 29));
    // Saying it again is no mistake; saying it of another's entry is one, and erases nothing.
    waitlist(server.grpc(), PROVIDER, &erase).expect_done();
    let kept = entries(server.grpc(), PROVIDER)[0].clone();
    let others = ["erase", &kept, "--ground", "objection"];
    let refused = waitlist(server.grpc(), OTHER_PROVIDER, &others);
    assert!(
        refused.stderr.contains("[unknown-entry]"),
        "{}",
        refused.stderr
    );
    assert!(!is_unknown(server.grpc(), &kept));

    server.restart();
    assert!(is_unknown(server.grpc(), &erased));
    server.stop();
    fs::remove_dir_all(data.path().join("snapshots")).unwrap();
    server.restart();
    assert_eq!(counted(server.grpc(), PROVIDER), (29, 29));
    server.stop();
    copy_log(backup.path(), data.path());
    server.restart();
    assert!(is_unknown(server.grpc(), &erased));
    assert_eq!(counted(server.grpc(), PROVIDER), (29, 29));
    assert_eq!(entries(server.grpc(), PROVIDER).len(), 29);
    server.stop();

    verified(data.path()).expect_done();
    let ledger = data.path().join("erasures.db");
    let mut bytes = fs::read(&ledger).unwrap();
    let words = b"objection";
    let place = bytes
        .windows(words.len())
        .position(|window| window == words);
    bytes[place.unwrap()] ^= 1;
    fs::write(&ledger, bytes).unwrap();
    let found = verified(data.path());
    assert_eq!(found.code, Some(1), "{}", found.stdout);
    let said = found.stdout + &found.stderr;
    assert!(said.contains("position 1"), "{said}");
}

/// Gives a command that reads a citizen number from its standard input.
fn with_number(url: &str, caller: &str, args: &[&str], number: &str) -> Answer {
    let mut command = client(url);
    command.arg("waitlist").args(args).args(["--as", caller]);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    writeln!(input, "{number}").unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    Answer {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn a_person_sees_what_is_held_and_is_erased_from_all_lists_when_two_agree() {
    let (data, mine, theirs) = (tempdir().unwrap(), tempdir().unwrap(), tempdir().unwrap());
    let server = Server::start(ServerOptions {
        data: Some(data.path().to_owned()),
        args: vec!["--erasure-hold-hours".to_owned(), "0".to_owned()],
        ..ServerOptions::default()
    });
    import(
        server.grpc(),
        PROVIDER,
        mine.path(),
        &Rows::new("a", 20, 0..20),
    )
    .expect_done();
    import(
        server.grpc(),
        OTHER_PROVIDER,
        theirs.path(),
        &Rows::new("b", 20, 0..20),
    )
    .expect_done();
    assert_eq!(counted(server.grpc(), TEAM), (20, 40));
    let number = &numbers(3..4)[0];

    let held = with_number(server.grpc(), PROVIDER, &["person"], number).expect_done();
    assert!(held.stdout.contains("registered"), "{}", held.stdout);
    assert!(
        !held.stdout.contains("06011002"),
        "only its own list: {}",
        held.stdout
    );
    let args = [
        "erase",
        "--person",
        "--ground",
        "objection",
        "--output",
        "json",
    ];
    let asked = with_number(server.grpc(), PROVIDER, &args, number).expect_done();
    let erasure_id = asked.json()[0]["erasure_id"].as_str().unwrap().to_owned();
    assert_eq!(counted(server.grpc(), TEAM), (20, 40));

    let agree = ["erase", "approve", &erasure_id];
    let oneself = waitlist(server.grpc(), PROVIDER, &agree);
    assert!(
        oneself.stderr.contains("[requester-approves]"),
        "{}",
        oneself.stderr
    );
    let stranger = waitlist(server.grpc(), "x:provider-system@agb:06011003", &agree);
    assert!(
        stranger.stderr.contains("[unknown-erasure]"),
        "{}",
        stranger.stderr
    );
    assert_eq!(counted(server.grpc(), TEAM), (20, 40));
    waitlist(server.grpc(), "fg:provider-system@agb:06011001", &agree).expect_done();
    assert_eq!(counted(server.grpc(), TEAM), (19, 38));
    for caller in [PROVIDER, OTHER_PROVIDER] {
        assert_eq!(counted(server.grpc(), caller), (19, 19));
    }
    let nothing = with_number(server.grpc(), PROVIDER, &["person"], number).expect_done();
    assert!(!nothing.stdout.contains("registered"), "{}", nothing.stdout);
    // Erased is not forbidden: who comes again is on the list again.
    let again = Rows {
        name: "again",
        ..Rows::new("a", 1, 3..4)
    };
    import(server.grpc(), PROVIDER, theirs.path(), &again).expect_done();
    assert_eq!(counted(server.grpc(), TEAM), (20, 39));
}

const COLLEAGUE: &str = "fg:provider-system@agb:06011001";
const HOLD_SECONDS: u32 = 72 * 3_600;

/// Asks for the erasure of somebody, and has a colleague agree.
pub(super) fn agreed(server: &Server, number: &str) -> String {
    let ask = ["erase", "--person", "--ground", "objection"];
    let ask = [&ask[..], &["--output", "json"]].concat();
    let asked = with_number(server.grpc(), PROVIDER, &ask, number).expect_done();
    let asked = &asked.json()[0];
    assert_eq!(asked["hold_hours"], 72);
    let erasure_id = asked["erasure_id"].as_str().unwrap().to_owned();
    let agreed = super::asked(server.grpc(), COLLEAGUE, &["erase", "approve", &erasure_id]);
    assert_eq!(agreed[0]["erased"], false);
    assert!(agreed[0]["carried_out_from"].is_string(), "{agreed:?}");
    erasure_id
}

#[test]
fn what_two_agreed_to_is_held_for_three_days_and_then_taken_back_or_carried_out() {
    let (data, folder) = (tempdir().unwrap(), tempdir().unwrap());
    let server = embedded(data.path());
    let rows = Rows::new("a", 5, 0..5);
    import(server.grpc(), PROVIDER, folder.path(), &rows).expect_done();
    let numbers = numbers(0..2);
    let taken_back = agreed(&server, &numbers[0]);
    let carried_out = agreed(&server, &numbers[1]);
    let stranger = "x:provider-system@agb:06011003";
    let revoke = ["erase", "revoke", &taken_back];
    let refused = waitlist(server.grpc(), stranger, &revoke);
    assert!(
        refused.stderr.contains("[unknown-erasure]"),
        "{}",
        refused.stderr
    );
    let said = waitlist(server.grpc(), PROVIDER, &revoke).expect_done();
    assert_eq!(said.stdout.trim(), "taken back: nothing is erased");
    assert_eq!(counted(server.grpc(), PROVIDER), (5, 5));
    drop(server);

    // Three days later: the node's own task does it.
    let server = Server::start(ServerOptions {
        data: Some(data.path().to_owned()),
        env: clock_ahead(HOLD_SECONDS + 60),
        ..ServerOptions::default()
    });
    let until = Instant::now() + Duration::from_secs(60);
    while counted(server.grpc(), PROVIDER) != (4, 4) {
        assert!(Instant::now() < until, "it is not carried out in time");
        std::thread::sleep(Duration::from_millis(200));
    }
    // Commands are made then, too: one of three days ago is not taken.
    let later = |caller: &str, decision: &str, id: &str| {
        let mut command = client(server.grpc());
        command.envs(clock_ahead(HOLD_SECONDS + 60));
        run(command.args(["waitlist", "erase", decision, id, "--as", caller]))
    };
    let late = later(PROVIDER, "revoke", &carried_out);
    assert!(
        late.stderr.contains("[erasure-carried-out]"),
        "{}",
        late.stderr
    );
    let done = later(COLLEAGUE, "approve", &carried_out).expect_done();
    assert!(
        done.stdout.starts_with("erased: 1 entry;"),
        "{}",
        done.stdout
    );
    let late = later(COLLEAGUE, "approve", &taken_back);
    assert!(late.stderr.contains("[erasure-revoked]"), "{}", late.stderr);
}

/// Leaves the data of a server that erased one of three; returns where its keys are, and a copy of them from before.
fn erased_with_a_copy_of_the_keys(data: &Path, backup: &Path) -> (PathBuf, PathBuf) {
    let folder = tempdir().unwrap();
    let mut server = embedded(data);
    let rows = Rows::new("a", 3, 0..3);
    import(server.grpc(), PROVIDER, folder.path(), &rows).expect_done();
    server.stop();
    let (keys, kept) = (data.join("keys.db"), backup.join("keys.db"));
    fs::copy(&keys, &kept).unwrap();
    server.restart();
    let erased = entries(server.grpc(), PROVIDER)[0].clone();
    let erase = ["erase", &erased, "--ground", "objection"];
    waitlist(server.grpc(), PROVIDER, &erase).expect_done();
    server.stop();
    (keys, kept)
}

/// What a backup of the keys would do: the auditor finds the key, and opens the body with it.
#[test]
fn a_key_that_was_put_back_is_found_and_so_is_the_body_that_it_opens() {
    let (data, backup) = (tempdir().unwrap(), tempdir().unwrap());
    let (keys, kept) = erased_with_a_copy_of_the_keys(data.path(), backup.path());
    let said = verified(data.path()).expect_done().stdout;
    assert!(said.contains("were tried, none opens"), "{said}");

    fs::copy(&kept, &keys).unwrap();
    let found = verified(data.path());
    assert_eq!(found.code, Some(1), "{}", found.stdout);
    assert!(found.stdout.contains("it is not destroyed"), "{found:?}");
    assert!(found.stdout.contains(" opens, and its key "), "{found:?}");
}

/// What `/metrics` shows of a figure.
fn figure(server: &Server, name: &str) -> Option<u64> {
    let page = get(&format!("{}/metrics", server.http()));
    let mut lines = page.lines();
    let line = lines.find(|line| line.starts_with(&format!("{name}{{")))?;
    line.rsplit_once(' ')?.1.parse().ok()
}

/// A server that believes that it is two days and an hour later.
fn two_days_later(data: &Path) -> Server {
    Server::start(ServerOptions {
        data: Some(data.to_owned()),
        env: clock_ahead(49 * 3_600),
        ..ServerOptions::default()
    })
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(90);
    while !is_so() {
        assert!(Instant::now() < until, "not in time: {what}");
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn two_days_later_a_node_verifies_and_names_a_key_that_was_put_back_and_its_body() {
    let (data, backup) = (tempdir().unwrap(), tempdir().unwrap());
    let (keys, kept) = erased_with_a_copy_of_the_keys(data.path(), backup.path());
    let said = verified(data.path()).expect_done().stdout;
    assert!(said.contains("not verified by a node yet"), "{said}");

    let server = two_days_later(data.path());
    // Who serves has destroyed again what the ledger names: the copy comes after that.
    assert_eq!(entries(server.grpc(), PROVIDER).len(), 2);
    fs::copy(&kept, &keys).unwrap();
    wait_until("the key is found, and the body that it opens", || {
        figure(&server, "doorstroom_erasure_problems").is_some_and(|count| count > 1)
    });
    assert_eq!(figure(&server, "doorstroom_erasures_unverified"), Some(1));
    let found = verified(data.path());
    assert_eq!(found.code, Some(1), "{}", found.stdout);
    assert!(
        found.stdout.contains("not verified by a node yet"),
        "{found:?}"
    );
    drop(server);

    let server = two_days_later(data.path());
    wait_until("it is verified", || {
        let said = verified(data.path()).stdout;
        said.contains("verified by a node up to line 1, at ")
    });
    wait_until("nothing is left to verify", || {
        figure(&server, "doorstroom_erasures_unverified") == Some(0)
    });
    assert_eq!(figure(&server, "doorstroom_erasure_problems"), Some(0));
}
