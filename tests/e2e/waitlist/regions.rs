use std::collections::HashSet;

use tempfile::tempdir;

use super::rows::Rows;
use super::*;

/// Starts a region of its own that believes this evaluator.
pub(super) fn region(data: &Path, name: &str, args: &[String]) -> Server {
    Server::start(ServerOptions {
        data: Some(data.to_owned()),
        region: Some(name.to_owned()),
        args: args.to_vec(),
        ..ServerOptions::default()
    })
}

/// What the keys' status says of receipts, as the setting takes it.
pub(super) fn receipt_key(data: &Path) -> String {
    let data = data.display().to_string();
    let status = doorstroomd(&["keys", "status", "--data", &data]).expect_done();
    let mut lines = status.stdout.lines();
    let told = lines.find_map(|line| line.strip_prefix("evaluator: receipt-key "));
    told.unwrap().to_owned()
}

/// The records of a region's waiting list, as an analyst reads them.
pub(super) fn records(data: &Path, region: &str) -> Vec<Value> {
    let data = data.display().to_string();
    let topic = format!("{region}.waitlist");
    let export = ["log", "export", "--topic", &topic, "--data", &data];
    let answer = doorstroomd(&export).expect_done();
    let lines = answer.stdout.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Every eight bytes in a row.
fn windows(bytes: impl IntoIterator<Item = Vec<u8>>) -> HashSet<[u8; 8]> {
    let bytes = bytes.into_iter().collect::<Vec<_>>();
    let windows = bytes.iter().flat_map(|bytes| bytes.windows(8));
    windows.map(|window| window.try_into().unwrap()).collect()
}

fn bodies(records: &[Value]) -> HashSet<[u8; 8]> {
    windows(records.iter().map(|record| {
        let body = record["body"].as_str().unwrap();
        let body = e2e::decoded(body.as_bytes());
        assert!(body.len() > 100, "there is a body");
        body
    }))
}

/// What names a record, but for the moment that the ids of commands and attempts begin with.
fn envelopes(records: &[Value]) -> HashSet<[u8; 8]> {
    windows(records.iter().flat_map(|record| {
        let stream = record["stream"].as_str().unwrap().replace("waitlist-", "");
        let ids = record["commands"].as_array().unwrap().iter();
        let ids = ids.map(|command| command["command_id"].as_str().unwrap().to_owned());
        let ids = ids.chain([record["attempt_id"].as_str().unwrap().to_owned()]);
        let chance = ids.map(|id| id.replace('-', "")[16..].to_owned());
        let names: Vec<String> = chance.chain([stream]).collect();
        names.into_iter().map(|name| {
            let digits = name.as_bytes().chunks(2);
            let bytes =
                digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16));
            bytes.map(Result::unwrap).collect()
        })
    }))
}

#[test]
fn threat_3_the_same_persons_in_two_regions_leave_nothing_in_common() {
    let (here, there) = (tempdir().unwrap(), tempdir().unwrap());
    let mut drenthe = region(here.path(), "drenthe", &[]);
    let key = receipt_key(here.path());
    let services = ["--services", "capacity,waitlist", "--receipt-key", &key];
    let mut twente = region(there.path(), "twente", &services.map(str::to_owned));
    let folder = tempdir().unwrap();
    let rows = Rows::new("a", 60, 0..60);
    let file = folder.path().join("list.csv");
    std::fs::write(&file, rows.csv()).unwrap();
    let file = file.display().to_string();
    for (server, entries) in [(&drenthe, "here"), (&twente, "there")] {
        let entries = folder.path().join(entries).display().to_string();
        let evaluator = ["--evaluator", drenthe.grpc(), "--entries", &entries];
        let args = [&["import", file.as_str()][..], &evaluator].concat();
        waitlist(server.grpc(), PROVIDER, &args).expect_done();
        assert_eq!(counted(server.grpc(), TEAM), (60, 60));
    }
    let one = records(here.path(), "drenthe");
    let other = records(there.path(), "twente");
    assert_eq!((one.len(), other.len()), (60, 60));
    assert!(
        bodies(&one).is_disjoint(&bodies(&other)),
        "bodies share eight bytes"
    );
    assert!(
        envelopes(&one).is_disjoint(&envelopes(&other)),
        "envelopes share eight bytes"
    );
    // The search finds what is there twice.
    assert!(!bodies(&one).is_disjoint(&bodies(&records(here.path(), "drenthe"))));
    drenthe.stop();
    twente.stop();
}

