//! Who may do what, from the client's command line to the server's answer.

use std::fs;

use e2e::{Answer, Server, ServerOptions, publish};

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
