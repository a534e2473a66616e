use tempfile::tempdir;

use super::rows::{Rows, numbers};
use super::*;

const CUSTODIAN: &str = "a.ahmed:key-custodian@kvk:01234567";

/// Gives a command to the keys of both stages, by two custodians.
fn keys(data: &Path, args: &[&str]) -> Answer {
    let data = data.display().to_string();
    let custodians = [
        "--custodian",
        "a.ahmed@notary",
        "--custodian",
        "b.bakker@zorgring",
    ];
    doorstroomd(&[&["keys"], args, &custodians, &["--data", &data]].concat())
}

/// Wants to destroy an epoch's keys, and has a server asked whether that may be.
fn destroy(server: &Server, epoch: &str, more: &[&str]) -> Answer {
    let region = server.region();
    let asked = ["--server", server.grpc(), "--as", CUSTODIAN];
    let destroy = ["destroy", "--epoch", epoch, "--yes", "--region", region];
    keys(server.data(), &[&destroy[..], &asked, more].concat())
}

fn refused(answer: &Answer, why: &str) {
    assert_eq!(answer.code, Some(1), "{}", answer.stdout);
    assert!(answer.stderr.contains(why), "{}", answer.stderr);
}

fn key_files(data: &Path, epoch: &str) -> usize {
    let files = std::fs::read_dir(data.join("keys")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.contains(epoch)).count()
}

/// Says what stands behind an epoch that was destroyed.
fn noted(data: &Path, epoch: &str) -> String {
    let data = data.display().to_string();
    let status = doorstroomd(&["keys", "status", "--data", &data]).expect_done();
    let mut lines = status.stdout.lines();
    let line = lines.find(|line| line.contains(&format!("recoder: epoch {epoch} destroyed")));
    line.unwrap_or_default().to_owned()
}

fn epochs(url: &str) -> Vec<Vec<String>> {
    let entries = asked(url, PROVIDER, &["list"]);
    let listed = entries.iter().filter(|line| line["kind"] == "entry");
    let epochs = listed.map(|entry| entry["epochs"].as_array().unwrap().iter());
    let epochs = epochs.map(|epochs| {
        epochs
            .map(|epoch| epoch.as_str().unwrap().to_owned())
            .collect()
    });
    epochs.collect()
}

fn rotation(url: &str) -> Value {
    let stats = asked(url, TEAM, &["stats"]);
    let summary = stats.iter().find(|line| line["kind"] == "summary");
    summary.unwrap()["rotation"].clone()
}

#[test]
fn keys_rotate_with_entries_open_and_nobody_counts_twice() {
    let (data, folder) = (tempdir().unwrap(), tempdir().unwrap());
    let mut server = embedded(data.path());
    // Twenty persons at one provider, fifteen of them and five others at another.
    let (one, other) = (Rows::new("a", 20, 0..20), Rows::new("b", 20, 5..25));
    let theirs = tempdir().unwrap();
    import(server.grpc(), PROVIDER, folder.path(), &one).expect_done();
    import(server.grpc(), OTHER_PROVIDER, theirs.path(), &other).expect_done();
    assert_eq!(counted(server.grpc(), TEAM), (25, 40));
    let before = epochs(server.grpc());
    assert!(before.iter().all(|epochs| epochs.len() == 1), "{before:?}");
    let old = before[0][0].clone();
    let held = erasure::agreed(&server, &numbers(0..1)[0]);

    server.stop();
    keys(data.path(), &["rotate"]).expect_done();
    server.restart();
    assert_eq!(counted(server.grpc(), TEAM), (25, 40));
    // One provider says who they are under both keys; the other one has not yet.
    import(server.grpc(), PROVIDER, folder.path(), &one).expect_done();
    assert_eq!(counted(server.grpc(), TEAM), (25, 40));
    let under_way = rotation(server.grpc());
    assert_eq!(
        (&under_way["keyed"], &under_way["carrying"]),
        (&40.into(), &20.into())
    );
    assert_eq!(under_way["complete"], false);
    // Who is to be erased is written there under the old keys alone.
    let lost = "1 of the erasures that were asked for can be read with the keys of";
    refused(&destroy(&server, &old, &[]), lost);
    waitlist(server.grpc(), PROVIDER, &["erase", "revoke", &held]).expect_done();
    let half = "20 of 40 open entries of demo carry a newer key (50.0 %), 20 do not";
    refused(&destroy(&server, &old, &[]), half);
    assert_eq!(key_files(data.path(), &old), 2, "both stages' are there");
    import(server.grpc(), OTHER_PROVIDER, theirs.path(), &other).expect_done();
    assert_eq!(counted(server.grpc(), TEAM), (25, 40));
    assert_eq!(rotation(server.grpc())["complete"], true);

    let done = destroy(&server, &old, &[]).expect_done().stdout;
    assert!(
        done.contains("40 of 40 open entries of demo carry a newer key (100.0 %)"),
        "{done}"
    );
    server.stop();
    server.restart();
    assert_eq!(counted(server.grpc(), TEAM), (25, 40));
    // Who comes now has a name under the new keys alone, and is still the same person.
    let later = tempdir().unwrap();
    let new = Rows::new("c", 5, 20..25);
    let third = "epd:provider-system@agb:06011003";
    import(server.grpc(), third, later.path(), &new).expect_done();
    assert_eq!(counted(server.grpc(), TEAM), (25, 45));
    assert_eq!(key_files(data.path(), &old), 0, "the old keys are gone");
    let noted = noted(data.path(), &old);
    assert!(
        noted.contains("a.ahmed@notary and b.bakker@zorgring: 40 of 40"),
        "{noted}"
    );
}