#[test]
fn a_receipt_of_an_evaluator_that_nobody_was_told_of_is_refused() {
    let (here, there, folder) = (tempdir().unwrap(), tempdir().unwrap(), tempdir().unwrap());
    let stranger = region(here.path(), "drenthe", &[]);
    let server = region(there.path(), "twente", &[]);
    let file = folder.path().join("list.csv");
    std::fs::write(&file, Rows::new("a", 3, 0..3).csv()).unwrap();
    let args = [
        "import",
        &file.display().to_string(),
        "--evaluator",
        stranger.grpc(),
    ];
    let answer = waitlist(server.grpc(), PROVIDER, &args);
    assert_eq!(answer.code, Some(1), "{}", answer.stdout);
    let said = answer.stdout + &answer.stderr;
    assert!(said.contains("was not told to trust"), "{said}");
    assert_eq!(counted(server.grpc(), PROVIDER), (0, 0));
}

#[test]
fn without_the_evaluators_receipt_key_a_waiting_list_does_not_start() {
    let data = tempdir().unwrap();
    let data = data.path().display().to_string();
    let places = [
        "--grpc",
        "127.0.0.1:0",
        "--http",
        "127.0.0.1:0",
        "--data",
        &data,
    ];
    let start = [&["serve", "--services", "waitlist"][..], &places].concat();
    let refused = doorstroomd(&start);
    assert_eq!(refused.code, Some(1), "{}", refused.stdout);
    assert!(refused.stderr.contains("receipt-key"), "{}", refused.stderr);
}

/// The region as its screening team sees it, and as an insurer does.
#[test]
fn threat_5_an_insurer_sees_protected_tables_and_no_others() {
    let (data, folder) = (tempdir().unwrap(), tempdir().unwrap());
    let server = region(data.path(), "drenthe", &[]);
    let rows = Rows {
        held_each: 4,
        ..Rows::new("a", 900, 0..600)
    };
    import(server.grpc(), PROVIDER, folder.path(), &rows).expect_done();
    let split = ["stats", "--by", "gp-practice,diagnosis-group"];
    let exact = asked(server.grpc(), TEAM, &split);
    let cells: Vec<u64> = exact
        .iter()
        .filter(|line| line["kind"] == "cell" && line["values"]["diagnosis_group"].is_string())
        .map(|cell| cell["persons"].as_u64().unwrap())
        .collect();
    assert!(cells.len() > 10, "{exact:?}");
    let refused = waitlist(server.grpc(), INSURER, &split);
    assert!(
        refused
            .stderr
            .contains("`stats --protected` shows what anybody may see [role-may-not]"),
        "{}",
        refused.stderr
    );

    for rows in ["gp-practice", "municipality"] {
        let shown = asked(server.grpc(), INSURER, &["stats", "--protected", rows]);
        let rows: Vec<&Value> = shown
            .iter()
            .filter(|line| line["kind"] == "protected")
            .collect();
        assert!(rows.len() > 3, "{shown:?}");
        for row in rows {
            let groups = row["diagnosis_groups"].as_object().unwrap().values();
            for persons in groups.chain([&row["persons"]]) {
                let persons = persons.as_u64().unwrap();
                assert!(persons >= 10 && persons % 5 == 0, "{row}");
            }
        }
    }
    let month = &rows::day(40)[..7];
    let own = waitlist(server.grpc(), PROVIDER, &["return", "--month", month]).expect_done();
    let lines: Vec<&str> = own.stdout.lines().collect();
    assert!(lines[0].starts_with("month,provider_id,"), "{lines:?}");
    assert!(lines[1..].iter().all(|line| line.contains("agb:06011001")) && lines.len() > 3);
    let others = waitlist(server.grpc(), OTHER_PROVIDER, &["return", "--month", month]);
    assert_eq!(others.expect_done().stdout.lines().count(), 1);
}
