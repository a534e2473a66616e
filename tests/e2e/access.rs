//! Who may do what, from the client's command line to the server's answer.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;

use e2e::{Answer, Server, ServerOptions, binary, publish, run};

const NOBODY: u32 = 65_534;

const OWN: &str = "his:provider-system@agb:06011009";
const OTHER: &str = "his:provider-system@agb:06011010";

fn by(server: &Server, caller: &str, args: &[&str]) -> Answer {
    let mut line = vec!["--as", caller];
    line.extend(args);
    server.doorstroom(&line)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_speaks_for_itself_a_screening_team_holds_and_an_auditor_sees_no_ward() {
    let server = Server::start(ServerOptions::default());
    publish(&mut server.client(), "ward", 1).await.unwrap();
    let report = [
        "capacity",
        "report",
        "--offering",
        "ward-0",
        "--available",
        "3",
        "--occupied",
        "9",
    ];

    by(&server, OWN, &report).expect_done();
    let refused = by(&server, OTHER, &report);
    assert_eq!(refused.code, Some(1));
    let why = "for its own organisation only [other-organisation]";
    assert!(refused.stderr.contains(why), "{}", refused.stderr);

    let team = "mdk:screening-member@gm:GM0014";
    by(&server, team, &["capacity", "hold", "--offering", "ward-0"]).expect_done();
    let refused = by(&server, "eye:auditor@kvk:01234567", &["capacity", "find"]);
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.stderr.contains("[role-may-not]"),
        "{}",
        refused.stderr
    );

    // The history says whose doing it was, and not which person's.
    let history = server.doorstroom(&[
        "capacity",
        "history",
        "--offering",
        "ward-0",
        "--output",
        "json",
    ]);
    let said = history.expect_done().stdout;
    assert!(said.contains("provider-system@agb:06011009"), "{said}");
    assert!(!said.contains("his:") && !said.contains("mdk"), "{said}");
}

#[test]
fn what_names_no_caller_is_wrong_use_or_refused_by_its_part() {
    let server = Server::start(ServerOptions::default());
    let find = ["capacity", "find"];
    assert_eq!(by(&server, "somebody", &find).code, Some(2));
    let refused = by(&server, "somebody:king@agb:06011009", &find);
    assert_eq!(refused.code, Some(1));
    let why = "doorstroom-caller: there is no such role";
    assert!(refused.stderr.contains(why), "{}", refused.stderr);
}

#[test]
fn an_import_takes_the_callers_own_rows_and_names_the_others() {
    let server = Server::start(ServerOptions::default());
    let template = server
        .doorstroom(&["capacity", "template"])
        .expect_done()
        .stdout;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("offerings.csv");
    fs::write(&file, template).unwrap();
    let import = [
        "capacity",
        "import",
        file.to_str().unwrap(),
        "--format",
        "offerings",
    ];

    let own = by(&server, "his:provider-system@agb:06000001", &import).expect_done();
    let taken = "2 rows: 1 taken, 0 unchanged, 1 refused";
    assert!(own.stdout.contains(taken), "{}", own.stdout);
    assert!(own.stdout.contains("other-organisation"), "{}", own.stdout);
}

/// Runs a command as somebody who may read a folder and not write it.
fn as_a_reader(of: &Path, arguments: &[&str]) -> Answer {
    let mut command = binary("doorstroomd");
    command.args(arguments);
    // Who may do everything is told nothing by a file's mode.
    if fs::metadata(of).unwrap().uid() == 0 {
        command.uid(NOBODY);
    }
    run(&mut command)
}

#[test]
fn an_access_log_is_verified_by_who_may_only_read_it() {
    let mut server = Server::start(ServerOptions::default());
    let auditor = "eye:auditor@kvk:01234567";
    // What is refused is recorded.
    assert_eq!(by(&server, auditor, &["capacity", "find"]).code, Some(1));
    server.stop();
    let folder = tempfile::tempdir().unwrap();
    for name in ["log.db", "access-log.pub"] {
        fs::copy(server.data().join(name), folder.path().join(name)).unwrap();
    }
    let mode = |mode| fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode)).unwrap();
    mode(0o555);
    let place = folder.path().to_string_lossy();
    let verify = ["access", "verify", "--data", &place];
    let said = as_a_reader(folder.path(), &verify).expect_done().stdout;
    assert!(said.contains(" 1 entries in 1 blocks"), "{said}");
    assert!(said.contains(" 0 problems"), "{said}");

    // What is still in the write-ahead log is not passed over.
    mode(0o755);
    fs::write(folder.path().join("log.db-wal"), b"newer").unwrap();
    mode(0o555);
    let refused = as_a_reader(folder.path(), &verify);
    mode(0o755);
    assert_eq!(refused.code, Some(1), "{}", refused.stdout);
    let why = "log.db-wal, which cannot be read in a folder that you may not write";
    assert!(refused.stderr.contains(why), "{}", refused.stderr);
}