/// The keys stay while entries carry them alone, and while nobody can say; who loses the rest all the same says so.
fn keys_stay_until_entries_are_confirmed(mut server: Server) {
    let (data, folder) = (server.data().to_owned(), tempdir().unwrap());
    let rows = Rows::new("a", 4, 0..4);
    import(server.grpc(), PROVIDER, folder.path(), &rows).expect_done();
    let old = epochs(server.grpc()).remove(0).remove(0);
    keys(&data, &["rotate"]).expect_done();
    // A server that has not been started again since knows no newer keys.
    refused(&destroy(&server, &old, &[]), "restart it after keys rotate");
    server.stop();
    refused(&destroy(&server, &old, &[]), "no server answers at");
    server.restart();
    assert_eq!(rotation(server.grpc())["carrying"], 0);
    refused(&destroy(&server, &old, &[]), "0 of 4 open entries of");
    // Who asks must be somebody who may; and two, of two organisations, must do it.
    let destroy_as = |caller, region| {
        let asked = ["--server", server.grpc(), "--as", caller];
        let destroy = ["destroy", "--epoch", &old, "--yes", "--region", region];
        keys(&data, &[&destroy[..], &asked].concat())
    };
    let in_another_role = "a.ahmed:screening-member@gm:GM0106";
    refused(
        &destroy_as(in_another_role, server.region()),
        "screening-member may not destroy-key",
    );
    refused(
        &destroy_as(TEAM, server.region()),
        "--as must name one of the two custodians",
    );
    // Another region's server, and the newest keys, are no matter of what may be lost.
    let elsewhere = destroy_as(CUSTODIAN, "elsewhere");
    let must_be = format!("region: must be {}", server.region());
    refused(&elsewhere, &must_be);
    assert!(!elsewhere.stderr.contains("--lose-the-rest"));
    let newest = rotation(server.grpc())["to"].as_str().unwrap().to_owned();
    let newest_goes = destroy(&server, &newest, &[]);
    refused(&newest_goes, "is the newest epoch: make the next one first");
    assert!(!newest_goes.stderr.contains("--lose-the-rest"));
    let shown = data.display().to_string();
    let alone = [
        "--custodian",
        "a.ahmed@notary",
        "--custodian",
        "a.ahmed@zorgring",
    ];
    let destroy_alone = [
        "keys", "destroy", "--epoch", &old, "--yes", "--data", &shown,
    ];
    let alone = doorstroomd(&[&destroy_alone[..], &alone].concat());
    refused(&alone, "two different persons are needed");
    let unnamed = ["destroy", "--epoch", &old, "--yes", "--lose-the-rest"];
    refused(
        &keys(
            &data,
            &[&unnamed[..], &["--region", server.region()]].concat(),
        ),
        "--as",
    );
    assert_eq!(key_files(&data, &old), 2);

    let said = destroy(&server, &old, &["--lose-the-rest"])
        .expect_done()
        .stdout;
    assert!(
        said.contains("--lose-the-rest: 0 of 4 open entries"),
        "{said}"
    );
    assert!(said.contains("4 do not"), "{said}");
    assert_eq!(key_files(&data, &old), 0);
    let noted = noted(&data, &old);
    assert!(
        noted.contains("--lose-the-rest: 0 of 4 open entries"),
        "{noted}"
    );
}

#[test]
fn keys_stay_until_entries_are_confirmed_on_the_embedded_log() {
    let data = tempdir().unwrap();
    keys_stay_until_entries_are_confirmed(embedded(data.path()));
}

#[test]
fn keys_stay_until_entries_are_confirmed_on_kafka() {
    let data = tempdir().unwrap();
    keys_stay_until_entries_are_confirmed(on_kafka(data.path(), "keys-stay"));
}

/// The drill: the second stage's key is lost, everybody is said again, and is counted as before.
#[test]
fn threat_24_who_has_lost_the_recoders_key_counts_the_same_after_one_cycle() {
    let (data, folder, theirs) = (tempdir().unwrap(), tempdir().unwrap(), tempdir().unwrap());
    let mut server = embedded(data.path());
    let (one, other) = (Rows::new("a", 20, 0..20), Rows::new("b", 20, 5..25));
    import(server.grpc(), PROVIDER, folder.path(), &one).expect_done();
    import(server.grpc(), OTHER_PROVIDER, theirs.path(), &other).expect_done();
    assert_eq!(counted(server.grpc(), TEAM), (25, 40));
    let old = epochs(server.grpc())[0][0].clone();

    server.stop();
    let lost = data.path().join(format!("keys/recoder-{old}.key"));
    std::fs::remove_file(&lost).unwrap();
    let folder_of_data = data.path().display().to_string();
    let places = ["--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0"];
    let start = [&["serve", "--data", &folder_of_data][..], &places].concat();
    let answer = doorstroomd(&start);
    refused(&answer, lost.to_str().unwrap());
    refused(&answer, "--emergency");

    keys(data.path(), &["rotate", "--emergency"]).expect_done();
    server.restart();
    for (caller, folder, rows) in [(PROVIDER, &folder, &one), (OTHER_PROVIDER, &theirs, &other)] {
        import(server.grpc(), caller, folder.path(), rows).expect_done();
    }
    assert_eq!(counted(server.grpc(), TEAM), (25, 40));
    assert_eq!(rotation(server.grpc())["complete"], true);
    let now = epochs(server.grpc());
    assert!(
        now.iter().all(|epochs| epochs.last() != Some(&old)),
        "{now:?}"
    );
}
